"""Setting a password by a code: the operator's name, the code, and the new password twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.operators.codes import is_code
from console.ledger.operators.credentials import SHORTEST_PASSWORD
from ui.kit.theme.fonts import CHIP_PX, code_font, text_font
from ui.kit.widgets.basics import (
    Chip,
    Field,
    button,
    column_of,
    label,
    row_of,
    scrolling,
)
from ui.kit.widgets.cards import Card
from ui.start.sign_in.page import CARD_PX, show_mark

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from console.workspace.identity import Identity

_CODE_PX: Final = 14
_WORDS: Final = (
    "An administrator gave you a code. Set a password that nobody else knows; the code is used up by it."
)
NO_CODE: Final = "A code is 16 letters and digits, such as 7QK2-M4XR-9TBD-PW3H."
_SHORT: Final = f"A password has at least {SHORTEST_PASSWORD} characters."
_DIFFER: Final = "The two passwords differ."


class CodePage(QWidget):
    """A small form in the middle of the window; what was wrong is said in place, and the code stays."""

    submitted = Signal(str, str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.operator, self.code = QLineEdit(), QLineEdit()
        self.password = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.again = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._lines = (self.operator, self.code, self.password, self.again)
        for line in self._lines:
            line.setFont(text_font())
            line.returnPressed.connect(self.submit)
        self.code.setFont(code_font(_CODE_PX))
        self.button = button("Set password and sign in", accent=True)
        self.button.setDefault(True)
        self.button.clicked.connect(self.submit)
        self.back = button("Back", flat=True)
        self.back.clicked.connect(lambda _checked: self.left.emit())
        self.mark = Chip(font=text_font(CHIP_PX, weight=QFont.Weight.DemiBold))
        self._place = label(tone="muted", wrap=True)
        self._fields = tuple(
            Field(name, line)
            for name, line in zip(
                ("Operator", "Code", "New password", "The same again"), self._lines, strict=True
            )
        )
        for field in self._fields:
            field.forgive()
        self._build()

    @property
    def problem(self) -> str:
        """What was wrong with the last attempt."""
        return next((said for line in self._lines if (said := line.accessibleDescription())), "")

    def ask(self, place: str, operator: str, *, identity: Identity | None = None) -> None:
        """Begin anew, for the operator whose name stands in the form for signing in."""
        show_mark(self.mark, identity)
        self._place.setText(place)
        for line, text in zip(self._lines, (operator, "", "", ""), strict=True):
            line.setText(text)
        for field in self._fields:
            field.set_problem("")
        self.set_busy(busy=False)
        self._focus()

    def forget(self) -> None:
        """Keep nothing of what was typed once it is done, or given up."""
        for line in self._lines:
            line.clear()
        self.set_busy(busy=False)

    def refuse(self, problem: str) -> None:
        """Say why the code was not taken; what was typed stays, to be put right."""
        self.set_busy(busy=False)
        self._fields[1].set_problem(problem)
        self.code.setFocus()
        self.code.selectAll()

    def set_busy(self, *, busy: bool) -> None:
        """Keep a second press out while the first is under way: a code is good once."""
        for part in (self.button, self.back, *self._lines):
            part.setEnabled(not busy)
        self.button.setText("Setting the password…" if busy else "Set password and sign in")

    def submit(self) -> None:
        """Hand over what was typed, unless something is wrong with it that can be seen here."""
        if not self.button.isEnabled():
            return
        operator, password = self.operator.text().strip(), self.password.text()
        wrong = (
            "" if operator else "Type the operator's name.",
            "" if is_code(self.code.text()) else NO_CODE,
            "" if len(password) >= SHORTEST_PASSWORD else _SHORT,
            "" if password == self.again.text() else _DIFFER,
        )
        for field, problem in zip(self._fields, wrong, strict=True):
            field.set_problem(problem)
        first = next((line for line, problem in zip(self._lines, wrong, strict=True) if problem), None)
        if first is None:
            self.set_busy(busy=True)
            self.submitted.emit(operator, self.code.text(), password)
        else:
            first.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.back.isEnabled():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _focus(self) -> None:
        (self.code if self.operator.text() else self.operator).setFocus()

    def _build(self) -> None:
        card = Card(spacing=14)
        card.setFixedWidth(CARD_PX)
        card.body.setContentsMargins(28, 26, 28, 26)
        heading = label("Set your password", font=text_font(20, weight=QFont.Weight.Bold))
        card.body.addLayout(row_of(heading, None, self.mark))
        card.body.addLayout(column_of(self._place, label(_WORDS, tone="muted", wrap=True), spacing=6))
        for field in self._fields:
            card.body.addWidget(field)
        card.body.addSpacing(4)
        card.body.addWidget(self.button)
        card.body.addWidget(self.back)
        inside = QWidget()
        whole = QVBoxLayout(inside)
        whole.addStretch(2)
        whole.addLayout(row_of(None, card, None))
        whole.addStretch(3)
        # Four fields and what is wrong with them are higher than the lowest window.
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inside))
