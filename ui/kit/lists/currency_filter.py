"""Which currency a list shows: all of them, or one, remembered from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from console.ledger.books.names import currency_words
from ui.kit.widgets.checked_filters import CheckedChip
from ui.kit.widgets.filters import OneChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSettings

    from console.money import Currency

_ALL = "all"


class CurrencyChoice(OneChoice):
    """All currencies, or one; the value is its code or None."""

    def __init__(self, currencies: Sequence[Currency]) -> None:
        choices = [(one.code, currency_words(one.code)) for one in currencies]
        super().__init__(choices, all_title="All currencies", word=_ALL)


class CurrencyChip(CheckedChip):
    """`Currency all` over a list; not shown where the ledger has one currency only."""

    def __init__(self, name: str, currencies: Sequence[Currency], store: QSettings) -> None:
        """`name` is the list's own, under which the choice is kept."""
        self._choice = CurrencyChoice(currencies)
        super().__init__("Currency", self._choice)
        self._currencies = tuple(currencies)
        self._store = store
        self._key = f"currency/{name}"
        self._choice.set_value(str(store.value(self._key, "") or ""))
        self.take()
        self.changed.connect(self.remember)
        self.setVisible(len(self._currencies) > 1)

    @property
    def currency(self) -> Currency | None:
        """The currency that the list is of; None for several."""
        if len(self._currencies) == 1:
            (only,) = self._currencies
            return only
        return next((one for one in self._currencies if one.code == self._applied), None)

    @property
    def code(self) -> str:
        """The code to ask for; empty for all."""
        return "" if self._applied is None else str(self._applied)

    def choose(self, code: str) -> None:
        """Show one currency, without telling and without keeping it for the next start."""
        self._choice.set_value(code)
        self.take()

    def remember(self) -> None:
        """Keep the choice for the next start."""
        self._store.setValue(self._key, self.code)

    @override
    def setVisible(self, visible: bool) -> None:
        # A layout shows its widgets when it is itself shown.
        super().setVisible(visible and len(self._currencies) > 1)
