"""The movements of one account, newest first: all of them, or those of one term of the equation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.files.text import party_in_full
from console.ledger.accounts.equation import WHOLE_LIFE, Period, Term
from console.ledger.accounts.periods import since_movement
from console.ledger.accounts.statement import StatementRow, statement
from console.ledger.page import Direction, Order, Page
from ui.kit.commands import native
from ui.kit.lists.selection_sum import SelectionSum
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.routes import OpenAccount, OpenBatch, OpenTransaction
from ui.screens.accounts.account.columns import statement_columns

if TYPE_CHECKING:
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.context import Context

_SYSTEM = "an account of the ledger itself"


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

    def __call__(
        self, direction: Direction, row: StatementRow | None, cancellation: Cancellation
    ) -> Page[StatementRow]:
        """Load the page beside a row, or the first or last page; on a pool thread.

        `first` is the first page where it came with the account.
        """
        if self.first is not None and row is None and direction is Direction.AFTER:
            return self.first
        return statement(
            self.database, self.username, self.currency, period=self.period, term=self.term,
            order=self.order, direction=direction, cursor=None if row is None else row.place,
            limit=self.limit, cancel=cancellation,
        )  # fmt: skip


class StatementTab(QWidget):
    """Each movement with the balance before and after; its menu leads to what it belongs to.

    explain_wanted: a Period that begins with one row. all_wanted: the filter is to be let go.
    """

    explain_wanted = Signal(object)
    all_wanted = Signal()

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._listing = StatementListing(context.database, username, "", context.settings.page_size)
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
        self.all_button.clicked.connect(self.all_wanted)
        self.table.activated_row.connect(self._open_counterparty)
        self.table.sort_wanted.connect(self._sort)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._filter)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.sum.label)

    @property
    def words(self) -> str:
        """What is said of the filter; empty while all movements are listed."""
        return "" if self._filter.isHidden() else self._only.text()

    def show_page(self, currency: Currency, newest: Page[StatementRow]) -> None:
        """List an account's movements in a currency, of which the newest were read with it."""
        other = currency.code != self._listing.currency
        self._listing = replace(self._listing, currency=currency.code)
        if self._listing.term is not None or self._listing.order is Order.OLDEST:
            self.model.show(self._listing)
        elif other or self.model.rows[: len(newest.rows)] != newest.rows or not newest.rows:
            # What is the same stays where it was scrolled to.
            self._show_from(newest)

    def show_term(self, term: Term | None, period: Period) -> None:
        """List the movements of one term of a period, or all there are."""
        wanted = replace(self._listing, term=term, period=WHOLE_LIFE if term is None else period)
        if wanted == self._listing:
            return
        self._listing = wanted
        self._filter.setVisible(term is not None)
        self._only.setText("" if term is None else f"Only {term.value}, {period.name}")
        self.model.show(wanted)

    def _show_from(self, newest: Page[StatementRow]) -> None:
        self.model.show(replace(self._listing, first=newest))
        self.model.load_by(self._listing)

    def _sort(self, _key: str, descending: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        self._listing = replace(self._listing, order=Order.NEWEST if descending else Order.OLDEST)
        self.table.head.set_order("posted_at", descending=descending)
        self.model.show(self._listing)

    def _open_counterparty(self, row: StatementRow) -> None:
        if not row.counterparty.startswith("@"):
            self._context.navigator.go(OpenAccount(row.counterparty, row.currency.code))

    def _row_actions(self, row: StatementRow) -> list[RowAction]:
        """Return where a row leads: its other side, its reversal, its batch, and why the balance since."""
        go, copy = self._context.navigator.go, QGuiApplication.clipboard().setText
        since = partial(self.explain_wanted.emit, since_movement(row.posted_at, row.id))
        actions = [
            RowAction(
                f"Account of {party_in_full(row.counterparty)}", partial(self._open_counterparty, row),
                native("Return"), _SYSTEM if row.counterparty.startswith("@") else "",
            ),
            RowAction("Explain the balance since this row", since),
            RowAction("Open transaction", partial(go, OpenTransaction(row.id))),
            RowAction("Copy id", partial(copy, str(row.id))),
        ]  # fmt: skip
        for words, other in (("What it reverses", row.reverses), ("Its reversal", row.reversed_by)):
            if other is not None:
                actions.append(RowAction(f"{words}, {other}", partial(go, OpenTransaction(other))))
        if row.batch_id is not None:
            actions.append(RowAction(f"Open batch {row.batch_id}", partial(go, OpenBatch(row.batch_id))))
        return actions
