"""The question before somebody's statement or session is ended: what it is and why, then once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, caption, label, row_of
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.reason import ReasonEdit
from ui.screens.server.words import seconds_words, waits_words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.server.sessions import SessionRow
    from ui.kit.formats import Formats

_WIDTH: Final = 480
_CONSEQUENCE: Final = {
    True: "The server stops the statement; its transaction fails, and the session stays connected.",
    False: "The server closes the session; what it has not committed is rolled back.",
}


class EndSessionDialog(QDialog):
    """Two steps: facts and reason, then the deed itself; `given` carries the reason."""

    given = Signal(str)

    def __init__(self, row: SessionRow, formats: Formats, parent: QWidget, *, cancel: bool) -> None:
        super().__init__(parent)
        self._row = row
        deed = "Cancel statement" if cancel else "Terminate session"
        self.setWindowTitle(deed)
        self.setFixedWidth(_WIDTH)
        self.edit = ReasonEdit("such as the ticket, and what was looked at")
        self.next_button = button("Continue", accent=True)
        self.keep_button = button("Keep it")
        self.back_button = button("Back")
        self.deed_button = button(deed, danger=True)
        self._why = WhyNot(self.next_button)
        self._reason = label(wrap=True)
        self._steps = QStackedWidget()
        self._steps.addWidget(self._first(deed, formats, cancel=cancel))
        self._steps.addWidget(self._second(deed, cancel=cancel))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.addWidget(self._steps)
        self.keep_button.clicked.connect(self.reject)
        self.next_button.clicked.connect(self._ask_once_more)
        self.back_button.clicked.connect(lambda _checked: self._steps.setCurrentIndex(0))
        self.deed_button.clicked.connect(self._give)
        self.edit.textChanged.connect(self._look)
        self._look()
        self.edit.setFocus()

    @property
    def asks_once_more(self) -> bool:
        """Whether the second step is shown."""
        return self._steps.currentIndex() == 1

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        # Enter in a dialog presses its first button: a deed is pressed on purpose.
        if arg__1.text() not in {"\r", "\n"}:
            super().keyPressEvent(arg__1)

    def _first(self, deed: str, formats: Formats, *, cancel: bool) -> QWidget:
        row = self._row
        facts = (
            ("Session", f"{row.operator}, pid {row.pid}"),
            ("From", ", ".join(part for part in (row.application, row.client or "local") if part)),
            ("Transaction", seconds_words(formats, row.transaction_s) or "none open"),
            ("Waits for", waits_words(row) or "nothing"),
            ("Statement", row.statement or "none yet"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(facts):
            grid.addWidget(caption(name), place, 0)
            grid.addWidget(label(value, font=text_font(tabular=True), wrap=True), place, 1)
        layout = _step(f"{deed} of {row.operator}?", _CONSEQUENCE[cancel])
        layout.addLayout(grid)
        layout.addWidget(Field("Reason, for the audit", self.edit))
        layout.addStretch(1)
        layout.addLayout(deed_row(self._why, self.keep_button, self.next_button))
        return _page(layout)

    def _second(self, deed: str, *, cancel: bool) -> QWidget:
        row = self._row
        what = "the statement" if cancel else "the session"
        layout = _step(
            f"{deed}: {row.operator}, pid {row.pid}",
            f"Once more: {what} of {row.operator} is ended now, in the name of the one signed in here. "
            "It cannot be taken back, and stands in the audit with this reason:",
        )
        layout.addWidget(self._reason)
        layout.addStretch(1)
        layout.addLayout(row_of(None, self.back_button, self.deed_button))
        return _page(layout)

    def _look(self) -> None:
        self._why.explain(self.edit.missing)

    def _ask_once_more(self) -> None:
        self._reason.setText(self.edit.reason)
        self._steps.setCurrentIndex(1)
        self.back_button.setFocus()

    def _give(self) -> None:
        self.given.emit(self.edit.reason)
        self.accept()


def _step(heading: str, words: str) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    layout.addWidget(label(heading, font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True))
    layout.addWidget(label(words, tone="muted", wrap=True))
    return layout


def _page(layout: QVBoxLayout) -> QWidget:
    made = QWidget()
    made.setLayout(layout)
    return made
