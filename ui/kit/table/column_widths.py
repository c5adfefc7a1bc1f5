"""Column widths: what the rows need and the table has room for, unless the operator has set them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from ui.kit.table.columns import RIGHT_ALIGNED, Column, Kind
from ui.kit.table.model import CellModel
from ui.kit.table.room import Wish, fixed, share
from ui.kit.table.saved_layout import ColumnLayout, read_layout, write_layout

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QTableView

    from ui.kit.table.delegate import CellDelegate
    from ui.kit.table.header import TableHead

# A page's cells are measured in 3 ms; of a grid of 100,000 rows those that are seen.
_ROWS_MEASURED = 200
_USUAL_TEXT_PX = 340
_LEAST_TEXT_PX = 80
_SAVE_AFTER_MS = 250
_MEASURE_AFTER_MS = 50
_UNCUT = RIGHT_ALIGNED | {Kind.CHIP, Kind.TIMESTAMP, Kind.DATE, Kind.UNTIL, Kind.IDENTIFIER}


class ColumnWidths(QObject):
    """Measures, shares out, restores and saves the columns of one table."""

    def __init__(
        self, table: QTableView, head: TableHead, delegate: CellDelegate, store: QSettings, name: str
    ) -> None:
        super().__init__(table)
        self._table = table
        self._head = head
        self._delegate = delegate
        self._store = store
        self._name = name
        self._whole: dict[int, int] = {}
        self._own: dict[int, int] = {}
        self._kept_visible: set[int] = set()
        self._busy = False
        self._save_later = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._save_later.timeout.connect(self.save)
        self._measure_later = QTimer(self, singleShot=True, interval=_MEASURE_AFTER_MS)
        self._measure_later.timeout.connect(self._measure_seen)
        head.sectionResized.connect(self._resized)
        head.sectionMoved.connect(self._changed)
        head.sectionHandleDoubleClicked.connect(self._let_go)
        head.visibility_wanted.connect(self._choose)
        table.verticalScrollBar().valueChanged.connect(lambda _at: self._measure_later.start())

    def restore(self) -> None:
        """Take up the kept layout, or the columns' own defaults."""
        kept = read_layout(self._store, self._name)
        columns = self._columns()
        self._whole, self._own = {}, {}
        self._head.left_out = frozenset()
        self._busy = True
        for section, column in enumerate(columns):
            one = kept.get(column.key)
            self._head.setSectionHidden(section, column.hidden if one is None else one.hidden)
            if one is not None and one.own:
                self._own[section] = one.width
        self._place(kept)
        self._busy = False
        self.measure()
        self.arrange()

    def fit(self) -> None:
        """Look at the rows anew: what needs more room gets it."""
        self.measure()
        self.arrange()

    def fit_anew(self) -> None:
        """Look at the rows of another listing: what those of the last one needed says nothing of them."""
        self._whole = {}
        self.fit()

    def measure(self, first: int = 0, last: int | None = None) -> bool:
        """Take the widths that a range of rows needs into account; return whether any grew."""
        model = self._table.model()
        if not isinstance(model, CellModel):
            return False
        end = model.rowCount() - 1 if last is None else min(last, model.rowCount() - 1)
        grown = False
        for row in range(first, min(end, first + _ROWS_MEASURED - 1) + 1):
            for section, cell in enumerate(model.row_cells(row)):
                width = self._delegate.width_of(model.columns[section], cell)
                if width > self._whole.get(section, 0):
                    self._whole[section] = width
                    grown = True
        return grown

    def take_rows(self, first: int, last: int) -> None:
        """Look at rows that have come."""
        if self.measure(first, last):
            self.arrange()

    def arrange(self) -> None:
        """Share the table's width out among the columns."""
        columns = self._columns()
        if not columns:
            return
        chosen = [at for at in self._visual_order() if not self._hidden_by_choice(at)]
        # Before it is shown a table's width says nothing: it would leave columns out that there is room for.
        room = self._table.viewport().width() if self._table.isVisible() else sum(map(self._usual, chosen))
        widths = dict(zip(chosen, share([self._wish(at) for at in chosen], room), strict=True))
        self._busy = True
        self._head.left_out = frozenset(at for at, width in widths.items() if width is None)
        for at, width in widths.items():
            self._head.setSectionHidden(at, width is None)
            if width is not None:
                self._head.resizeSection(at, width)
        self._busy = False

    def save(self) -> None:
        """Keep the layout now."""
        layout = {
            column.key: ColumnLayout(
                width=self._own.get(section, self._usual(section)),
                place=self._head.visualIndex(section),
                hidden=self._hidden_by_choice(section),
                own=section in self._own,
            )
            for section, column in enumerate(self._columns())
        }
        if layout:
            write_layout(self._store, self._name, layout)

    def _columns(self) -> tuple[Column[Any], ...]:
        model = self._table.model()
        return model.columns if isinstance(model, CellModel) else ()

    def _visual_order(self) -> list[int]:
        return [self._head.logicalIndex(place) for place in range(self._head.count())]

    def _hidden_by_choice(self, section: int) -> bool:
        return self._head.isSectionHidden(section) and section not in self._head.left_out

    def _usual(self, section: int) -> int:
        return self._wish(section).usual

    def _wish(self, section: int) -> Wish:
        column = self._columns()[section]
        title = self._head.title_width(column)
        text = column.kind not in _UNCUT
        seen = self._whole.get(section, 0)
        # A text whose cells are known to be narrow leaves its blank to one that would be cut.
        stated = title if text and seen else max(title, column.width or 0)
        whole = max(stated, seen)
        usual = max(stated, min(whole, _USUAL_TEXT_PX)) if text else whole
        free = column.stretch and column.muted
        if free:
            # What is seen of free text is what the others leave: it asks for no more than its stated width.
            usual = max(title, min(whole, column.width or 0))
        narrow = title if free else max(title, min(usual, column.width or _LEAST_TEXT_PX))
        least = narrow if text else whole
        yields = 0 if section in self._kept_visible else column.yields
        wish = Wish(whole, usual, least, yields, text=text, takes=column.stretch, free=free)
        return fixed(self._own[section], wish) if section in self._own else wish

    def _place(self, kept: dict[str, ColumnLayout]) -> None:
        """Put columns where they were; new ones keep their own place."""
        columns = self._columns()
        wanted = sorted(
            range(len(columns)),
            key=lambda at: (kept[columns[at].key].place if columns[at].key in kept else at, at),
        )
        for place, section in enumerate(wanted):
            self._head.moveSection(self._head.visualIndex(section), place)

    def _measure_seen(self) -> None:
        """Look at the rows in view, which may lie far below those that were measured."""
        first = self._table.rowAt(0)
        last = self._table.rowAt(self._table.viewport().height() - 1)
        if first >= 0:
            self.take_rows(first, first + _ROWS_MEASURED if last < 0 else last)

    def _resized(self, section: int, _before: int, after: int) -> None:
        # A column that is hidden or shown is resized too, from or to nothing.
        if self._busy or not after or self._head.isSectionHidden(section):
            return
        self._own[section] = after
        self._save_later.start()
        self.arrange()

    def _let_go(self, section: int) -> None:
        """Fit a column to its rows again."""
        self._own.pop(section, None)
        self._changed()

    def _choose(self, section: int, hidden: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        """Hide a column, or show it whether or not there is room."""
        self._head.left_out -= {section}
        # What it then is wide is no width that anybody has chosen.
        self._busy = True
        self._head.setSectionHidden(section, hidden)
        self._busy = False
        if not hidden:
            self._kept_visible.add(section)
        self._changed()

    def _changed(self, *_places: int) -> None:
        if not self._busy:
            self.arrange()
            self._save_later.start()
