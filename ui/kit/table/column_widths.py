"""Column widths: from the first page once, then as the operator leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from ui.kit.table.columns import AMOUNTS, RIGHT_ALIGNED, Column, Kind
from ui.kit.table.model import CellModel
from ui.kit.table.saved_layout import ColumnLayout, read_layout, write_layout

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QTableView

    from ui.kit.table.delegate import CellDelegate
    from ui.kit.table.header import TableHead

_ROWS_MEASURED = 200
_WIDEST_TEXT_PX = 340
_SAVE_AFTER_MS = 250
_UNCUT = RIGHT_ALIGNED | {Kind.CHIP, Kind.TIMESTAMP, Kind.DATE, Kind.UNTIL, Kind.IDENTIFIER}


class ColumnWidths(QObject):
    """Sizes, stretches, restores and saves the columns of one table."""

    def __init__(
        self, table: QTableView, head: TableHead, delegate: CellDelegate, store: QSettings, name: str
    ) -> None:
        super().__init__(table)
        self._table = table
        self._head = head
        self._delegate = delegate
        self._store = store
        self._name = name
        self._fitted = False
        self._own = False
        self._least: dict[int, int] = {}
        self._save_later = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._save_later.timeout.connect(self.save)
        head.sectionResized.connect(self._resized)
        head.sectionMoved.connect(self._changed)
        head.visibility_changed.connect(self._changed)

    def restore(self) -> None:
        """Take up the kept layout, or the columns' own defaults."""
        kept = read_layout(self._store, self._name)
        self._own = True
        for section, column in enumerate(self._columns()):
            one = kept.get(column.key)
            self._head.setSectionHidden(section, column.hidden if one is None else one.hidden)
            width = one.width if one is not None else column.width or self._head.title_width(column)
            self._head.resizeSection(section, width)
        self._place(kept)
        self._own = False
        self.fit_once()
        self.stretch()

    def fit_once(self) -> None:
        """Size the columns by the first rows there are; later rows widen amounts, which are never cut."""
        model = self._table.model()
        if not isinstance(model, CellModel) or model.rowCount() == 0:
            return
        fitted, self._fitted = self._fitted, True
        kept = read_layout(self._store, self._name)
        self._own = True
        for section, column in enumerate(model.columns):
            shown = not self._head.isSectionHidden(section)
            if not fitted and column.key not in kept:
                self._head.resizeSection(section, self._natural(model, section, column))
            elif column.kind in AMOUNTS and shown:
                # Another currency has other decimals, and other sizes of amounts.
                needed = self._natural(model, section, column)
                self._head.resizeSection(section, max(self._head.sectionSize(section), needed))
        self._own = False
        self.stretch()

    def stretch(self) -> None:
        """Give the stretching column the room the others leave, and never less than it needs."""
        section = self._stretching()
        if section is None:
            return
        others = sum(
            self._head.sectionSize(at)
            for at in range(self._head.count())
            if at != section and not self._head.isSectionHidden(at)
        )
        column = self._columns()[section]
        least = self._least.get(section, column.width or self._head.title_width(column))
        self._own = True
        self._head.resizeSection(section, max(least, self._table.viewport().width() - others))
        self._own = False

    def save(self) -> None:
        """Keep the layout now."""
        layout = {
            column.key: ColumnLayout(
                width=self._width_to_keep(section),
                place=self._head.visualIndex(section),
                hidden=self._head.isSectionHidden(section),
            )
            for section, column in enumerate(self._columns())
        }
        if layout:
            write_layout(self._store, self._name, layout)

    def _columns(self) -> tuple[Column[Any], ...]:
        model = self._table.model()
        return model.columns if isinstance(model, CellModel) else ()

    def _width_to_keep(self, section: int) -> int:
        if section == self._stretching():
            return self._least.get(section, self._head.sectionSize(section))
        # A hidden column's size is 0; showing it again must not find it gone.
        return self._head.sectionSize(section) or self._head.title_width(self._columns()[section])

    def _natural(self, model: CellModel[Any], section: int, column: Column[Any]) -> int:
        width = self._head.title_width(column)
        for row in range(min(model.rowCount(), _ROWS_MEASURED)):
            width = max(width, self._delegate.width_of(column, model.cell(row, section)))
        if column.kind not in _UNCUT:
            width = min(width, _WIDEST_TEXT_PX)
        width = max(width, column.width or 0)
        if column.stretch:
            # It takes what is left, and elides rather than make the table scroll sideways.
            self._least[section] = max(self._head.title_width(column), column.width or 0)
        return width

    def _stretching(self) -> int | None:
        shown = [at for at in range(self._head.count()) if not self._head.isSectionHidden(at)]
        columns = self._columns()
        if not shown or not columns:
            return None
        chosen = [at for at in shown if columns[at].stretch]
        return chosen[0] if chosen else max(shown, key=self._head.visualIndex)

    def _place(self, kept: dict[str, ColumnLayout]) -> None:
        """Put columns where they were; new ones keep their own place."""
        columns = self._columns()
        wanted = sorted(
            range(len(columns)),
            key=lambda at: (kept[columns[at].key].place if columns[at].key in kept else at, at),
        )
        for place, section in enumerate(wanted):
            self._head.moveSection(self._head.visualIndex(section), place)

    def _resized(self, section: int, _before: int, after: int) -> None:
        if self._own:
            return
        if section == self._stretching():
            self._least[section] = after
        else:
            self.stretch()
        self._save_later.start()

    def _changed(self, *_places: int) -> None:
        if not self._own:
            self.stretch()
            self._save_later.start()
