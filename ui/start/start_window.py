"""The window before the ledger is open: what is going on, what went wrong, and signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QProgressBar, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import DatabaseUnreachableError, SchemaError, UsageError
from ui.kit.theme.fonts import figure_font, text_font
from ui.kit.widgets.basics import button, caption, label, row_of
from ui.kit.widgets.cards import Card
from ui.kit.widgets.placing import KeptOnScreen
from ui.start.home.connect_form import ConnectForm
from ui.start.home.ledgers import LedgersPage
from ui.start.home.own_form import OwnLedgerForm
from ui.start.lock.page import LockPage
from ui.start.sign_in.code_page import CodePage
from ui.start.sign_in.page import SignInPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QByteArray, QSettings
    from PySide6.QtGui import QCloseEvent

    from console.errors import ConsoleError

GEOMETRY = "window/geometry"
_CARD_PX = 520


class StartWindow(QStackedWidget):
    """Is there at once, and makes room for the ledger's window."""

    retry_wanted = Signal()
    closing = Signal()

    def __init__(self, store: QSettings) -> None:
        super().__init__()
        self._store = store
        self.setWindowTitle("Ledger Console")
        self.preparing = PreparingPage()
        self.trouble = TroublePage()
        self.sign_in = SignInPage()
        self.code = CodePage()
        self.lock = LockPage()
        self.ledgers = LedgersPage()
        self.own_form = OwnLedgerForm()
        self.connect_form = ConnectForm()
        forms = (self.ledgers, self.own_form, self.connect_form)
        for page in (self.preparing, self.trouble, self.sign_in, self.code, self.lock, *forms):
            self.addWidget(page)
        self.trouble.retry.clicked.connect(lambda _checked: self.retry_wanted.emit())
        self._place = KeptOnScreen(self, store.value(GEOMETRY))

    def show_preparing(self, words: str) -> None:
        """Say what is going on."""
        self.preparing.say(words)
        self.setCurrentWidget(self.preparing)

    def show_trouble(self, error: ConsoleError, place: str) -> None:
        """Say what went wrong, where, and what to do."""
        self.trouble.explain(error, place)
        self.setCurrentWidget(self.trouble)

    def offer_ledgers(self, run: Callable[[], None]) -> None:
        """Let whoever cannot or will not open this ledger choose another."""
        for page in (self.trouble, self.sign_in):
            page.others.clicked.connect(lambda _checked: run())
            page.others.show()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)

    def hand_over(self) -> None:
        """Keep the place on the screen for the window that follows, and go."""
        self._store.setValue(GEOMETRY, self.saveGeometry())
        self.blockSignals(True)  # it closes, but the program goes on
        self.close()

    def take_back(self, geometry: QByteArray) -> None:
        """Be there again, in the place of the window that goes."""
        self.blockSignals(False)
        self.restoreGeometry(geometry)
        self.show()
        self.activateWindow()


class PreparingPage(QWidget):
    """The program's name, a bar, and what is going on."""

    def __init__(self) -> None:
        super().__init__()
        self._words = _centred(tone="muted")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(280)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addStretch(2)
        name = _centred(font=figure_font())
        name.setText("Ledger Console")
        layout.addWidget(name)
        layout.addLayout(row_of(None, self._bar, None))
        layout.addWidget(self._words)
        layout.addStretch(3)

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.text()

    def say(self, words: str, done: int = 0, total: int = 0) -> None:
        """Say what is going on, and how far it is; without a total the bar only moves."""
        self._words.setText(words)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.setAccessibleName(words)


class TroublePage(QWidget):
    """What went wrong, in words, and a button to try again."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = label(font=text_font(20, weight=QFont.Weight.Bold), wrap=True)
        self._place = label(selectable=True, wrap=True)
        self._reason = label(selectable=True, wrap=True)
        self._advice = label(tone="muted", wrap=True)
        self.retry = button("Retry", accent=True)
        self.retry.setDefault(True)
        self.others = button("Other ledgers…")
        self.others.hide()
        card = Card(spacing=4)
        card.setFixedWidth(_CARD_PX)
        card.body.setContentsMargins(28, 26, 28, 26)
        card.body.addWidget(self._heading)
        for name, words in (("Where", self._place), ("Why", self._reason)):
            card.body.addSpacing(10)
            card.body.addWidget(caption(name))
            card.body.addWidget(words)
        card.body.addSpacing(10)
        card.body.addWidget(self._advice)
        card.body.addSpacing(12)
        card.body.addLayout(row_of(self.retry, self.others, None))
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(row_of(None, card, None))
        layout.addStretch(3)

    @property
    def words(self) -> str:
        """All that is said, one part a line."""
        parts = (self._heading, self._place, self._reason, self._advice)
        return "\n".join(part.text() for part in parts if part.text())

    def explain(self, error: ConsoleError, place: str) -> None:
        """Say what an error means for the operator."""
        reason, advice = str(error), "Retry when it has been put right."
        if isinstance(error, DatabaseUnreachableError):
            heading = "The database cannot be reached"
            place, reason = error.where, error.reason
            advice = "Check that the server runs and that this machine may connect to it, then retry."
        elif isinstance(error, (SchemaError, UsageError)):
            heading = "This database is not ready for the console"
        else:
            heading = "The ledger cannot be opened"
        self._heading.setText(heading)
        self._place.setText(place)
        self._reason.setText(reason)
        self._advice.setText(advice)
        self.setAccessibleName(self.words)
        self.retry.setFocus()


def _centred(*, tone: str | None = None, font: QFont | None = None) -> QLabel:
    made = label(tone=tone, font=font)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
