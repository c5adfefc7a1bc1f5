"""What the rows selected add up to, each currency for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.kit.formats import DOT
from ui.kit.table.columns import AMOUNTS
from ui.kit.table.model import CellModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.table.view import LedgerTable

_FROM = 2


class SelectionSum:
    """Tells under a table the sum of one column over the rows selected, from two rows on."""

    def __init__(self, table: LedgerTable, key: str, formats: Formats) -> None:
        self._table, self._key, self._formats = table, key, formats
        self.label: QLabel = label(tone="muted", font=text_font(tabular=True), selectable=True)
        self.label.hide()
        table.selectionModel().selectionChanged.connect(self._show)
        model = table.model()
        model.modelReset.connect(self._show)

    @property
    def words(self) -> str:
        """What is told; empty while fewer than two rows are selected."""
        return "" if self.label.isHidden() else self.label.text()

    def _show(self) -> None:
        model = self._table.model()
        chosen = [index.row() for index in self._table.selectionModel().selectedRows()]
        if not isinstance(model, CellModel) or len(chosen) < _FROM:
            self.label.hide()
            return
        sums = self._sums(model, chosen)
        parts = [self._formats.money(total, currency) for currency, total in sums]
        self.label.setText(DOT.join([f"{self._formats.integer(len(chosen))} rows selected", *parts]))
        self.label.setAccessibleName(self.label.text())
        self.label.show()

    def _sums(self, model: CellModel[Any], chosen: list[int]) -> list[tuple[Currency, int]]:
        column = next(one for one in model.columns if one.key == self._key and one.kind in AMOUNTS)
        sums: dict[Currency, int] = {}
        for place in chosen:
            row = model.row_at(place)
            value = column.read(row)
            if value is not None and column.currency is not None:
                currency = column.currency(row)
                sums[currency] = sums.get(currency, 0) + value
        return sorted(sums.items(), key=lambda one: one[0].code)
