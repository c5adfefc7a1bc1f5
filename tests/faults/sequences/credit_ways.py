"""What each credit paid for, and which credits paid for each transaction: two questions, one answer."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, LiteralString

from console.ledger.credits.ended import ended
from console.ledger.credits.parts import parts
from console.ledger.credits.uses import uses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.ledger.credits.uses import LotUse
    from console.postgres.database import Database
    from tests.bookkeeping import Connection

_A_FEW: Final = 3
_LOTS: Final[LiteralString] = """
    SELECT l.id, l.amount, l.remaining FROM ledger.credit_lots l JOIN ledger.wallets w ON w.id = l.wallet_id
    JOIN ledger.users u ON u.id = w.user_id WHERE u.username = %s AND w.currency = %s"""
_DELTAS: Final[LiteralString] = """
    SELECT t.id, CASE t.to_wallet WHEN w.id THEN t.amount ELSE -t.amount END
    FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
    JOIN ledger.transactions t ON w.id IN (t.from_wallet, t.to_wallet)
    WHERE u.username = %s AND w.currency = %s"""


def assert_both_ways(database: Database, admin: Connection, username: str, currency: str) -> set[str]:
    """Ask both ways for all of an account's credits and transactions; return how its lots were moved.

    Each is a kind of transaction with the sign of what it did to a lot, such as `capture -`.
    """
    given: set[tuple[int, int, int]] = set()
    for transaction, delta in admin.execute(_DELTAS, [username, currency]).fetchall():
        own = [part for part in parts(database, transaction) if part.username == username]
        assert sum(part.amount for part in own) == delta
        given |= {(part.lot, transaction, part.amount) for part in own if part.lot is not None}
    told: set[tuple[int, int, int]] = set()
    kinds: set[str] = set()
    lots = admin.execute(_LOTS, [username, currency]).fetchall()
    for lot, amount, remaining in lots:
        life = [*every_use(database, lot)][::-1]
        assert [use.remaining_after for use in life] == [*accumulate(use.amount for use in life)]
        assert (life[0].amount, life[-1].remaining_after) == (amount, remaining)
        told |= {(lot, use.transaction, use.amount) for use in life}
        kinds |= {f"{use.kind.value} {'+' if use.amount > 0 else '-'}" for use in life}
    assert told == given
    gone = {lot.id for lot in ended(database, username, currency).rows}
    assert gone == {lot for lot, _amount, remaining in lots if not remaining}
    return kinds


def every_use(database: Database, lot: int) -> Iterator[LotUse]:
    """Walk a lot's changes a few at a time, the newest first."""
    cursor, more = None, True
    while more:
        page = uses(database, lot, cursor=cursor, limit=_A_FEW).page
        yield from page.rows
        cursor, more = page.rows[-1].transaction, page.more_after
