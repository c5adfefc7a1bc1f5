"""Giving back what one transaction moved, all or a part."""

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
class Reversal:
    """What of one transaction is to be given back, in minor units; without an amount, all that is left of it.

    Granted credit that has expired since comes back as a new lot when `lot_expires_at` states its end, and
    as plain balance without it.
    """

    transaction: int
    reason: str
    amount: int | None = None
    lot_expires_at: datetime | None = None
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("transfer.reverse", "reverse_transaction", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class Reversed:
    """The transaction that gives back, the one it reverses, and the lot that it opened if it did.

    part: which part of it this is, from 1; left: what can still be given back, in minor units.
    """

    transaction: int
    reverses: int
    amount: int
    lot: int | None
    part: int
    left: int
    posted_at: datetime
    key: UUID


def reverse_transaction(
    ledger: Ledger, order: Reversal, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Reversed:
    """Give back what one transaction moved, all or a part, until nothing of it is left."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    posted_at = datetime.fromisoformat(done["posted_at"])
    return Reversed(
        done["transaction"], done["reverses"], done["amount"], done["lot"], done.get("part", 1),
        done.get("left", 0), posted_at, done["key"],
    )  # fmt: skip
