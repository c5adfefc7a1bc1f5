"""What is other now than when a request was submitted, and what would come of it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.ledger.approvals.comparison import COMPARE, Comparison, comparison_of
from console.ledger.approvals.page import Rehearsal, rehearsal_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

_SINCE: Final = text("SELECT ledger.request_since(:request) AS since")
_OF_BATCH: Final = text(
    f"SELECT ledger.request_since(:request) AS since, beside.* FROM ({COMPARE}) beside"  # noqa: S608 - of ours
)


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

    changed: None for a request that was submitted before what stood then was kept. accounts: whether they are
    among what is compared; of a batch of more than 10,000 they are not. control: what a change of a control
    would change, as it is now, by name; None for all else.
    comparison: of a batch, how it stands beside earlier ones.
    """

    changed: int | None
    changes: tuple[Change, ...]
    accounts: bool
    rehearsal: Rehearsal
    comparison: Comparison | None = None
    control: Mapping[str, Any] | None = None


def since(
    ledger: Ledger, request: int, *, batch: int | None = None, cancel: Cancellation | None = None
) -> Since:
    """Compare a request's day with now, and do what it asks for and undo it, in one statement.

    batch: the one that the request would post; it is compared with earlier ones.
    """

    def work(session: Session) -> Since:
        asked = _SINCE if batch is None else _OF_BATCH
        row = session.execute(asked, {"request": request} | ({} if batch is None else {"batch": batch})).one()
        found = row.since
        changes = tuple(Change(*change) for change in found["changes"])
        comparison = None if batch is None else comparison_of(row)
        rehearsal = rehearsal_of(found["rehearsal"])
        return Since(
            found["changed"], changes, found["accounts"], rehearsal, comparison, found.get("control")
        )

    return ledger.rehearse("requests.since", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)
