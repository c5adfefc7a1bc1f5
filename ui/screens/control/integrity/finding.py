"""One promise in full: what is expected, what was found, and the way to the first offender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import code_font, text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, caption, label, row_of, scrolling
from ui.kit.widgets.cards import Card
from ui.screens.control.integrity.checks import result_tone, result_words, route_of

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.ledger.audit.verify.check import Check
    from ui.context import Context

WIDTH: Final = 366
LEAST_HEIGHT: Final = 250
_VALUE_PX: Final = 96


class FindingPanel(Card):
    """Hidden until a promise is chosen."""

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=8)
        self._context = context
        self._check: Check | None = None
        self.setAccessibleName("Finding")
        self.setMinimumHeight(LEAST_HEIGHT)
        self._chip = Chip("", Tone.NEUTRAL)
        self._title = label(font=text_font(15, weight=QFont.Weight.DemiBold), wrap=True, selectable=True)
        self._said = label(tone="muted", wrap=True, selectable=True, font=text_font(tabular=True))
        self.expected, self._expected_name = _value("Expected")
        self.found, self._found_name = _value("Found")
        self.copy_button = button("", flat=True, compact=True)
        self.close_button = button("", flat=True, compact=True)
        for made, glyph, name in (
            (self.copy_button, Glyph.COPY, "Copy the finding"),
            (self.close_button, Glyph.CLOSE, "Hide (Esc)"),
        ):
            made.setAccessibleName(name)
            made.setToolTip(name)
            context.icons.dress(made, glyph, size=14)
        self.way_button = button("", compact=True)
        self._build()
        self.hide()

    @property
    def check(self) -> Check | None:
        """The promise shown, None while hidden."""
        return self._check

    @property
    def said(self) -> str:
        """What is said of it in a sentence."""
        return self._said.text()

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at, from the top."""
        return (self.copy_button, self.close_button, self.expected, self.found, self.way_button)

    def show_check(self, check: Check | None) -> None:
        """Show a promise; None hides it all."""
        self._check = check
        if check is None:
            self.hide()
            return
        self._chip.set(result_words(check), result_tone(check))
        self._title.setText(check.title)
        self._said.setText(_sentence(check))
        for value, name, text in (
            (self.expected, self._expected_name, check.expected), (self.found, self._found_name, check.found),
        ):  # fmt: skip
            value.setPlainText(text or "")
            value.setVisible(text is not None)
            name.setVisible(text is not None)
        way = route_of(check) if not check.passed else None
        self.way_button.setVisible(way is not None)
        if way is not None:
            self.way_button.setText(way[0])
            self.way_button.setAccessibleName(way[0])
        self.copy_button.setVisible(not check.passed)
        self.show()

    def focus_first(self) -> None:
        """Put the keyboard on the way to the offender, or on what closes this."""
        first = self.way_button if self.way_button.isVisible() else self.close_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        way = None if self._check is None else route_of(self._check)
        if way is not None:
            self._context.navigator.go(way[1])

    def _copy(self) -> None:
        check = self._check
        if check is not None:
            lines = (
                f"{check.code}: {check.title}", f"{result_words(check)}, first: {check.first}",
                f"expected: {check.expected}", f"found: {check.found}",
            )  # fmt: skip
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _build(self) -> None:
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.closed)
        self.way_button.clicked.connect(self._go)
        self.body.addLayout(row_of(self._chip, None, self.copy_button, self.close_button, spacing=8))
        inside = QWidget()
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 6, 0)
        parts.setSpacing(8)
        parts.addWidget(self._title)
        parts.addWidget(self._said)
        for name, value in ((self._expected_name, self.expected), (self._found_name, self.found)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(name)
            column.addWidget(value)
            parts.addLayout(column)
        parts.addStretch(1)
        self.body.addWidget(scrolling(inside, ground="surface"), 1)
        self.body.addLayout(row_of(self.way_button, None))


def _value(name: str) -> tuple[QPlainTextEdit, QWidget]:
    """Return where a value is read, of any length, and its name above it."""
    made = QPlainTextEdit(readOnly=True)
    made.setTabChangesFocus(True)
    made.setFont(code_font())
    made.setFixedHeight(_VALUE_PX)
    made.setAccessibleName(name)
    title = caption(name)
    title.setBuddy(made)
    return made, title


def _sentence(check: Check) -> str:
    if check.unread:
        tables = ", ".join(check.unread)
        return f"Nobody looked: you may not read {tables}. An auditor may. Code {check.code}."
    if check.passed:
        return f"Nothing was found against it. Code {check.code}."
    more = "" if check.wrong == 1 else f" It is the first of {check.wrong:,}."
    where = f"Broken at: {check.first}.{more}"
    return f"{where} Amounts are in minor units. Code {check.code}."
