"""What is other now than when a request was submitted, and what would come of it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.ledger.approvals.page import Rehearsal, rehearsal_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

_SINCE: Final = text("SELECT ledger.request_since(:request)")


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is not what it was when the request was submitted.

    what: balance, granted, on_hold, overdraft, expired (minor units) or status, of the account `subject`;
    approvals (how many checkers), limit (at once and a day, of holder and kind in `subject`), left (of the
    transaction, minor units), hold_status, hold_amount, hold_end, schema. None where there was or is none.
    """

    what: str
    subject: str
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed, at most 200 of `changed`, and what the request would come to now.

    changed: None for a request that was submitted before what stood then was kept, or on too many accounts.
    """

    changed: int | None
    changes: tuple[Change, ...]
    rehearsal: Rehearsal


def since(ledger: Ledger, request: int, *, cancel: Cancellation | None = None) -> Since:
    """Compare a request's day with now, and do what it asks for and undo it, in one statement."""

    def work(session: Session) -> Since:
        found = session.execute(_SINCE, {"request": request}).scalar_one()
        changes = tuple(Change(*change) for change in found["changes"])
        return Since(found["changed"], changes, rehearsal_of(found["rehearsal"]))

    return ledger.rehearse("requests.since", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)
