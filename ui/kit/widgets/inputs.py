"""Editors for amounts and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDateEdit,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from typing_extensions import override

from console.money import AmountError, Currency
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import restyle
from ui.kit.widgets.buttons import HELD

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtCore import SignalInstance

    from ui.kit.formats import Formats


WHOLE: Final = Currency("", 0)
"""What a count is of, such as the lines of a batch: no currency, and no decimals."""


def is_typed_in(part: QWidget) -> bool:
    """Whether the keyboard is in a field inside `part`: what is read there must not change meanwhile."""
    focused = QApplication.focusWidget()
    return isinstance(focused, QLineEdit | QPlainTextEdit | QAbstractSpinBox) and part.isAncestorOf(focused)


class AmountEdit(QLineEdit):
    """An amount as text, read by the ledger's own grammar; int minor units of any size.

    Nothing can be typed as long as nobody knows in which currency.
    """

    amount_changed = Signal(object)

    def __init__(self, formats: Formats, currency: Currency | None = None, *, signed: bool = False) -> None:
        super().__init__()
        self._formats = formats
        self._currency: Currency | None = None
        self._signed = signed
        self._amount: int | None = None
        self._problem = ""
        self.setFont(text_font(tabular=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textChanged.connect(self._read)
        self.setEnabled(False)
        self.set_currency(currency)

    @property
    def amount(self) -> int | None:
        """Minor units; None while the field is empty or its text is no amount."""
        return self._amount

    @property
    def problem(self) -> str:
        """Why the text is no amount; empty when it is one, or when the field is empty."""
        return self._problem

    @property
    def currency(self) -> Currency | None:
        """What the amount is of."""
        return self._currency

    def set_currency(self, currency: Currency | None) -> None:
        """Read and write amounts of another currency; what was typed was meant in the other, and goes."""
        if currency == self._currency:
            return
        self.clear()
        self._currency = currency
        self.setEnabled(currency is not None)
        self.setPlaceholderText("" if currency is None else self._formats.amount(0, currency))

    def set_amount(self, minor: int | None) -> None:
        """Show an amount, or nothing."""
        if minor is None or self._currency is None:
            self.clear()
        else:
            self.setText(self._formats.amount(minor, self._currency))

    def _read(self, text: str) -> None:
        amount, problem = None, ""
        if text.strip() and self._currency is not None:
            try:
                amount = self._formats.parse(text, self._currency, signed=self._signed)
            except AmountError as error:
                problem = str(error)
        if problem != self._problem:
            self._problem = problem
            restyle(self, invalid=bool(problem))
            self.setAccessibleDescription(problem)
        if amount != self._amount:
            self._amount = amount
            self.amount_changed.emit(amount)


class NameBox(QComboBox):
    """A choice that is found by typing, on a page whose letters open something everywhere else."""

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and _takes_letter(event):
            event.accept()
            return True
        return super().event(event)


class DateEdit(QDateEdit):
    """A date as `2026-11-21`, with a calendar; it begins with the business day that it is."""

    def __init__(self, value: date) -> None:
        super().__init__(_as_qdate(value))
        self.setDisplayFormat("yyyy-MM-dd")
        self.setCalendarPopup(True)
        self.setFont(text_font(tabular=True))
        self._went_on = False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A part's last digit goes on to the next; Qt takes a hyphen typed then for the end of that one.
        if event.text() == "-" and self._went_on:
            self._went_on = False
            return
        before = self.currentSectionIndex()
        super().keyPressEvent(event)
        self._went_on = event.text().isdigit() and self.currentSectionIndex() != before

    @property
    def entered(self) -> SignalInstance:
        """Emitted when Enter is pressed in it."""
        edit = self.lineEdit()
        signal: SignalInstance = edit.returnPressed
        return signal

    def day(self) -> date:
        """Return the date chosen."""
        value: date = self.date().toPython()  # type: ignore[assignment]  # the stubs say object
        return value

    def set_day(self, value: date) -> None:
        """Show a date."""
        self.setDate(_as_qdate(value))


def _takes_letter(event: QKeyEvent) -> bool:
    """Whether the question is who takes a letter: a field, or the shortcut that it is."""
    asked = event.type() is QEvent.Type.ShortcutOverride
    return asked and bool(event.text().strip()) and not event.modifiers() & HELD


def _as_qdate(value: date) -> QDate:
    return QDate(value.year, value.month, value.day)
