"""What the operator expects of a batch, and the total typed before it is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.acts.deciding.typed_total import TypedTotal
from ui.kit.widgets.basics import Field, column_of, row_of
from ui.kit.widgets.inputs import WHOLE, AmountEdit

if TYPE_CHECKING:
    from console.ledger.batches.page import BatchRow
    from console.money import Currency
    from ui.kit.formats import Formats


class ControlTotals(QWidget):
    """The control totals of a cover note, both optional, and the typed total."""

    changed = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.lines = AmountEdit(formats, WHOLE)
        self.total = AmountEdit(formats)
        self.typed = TypedTotal(formats, "confirm")
        self._lines_field = Field("Expected lines", self.lines)
        self._total_field = Field("Expected total", self.total)
        self.lines.setPlaceholderText("optional")
        for edit in (self.lines, self.total, self.typed.edit):
            edit.textChanged.connect(self.changed)
        inside = column_of(row_of(self._lines_field, self._total_field), self.typed, spacing=11)
        self.setLayout(inside)

    def set_currency(self, currency: Currency) -> None:
        """Read what is typed in the batch's currency."""
        if currency != self.total.currency:
            self.total.set_currency(currency)
            self.total.setPlaceholderText("optional")
        self.typed.set_currency(currency)

    def unlike(self, row: BatchRow) -> str:
        """Say which expectation the batch does not meet."""
        for edit, found, noun in (
            (self.lines, row.lines, "number of lines"),
            (self.total, row.total, "total"),
        ):
            if edit.problem or (edit.amount is not None and edit.amount != found):
                return f"the {noun} is not the one expected"
        return ""

    def show_problems(self, row: BatchRow) -> None:
        """Mark what the batch does not meet."""
        for field, edit, found, written in (
            (self._lines_field, self.lines, row.lines, self._formats.integer(row.lines)),
            (self._total_field, self.total, row.total, self._formats.money(row.total, row.currency)),
        ):
            wrong = edit.amount is not None and edit.amount != found
            field.set_problem(edit.problem or (f"The file has {written}." if wrong else ""))
        self.typed.show_problem(row.total)
