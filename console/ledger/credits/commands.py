"""Granted credit: the grant, and the sweep that ends what is past its time, holds and requests included."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import text

from console.errors.refusals import accepted
from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

SWEPT_AT_ONCE = 1_000
"""As many holds, lots and requests as one sweep ends at most, of each."""

_SWEEP = text("SELECT ledger.sweep(:key, :limit)")


@dataclass(frozen=True, slots=True)
class Grant:
    """Credit of one source as a lot, in minor units; without `expires_at` it does not expire."""

    username: str
    currency: str
    amount: int
    source: str
    expires_at: datetime | None = None
    reference: str | None = None
    description: str = ""
    reason: str = ""
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("credit.grant", "grant_credit", without_empty(asdict(self), "reason", "ticket"))


@dataclass(frozen=True, slots=True)
class Granted:
    """Credit that was granted: its transaction and the lot that it opened."""

    transaction: int
    lot: int
    posted_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep ended, and whether there may be more than it was allowed.

    requests: those that nobody decided on in time. amounts: the credit that went to @breakage, in minor
    units by currency.
    """

    reservations: int
    lots: int
    requests: int
    amounts: Mapping[str, int]
    more: bool


def grant(
    ledger: Ledger, order: Grant, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Granted:
    """Grant credit, which is spent by captures only."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    posted_at = datetime.fromisoformat(done["posted_at"])
    return Granted(done["transaction"], done["lot"], posted_at, done["key"])


def sweep(
    ledger: Ledger,
    *,
    limit: int = SWEPT_AT_ONCE,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Swept:
    """End holds and requests past their time, and send to @breakage what has expired and no hold keeps."""
    return _swept(ledger.perform(Operation("sweep.run", "sweep", {"limit": limit}), key=key, cancel=cancel))


def sweep_rehearsal(
    ledger: Ledger, *, limit: int = SWEPT_AT_ONCE, cancel: Cancellation | None = None
) -> Swept:
    """Sweep and roll it back: what a sweep would end now."""

    def work(session: Session) -> Swept:
        outcome = session.execute(_SWEEP, {"key": uuid4(), "limit": limit}).scalar_one()
        return _swept(accepted(outcome))

    return ledger.rehearse("sweep.dry-run", work, cancel=cancel)


def _swept(outcome: dict[str, Any]) -> Swept:
    amounts = {currency: int(amount) for currency, amount in outcome["amounts"].items()}
    requests = outcome.get("requests", 0)
    return Swept(outcome["reservations"], outcome["lots"], requests, amounts, outcome["more"])
