"""What a capture would come to now: the credits it would use, what expires next then, what is available."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.ledger.books.available import available
from console.ledger.holds.commands import Burn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# dead_after is what ledger.dead_lots would find once the hold is gone and the plan is burned: what only this
# hold kept alive dies with it. Of a wallet that is its largest running sum, so no lot is looked at twice.
_PREVIEW: Final = text("""
    WITH held AS (
        SELECT r.id, r.wallet_id, r.amount, w.balance, w.reserved, w.overdraft_limit,
            least(coalesce(CAST(:amount AS bigint), r.amount), r.amount) AS taking
        FROM ledger.reservations r JOIN ledger.wallets w ON w.id = r.wallet_id
        WHERE r.reference = :reservation AND r.status = 'reserved'
    ), plan AS (
        SELECT p.* FROM held CROSS JOIN LATERAL ledger.burn_preview(:reservation, held.taking) p
    ), lot AS (
        SELECT l.id, l.source, l.expires_at, l.created_at, l.remaining - coalesce(plan.burned, 0) AS kept
        FROM held JOIN ledger.credit_lots l ON l.wallet_id = held.wallet_id AND l.closed_at IS NULL
        LEFT JOIN plan ON plan.lot_id = l.id
    ), expired AS (
        SELECT sum(lot.kept) OVER (ORDER BY lot.expires_at, lot.created_at, lot.id) - coalesce((
                SELECT sum(r.amount) FROM ledger.reservations r
                WHERE r.wallet_id = held.wallet_id AND r.status = 'reserved' AND r.id <> held.id
                    AND r.created_at < lot.expires_at), 0) AS dead
        FROM held CROSS JOIN lot WHERE lot.expires_at <= now()
    )
    SELECT held.amount, held.taking, held.balance, held.reserved, held.overdraft_limit,
        (SELECT coalesce(sum(d.dead), 0)::bigint
            FROM ledger.dead_lots(ARRAY[held.wallet_id], now()) d) AS dead,
        (SELECT greatest(coalesce(max(e.dead), 0), 0)::bigint FROM expired e) AS dead_after,
        (SELECT json_agg(json_build_array(
            p.place, p.lot_id, p.source, p.expires_at, p.remaining, p.burned, p.remaining_after)
            ORDER BY p.place) FROM plan p) AS burns,
        (SELECT json_build_array(lot.source, lot.expires_at, lot.kept) FROM lot
            WHERE lot.kept > 0 AND lot.expires_at > now()
            ORDER BY lot.expires_at, lot.created_at, lot.id LIMIT 1) AS next_expiry
    FROM held""")


@dataclass(frozen=True, slots=True)
class Expiring:
    """The credit that expires next: where it came from, when it ends, what would be left of it."""

    source: str
    expires_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class CapturePreview:
    """What a capture of an active hold would do, in minor units.

    held: what is set aside. taking: what would be captured; the rest is released. burns: in order, those of
    credits first. next_expiry: of what is left then, None where no credit has an end. available: what the
    account may spend now, and available_after then.
    """

    held: int
    taking: int
    burns: tuple[Burn, ...]
    next_expiry: Expiring | None
    available: int
    available_after: int


def capture_preview(
    database: Database, reservation: str, amount: int | None = None, *, cancel: Cancellation | None = None
) -> CapturePreview | None:
    """Return what a capture of a hold would do, all of it without an amount; None when it is not active."""

    def ask(session: Session) -> CapturePreview | None:
        row = session.execute(_PREVIEW, {"reservation": reservation, "amount": amount}).one_or_none()
        if row is None:
            return None
        following = row.next_expiry
        limit = row.overdraft_limit
        return CapturePreview(
            row.amount,
            row.taking,
            tuple(map(_burn, row.burns or ())),
            None if following is None else _expiring(*following),
            available(row.balance, row.reserved, row.dead, limit),
            available(row.balance - row.taking, row.reserved - row.amount, row.dead_after, limit),
        )

    return database.read("reservation.capture-preview", ask, cancel=cancel)


def _burn(found: list[Any]) -> Burn:
    place, lot, source, expires_at, *figures = found
    return Burn(place, lot, source, _moment(expires_at), *figures)


def _expiring(source: str, expires_at: str, left: int) -> Expiring:
    return Expiring(source, datetime.fromisoformat(expires_at), left)


def _moment(written: str | None) -> datetime | None:
    """Read a moment that travelled as JSON."""
    return None if written is None else datetime.fromisoformat(written)
