"""The movements of one account, newest first: all of them, or those of one term of the equation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.accounts.equation import WHOLE_LIFE, Period, Term
from console.ledger.accounts.periods import since_movement
from console.ledger.accounts.statement import StatementRow, statement
from console.ledger.transactions.page import Cursor
from console.postgres.page import Direction, Order, Page
from ui.acts.act import Subject, reversal_of
from ui.acts.catalogue import REVERSAL
from ui.acts.offered import reversal_action
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.beside import Beside, BesideList
from ui.kit.lists.selection_sum import SelectionSum
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import bring_into_view, button, label, row_of
from ui.routes import OpenBatch, OpenTransaction
from ui.screens.accounts.account.columns import statement_columns
from ui.screens.accounts.account.credits.columns import PART_COLUMNS
from ui.screens.accounts.account.credits.listings import PartsListing
from ui.ways import take, way_to_account, with_enter

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.ledger.credits.parts import Part
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.context import Context

_PLAIN = "money that does not expire"
_PARTS = "What credit it was paid with"
_PARTS_KEY = "P"


@dataclass(frozen=True, slots=True)
class StatementListing:
    """What the table loads from, one a load: several threads read it at once."""

    database: Database
    username: str
    currency: str
    limit: int
    period: Period = WHOLE_LIFE
    term: Term | None = None
    order: Order = Order.NEWEST
    first: Page[StatementRow] | None = None
    start: Cursor | None = None

    def __call__(
        self, direction: Direction, row: StatementRow | None, cancellation: Cancellation
    ) -> Page[StatementRow]:
        """Load the page beside a row, or the first or last page; on a pool thread.

        `first` is the first page where it came with the account, `start` where the list begins instead.
        """
        if self.first is not None and row is None and direction is Direction.AFTER:
            return self.first
        cursor = None if row is None else row.place
        if row is None and direction is Direction.AFTER:
            cursor = self.start
        return statement(
            self.database, self.username, self.currency, period=self.period, term=self.term,
            order=self.order, direction=direction, cursor=cursor, limit=self.limit, cancel=cancellation,
        )  # fmt: skip


class StatementTab(QWidget):
    """Each movement with the balance before and after; its menu leads to what it belongs to.

    explain_wanted: a Period that begins with one row. all_wanted: the filter is to be let go. lot_wanted: the
    Part of a movement whose credit is to be shown. reversed: a movement was given back, or asked to be.
    """

    explain_wanted = Signal(object)
    lot_wanted = Signal(object)
    all_wanted = Signal()
    reversed = Signal()

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._username = username
        self._listing = StatementListing(context.database, username, "", context.settings.page_size)
        # The movement to be selected when its page is there, and the one whose parts are open.
        self._wanted: int | None = None
        self._taken_apart: int | None = None
        self._only = label(tone="muted", font=text_font(tabular=True))
        self.all_button = button("Show all", compact=True)
        self.all_button.setToolTip("Esc")
        self._filter = QWidget()
        self._filter.setLayout(row_of(self._only, self.all_button, None, spacing=8))
        self._filter.hide()
        self.model: PagedModel[StatementRow] = PagedModel(
            statement_columns(context.formats), context.formats, context.worker, self
        )
        self.table = context.table("account.statement", "Statement")
        self.table.set_empty_words("No movements", "What is posted to the account stands here.")
        self.table.setModel(self.model)
        self.table.head.set_order("posted_at", descending=True)
        self.table.set_row_actions(self._row_actions)
        self.sum = SelectionSum(self.table, "amount", context.formats)
        self.parts = BesideList(
            _PARTS, context.table("account.parts", _PARTS, ground="surface"),
            PagedModel(PART_COLUMNS, context.formats, context.worker), context.icons,
        )  # fmt: skip
        self.parts.table.set_empty_words("No credit", "An account of the ledger itself has none.")
        self.parts.table.set_row_actions(self._part_actions)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._filter)
        layout.addWidget(Beside(self.table, self.parts), 1)
        layout.addWidget(self.sum.label)
        self._connect()

    @property
    def words(self) -> str:
        """What is said of the filter; empty while all movements are listed."""
        return "" if self._filter.isHidden() else self._only.text()

    @property
    def reversal_subject(self) -> Subject:
        """What a reversal would be of: the movement that is chosen, or none yet."""
        row = self.table.current_row() if self.table.selected_rows() else None
        return Subject() if row is None else self._reversal_of(row)

    def show_page(self, currency: Currency, newest: Page[StatementRow]) -> None:
        """List an account's movements in a currency, of which the newest were read with it."""
        other = currency.code != self._listing.currency
        self._listing = replace(self._listing, currency=currency.code)
        if other:
            self._leave_start()
            self.parts.close_list()
        elif not self.parts.isHidden():
            self.parts.model.show_first()
        at_newest = self._listing.order is Order.NEWEST and self._listing.start is None
        if self._listing.term is not None or not at_newest:
            self.model.show(self._listing)
        elif other or self.model.rows[: len(newest.rows)] != newest.rows or not newest.rows:
            # What is the same stays where it was scrolled to.
            self._show_from(newest)

    def show_term(self, term: Term | None, period: Period) -> None:
        """List the movements of one term of a period, or all there are."""
        wanted = replace(self._listing, term=term, period=WHOLE_LIFE if term is None else period)
        if wanted == self._listing:
            return
        self._listing = replace(wanted, start=None)
        self.parts.close_list()
        self._filter.setVisible(term is not None)
        self._only.setText("" if term is None else f"Only {term.value}, {period.name}")
        self.model.show(self._listing)

    def show_movement(self, place: Cursor) -> None:
        """Select the movement at a place among all there are; the list begins there if it is not loaded."""
        self.table.setFocus()
        bring_into_view(self.table)
        known = self._place_of(place.id)
        if known is not None and self.model.state is State.READY:
            self.table.select_place(known)
            return
        # The place just before it, so that it comes first.
        step = 1 if self._listing.order is Order.NEWEST else -1
        self._listing = replace(self._listing, start=Cursor(place.posted_at, place.id + step))
        self._wanted = place.id
        self.model.show(self._listing)

    def focus_rows(self) -> None:
        """Put the keyboard on the row that is chosen, or else on the first."""
        self.table.setFocus()
        bring_into_view(self.table)
        if not self.table.selected_rows():
            self.table.select_place(max(0, self.table.currentIndex().row()))

    def show_parts(self, row: StatementRow) -> None:
        """Open the credits that paid for a movement, or that it granted or brought back."""
        self._show_parts_of(row)
        self.parts.table.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.parts.isHidden():
            self.parts.close_list()
        else:
            super().keyPressEvent(event)

    def _show_from(self, newest: Page[StatementRow]) -> None:
        self.model.show(replace(self._listing, first=newest))
        self.model.load_by(self._listing)

    def _sort(self, _key: str, descending: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        self._listing = replace(self._listing, order=Order.NEWEST if descending else Order.OLDEST, start=None)
        self.table.head.set_order("posted_at", descending=descending)
        self.model.show(self._listing)

    def _leave_start(self) -> None:
        """Go to an end of the list itself; the table asks the model for it right after."""
        self._listing = replace(self._listing, start=None)
        self.model.load_by(self._listing)

    def _first_page_shown(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        place = self._place_of(wanted)
        if place is not None:
            self.table.select_place(place)
        # Without the rows before it, nobody could scroll up.
        self.model.fetch_before()

    def _show_current_parts(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.show_parts(row)

    def _follow(self, row: StatementRow | None) -> None:
        """Let what is open be of the row that the keyboard is at."""
        if row is not None and not self.parts.isHidden() and row.id != self._taken_apart:
            self._show_parts_of(row)

    def _show_parts_of(self, row: StatementRow) -> None:
        self._taken_apart = row.id
        amount = self._context.formats.money(row.amount, row.currency)
        words = f"{row.kind.value.capitalize()} {row.id}{DOT}{amount}"
        load = PartsListing(self._context.database, self._username, row.id)
        self.parts.show_list(words, load, heading=_paid_words(row))

    def _open_lot(self, part: Part) -> None:
        if part.lot is not None:
            self.lot_wanted.emit(part)

    def _part_actions(self, part: Part) -> list[RowAction]:
        refusal = _PLAIN if part.lot is None else ""
        return [
            RowAction("Show the credit", partial(self._open_lot, part), native("Return"), refusal),
            RowAction(
                "Copy number", partial(QGuiApplication.clipboard().setText, str(part.lot)), "", refusal
            ),
        ]

    def _connect(self) -> None:
        self.all_button.clicked.connect(self.all_wanted)
        self.table.activated_row.connect(lambda row: take([self._way(row)]))
        self.table.sort_wanted.connect(self._sort)
        self.table.wanted_first.connect(self._leave_start)
        self.table.wanted_last.connect(self._leave_start)
        self.table.current_row_changed.connect(self._follow)
        self.model.first_page_shown.connect(self._first_page_shown)
        self.parts.chosen.connect(self._open_lot)
        self.parts.closed.connect(self.table.setFocus)
        # A letter would go to the table's own search otherwise.
        shortcut = QShortcut(QKeySequence(_PARTS_KEY), self.table)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._show_current_parts)

    def _way(self, row: StatementRow) -> RowAction:
        return way_to_account(self._context, row.counterparty, row.currency.code)

    def _row_actions(self, row: StatementRow) -> list[RowAction]:
        """Return where a row leads: its other side, its reversal, its batch, and why the balance since."""
        go, copy = self._context.navigator.go, QGuiApplication.clipboard().setText
        since = partial(self.explain_wanted.emit, since_movement(row.posted_at, row.id))
        actions = [
            *with_enter([self._way(row)]),
            RowAction(_paid_words(row), partial(self.show_parts, row), native(_PARTS_KEY)),
            RowAction("Explain the balance since this row", since),
            RowAction("Open transaction", partial(go, OpenTransaction(row.id))),
            RowAction("Copy id", partial(copy, str(row.id))),
        ]  # fmt: skip
        actions.append(
            reversal_action(
                self._context,
                self._reversal_of(row),
                self,
                then=self.reversed.emit,
                keys=native(REVERSAL.key),
            )
        )
        for words, other in (("What it reverses", row.reverses), ("Its reversal", row.reversed_by)):
            if other is not None:
                actions.append(RowAction(f"{words}, {other}", partial(go, OpenTransaction(other))))
        if row.batch_id is not None:
            actions.append(RowAction(f"Open batch {row.batch_id}", partial(go, OpenBatch(row.batch_id))))
        return actions

    def _reversal_of(self, row: StatementRow) -> Subject:
        return reversal_of(
            row.id,
            abs(row.amount) - row.reversed,
            row.currency,
            reverses=row.reverses,
            username=self._username,
        )

    def _place_of(self, transaction: int) -> int | None:
        return next((at for at, row in enumerate(self.model.rows) if row.id == transaction), None)


def _paid_words(row: StatementRow) -> str:
    return "What credit it was paid with" if row.amount < 0 else "What credit it brought"
