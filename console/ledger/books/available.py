"""What an account may spend, defined once: what the ledger's own `reserve` and `transfer` let through."""

from __future__ import annotations

from typing import Final

# Wallets without granted credit have no lots, so nobody looks for theirs.
_DEAD: Final = """
        SELECT d.wallet_id, sum(d.dead)::bigint AS dead
        FROM ledger.dead_lots(
            ARRAY(SELECT DISTINCT {wallets}.id FROM {wallets} WHERE {wallets}.granted > 0), now()) d
        GROUP BY d.wallet_id"""


def dead_credit(wallets: str) -> str:
    """Return the SELECT of (wallet_id, dead) over a relation of wallets, which has their id and granted.

    dead: credit that is expired and that no sweep has ended yet, in minor units; no row is none. Any write
    that looks at what is available ends it first, so it is part of the balance and of nothing else.
    """
    return _DEAD.format(wallets=wallets)


def available(balance: int, reserved: int, dead: int, overdraft_limit: int) -> int:
    """Return how much more may be reserved, in minor units; whether the account is frozen is not in it."""
    return balance - reserved - dead + overdraft_limit


def transferable(balance: int, granted: int, reserved: int, overdraft_limit: int) -> int:
    """Return how much a transfer may take, in minor units: never granted credit, expired or not."""
    return balance - max(granted, reserved) + overdraft_limit
