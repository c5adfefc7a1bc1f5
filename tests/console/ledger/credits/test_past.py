"""Any past moment can be told: what the events say of it is what there was."""

from __future__ import annotations

import random
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from psycopg.types.json import Jsonb

from console.errors import UsageError
from console.ledger.credits.past import Past, past
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, capture, grant, release, reserve, soon, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

NAMES: Final = ("alice", "bob")
STEPS: Final = 300
MOMENTS: Final = 1_000
SEED: Final = 20_261_128

_STATE: Final = """
    SELECT u.username, w.balance,
        (SELECT coalesce(json_agg(json_build_array(l.id, l.remaining, l.expires_at) ORDER BY l.id), '[]')
            FROM ledger.credit_lots l WHERE l.wallet_id = w.id AND l.closed_at IS NULL),
        (SELECT coalesce(json_agg(json_build_array(r.reference, r.amount, r.expires_at) ORDER BY r.id), '[]')
            FROM ledger.reservations r WHERE r.wallet_id = w.id AND r.status = 'reserved')
    FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id WHERE u.username = ANY (%s)"""


def state(connection: Connection) -> dict[str, Any]:
    """Return what there is now: balances, open credits and open holds with their ends."""
    return {row[0]: row[1:] for row in connection.execute(_STATE, [list(NAMES)])}


def told(found: Past) -> tuple[Any, ...]:
    """Return the same of what was told of a moment."""
    written = [(one.id, one.remaining, one.expires_at) for one in sorted(found.lots, key=lambda lot: lot.id)]
    return (
        found.balance,
        [[number, left, None if until is None else until] for number, left, until in written],
        [
            [one.reference, one.amount, one.expires_at]
            for one in sorted(found.holds, key=lambda hold: hold.id)
        ],
    )


def read(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Read the moments of a recorded state."""
    balance, lots, holds = cells
    return (
        balance,
        *(
            [[*row[:2], None if row[2] is None else datetime.fromisoformat(row[2])] for row in rows]
            for rows in (lots, holds)
        ),
    )


def live(connection: Connection, chance: random.Random) -> None:
    """Do one thing of all that changes credits and holds, to one or to several."""
    name = chance.choice(NAMES)
    until = chance.choice((None, 0.0002, 5, 9, 30))
    open_lots = connection.execute(
        "SELECT l.id, l.remaining FROM ledger.credit_lots l WHERE l.closed_at IS NULL"
    ).fetchall()
    gone = connection.execute(
        "SELECT l.id, sum(t.amount)::bigint FROM ledger.credit_lots l "
        "JOIN ledger.lot_movements m ON m.lot_id = l.id "
        "JOIN ledger.transactions t ON t.id = m.transaction_id AND t.kind = 'expiry' "
        "WHERE l.closed_at IS NOT NULL AND NOT EXISTS ("
        "SELECT FROM ledger.reversals r WHERE r.reverses = t.id) GROUP BY l.id"
    ).fetchall()
    held = [
        row[0]
        for row in connection.execute("SELECT reference FROM ledger.reservations WHERE status = 'reserved'")
    ]

    def some(rows: list[Any]) -> Jsonb:
        chosen = chance.sample(rows, min(len(rows), chance.randint(1, 3)))
        return Jsonb({
            "currency": CURRENCY, "lots": [row[0] for row in chosen], "count": len(chosen),
            "amount": sum(row[1] for row in chosen),
        })  # fmt: skip

    works: list[Callable[[], object]] = [
        lambda: grant(connection, name, chance.randint(1, 50), until),
        lambda: reserve(
            connection, name, chance.randint(1, 40), f"h-{chance.getrandbits(60)}", chance.choice((None, 5))
        ),
        lambda: transfer(connection, "@external", name, 5),
        lambda: sweep(connection, 10),
    ]
    if open_lots:
        works += [
            lambda: write(connection, "extend_lots", some(open_lots), soon(chance.randint(1, 90)), REASON),
            lambda: write(connection, "end_lots", some(open_lots), REASON),
        ]
    if gone:
        works.append(lambda: write(connection, "revive_lots", some(gone), soon(50), REASON))
    if held:
        several = chance.sample(held, min(len(held), chance.randint(1, 3)))
        works += [
            lambda: capture(connection, several[0], chance.choice((None, 1))),
            lambda: release(connection, several[0]),
            lambda: write(connection, "extend_reservation", several[0], soon(60), REASON),
            lambda: write(connection, "extend_holds", several, soon(70), REASON),
            lambda: write(connection, "release_holds", several, REASON),
            lambda: write(connection, "capture_holds", several),
        ]
    chance.choice(works)()


@pytest.mark.timeout(180)
def test_the_events_tell_each_of_a_thousand_moments(
    operator: Connection, operator_database: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts(dict.fromkeys(NAMES, 100))
    chance = random.Random(SEED)  # noqa: S311 - the same life on every run
    begins: list[datetime] = []
    ends: list[datetime] = []
    states: list[dict[str, Any]] = []
    for _ in range(STEPS):
        live(operator, chance)
        begins.append(clock(operator))
        states.append(state(operator))
        ends.append(clock(operator))
    kinds = {row[0] for row in operator.execute("SELECT kind FROM ledger.acts")}
    assert len(kinds) == 7, kinds
    for _ in range(MOMENTS):
        place = chance.randrange(STEPS)
        at = begins[place] + (ends[place] - begins[place]) * chance.random()
        assert bisect_right(begins, at) == place + 1
        name = chance.choice(NAMES)
        assert told(past(operator_database, name, CURRENCY, at)) == read(states[place][name])


def clock(connection: Connection) -> datetime:
    """Return the ledger's own moment."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def test_what_is_to_come_and_nobodys_account_are_refused(
    operator_database: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100})
    before = datetime.now(UTC) - timedelta(days=900)
    found = past(operator_database, "alice", CURRENCY, before)
    assert (found.balance, found.lots, found.holds, found.granted, found.on_hold) == (0, (), (), 0, 0)
    with pytest.raises(UsageError, match="to come"):
        past(operator_database, "alice", CURRENCY, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(UsageError, match="no account 'nobody'"):
        past(operator_database, "nobody", CURRENCY, before)
