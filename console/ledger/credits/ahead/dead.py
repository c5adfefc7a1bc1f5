"""What of the credits past their end no hold keeps, at a moment that may be still to come."""

from __future__ import annotations

from typing import Final

# As ledger.dead_lots reckons it, but that a hold whose time is over by then keeps nothing: a sweep ends it
# first. However often sweeps come by until that moment, together they end the same: what a hold covered that
# is over by then, the later credits covered less. Written out, since one process alone reads a statement that
# calls that function.
_DEAD: Final = """
        SELECT single.*, greatest(0, max(single.lots - single.holds) OVER burn) AS so_far
        FROM (
            SELECT l.id, l.wallet_id, l.source, l.remaining, l.expires_at, l.created_at,
                sum(l.remaining) OVER (
                    PARTITION BY l.wallet_id ORDER BY l.expires_at, l.created_at, l.id) AS lots,
                coalesce((
                    SELECT sum(r.amount) FROM ledger.reservations r
                    WHERE r.wallet_id = l.wallet_id AND r.status = 'reserved' AND r.created_at < l.expires_at
                        AND (r.expires_at IS NULL OR r.expires_at > {at})), 0) AS holds
            FROM ledger.credit_lots l
            WHERE l.wallet_id = ANY (ARRAY({wallets})) AND l.closed_at IS NULL AND l.expires_at <= {at}
        ) single
        WINDOW burn AS (
            PARTITION BY single.wallet_id ORDER BY single.expires_at, single.created_at, single.id)"""


def dead_parts(at: str, wallets: str) -> str:
    """Return the SELECT of an account's credits whose end has come `at` a moment, an SQL expression.

    so_far: how much of them, up to this one in the order in which they are spent, is dead. wallets: a SELECT
    of wallets' ids.
    """
    return _DEAD.format(at=at, wallets=wallets)
