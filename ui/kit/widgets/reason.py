"""The question why: no manual change without a reason that somebody can read later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout
from typing_extensions import override

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label
from ui.kit.widgets.buttons import WhyNot, deed_row

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

LEAST = 3
MOST = 500
_WIDTH = 440
_LINES_PX = 76


class ReasonEdit(QPlainTextEdit):
    """A few lines of text that are kept as one; Tab leaves it. wanted: what is said while it is missing."""

    def __init__(self, placeholder: str = "", *, wanted: str = "give a reason") -> None:
        super().__init__()
        self._wanted = wanted
        self.setTabChangesFocus(True)
        self.setFixedHeight(_LINES_PX)
        self.setPlaceholderText(placeholder)

    @property
    def reason(self) -> str:
        """What was written, as one line."""
        return " ".join(self.toPlainText().split())

    @property
    def missing(self) -> str:
        """Say what is wrong with it as a reason; empty when it is one."""
        if len(self.reason) < LEAST:
            return self._wanted
        return f"the reason is longer than {MOST} characters" if len(self.reason) > MOST else ""


class ReasonDialog(QDialog):
    """Asks for a reason before one deed; emits `given` with it."""

    given = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        *,
        title: str,
        heading: str,
        words: str,
        deed: str,
        danger: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        self.edit = ReasonEdit("such as the ticket, and what was looked at")
        self.keep_button = button("Cancel")
        self.deed_button = button(deed, accent=not danger, danger=danger)
        self._why = WhyNot(self.deed_button)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._give)
        self.edit.textChanged.connect(self._look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(heading, font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True))
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(Field("Reason, for the audit", self.edit))
        layout.addLayout(deed_row(self._why, self.keep_button, self.deed_button))
        self._look()
        self.edit.setFocus()

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        # Enter in a dialog presses its first button: a deed is pressed on purpose.
        if arg__1.text() not in {"\r", "\n"}:
            super().keyPressEvent(arg__1)

    def _look(self) -> None:
        self._why.explain(self.edit.missing)

    def _give(self) -> None:
        self.given.emit(self.edit.reason)
        self.accept()
