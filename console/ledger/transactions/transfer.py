"""The transfer between two accounts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted transaction; its key answers with the same again."""

    transaction: int
    posted_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Transfer:
    """Minor units from one account to another; without `effective_at`, now.

    reason, ticket: why it is done by hand, and the number under which that is known outside the ledger.
    """

    payer: str
    payee: str
    currency: str
    amount: int
    reference: str | None = None
    description: str = ""
    effective_at: datetime | None = None
    reason: str = ""
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = without_empty(asdict(self), "reason", "ticket")
        arguments["from"], arguments["to"] = arguments.pop("payer"), arguments.pop("payee")
        return Operation("transfer.post", "transfer", arguments)


def transfer(
    ledger: Ledger,
    *,
    payer: str,
    payee: str,
    currency: str,
    amount: int,
    reference: str | None = None,
    description: str = "",
    effective_at: datetime | None = None,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Posted:
    """Move minor units from one account to another.

    Raises RefusedError, and OutcomeUnknownError when the answer was lost: call again with its key.
    """
    order = Transfer(payer, payee, currency, amount, reference, description, effective_at)
    return post(ledger, order, key=key, cancel=cancel)


def post(
    ledger: Ledger, order: Transfer, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Posted:
    """Make a transfer."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return Posted(done["transaction"], datetime.fromisoformat(done["posted_at"]), done["key"])
