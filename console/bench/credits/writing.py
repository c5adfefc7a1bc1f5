"""Acts on many credits, and a capture over a thousand, each beside what else would do the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from psycopg.types.json import Jsonb

from console.bench.credits.capture import capture, hold_over_lots
from console.bench.investigate.figure import Measured
from console.errors import UsageError
from console.ledger.credits.many import ExtendLots, Selection, change_lots
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.bench.driver import Driver
    from console.bench.investigate.figure import Bench

EXTENDED: Final = 10_000
EXTEND_MS: Final = 2_000.0
LOTS: Final = 1_000
CAPTURE_TIMES: Final = 2.0
"""How long a capture may take at most beside a bare UPDATE of its credits, which writes nothing down."""

BARE: Final = "a bare UPDATE of the same rows"
ONE_BY_ONE: Final = "each by an act of its own"

_WARM_UP: Final = 6
_CHOSEN: Final = """
    SELECT array_agg(l.id), sum(l.remaining)::bigint FROM (
        SELECT l.id, l.remaining FROM ledger.credit_lots l
        WHERE l.closed_at IS NULL AND l.currency = %s AND l.expires_at > now() + interval '1 day'
        ORDER BY l.id LIMIT %s) l"""
_MOVED: Final = """
    UPDATE ledger.credit_lots SET expires_at = expires_at + interval '1 second' WHERE id = ANY (%s)"""
_ONE: Final = """
    SELECT ledger.extend_lots(%s, %s, now() + interval '900 days', 'a measurement') ->> 'status'"""
_SPENT: Final = """
    UPDATE ledger.credit_lots l SET remaining = 0, closed_at = clock_timestamp()
    FROM ledger.reservations r WHERE r.reference = %s AND l.wallet_id = r.wallet_id AND l.closed_at IS NULL"""
_BROUGHT_BACK: Final = """
    UPDATE ledger.credit_lots l SET remaining = l.amount, closed_at = NULL
    FROM ledger.reservations r WHERE r.reference = ANY (%s) AND l.wallet_id = r.wallet_id"""
_OPEN: Final = """
    SELECT ledger.open_account(%s, %s, %s, '', NULL, 'a measurement') ->> 'status'"""


def figures(bench: Bench, rounds: int) -> Iterator[Measured]:
    """Measure them; what was measured stays done."""
    ledger = Ledger(bench.database)
    yield from _extensions(bench, ledger, rounds)
    yield from _captures(bench, ledger, rounds)


def _extensions(bench: Bench, ledger: Ledger, rounds: int) -> Iterator[Measured]:
    row = bench.driver.execute(_CHOSEN, [CURRENCY, EXTENDED]).fetchone()
    if row is None or row[0] is None:
        raise UsageError("This ledger has no open credit that ends.")
    lots, amount = tuple(row[0]), row[1]
    what = f"{len(lots):,} credits extended at once"
    chosen = Selection(CURRENCY, len(lots), amount, lots=lots)
    days = count(500)

    def extend() -> None:
        change_lots(
            ledger, ExtendLots(chosen, datetime.now(UTC) + timedelta(days=next(days)), "a measurement")
        )

    figure = bench.ours(what, [extend] * rounds, budget=BUDGETS["credits.extend"])
    yield Measured(figure, EXTEND_MS)
    bare = partial(_undone, bench.driver, _MOVED, [list(lots)])
    yield Measured(bench.naive(what, BARE, [bare] * rounds))
    yield Measured(bench.naive(what, ONE_BY_ONE, [partial(_each, bench.driver, lots)]))


def _captures(bench: Bench, ledger: Ledger, rounds: int) -> Iterator[Measured]:
    what = f"capture over {LOTS:,} credits"
    # A hold for each turn of each way: dead rows of the one would be in the way of the other.
    waiting = [_held(bench.driver) for _ in range(_WARM_UP + rounds)]
    spent = [_held(bench.driver) for _ in range(rounds)]
    # What the acts before left behind is theirs.
    bench.driver.execute("VACUUM ledger.credit_lots")
    # Committed as a capture is, which waits for the disk; then brought back, so that the books add up.
    bare = bench.naive(
        what, BARE, [partial(bench.driver.execute, _SPENT, [one]) for one in spent], most=rounds
    )
    bench.driver.execute(_BROUGHT_BACK, [spent])
    holds = iter(waiting)
    figure = bench.ours(
        what, [lambda: capture(ledger, next(holds))] * rounds, budget=BUDGETS["reservation.capture"]
    )
    yield Measured(figure, CAPTURE_TIMES * bare.ms)
    yield Measured(bare)


def _held(driver: Driver) -> str:
    """Open an account, grant it credits and put all of them on hold; return the hold's reference."""
    name = f"bench-{uuid4().hex[:12]}"
    opened = driver.execute(_OPEN, [uuid4(), name, CURRENCY]).fetchone()
    if opened != ("opened",):
        raise LookupError(f"{name}: {opened}")
    return hold_over_lots(driver, name, LOTS)


def _undone(driver: Driver, statement: str, values: list[object]) -> None:
    with driver.transaction(force_rollback=True):
        driver.execute(statement, values)


def _each(driver: Driver, lots: tuple[int, ...]) -> None:
    """Extend one after the other, each by a call of its own."""
    for lot, remaining in driver.execute(
        "SELECT id, remaining FROM ledger.credit_lots WHERE id = ANY (%s)", [list(lots)]
    ).fetchall():
        selection = {"currency": CURRENCY, "lots": [lot], "count": 1, "amount": remaining}
        driver.execute(_ONE, [uuid4(), Jsonb(selection)])
