"""The approvals desk: what waits for whom, what it would come to now, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from console.ledger.approvals.inbox import View, counts
from console.ledger.audit.news import Topic
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.renewal import Renewal
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import TitleRow
from ui.routes import OpenApprovals, OpenBatch, OpenRequest, Route
from ui.screen import Screen
from ui.screens.approvals.delegations.part import DelegationPart
from ui.screens.approvals.filters import RequestFilters, ViewBar
from ui.screens.approvals.list_foot import ListFoot
from ui.screens.approvals.listing import Listing
from ui.screens.approvals.many import ApproveMany
from ui.screens.approvals.marks import Marks, RequestModel
from ui.screens.approvals.request.page import RequestPage
from ui.screens.approvals.row_picture import ROW_PX
from ui.screens.approvals.words import batch_of, empty_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from console.ledger.approvals.inbox import InboxCounts
    from ui.context import Context
    from ui.screens.approvals.listing import Listed

REFRESH_MS: Final = 60_000
"""How often ages are told anew while it is seen; what others do is told at once, by their audit events."""

_NARROW_PX: Final = 860
_LIST_PX: Final = 420
_TIMES: Final = 2


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with its view and filters, and the request that was shown."""

    screen: ClassVar[str] = "approvals"
    view: View
    filters: tuple[object, ...]
    request: int | None


class ApprovalsDesk(Screen):
    """One inbox: what waits for the operator, what they asked for, and what was decided."""

    topics = frozenset({Topic.APPROVALS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._counts: InboxCounts | None = None
        self._wanted: int | None = None
        self._place = 0
        self._is_open = False
        self._is_entered = False
        self.views = ViewBar(context.formats)
        self.filters = RequestFilters(context)
        self.marks = Marks(self)
        self.model = RequestModel(context, self.marks, self)
        self.title = TitleRow("Approvals")
        self.table = context.table("approvals", "Requests for approval")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.foot = ListFoot(context, self.marks)
        self.renewed = Renewed(
            self.table, self.model, self.title, key=lambda row: row.request.id,
            held=lambda: len(self.marks) > 0,
        )  # fmt: skip
        self.request = RequestPage(context)
        self.delegations = DelegationPart(context, self)
        self.renewal = Renewal(self, REFRESH_MS, on_show=False)
        self._build()
        self._connect()
        # What a route names makes this needless: that is loaded instead.
        self._first_load = QTimer(self, singleShot=True, interval=0)
        self._first_load.timeout.connect(self.refresh)
        self._first_load.start()

    @property
    def counts(self) -> InboxCounts | None:
        """How many wait for whom, as it was last counted; None before the first answer."""
        return self._counts

    @override
    def refresh(self) -> None:
        self._first_load.stop()
        self._load()
        self._count()
        self.delegations.read()

    @override
    def renew(self) -> None:
        self._is_entered = self.request.is_entered
        self.renewed.renew()
        self._count()
        self.delegations.read()
        if not self.request.work.busy:
            self.request.reload()

    @override
    def focus_filter(self) -> None:
        self.filters.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def follow(self, route: Route) -> None:
        self._first_load.stop()
        if isinstance(route, OpenApprovals):
            self.views.choose(View(route.view) if route.view else View.FOR_ME)
            self.filters.show_all()
            self.refresh()
            self.table.setFocus()
        elif isinstance(route, OpenRequest):
            self._wanted = route.number
            self._open(shown=True)
            self.request.show_number(route.number)
            self.refresh()

    @property
    @override
    def place(self) -> Route | None:
        return _AsLeft(self.views.view, self.filters.values, self.request.number)

    @override
    def show_again(self, place: Route | None) -> None:
        if not isinstance(place, _AsLeft):
            super().show_again(place)
            return
        self._wanted = place.request
        self.views.choose(place.view)
        self.filters.put(place.filters)

    @override
    def show_start(self) -> None:
        self.views.choose(View.FOR_ME)
        self._open(shown=False)
        self.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif len(self.marks) and self.table.hasFocus():
            self.marks.clear()
        else:
            self._leave_request()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def approve_marked(self) -> None:
        """Ask once for all that are marked, or say why not."""
        if self.foot.reason:
            self.context.notices.warn(f"Approve several: {self.foot.reason}", key="approvals.many")
            return
        dialog = ApproveMany(self.context, self.marks.rows, self)
        dialog.ended.connect(self._after_many)
        dialog.finished.connect(dialog.deleteLater)
        self.context.theme.dress(dialog)
        dialog.open()

    def _after_many(self) -> None:
        self.marks.clear()
        self.refresh()

    def _after_decision(self) -> None:
        """Go on in the list: the keys that decided on one request decide on no other by themselves."""
        self._leave_request()
        self.refresh()

    def _load(self) -> None:
        view, wanted = self.views.view, self.filters.wanted
        self.foot.show_view(view)
        # Where nothing is marked there are no boxes, and the rows have their room.
        self.table.head.visibility_wanted.emit(0, view is not View.FOR_ME)
        self.table.set_empty_words(*empty_words(view, narrowed=self.filters.any_set))
        self.model.show(Listing(self.context.database, self.context.settings.page_size, view, wanted))

    def _tick(self) -> None:
        """Tell ages anew where nobody has gone into the list."""
        self._is_entered = self.request.is_entered
        self.delegations.look()
        if self.renewed.at_rest:
            self.model.renew()

    def _decide_for_others(self) -> None:
        """Offer what the operator may decide now; the list itself is read anew beside it."""
        self.foot.look()
        if not self.request.work.busy:
            self.request.reload()

    def _count(self) -> None:
        database = self.context.database
        # Where there is no answer the list itself says why; the numbers of before stay.
        self.context.worker.run(
            lambda cancel: counts(database, cancel=cancel),
            done=self._show_counts, failed=lambda _error: None, owner=self, replaces="counts",
        )  # fmt: skip

    def _show_counts(self, found: InboxCounts) -> None:
        self._counts = found
        self.views.show_counts(found)
        self.context.navigator.set_count("approvals", found.for_me or None)
        formats = self.context.formats
        verb = "waits" if found.for_me == 1 else "wait"
        words = f"{formats.integer(found.for_me)} {verb} for you"
        more = f"{DOT}{formats.integer(found.others)} for others" if found.others else ""
        self.title.set_subtitle(f"{words}{more}")

    def _first_page_shown(self) -> None:
        rows = self.model.rows
        self.marks.keep(rows)
        wanted, self._wanted = self._wanted, None
        number = self.request.number if wanted is None else wanted
        place = next((at for at, row in enumerate(rows) if row.request.id == number), -1)
        if place < 0 and wanted is not None:
            # Listed elsewhere, or under no view: it is shown by its number, and no other row instead.
            self.table.clearSelection()
            return
        self.table.scrollToTop()
        # Where the one that was shown has left the list, the next one has come to its place.
        self.table.select_place(place if place >= 0 else min(self._place, len(rows) - 1))
        self._follow_selection()

    def _follow_selection(self) -> None:
        chosen = self.table.selected_rows()
        if not chosen:
            if not self.model.rows:
                self.request.show_row(None, otherwise="")
            return
        self._place = self.table.currentIndex().row()
        row = chosen[0].request
        if row != self.request.row:
            self.request.show_row(row)

    def _load_view(self) -> None:
        self.marks.clear()
        self._place = 0
        self.request.show_row(None)
        self._load()

    def _activate(self, row: Listed) -> None:
        """Go into the request that is chosen."""
        if self.request.number != row.request.id:
            self.request.show_row(row.request)
        self._open(shown=True)
        self.request.focus_first()

    def _leave_request(self) -> None:
        self._open(shown=False)
        self.table.setFocus()

    def _open(self, *, shown: bool) -> None:
        """In a narrow window, show the request in place of the list, or the list again."""
        self._is_open = shown
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < _NARROW_PX
        for part in (self.table, self.foot):
            part.setMaximumWidth(self.width() if narrow else _LIST_PX)
        self.list.show_list(shown=not narrow or not self._is_open)
        self.foot.setVisible(self.table.isVisibleTo(self) and self.views.view is View.FOR_ME)
        self.request.setVisible(not narrow or self._is_open)
        self.request.head.close_button.setVisible(narrow)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self.marks.turn(self.model.row_at(index.row()))

    def _mark_current(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.marks.turn(row)

    def _press(self, letter: str) -> None:
        """Open the question why, or say why it cannot be asked."""
        made = dict(self.request.letters())[letter]
        if made.isVisible() and made.isEnabled():
            made.click()
        elif made.isVisible():
            words = made.text().partition("\N{HORIZONTAL ELLIPSIS}")[0]
            self.context.notices.warn(f"{words}: {made.accessibleDescription()}", key="approvals.act")

    def _row_actions(self, row: Listed) -> list[RowAction]:
        """Return where a row leads, and what can be done with it."""
        actions = [RowAction("Open", partial(self._activate, row), native("Return"))]
        if row.is_markable:
            words = "No longer selected" if row.request.id in self.marks else "Select"
            actions.append(RowAction(words, partial(self.marks.turn, row), native("Space")))
        for letter, made in self.request.letters():
            if made.isVisible():
                words = made.text().partition("  ")[0]
                run = partial(self._press, letter)
                actions.append(RowAction(words, run, native(letter), made.accessibleDescription()))
        batch = batch_of(row.request)
        if batch is not None:
            go = partial(self.context.navigator.go, OpenBatch(batch))
            actions.append(RowAction(f"Batch #{batch}", go))
        return actions

    def _connect(self) -> None:
        self.views.changed.connect(self._load_view)
        self.filters.changed.connect(self._load_view)
        self.renewal.due.connect(self._tick)
        self.delegations.changed.connect(self._decide_for_others)
        self.delegations.done.connect(self.refresh)
        self.model.first_page_shown.connect(self._first_page_shown)
        self.model.renewed.connect(self._renewed)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated_row.connect(self._activate)
        self.table.clicked.connect(self._clicked)
        self.foot.approval_wanted.connect(self.approve_marked)
        self.request.closed.connect(self._leave_request)
        self.request.decided.connect(self._after_decision)
        self.request.wanted.connect(self.context.navigator.go)
        here, inside = Qt.ShortcutContext.WidgetShortcut, Qt.ShortcutContext.WidgetWithChildrenShortcut
        self._on_key("Space", self.table, here, self._mark_current)
        self._on_key("Ctrl+A", self.table, here, lambda: self.marks.turn_all(self.model.rows))
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            self._on_key(key, self.table, here, self.approve_marked)
        for letter, _made in self.request.letters():
            # A letter would go to the table's own search otherwise.
            self._on_key(letter, self, inside, partial(self._press, letter))

    def _renewed(self) -> None:
        self.marks.keep(self.model.rows)
        if self._is_entered:
            # What somebody is about to decide on is not exchanged under their hands, also where it has gone.
            return
        if not self.table.selected_rows() and self.model.rows:
            self.table.select_place(min(self._place, len(self.model.rows) - 1))
        self._follow_selection()

    def _on_key(self, key: str, owner: QWidget, context: Qt.ShortcutContext, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), owner)
        shortcut.setContext(context)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(run)

    def _build(self) -> None:
        self.title.add_action(self.views)
        self.title.add_action(self.delegations.button)
        self.table.head.hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.set_row_actions(self._row_actions)
        self.list.add_head(self.filters)
        self.list.add_head(self.delegations)
        self.list.add_below(self.foot)
        self.list.add_right(self.request, stretch=_TIMES)
        self.page.addWidget(self.list, 1)
        in_order = (
            *self.views.buttons.values(), self.delegations.button, *self.filters.chips,
            self.filters.clear_button, self.table, self.foot.approve_button, *self.request.in_order,
        )  # fmt: skip
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)
