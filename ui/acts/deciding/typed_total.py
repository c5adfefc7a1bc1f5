"""A total typed by hand before it is decided on: nobody decides over a sum they have not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.widgets.basics import Field
from ui.kit.widgets.inputs import AmountEdit

if TYPE_CHECKING:
    from console.money import Currency
    from ui.kit.formats import Formats


class TypedTotal(Field):
    """Compared with the total of `of`, what is decided on, such as `batch`."""

    def __init__(self, formats: Formats, deed: str, of: str = "batch") -> None:
        self.edit = AmountEdit(formats)
        self._of = of
        super().__init__(f"Type the total to {deed}", self.edit)

    def set_currency(self, currency: Currency) -> None:
        """Read what is typed in this currency."""
        if currency != self.edit.currency:
            self.edit.set_currency(currency)
            self.edit.setPlaceholderText("")

    def why_not(self, total: int) -> str:
        """Say why what is typed does not do; empty when it does. total: in minor units."""
        if self.edit.problem:
            return "what is typed is no amount"
        if self.edit.amount is None:
            return "type the total"
        return "" if self.edit.amount == total else f"the typed total is not the {self._of}'s"

    def show_problem(self, total: int) -> None:
        """Mark what is typed where it is wrong already."""
        wrong = self.edit.amount is not None and self.edit.amount != total
        self.set_problem(self.edit.problem or (f"This is not the {self._of}'s total." if wrong else ""))
