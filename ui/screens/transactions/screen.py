"""The screen of transactions: pages of any depth, filters, one transaction in full, and export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from typing_extensions import override

from console.files.text import party_in_full
from console.ledger.audit.news import Topic
from console.ledger.transactions.export import export_transactions
from console.postgres.page import Order
from ui.acts.act import Subject
from ui.acts.catalogue import REVERSAL
from ui.acts.offered import reversal_action
from ui.kit.commands import native
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.day_jump import JumpButton
from ui.routes import (
    OpenAccount,
    OpenAmount,
    OpenBalance,
    OpenBatch,
    OpenBatchTransactions,
    OpenPosted,
    OpenReference,
    OpenTransaction,
    OpenUserTransactions,
    Route,
)
from ui.screen import Screen
from ui.screens.transactions.detail import TransactionDetail, to_reverse
from ui.screens.transactions.filters import TransactionFilters
from ui.screens.transactions.listing import Listing, columns, cursor_at, cursor_before
from ui.screens.transactions.title import TransactionTitle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from console.files.exports import ExportResult
    from console.ledger.transactions.page import Cursor, TransactionRow
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.lists.export_strip import Work


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with its filters and order, and the transaction whose detail was open.

    start: where the list begins so that this row is read at once; None for its first page.
    """

    screen: ClassVar[str] = "transactions"
    filters: tuple[object, ...]
    order: Order
    day: date | None
    row: TransactionRow | None
    start: Cursor | None


class Transactions(Screen):
    """Every movement of the ledger, newest first."""

    topics = frozenset({Topic.POSTED})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.filters = TransactionFilters(context)
        self._listing = Listing(context.database, context.settings.page_size, self.filters.wanted())
        self._jumped = self._wants_one = False
        self.model: PagedModel[TransactionRow] = PagedModel(
            columns(context.formats, several=len(context.session.currencies) > 1),
            context.formats,
            context.worker,
            self,
        )
        self.title = TransactionTitle(context, self.model)
        self.jump = JumpButton(context.formats.today())
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work,
            noun="transactions", total="amount",
        )  # fmt: skip
        self.table = context.table("transactions", "Transactions")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.renewed = Renewed(self.table, self.model, self.title, key=lambda row: row.id)
        self.detail = TransactionDetail(context)
        self._build()
        self._connect()
        # A subject that is shown first makes this needless: what it asks for is loaded instead.
        self._first_load = QTimer(self, singleShot=True, interval=0)
        self._first_load.timeout.connect(self._load)
        self._first_load.start()
        self.title.estimate()

    @override
    def refresh(self) -> None:
        self.title.forget_count()
        self.title.estimate()
        self._load()

    @override
    def renew(self) -> None:
        self.renewed.renew()

    @override
    def focus_filter(self) -> None:
        self.filters.posted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def follow(self, route: Route) -> None:
        self._leave_jump()
        self._wants_one = isinstance(route, OpenReference | OpenTransaction)
        match route:
            case OpenBatchTransactions(number):
                self.filters.show_batch(number)
            case OpenUserTransactions(username):
                self.filters.show_user(username)
            case OpenTransaction(number):
                self.filters.show_transaction(number)
            case OpenReference(reference):
                self.filters.show_reference(reference)
            case OpenAmount(amount, currency):
                self.filters.show_amount(amount, currency)
            case OpenPosted(first, last, currency, kinds):
                self.filters.show_posted((first, last), currency, kinds)
        self.table.setFocus()

    @property
    def acts_on(self) -> Subject:
        """The transaction whose detail is open."""
        return Subject() if self.detail.row is None else to_reverse(self.detail.row)

    @property
    @override
    def place(self) -> Route:
        listing, row = self._listing, self.detail.row
        start = listing.start
        if row is not None and (self.model.more_before or row not in self.model.rows[: listing.limit]):
            start = cursor_before(row, listing.order)
        return _AsLeft(self.filters.values, listing.order, self.jump.day, row, start)

    @override
    def show_again(self, place: Route | None) -> None:
        if not isinstance(place, _AsLeft):
            super().show_again(place)
            return
        self._listing = replace(self._listing, order=place.order, start=place.start)
        self.table.head.set_order("posted_at", descending=place.order is Order.NEWEST)
        self.jump.put(place.day)
        if place.row is None:
            self.detail.close_detail()
        else:
            self.detail.show_row(place.row)
        self.filters.put(place.filters)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.detail.close_detail()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()

    def _build(self) -> None:
        self.title.add_action(self.jump)
        self.list.add_head(self.filters)
        self.list.add_export(self.export)
        self.list.add_right(self.detail)
        self.list.add_selection_sum("amount", self.context.formats)
        self.table.set_row_actions(self._row_actions)
        self.table.set_total(lambda: self.title.total)
        self.page.addWidget(self.list, 1)
        self.table.head.set_order("posted_at", descending=True)

    def _connect(self) -> None:
        self.filters.changed.connect(self._filter)
        self.jump.changed.connect(self._jump)
        self.table.sort_wanted.connect(self._sort)
        self.table.wanted_first.connect(self._leave_jump)
        self.table.wanted_last.connect(self._leave_jump)
        self.table.current_row_changed.connect(self._show_detail)
        self.table.activated_row.connect(self._activate)
        self.detail.closed.connect(self._detail_closed)
        self.detail.reverse_wanted.connect(self._reverse)
        # A letter would go to the table's own search otherwise.
        shortcut = QShortcut(QKeySequence(REVERSAL.key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._reverse)
        self.model.first_page_shown.connect(self._first_page_shown)

    def _load(self) -> None:
        """Load the list from its beginning, or from the day gone to."""
        self._first_load.stop()
        self.title.set_wanted(self._listing.wanted)
        self.table.set_empty_words(*self._empty_words())
        self._jumped = self._listing.start is not None
        self.model.show(self._listing)

    def _filter(self) -> None:
        self._listing = replace(self._listing, wanted=self.filters.wanted())
        self._load()

    def _sort(self, key: str, descending: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        self._listing = replace(self._listing, order=Order.NEWEST if descending else Order.OLDEST)
        self.table.head.set_order(key, descending=descending)
        self._jump()

    def _jump(self) -> None:
        day = self.jump.day
        start = None if day is None else cursor_at(day, self._listing.order, self.context.formats)
        self._listing = replace(self._listing, start=start)
        self._load()

    def _leave_jump(self) -> None:
        """Go to an end of the list itself; the table asks the model for it right after."""
        self._listing = replace(self._listing, start=None)
        self.model.load_by(self._listing)
        self._jumped = False
        self.jump.put(None)
        self.table.set_empty_words(*self._empty_words())

    def _empty_words(self) -> tuple[str, str]:
        if self._listing.start is not None and self.jump.day is not None:
            newest = self._listing.order is Order.NEWEST
            side, end = ("before", "newest") if newest else ("after", "oldest")
            return (
                f"No transaction on or {side} {self.jump.day.isoformat()}",
                f"Ctrl+Home goes to the {end}; the filters above may be too narrow",
            )
        if self.filters.any_set:
            return "No transaction matches", "Change a filter above, or press Clear all"
        return "No transactions yet", "They appear here as soon as something is posted; F5 loads again"

    def _first_page_shown(self) -> None:
        # Where another list was scrolled to says nothing here; a last page is scrolled down right after.
        self.table.scrollToTop()
        self._show_chosen_again()
        if self._wants_one and self.model.rowCount() == 1:
            # There is nothing else to choose from: the next key leads on.
            self.table.select_place(0)
            if self.table.hasFocus():
                self.detail.focus_first()
        self._wants_one = False
        if self._jumped:
            # Without the rows before it, the day would stand at the top and nobody could scroll up.
            self._jumped = False
            self.model.fetch_before()

    def _show_chosen_again(self) -> None:
        """Keep the row whose detail is open, if the new rows have it."""
        chosen = self.detail.row
        if chosen is None:
            return
        for place, row in enumerate(self.model.rows):
            if row.id == chosen.id:
                self.table.select_place(place)
                return
        self.detail.close_detail()

    def _activate(self, row: TransactionRow) -> None:
        """Show the row; one that is shown already is gone into, and leads on by its buttons."""
        if self.detail.row is not None and self.detail.row.id == row.id:
            self.detail.focus_first()
        else:
            self._show_detail(row)

    def _show_detail(self, row: TransactionRow | None) -> None:
        # The keyboard's place moves without a choice when rows go or the table gets the focus.
        chosen = self.table.selectionModel().isSelected(self.table.currentIndex())
        if row is not None and chosen and self.model.state is not State.IDLE:
            self.detail.show_row(row)

    def _row_actions(self, row: TransactionRow) -> list[RowAction]:
        """Return where a row leads: its detail, its parties, its batch."""
        go, clipboard = self.context.navigator.go, QGuiApplication.clipboard()
        actions = [
            RowAction("Open", partial(self._show_detail, row), native("Return")),
            RowAction("Copy id", partial(clipboard.setText, str(row.id))),
        ]
        people = [one for one in dict.fromkeys((row.from_username, row.to_username)) if one]
        actions += [
            RowAction(f"Account {one}", partial(go, OpenAccount(one, row.currency.code)))
            for one in people
            if not one.startswith("@")
        ]
        actions += [
            RowAction(f"Transactions of {party_in_full(one)}", partial(go, OpenUserTransactions(one)))
            for one in people
        ]
        actions += [
            RowAction(f"Balance of {one}", partial(go, OpenBalance(one)))
            for one in people
            if not one.startswith("@")
        ]
        actions += [
            RowAction(f"{words}, {other}", partial(go, OpenTransaction(other)))
            for words, other in (("What it reverses", row.reverses), ("Its reversal", row.reversed_by))
            if other is not None
        ]
        actions.append(self._reversal_action(row))
        if row.batch_id is not None:
            actions.append(RowAction(f"Open batch {row.batch_id}", partial(go, OpenBatch(row.batch_id))))
        return actions

    def _reversal_action(self, row: TransactionRow) -> RowAction:
        return reversal_action(
            self.context, to_reverse(row), self, then=self.refresh, keys=native(REVERSAL.key)
        )

    def _reverse(self) -> None:
        """Open the reversal of the transaction whose detail is open, or say why not."""
        if self.detail.row is None:
            return
        action = self._reversal_action(self.detail.row)
        if action.refusal:
            self.context.notices.warn(f"{REVERSAL.title}: {action.refusal}", key="act")
        else:
            action.run()

    def _detail_closed(self) -> None:
        self.table.clearSelection()
        self.table.setFocus()

    def _export_work(self) -> Work:
        """Return the export of all that match the filters, in the order shown."""
        self.filters.settle()
        database, zone = self.context.database, self.context.formats.zone
        wanted, order = self._listing.wanted, self._listing.order

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_transactions(
                database, path, wanted, zone=zone, order=order, cancel=cancel, progress=report
            )

        return work
