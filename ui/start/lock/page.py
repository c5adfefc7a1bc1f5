"""What stands in the place of a locked window: who locked it, what happened since, and the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import CHIP_PX, text_font
from ui.kit.widgets.basics import Chip, Field, button, label, row_of
from ui.kit.widgets.cards import Card
from ui.start.sign_in.page import CARD_PX, show_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from console.workspace.identity import Identity


class LockPage(QWidget):
    """A card in the middle of the window; nothing of the ledger's customers stands on it."""

    submitted = Signal(str)
    switch_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setFont(text_font())
        self.password.returnPressed.connect(self.submit)
        self._field = Field("Password", self.password)
        self.button = button("Unlock", accent=True)
        self.button.setDefault(True)
        self.button.clicked.connect(self.submit)
        self.switch = button("Switch operator…", flat=True)
        self.switch.setToolTip("What was typed and not sent is lost then.")
        self.switch.clicked.connect(lambda _checked: self.switch_wanted.emit())
        self.mark = Chip(font=text_font(CHIP_PX, weight=QFont.Weight.DemiBold))
        self._where = label(tone="muted", wrap=True)
        self._who = label(font=text_font(weight=QFont.Weight.DemiBold), wrap=True)
        self._kept = label("What you were typing is kept.", tone="muted", wrap=True)
        self._news = label(wrap=True)
        self._news.hide()
        self._asks = True
        card = Card(spacing=12)
        card.setFixedWidth(CARD_PX)
        card.body.setContentsMargins(28, 26, 28, 26)
        heading = label("Locked", font=text_font(20, weight=QFont.Weight.Bold))
        card.body.addLayout(row_of(heading, None, self.mark))
        for part in (self._where, self._who, self._news, self._field, self._kept):
            card.body.addWidget(part)
        card.body.addSpacing(4)
        card.body.addWidget(self.button)
        card.body.addWidget(self.switch)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(row_of(None, card, None))
        layout.addStretch(3)

    @property
    def problem(self) -> str:
        """What was wrong with the last attempt."""
        return self.password.accessibleDescription()

    @property
    def news(self) -> str:
        """What is said of the time since it was locked."""
        return self._news.text()

    @property
    def words(self) -> str:
        """All that is said, a part a line."""
        parts = (self._where, self._who, self._news, self._kept)
        return "\n".join(part.text() for part in parts if not part.isHidden())

    def lock(self, where: str, who: str, *, asks: bool, identity: Identity) -> None:
        """Begin anew: `who` locked it and why, in words; `asks` is whether a password must be typed."""
        show_mark(self.mark, identity)
        self._where.setText(where)
        self._who.setText(who)
        self._asks = asks
        self._field.setVisible(asks)
        self.password.clear()
        self.tell(())
        self.set_busy(busy=False)
        self._field.set_problem("")
        self.setAccessibleName(f"Locked. {who}")

    def tell(self, words: Sequence[str]) -> None:
        """Say what happened since, a sentence a line."""
        self._news.setText("\n".join(words))
        self._news.setVisible(bool(words))

    def refuse(self, problem: str) -> None:
        """Say why it stays locked."""
        self.set_busy(busy=False)
        if self._asks:
            self._field.set_problem(problem)
            self.password.selectAll()
        else:
            self.tell((problem,))
        self._focus()

    def set_busy(self, *, busy: bool) -> None:
        """Keep a second press out while the first is under way."""
        self.button.setEnabled(not busy)
        self.switch.setEnabled(not busy)
        self.button.setText("Unlocking…" if busy else "Unlock")

    def submit(self) -> None:
        """Hand over what was typed."""
        if not self.button.isEnabled():
            return
        self._field.set_problem("")
        self.set_busy(busy=True)
        password = self.password.text()
        self.password.clear()
        self.submitted.emit(password)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus()

    def _focus(self) -> None:
        (self.password if self._asks else self.button).setFocus()
