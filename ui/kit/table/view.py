"""The table every list stands in: rows, head, states, copying, and columns kept as the operator left them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QProgressBar, QTableView, QWidget
from typing_extensions import override

from ui.kit.commands import native
from ui.kit.table.clipboard import CELLS_AT_MOST, copied_words, tab_separated
from ui.kit.table.column_widths import ColumnWidths
from ui.kit.table.delegate import CellDelegate
from ui.kit.table.header import TableHead
from ui.kit.table.model import CellModel
from ui.kit.table.overlay import RoundedEdge, Words
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction, menu_of
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import HEAD_HEIGHT, ROW_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPoint, QSettings
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from ui.kit.theme.theme import Theme

BUSY_AFTER_MS = 200
_FETCH_WITHIN_ROWS = 20
_WORDS_PX = 140
_STEPS = (Qt.Key.Key_Up, Qt.Key.Key_Down)  # Qt stands on a first row without selecting it: step on it


class LedgerTable(QTableView):
    """A table over a PagedModel or a RowsModel; `name` is the key its layout is kept under."""

    activated_row = Signal(object)
    current_row_changed = Signal(object)
    wanted_first = Signal()
    wanted_last = Signal()
    sort_wanted = Signal(str, bool)
    recovered = Signal()
    copied = Signal(str)

    def __init__(
        self,
        name: str,
        *,
        theme: Theme,
        store: QSettings,
        notice: Callable[[str], None],
        parent: QWidget | None = None,
        ground: str = "page",
    ) -> None:
        """`notice` says what could not be copied; `ground` is the token of what lies behind the corners."""
        super().__init__()
        self._notice = notice
        self._theme = theme
        self._empty_words = ("Nothing here", "")
        self._state = State.IDLE
        self._problem = ""
        self._failed = False
        self._row_actions: Callable[[Any], Sequence[RowAction]] | None = None
        self._total: Callable[[], str] = str
        self._anchor_px = 0
        self._snug_rows: int | None = None
        self._cell_delegate = CellDelegate(theme, self)
        self.setItemDelegate(self._cell_delegate)
        self.head = TableHead(theme, self)
        self.setHorizontalHeader(self.head)
        self._widths = ColumnWidths(self, self.head, self._cell_delegate, store, name)
        self._words = Words(self.viewport())
        self._words.say("")
        self._bar = QProgressBar(self, textVisible=False, minimum=0, maximum=0)
        self._bar.setProperty("thin", True)
        self._bar.hide()
        self._edge = RoundedEdge(theme, self, ground)
        self._busy = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._set_up()
        self._connect()
        if parent is not None:
            # Not in the constructor: the scroll bars would take the style of a table's base class.
            self.setParent(parent)

    @property
    def list_state(self) -> State:
        """What the list is doing."""
        return self._state

    @property
    def words(self) -> str:
        """What stands in place of rows, empty when rows are shown."""
        return "" if self._words.isHidden() else self._words.accessibleName()

    def set_empty_words(self, heading: str, detail: str = "") -> None:
        """Set what an empty list says: what is not there, and when it would be."""
        self._empty_words = (heading, detail)
        self._show_state()

    def set_snug(self, *, at_most: int) -> None:
        """Be no higher than the rows there are (up to so many), for lists that end within the screen."""
        self._snug_rows = at_most
        self._cell_delegate.set_last_line(drawn=False)
        self._fit_height()

    def set_state(self, state: State, problem: str = "") -> None:
        """Say what the list is doing; a PagedModel says it by itself."""
        failed, self._failed = self._failed, (self._failed and state is State.LOADING) or state is State.ERROR
        self._state = state
        self._problem = problem
        if failed and not self._failed:
            self.recovered.emit()
        if state is State.LOADING:
            self._busy.start()
        else:
            self._busy.stop()
            self._bar.hide()
        self._show_state()

    def set_row_actions(self, actions: Callable[[Any], Sequence[RowAction]]) -> None:
        """Offer in a row's menu what `actions` returns for it, above copying."""
        self._row_actions = actions

    def set_total(self, words: Callable[[], str]) -> None:
        """Let `words` say how many rows the whole list has: `about 60,000`; empty when nobody knows."""
        self._total = words

    def row_menu(self, row: int, column: int) -> QMenu:
        """Return the menu of a row: what the screen offers for it, then copying."""
        model = self._cell_model()
        if model is None:
            return QMenu(self)
        cell = model.cell(row, column)
        rows = "rows" if len(self._selected_places()) > 1 else "row"
        copying = [
            RowAction(f"Copy {rows}", self.copy, native("Ctrl+C")),
            RowAction(
                f"Copy {rows} with headings", partial(self.copy, with_heads=True), native("Ctrl+Shift+C")
            ),
            RowAction(
                f"Copy {model.columns[column].title or 'cell'}",
                partial(QGuiApplication.clipboard().setText, cell.copied),
                refusal="" if cell.copied else "empty",
            ),
        ]
        offered = () if self._row_actions is None else self._row_actions(model.row_at(row))
        titles = {one.title.casefold() for one in offered}
        copying = [one for one in copying if one.title.casefold() not in titles]
        return menu_of(self, *((offered, copying) if offered else (copying,)))

    @override
    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        if arg__1.reason() is QContextMenuEvent.Reason.Keyboard:
            self._open_menu_at_current()
        else:
            place = arg__1.globalPos()
            self._open_menu(self.indexAt(self.viewport().mapFromGlobal(place)), place)

    def selected_rows(self) -> list[Any]:
        """Return the rows selected, from top to bottom."""
        model = self._cell_model()
        if model is None:
            return []
        return [model.row_at(row) for row in self._selected_places()]

    def current_row(self) -> Any | None:
        """Return the row the keyboard is at."""
        model, index = self._cell_model(), self.currentIndex()
        return model.row_at(index.row()) if model is not None and index.isValid() else None

    def select_place(self, row: int) -> None:
        """Select the row at a place and bring it into view."""
        model = self._cell_model()
        if model is not None and 0 <= row < model.rowCount():
            index, flag = model.index(row, self._first_shown_column()), QItemSelectionModel.SelectionFlag
            # The view's own way extends the selection while somebody holds Shift or Ctrl.
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
            self.scrollTo(index)

    def copy(self, *, with_heads: bool = False) -> None:
        """Put the selected cells on the clipboard as tab-separated text."""
        model = self._cell_model()
        if model is None:
            return
        rows, columns = self._selected_places(), self._shown_columns()
        if len(rows) * len(columns) > CELLS_AT_MOST:
            self._notice(
                f"{model.formats.integer(len(rows) * len(columns))} cells are too many to copy "
                f"(at most {model.formats.integer(CELLS_AT_MOST)}). Export them instead."
            )
        elif rows:
            QGuiApplication.clipboard().setText(tab_separated(model, rows, columns, with_heads=with_heads))
            said = copied_words(model, len(rows), self._total)
            if said:
                self.copied.emit(said)

    @override
    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is None:
            return
        self.selectionModel().currentRowChanged.connect(self._tell_current)
        model.rowsAboutToBeInserted.connect(self._note_place)
        model.rowsAboutToBeRemoved.connect(self._note_place)
        self._widths.restore()
        if isinstance(model, PagedModel):
            model.state_changed.connect(self._follow_paging)
            model.shifted.connect(self._keep_place)
            model.modelReset.connect(self._widths.fit_anew)
            model.rowsInserted.connect(lambda _parent, first, last: self._widths.take_rows(first, last))
            self._follow_paging()
        elif isinstance(model, RowsModel):
            model.modelReset.connect(self._follow_grid)
            model.dataChanged.connect(lambda first, last: self._widths.take_rows(first.row(), last.row()))
            model.sorted_by.connect(lambda key, down: self.head.set_order(key, descending=down))
            self._follow_grid()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        held, keys = event.modifiers(), Qt.KeyboardModifier
        control, shifted = held == keys.ControlModifier, held == keys.ControlModifier | keys.ShiftModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif shifted and event.key() == Qt.Key.Key_C:
            self.copy(with_heads=True)
        elif event.key() in _STEPS and self.currentIndex().isValid() and not self.selectedIndexes():
            self.select_place(self.currentIndex().row())
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not control:
            self._activate()
        elif event.key() == Qt.Key.Key_F10 and held == keys.ShiftModifier:
            # Windows makes a menu key of it; elsewhere nobody does.
            self._open_menu_at_current()
        elif control and event.key() == Qt.Key.Key_Home:
            self._go_first()
        elif control and event.key() == Qt.Key.Key_End:
            self._go_last()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._words.setGeometry(self.viewport().rect())
        under = HEAD_HEIGHT - 1 if self.head.isVisibleTo(self) else 1
        self._bar.setGeometry(1, under, self.width() - 2, 2)
        self._edge.setGeometry(self.rect())
        self._edge.raise_()
        self._widths.arrange()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._widths.arrange()

    def _set_up(self) -> None:
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)

    def _connect(self) -> None:
        self._busy.timeout.connect(self._show_state)
        self._words.retry_wanted.connect(self._retry)
        self.doubleClicked.connect(lambda _index: self._activate())
        self.head.sort_wanted.connect(self._sort)
        self.verticalScrollBar().valueChanged.connect(self._near_top)
        self._theme.changed.connect(self.viewport().update)

    def _cell_model(self) -> CellModel[Any] | None:
        model = self.model()
        return model if isinstance(model, CellModel) else None

    def _selected_places(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _shown_columns(self) -> list[int]:
        # Also those that there is no room for: what is copied does not depend on the window's width.
        chosen = self.head.chosen()
        return sorted(chosen, key=self.head.visualIndex)

    def _first_shown_column(self) -> int:
        shown = [at for at in self._shown_columns() if not self.head.isSectionHidden(at)]
        return next(iter(shown), 0)

    def _activate(self) -> None:
        row = self.current_row()
        if row is not None:
            self.activated_row.emit(row)

    def _open_menu_at_current(self) -> None:
        index = self.currentIndex()
        self._open_menu(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        if not index.isValid():
            return
        if not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            self.setCurrentIndex(index)
        menu = self.row_menu(index.row(), index.column())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _tell_current(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self.current_row_changed.emit(self.current_row())

    def _go_first(self) -> None:
        model = self._cell_model()
        if isinstance(model, PagedModel) and model.more_before:
            self.wanted_first.emit()
            model.show_first()
        else:
            self.select_place(0)

    def _go_last(self) -> None:
        model = self._cell_model()
        if isinstance(model, PagedModel) and model.more_after:
            self.wanted_last.emit()
            model.show_last()
        elif model is not None:
            self.select_place(model.rowCount() - 1)

    def _sort(self, key: str, descending: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        model = self._cell_model()
        if isinstance(model, RowsModel):
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            model.sort([column.key for column in model.columns].index(key), order)
        self.sort_wanted.emit(key, descending)

    def _near_top(self, value: int) -> None:
        model = self._cell_model()
        if isinstance(model, PagedModel) and value < _FETCH_WITHIN_ROWS * ROW_HEIGHT:
            model.fetch_before()

    def _note_place(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        self._anchor_px = self.verticalScrollBar().value()

    def _keep_place(self, rows: int) -> None:
        """Scroll by the rows that came or went above, so that what is read stays where it is."""
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(self._anchor_px + rows * self.verticalHeader().defaultSectionSize())

    def _follow_paging(self) -> None:
        model = self.model()
        if isinstance(model, PagedModel):
            self.set_state(model.state, model.problem)

    def _follow_grid(self) -> None:
        self._widths.fit()
        model = self._cell_model()
        self.set_state(State.READY if model is not None and model.rowCount() else State.EMPTY)

    def _retry(self) -> None:
        model = self._cell_model()
        if isinstance(model, PagedModel):
            model.retry()

    def _fit_height(self) -> None:
        model = self._cell_model()
        if self._snug_rows is None or model is None:
            return
        rows = min(model.rowCount(), self._snug_rows)
        inside = rows * ROW_HEIGHT if rows else _WORDS_PX
        self.setFixedHeight(inside + self.head.sizeHint().height() + 2 * self.frameWidth())

    def _show_state(self) -> None:
        self._fit_height()
        model = self._cell_model()
        bare = model is None or model.rowCount() == 0
        busy = self._state is State.LOADING and not self._busy.isActive()
        self._bar.setVisible(busy)
        if self._state is State.ERROR and bare:
            self._words.say("Could not load", self._problem, retry=isinstance(model, PagedModel))
        elif self._state is State.ERROR:
            self._words.say("")
            if not (isinstance(model, PagedModel) and model.unreachable):
                self._notice(f"More rows could not be loaded: {self._problem}")
        elif self._state is State.EMPTY:
            self._words.say(*self._empty_words)
        elif busy and bare:
            self._words.say("Loading\N{HORIZONTAL ELLIPSIS}")
        else:
            self._words.say("")
