"""A table model over a keyset list of any length, of which it holds a window."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QObject, Signal
from typing_extensions import override

from console.errors import CancelledError, ConsoleError, DatabaseUnreachableError
from console.postgres.page import Direction, Page
from ui.kit.table.columns import Cell, Column, cells_of
from ui.kit.table.model import CellModel, Index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker

Row = TypeVar("Row")

ROWS_IN_MEMORY = 10_000
_ROOT = QModelIndex()


class State(StrEnum):
    """What a list can be seen doing."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    EMPTY = "empty"
    ERROR = "error"


class _Rendered(Generic[Row]):
    """A page with its cells, made on the pool thread."""

    __slots__ = ("cells", "page")

    def __init__(self, page: Page[Row], cells: list[tuple[Cell, ...]]) -> None:
        self.page = page
        self.cells = cells


class PagedModel(CellModel[Row]):
    """Loads pages through the worker as the view nears an end; each load cancels the one before.

    `load(direction, cursor, cancellation)` runs on a pool thread: cursor None means the list's first
    page (AFTER) or its last (BEFORE), else the page beside that row. renewing and renewed come around a
    change of the rows that nobody asked for.
    """

    state_changed = Signal()
    shifted = Signal(object)
    first_page_shown = Signal()
    renewing = Signal()
    renewed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        formats: Formats,
        worker: Worker,
        parent: QObject | None = None,
        *,
        rows_in_memory: int = ROWS_IN_MEMORY,
    ) -> None:
        super().__init__(columns, formats, parent)
        self._worker = worker
        self._limit = rows_in_memory
        self._load: Callable[[Direction, Row | None, Cancellation], Page[Row]] | None = None
        self._rows: deque[Row] = deque()
        self._cells: deque[tuple[Cell, ...]] = deque()
        self._more_before = False
        self._more_after = False
        self._loading: Direction | None = None
        self._retry: Callable[[], None] | None = None
        self._state = State.IDLE
        self._problem = ""
        self._unreachable = False

    @property
    def state(self) -> State:
        """What the list is doing; LOADING and ERROR may come with rows still shown."""
        return self._state

    @property
    def problem(self) -> str:
        """Why the last load failed, in words."""
        return self._problem

    @property
    def unreachable(self) -> bool:
        """Whether it failed because there is no server; the window says that for all lists."""
        return self._unreachable

    @property
    def more_before(self) -> bool:
        """Whether rows precede those held."""
        return self._more_before

    @property
    def more_after(self) -> bool:
        """Whether rows follow those held."""
        return self._more_after

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows held, in the list's order."""
        return tuple(self._rows)

    def show(self, load: Callable[[Direction, Row | None, Cancellation], Page[Row]]) -> None:
        """Show another list (other filters, other order) from its first page."""
        self.load_by(load)
        self.show_first()

    def load_by(self, load: Callable[[Direction, Row | None, Cancellation], Page[Row]]) -> None:
        """Load further pages of the same list in this way; what is held stays."""
        self._load = load

    def show_first(self) -> None:
        """Load the list's first page; what is shown stays until it is there."""
        self._begin(Direction.AFTER, None, fresh=True)

    def renew(self) -> None:
        """Load the first page anew, where it is what is held; rows that are the same stay as they are."""
        load = self._load
        if load is None or self._more_before or self._state not in {State.READY, State.EMPTY}:
            return
        self._worker.run(
            lambda cancellation: self._rendered(load(Direction.AFTER, None, cancellation)),
            done=self._take_anew,
            failed=lambda _error: None,
            owner=self,
            replaces="page",
        )

    def show_last(self) -> None:
        """Load the list's last page."""
        self._begin(Direction.BEFORE, None, fresh=True)

    def forget(self) -> None:
        """Hold no rows: those there were are of another list than the one wanted now."""
        self.beginResetModel()
        self._rows.clear()
        self._cells.clear()
        self._more_before = self._more_after = False
        self.endResetModel()

    def retry(self) -> None:
        """Do again what failed."""
        if self._retry is not None:
            self._retry()

    def fetch_before(self) -> None:
        """Load the page before the first row, unless a load is under way."""
        if self._rows and self._more_before and self._may_fetch():
            self._begin(Direction.BEFORE, self._rows[0], fresh=False)

    @override
    def canFetchMore(self, parent: Index = _ROOT) -> bool:
        return not parent.isValid() and bool(self._rows) and self._more_after and self._may_fetch()

    @override
    def fetchMore(self, parent: Index = _ROOT) -> None:
        if self.canFetchMore(parent):
            self._begin(Direction.AFTER, self._rows[-1], fresh=False)

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def row_at(self, row: int) -> Row:
        return self._rows[row]

    @override
    def row_cells(self, row: int) -> tuple[Cell, ...]:
        return self._cells[row]

    def _may_fetch(self) -> bool:
        # After an error only the operator's retry loads: the view would ask again without end.
        return self._loading is None and self._state is not State.ERROR

    def _begin(self, direction: Direction, cursor: Row | None, *, fresh: bool) -> None:
        load = self._load
        if load is None:
            return
        self._loading = direction
        self._retry = partial(self._begin, direction, cursor, fresh=fresh)
        self._set_state(State.LOADING)
        self._worker.run(
            lambda cancellation: self._rendered(load(direction, cursor, cancellation)),
            done=partial(self._replace if fresh else self._extend, direction),
            failed=self._fail,
            cancelled=lambda: self._fail(CancelledError()),
            owner=self,
            replaces="page",
        )

    def _rendered(self, page: Page[Row]) -> _Rendered[Row]:
        """Make a page's cells; called on the pool thread."""
        return _Rendered(page, [cells_of(self._columns, row, self._formats) for row in page.rows])

    def _take_anew(self, rendered: _Rendered[Row]) -> None:
        rows, held = rendered.page.rows, len(self._rows)
        # A page that is the whole list, and shorter than what is held: its last rows have gone.
        is_shorter = len(rows) < held and not rendered.page.more_after
        if len(rows) > held or is_shorter or list(rows) != list(islice(self._rows, len(rows))):
            self.renewing.emit()
            self._hold(rendered)
            self._set_state(State.READY if self._rows else State.EMPTY)
            self.renewed.emit()

    def _hold(self, rendered: _Rendered[Row]) -> None:
        self.beginResetModel()
        self._rows = deque(rendered.page.rows)
        self._cells = deque(rendered.cells)
        self._more_before = rendered.page.more_before
        self._more_after = rendered.page.more_after
        self._loading = None
        self.endResetModel()

    def _replace(self, direction: Direction, rendered: _Rendered[Row]) -> None:
        self._hold(rendered)
        self._set_state(State.READY if self._rows else State.EMPTY)
        self.first_page_shown.emit()
        if direction is Direction.BEFORE and self._rows:
            self.shifted.emit(len(self._rows))

    def _extend(self, direction: Direction, rendered: _Rendered[Row]) -> None:
        count = len(rendered.page.rows)
        if direction is Direction.AFTER:
            self._append(rendered, count)
            self._drop_first(len(self._rows) - self._limit)
        else:
            self._prepend(rendered, count)
            self._drop_last(len(self._rows) - self._limit)
        self._loading = None
        self._set_state(State.READY)

    def _append(self, rendered: _Rendered[Row], count: int) -> None:
        self._more_after = rendered.page.more_after
        if count:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + count - 1)
            self._rows.extend(rendered.page.rows)
            self._cells.extend(rendered.cells)
            self.endInsertRows()

    def _prepend(self, rendered: _Rendered[Row], count: int) -> None:
        self._more_before = rendered.page.more_before
        if count:
            self.beginInsertRows(QModelIndex(), 0, count - 1)
            self._rows.extendleft(reversed(rendered.page.rows))
            self._cells.extendleft(reversed(rendered.cells))
            self.endInsertRows()
            self.shifted.emit(count)

    def _drop_first(self, count: int) -> None:
        if count > 0:
            self.beginRemoveRows(QModelIndex(), 0, count - 1)
            for _ in range(count):
                self._rows.popleft()
                self._cells.popleft()
            self._more_before = True
            self.endRemoveRows()
            self.shifted.emit(-count)

    def _drop_last(self, count: int) -> None:
        if count > 0:
            last = len(self._rows)
            self.beginRemoveRows(QModelIndex(), last - count, last - 1)
            for _ in range(count):
                self._rows.pop()
                self._cells.pop()
            self._more_after = True
            self.endRemoveRows()

    def _fail(self, error: ConsoleError) -> None:
        self._loading = None
        self._problem = str(error)
        self._unreachable = isinstance(error, DatabaseUnreachableError)
        self._set_state(State.ERROR)

    def _set_state(self, state: State) -> None:
        self._state = state
        self.state_changed.emit()
