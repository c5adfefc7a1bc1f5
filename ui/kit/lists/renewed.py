"""Lists that are read anew while somebody looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTime

from ui.kit.widgets.basics import button

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ui.kit.table.paged_model import PagedModel
    from ui.kit.table.rows_model import RowsModel
    from ui.kit.table.view import LedgerTable
    from ui.kit.widgets.basics import TitleRow

_TIME: Final = "HH:mm"


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


class Renewed(QObject):
    """Reads a paged list anew when others have changed it, where nobody has gone into it.

    In the middle of it, or with rows selected, what is read stays, and the title says that it has changed.
    key: what makes a row the same row. held: whether rows are chosen in another way than by selection.
    """

    def __init__(
        self, table: LedgerTable, model: PagedModel[Any], title: TitleRow, *, key: Callable[[Any], object],
        held: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        super().__init__(table)
        self._table = table
        self._model = model
        self._key = key
        self._held = held
        self._chosen: Any | None = None
        self.stale = button("", compact=True)
        self.stale.setToolTip("Others have changed the list since it was read: read it again (F5)")
        self.stale.hide()
        self.stale.clicked.connect(model.show_first)
        title.add_beside(self.stale)
        model.first_page_shown.connect(self.stale.hide)
        model.renewing.connect(self._remember)
        model.renewed.connect(self._choose_again)

    @property
    def at_rest(self) -> bool:
        """Whether nobody has gone into the list, so that reading it anew takes nothing from anybody."""
        table = self._table
        is_at_top = table.verticalScrollBar().value() == 0 and not self._model.more_before
        return is_at_top and len(table.selected_rows()) <= 1 and not self._held()

    def renew(self) -> None:
        """Read the list anew, or say that it has changed."""
        if self.at_rest:
            self._model.renew()
        elif not self.stale.isVisible():
            self.stale.setText(f"Changed at {QTime.currentTime().toString(_TIME)}, read again")
            self.stale.show()

    def _remember(self) -> None:
        self._chosen = self._table.current_row()

    def _choose_again(self) -> None:
        chosen, self._chosen = self._chosen, None
        if chosen is not None:
            same = (at for at, row in enumerate(self._model.rows) if self._key(row) == self._key(chosen))
            self._table.select_place(next(same, -1))
        self._table.verticalScrollBar().setValue(0)
