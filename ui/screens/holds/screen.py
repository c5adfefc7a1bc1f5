"""The desk of holds: who waits for money that is set aside, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from console.ledger.audit.news import Topic
from console.ledger.holds.counts import counts
from console.ledger.holds.export import export_holds
from console.ledger.holds.page import View
from console.ledger.jobs.states import job_states
from ui.acts.act import Subject
from ui.acts.bar import open_form
from ui.acts.catalogue import HOLD
from ui.acts.holds import HOLD_ACTS, on_holds
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import TitleRow
from ui.kit.widgets.buttons import ActionButton
from ui.routes import OpenAccount, OpenHolds, OpenTransaction, Route
from ui.screen import Screen
from ui.screens.holds.filters import HoldFilters, ViewBar
from ui.screens.holds.listing import Listed, Listing, columns
from ui.screens.holds.panel import WIDTH, HoldPanel
from ui.screens.holds.words import empty_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from console.files.exports import ExportResult
    from console.ledger.holds.counts import HoldCounts
    from console.ledger.jobs.states import JobStates
    from console.postgres.cancellation import Cancellation
    from ui.acts.act import Act
    from ui.context import Context
    from ui.kit.lists.export_strip import Work

REFRESH_MS: Final = 15_000
"""How often it is read anew while it is seen: what a shop sets aside is told to nobody."""

_NARROW_PX: Final = 860


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with its view and filters, and the hold that was shown."""

    screen: ClassVar[str] = "holds"
    view: View
    filters: tuple[object, ...]
    hold: int | None


class HoldsDesk(Screen):
    """The holds of all accounts; those that wait longest first."""

    topics = frozenset({Topic.HOLDS, Topic.JOBS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted_hold: int | None = None
        self._wants_only = False
        self._counts: HoldCounts | None = None
        self.views = ViewBar(context.formats)
        self.filters = HoldFilters(context)
        self.model: PagedModel[Listed] = PagedModel(
            columns(several=len(context.session.currencies) > 1), context.formats, context.worker, self
        )
        self.title = TitleRow("Holds")
        self.hold_button = ActionButton(HOLD.offer(context.session.rights))
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work,
            noun="holds", total="amount",
        )  # fmt: skip
        self.table = context.table("holds", "Holds")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.renewed = Renewed(self.table, self.model, self.title, key=lambda row: row.hold.id)
        self.panel = HoldPanel(context)
        self.renewal = Renewal(self, REFRESH_MS, on_show=False)
        self._build()
        self._connect()
        # A view that a route names makes this needless: what it asks for is loaded instead.
        self._first_load = QTimer(self, singleShot=True, interval=0)
        self._first_load.timeout.connect(self.refresh)
        self._first_load.start()

    @override
    def refresh(self) -> None:
        self._first_load.stop()
        self._load()
        self._count()

    @override
    def renew(self) -> None:
        self.renewed.renew()
        self._count()

    @override
    def focus_filter(self) -> None:
        self.filters.account.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def follow(self, route: Route) -> None:
        if not isinstance(route, OpenHolds):
            return
        if self._first_load.isActive():
            # The list is asked for below, as the route wants it.
            self._first_load.stop()
            self._count()
        self._wants_only = bool(route.reference)
        self.views.choose(View(route.view) if route.view else View.ACTIVE)
        self.filters.show_only(route.currency, route.reference)
        self.table.setFocus()

    @property
    def counts(self) -> HoldCounts | None:
        """How many each view has, as it was last counted; None before the first answer."""
        return self._counts

    @property
    def acts_on(self) -> Subject:
        """The holds that are chosen."""
        return self.panel.subject

    @property
    @override
    def place(self) -> Route:
        rows = self.panel.rows
        return _AsLeft(self.views.view, self.filters.values, rows[0].hold.id if len(rows) == 1 else None)

    @override
    def show_again(self, place: Route | None) -> None:
        if not isinstance(place, _AsLeft):
            super().show_again(place)
            return
        self._wanted_hold = place.hold
        self.views.choose(place.view)
        self.filters.put(place.filters)

    @override
    def show_start(self) -> None:
        self.views.choose(View.ACTIVE)
        self.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave_panel()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()
            if self._counts is not None:
                # Of a while ago: what a shop did meanwhile was told to nobody.
                self._tick()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.list.width() < _NARROW_PX
        self.panel.setMinimumWidth(0 if narrow else WIDTH)
        self.panel.setMaximumWidth(self.width() if narrow else WIDTH)

    def open_act(self, act: Act) -> None:
        """Open an act's form on what is chosen, or say why not."""
        subject = self.panel.subject
        fitting = on_holds(act, subject)
        refusal = fitting.refusal(self.context.session.rights, subject)
        if not subject.holds:
            refusal = refusal or "choose a hold first"
        self._open(fitting, subject, refusal)

    def _hold(self) -> None:
        """Open the form that sets money aside, on the account of the hold shown."""
        one = self.panel.subject
        subject = Subject(one.username, one.currency)
        self._open(HOLD, subject, HOLD.refusal(self.context.session.rights, subject))

    def _open(self, act: Act, subject: Subject, refusal: str) -> None:
        if refusal:
            self.context.notices.warn(f"{act.title}: {refusal}", key="act")
        else:
            open_form(self.context, act, subject, self, then=self.refresh)

    def _load(self) -> None:
        wanted = self.filters.wanted(self.views.view)
        narrowed = bool(wanted.user or wanted.reference or wanted.currency)
        self.table.set_empty_words(*empty_words(self.views.view, narrowed=narrowed))
        self._tell()
        self.model.show(Listing(self.context.database, self.context.settings.page_size, wanted))

    def _tick(self) -> None:
        """Read anew what nobody has gone into; ages go on, and so do those that come and go."""
        if self.renewed.at_rest:
            self.model.renew()
        self._count()

    def _count(self) -> None:
        database = self.context.database

        def ask(cancel: Cancellation) -> tuple[HoldCounts, JobStates]:
            return counts(database, cancel=cancel), job_states(database, cancel=cancel)

        # Where there is no answer the list itself says why; the numbers of before stay.
        self.context.worker.run(
            ask, done=self._show_counts, failed=lambda _error: None, owner=self, replaces="counts"
        )

    def _show_counts(self, found: tuple[HoldCounts, JobStates]) -> None:
        self._counts, states = found
        self.views.show_jobs(states)
        self.context.navigator.set_count("holds", self._counts.of()[View.OVERDUE] or None)
        self._tell()

    def _tell(self) -> None:
        """Say how many there are and what they come to, in the currency chosen or in all."""
        if self._counts is None:
            return
        formats, code = self.context.formats, self.filters.currency.code
        self.views.show_counts(self._counts, code)
        more = "+" if self._counts.more else ""
        found = [one for one in self._counts.each if code in {"", one.currency.code}]
        active = f"{formats.integer(self._counts.of(code)[View.ACTIVE])}{more} active"
        held = " and ".join(formats.money(one.amount, one.currency) for one in found)
        of_more = "more than " if self._counts.more else ""
        self.title.set_subtitle(f"{active}{DOT}{of_more}{held} on hold" if held else active)

    def _first_page_shown(self) -> None:
        self.table.scrollToTop()
        wanted, self._wanted_hold = self._wanted_hold, None
        chosen = {row.hold.id for row in self.panel.rows} if wanted is None else {wanted}
        rows = self.model.rows
        place = next((at for at, row in enumerate(rows) if row.hold.id in chosen), -1)
        if self._wants_only and len(rows) == 1:
            place = 0
        self._wants_only = False
        self.table.clearSelection()
        self.table.select_place(place)
        self._follow_selection()

    def _follow_selection(self) -> None:
        self.panel.show_rows(self.table.selected_rows())

    def _activate(self, row: Listed) -> None:
        """Go into the hold that is shown."""
        if [one.hold.id for one in self.panel.rows] != [row.hold.id]:
            self.panel.show_rows([row])
        self.panel.focus_first()

    def _leave_panel(self) -> None:
        self.table.clearSelection()
        self.panel.show_rows(())
        self.table.setFocus()

    def _row_actions(self, row: Listed) -> list[RowAction]:
        """Return where a row leads, and what can be done with what is chosen."""
        go, copy, hold = self.context.navigator.go, QGuiApplication.clipboard().setText, row.hold
        rights, subject = self.context.session.rights, self.panel.subject
        actions = [
            RowAction("Open", partial(self._activate, row), native("Return")),
            RowAction(
                f"Account {hold.username}", partial(go, OpenAccount(hold.username, hold.currency.code))
            ),
            RowAction("Copy reference", partial(copy, hold.reference)),
        ]
        for act in HOLD_ACTS:
            fitting = on_holds(act, subject)
            actions.append(
                RowAction(
                    fitting.offer(rights), partial(self.open_act, act), native(act.key),
                    fitting.refusal(rights, subject),
                )
            )  # fmt: skip
        if hold.transaction is not None:
            open_it = partial(go, OpenTransaction(hold.transaction))
            actions.append(RowAction(f"Transaction {hold.transaction}", open_it))
        return actions

    def _export_work(self) -> Work:
        """Return the export of all that match the view and the filters, in the order shown."""
        self.filters.settle()
        database, zone = self.context.database, self.context.formats.zone
        listing = Listing(database, self.context.settings.page_size, self.filters.wanted(self.views.view))

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_holds(
                database, path, listing.wanted, zone=zone, order=listing.order, cancel=cancel, progress=report
            )

        return work

    def _connect(self) -> None:
        self.views.changed.connect(self._load)
        self.filters.changed.connect(self._load)
        self.renewal.due.connect(self._tick)
        self.model.first_page_shown.connect(self._first_page_shown)
        self.model.renewed.connect(self._follow_selection)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated_row.connect(self._activate)
        self.panel.closed.connect(self._leave_panel)
        self.panel.act_wanted.connect(self.open_act)
        self.hold_button.clicked.connect(self._hold)
        for act, run in (*((one, partial(self.open_act, one)) for one in HOLD_ACTS), (HOLD, self._hold)):
            # A letter would go to the table's own search otherwise.
            shortcut = QShortcut(QKeySequence(act.key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(run)

    def _build(self) -> None:
        self.title.add_action(self.hold_button)
        self.hold_button.judge(HOLD.refusal(self.context.session.rights, Subject()))
        self.list.add_head(self.views)
        self.list.add_head(self.filters)
        self.list.add_export(self.export)
        self.list.add_right(self.panel, under_below_px=_NARROW_PX)
        self.list.add_selection_sum("amount", self.context.formats)
        self.table.set_row_actions(self._row_actions)
        self.page.addWidget(self.list, 1)
        in_order = (
            self.hold_button, self.export.button, *self.views.buttons.values(), *self.filters.chips,
            self.filters.clear_button, self.table, *self.panel.in_order,
        )  # fmt: skip
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)
