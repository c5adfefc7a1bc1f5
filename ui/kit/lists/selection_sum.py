"""What the rows selected come to, each currency for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.formats import DOT
from ui.kit.table.columns import AMOUNTS
from ui.kit.table.model import CellModel
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.table.view import LedgerTable

_FROM = 2


class SelectionSum:
    """Tells under a table what one column's amounts over the rows selected are, from two rows on.

    Of each currency: how many amounts, their sum, the least and the most.
    """

    def __init__(self, table: LedgerTable, key: str, formats: Formats) -> None:
        self._table, self._key, self._formats = table, key, formats
        self.label: QLabel = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        # The line keeps its room: the table would jump under the hand that selects.
        policy = self.label.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.label.setSizePolicy(policy)
        self.label.setMinimumHeight(self.label.fontMetrics().lineSpacing())
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
        title, amounts = self._amounts(model, chosen)
        parts = [f"{self._formats.integer(len(chosen))} rows selected"]
        if amounts:
            parts.append(title.lower())
        several = len(amounts) > 1
        parts += [self._words(currency, found, counted=several) for currency, found in amounts]
        self.label.setText(DOT.join(parts))
        self.label.setAccessibleName(self.label.text())
        self.label.show()

    def _words(self, currency: Currency, found: list[int], *, counted: bool) -> str:
        """Say what one currency's amounts are; how many, where that is not how many rows there are."""
        formats = self._formats
        if len(found) == 1:
            return f"1 row, {formats.money(found[0], currency)}"
        words = (
            f"sum {formats.money(sum(found), currency)}, min {formats.amount(min(found), currency)}, "
            f"max {formats.amount(max(found), currency)}"
        )
        return f"{formats.integer(len(found))} with {words}" if counted else words

    def _amounts(
        self, model: CellModel[Any], chosen: list[int]
    ) -> tuple[str, list[tuple[Currency, list[int]]]]:
        """Return the column's title, and the amounts of each currency in the order of the codes."""
        column = next(one for one in model.columns if one.key == self._key and one.kind in AMOUNTS)
        found: dict[Currency, list[int]] = {}
        for place in chosen:
            row = model.row_at(place)
            value = column.read(row)
            if value is not None and column.currency is not None:
                found.setdefault(column.currency(row), []).append(value)
        return column.title, sorted(found.items(), key=lambda one: one[0].code)


class SummedTable(QWidget):
    """A table over what its rows selected come to; `selected` tells it."""

    def __init__(self, table: LedgerTable, key: str, formats: Formats) -> None:
        """`table` has its model."""
        super().__init__()
        self.selected = SelectionSum(table, key, formats)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(table, 1)
        layout.addWidget(self.selected.label)
