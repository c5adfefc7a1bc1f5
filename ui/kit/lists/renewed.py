"""Lists that are read anew while somebody looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ui.kit.table.rows_model import RowsModel
    from ui.kit.table.view import LedgerTable


def show_rows(
    table: LedgerTable, model: RowsModel[Any], rows: Iterable[Any], key: Callable[[Any], object]
) -> None:
    """Show other rows where the same stay under the eye: in place when only their figures changed."""
    fresh = list(rows)
    if fresh and [key(row) for row in fresh] == [key(row) for row in model.rows]:
        for place, row in enumerate(fresh):
            if row != model.row_at(place):
                model.replace_row(place, row)
        return
    chosen, scrolled = table.current_row(), table.verticalScrollBar().value()
    model.set_rows(fresh)
    if chosen is not None:
        same = (at for at, row in enumerate(model.rows) if key(row) == key(chosen))
        table.select_place(next(same, -1))
    table.verticalScrollBar().setValue(scrolled)
