"""Which credits are chosen: rows of the list, or all that match its filter, also those not read yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal

from console.files.days import day_of, day_words, last_day
from console.ledger.credits.many import Selection
from ui.screens.credits.listing import left_of

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from console.ledger.credits.filter import CreditFilter
    from console.ledger.credits.listing import CreditRow, CreditTotals
    from ui.kit.formats import Formats
    from ui.kit.table.paged_model import PagedModel
    from ui.kit.table.view import LedgerTable


class CreditSelection(QObject):
    """Follows the table; `everything` holds until the operator chooses rows or the list is another."""

    changed = Signal()

    def __init__(self, table: LedgerTable, model: PagedModel[CreditRow], zone: tzinfo) -> None:
        super().__init__(table)
        self._zone = zone
        self._table = table
        self._model = model
        self._of: tuple[CreditFilter, CreditTotals] | None = None
        self._own = False
        table.selectionModel().selectionChanged.connect(self._chosen)
        model.modelReset.connect(self._reset)
        model.rowsInserted.connect(self._more_came)

    @property
    def everything(self) -> bool:
        """Whether all that match are chosen, also those that the list has not read yet."""
        return self._of is not None

    @property
    def rows(self) -> list[CreditRow]:
        """The rows chosen, of those that were read."""
        return self._table.selected_rows()

    @property
    def selection(self) -> Selection | None:
        """What an act is told: numbers, or the filter, with how many and how much; None for nothing."""
        if self._of is not None:
            wanted, totals = self._of
            return Selection(
                wanted.currency, totals.credits, totals.amount, filter=wanted.as_request(self._zone)
            )
        rows = self.rows
        if not rows:
            return None
        return Selection(
            rows[0].currency.code, len(rows), sum(left_of(row) for row in rows),
            lots=tuple(sorted(row.id for row in rows)),
        )  # fmt: skip

    def ends(self, formats: Formats, word: str) -> tuple[str, date | None]:
        """Return when those chosen end, in words that begin with `word`, and their last day if it is known.

        Of all that match, the filter says it.
        """
        if self._of is not None:
            wanted = self._of[0]
            first, last = wanted.expires_from, wanted.expires_through
            if first is None or last is None:
                return f"{word} at their own times", None
            same = first == last
            between = day_words(last) if same else f"{day_words(first)} \N{EN DASH} {day_words(last)}"
            return f"{word} of {between}", last
        moments = [row.expires_at for row in self.rows]
        known = sorted(one for one in moments if one is not None)
        if not known:
            return f"{word} never", None
        newest = last_day(known[-1], formats.zone) or day_of(known[-1], formats.zone)
        if known[0] == known[-1]:
            words = f"{word} {formats.until(known[0])}"
        else:
            words = f"{word} {formats.until(known[0])} \N{EN DASH} {formats.until(known[-1])}"
        never = len(moments) - len(known)
        return (f"{words}, {formats.integer(never)} never" if never else words), newest

    def take_all(self, wanted: CreditFilter, totals: CreditTotals) -> None:
        """Choose all that match a filter, as many as were counted."""
        self._of = (wanted, totals)
        self._paint()
        self.changed.emit()

    def clear(self) -> None:
        """Choose nothing."""
        self._of = None
        self._table.clearSelection()
        self.changed.emit()

    def _paint(self) -> None:
        """Show every row that was read as chosen, and leave the keyboard where it is."""
        rows = self._model.rowCount()
        if not rows:
            return
        last = self._model.columnCount() - 1
        every = QItemSelection(self._model.index(0, 0), self._model.index(rows - 1, last))
        self._own = True
        self._table.selectionModel().select(every, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._own = False

    def _chosen(self) -> None:
        if not self._own:
            self._of = None
            self.changed.emit()

    def _reset(self) -> None:
        if self._of is not None:
            self._of = None
            self.changed.emit()

    def _more_came(self) -> None:
        if self._of is not None:
            self._paint()
