"""One account's movements as its owner would read them: signed, with the balance before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any, Final

from console.ledger.accounts.equation import WHOLE_LIFE
from console.ledger.page import PAGE_SIZE, Direction, Order
from console.ledger.transactions.page import Cursor

if TYPE_CHECKING:
    from console.ledger.accounts.equation import Period, Term
    from console.ledger.page import Page
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from models.transaction import TransactionKind

TWIN_MINUTES: Final = 10
"""Of two movements alike within so many minutes the second may be the first one again."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement from one account's side, in minor units of its currency; what went out is below 0.

    before and after: the balance, None for a system account, which stores none. paid_with: the sources of the
    credits that it was paid with, in the order of use, and "no expiry" for the rest; empty for money in.
    reverses: what it gives back; reversed_by: what gave it back. twin_of: when the last movement of the
    same signed amount with the same party was posted, within TWIN_MINUTES before.
    """

    id: int
    posted_at: datetime
    kind: TransactionKind
    counterparty: str
    amount: int
    before: int | None
    after: int | None
    reference: str | None
    description: str
    paid_with: tuple[str, ...]
    batch_id: int | None
    reverses: int | None
    reversed_by: int | None
    twin_of: datetime | None
    metadata: dict[str, Any]
    currency: Currency

    @property
    def place(self) -> Cursor:
        """Where the list goes on beside this row."""
        return Cursor(self.posted_at, self.id)


def statement(
    database: Database,
    username: str,
    currency: str,
    *,
    period: Period = WHOLE_LIFE,
    term: Term | None = None,
    order: Order = Order.NEWEST,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[StatementRow]:
    """Return the page after or before a cursor, by one statement; only rows of a period and of a term."""
    raise NotImplementedError
