"""Editors for amounts and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QLineEdit

from console.money import AmountError
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import restyle

if TYPE_CHECKING:
    from datetime import date

    from ui.kit.formats import Formats


class AmountEdit(QLineEdit):
    """An amount as text, read by the ledger's own grammar; int minor units of any size."""

    amount_changed = Signal(object)

    def __init__(self, formats: Formats, *, signed: bool = False) -> None:
        super().__init__()
        self._formats = formats
        self._signed = signed
        self._amount: int | None = None
        self._problem = ""
        self.setFont(text_font(tabular=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setPlaceholderText(formats.amount(0))
        self.textChanged.connect(self._read)

    @property
    def amount(self) -> int | None:
        """Minor units; None while the field is empty or its text is no amount."""
        return self._amount

    @property
    def problem(self) -> str:
        """Why the text is no amount; empty when it is one, or when the field is empty."""
        return self._problem

    def set_amount(self, minor: int | None) -> None:
        """Show an amount, or nothing."""
        self.setText("" if minor is None else self._formats.amount(minor))

    def _read(self, text: str) -> None:
        amount, problem = None, ""
        if text.strip():
            try:
                amount = self._formats.parse(text, signed=self._signed)
            except AmountError as error:
                problem = str(error)
        if problem != self._problem:
            self._problem = problem
            restyle(self, invalid=bool(problem))
            self.setAccessibleDescription(problem)
        if amount != self._amount:
            self._amount = amount
            self.amount_changed.emit(amount)


class DateEdit(QDateEdit):
    """A date as `2026-11-21`, with a calendar."""

    def __init__(self, value: date | None = None) -> None:
        super().__init__(QDate.currentDate() if value is None else _as_qdate(value))
        self.setDisplayFormat("yyyy-MM-dd")
        self.setCalendarPopup(True)
        self.setFont(text_font(tabular=True))

    def day(self) -> date:
        """Return the date chosen."""
        value: date = self.date().toPython()  # type: ignore[assignment]  # the stubs say object
        return value

    def set_day(self, value: date) -> None:
        """Show a date."""
        self.setDate(_as_qdate(value))


def _as_qdate(value: date) -> QDate:
    return QDate(value.year, value.month, value.day)
