"""What an inbox of ten thousand open requests costs, and agreeing to many, each beside the common way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from psycopg.types.json import Jsonb

from console.bench.driver import driver_to
from console.bench.investigate.figure import Bench, Measured
from console.ledger.approvals import commands, inbox
from console.ledger.approvals import page as requests
from console.ledger.approvals.since import since
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.bench.driver import Driver
    from console.bench.place import Place

INBOX_MS: Final = 50.0
"""Below which the inbox is to be there, in the median."""

MANY: Final = 50
_MAKER: Final = "bench.maker"

_ASK: Final = """
    SELECT count(*) FILTER (WHERE ledger.submit_request(
        gen_random_uuid(), 'transfer', %s || jsonb_build_object('amount', 1 + n %% 500), 'a measurement')
        ->> 'status' = 'submitted') FROM generate_series(1, %s) n"""
# Past the functions: a checker is none of what is their own, and the ledger has one login.
_BY_ANOTHER: Final = "UPDATE ledger.approval_requests SET created_by = %s WHERE status = 'pending'"
_PARTIES: Final = """
    SELECT array_agg(u.username) FROM (
        SELECT u.username FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE w.kind = 'customer' AND w.status = 'active' AND w.balance > 1000 ORDER BY w.id LIMIT 2) u"""
_OPEN: Final = """
    SELECT r.id FROM ledger.approval_requests r WHERE r.status = 'pending' ORDER BY r.created_at LIMIT 200"""
_ONE: Final = "SELECT * FROM ledger.approval_requests WHERE id = %s"
_AGREED: Final = "SELECT approved_by FROM ledger.approvals WHERE request_id = %s"


def run(place: Place, *, open_requests: int = 10_000, rounds: int = 9) -> tuple[Measured, ...]:
    """Submit so many transfers and measure; what was agreed to stays so."""
    with place.opened(alone=True) as (database, url), driver_to(url, autocommit=True) as driver:
        place.say(f"submitting {open_requests:,} requests")
        _submit(driver, open_requests)
        place.say("reading the inbox, agreeing to many")
        return tuple(_figures(Bench(database, driver), rounds))


def _submit(driver: Driver, number: int) -> None:
    parties = driver.execute(_PARTIES).fetchone()
    if parties is None or parties[0] is None or len(parties[0]) != 2:  # noqa: PLR2004 - who pays whom
        raise LookupError("no two accounts with money")
    payment = {"from": parties[0][0], "to": parties[0][1], "currency": CURRENCY}
    made = driver.execute(_ASK, [Jsonb(payment), number]).fetchone()
    if made != (number,):
        raise LookupError(f"{made} of {number} requests were submitted")
    driver.execute(_BY_ANOTHER, [_MAKER])
    driver.execute("VACUUM ANALYZE ledger.approval_requests, ledger.approvals")


def _figures(bench: Bench, rounds: int) -> Iterator[Measured]:
    database, ledger = bench.database, Ledger(bench.database)
    what = "inbox, first page"
    first = partial(inbox.page, database)
    yield Measured(bench.ours(what, [first] * rounds, budget=BUDGETS["requests.inbox"]), INBOX_MS)
    yield Measured(bench.naive(what, "a statement a request", [partial(_by_row, bench.driver)] * 3))
    middle = inbox.page(database, limit=5_000).rows[-1]
    beside = partial(inbox.page, database, cursor=(middle.created_at, middle.id))
    yield Measured(
        bench.ours("inbox, page at half depth", [beside] * rounds, budget=BUDGETS["requests.inbox"]), INBOX_MS
    )
    counted = partial(inbox.counts, database)
    yield Measured(bench.ours("counts", [counted] * rounds, budget=BUDGETS["requests.counts"]), INBOX_MS)

    def one() -> None:
        requests.get(database, middle.id)
        since(ledger, middle.id)

    asked = BUDGETS["requests.get"] + BUDGETS["requests.since"]
    yield Measured(bench.ours("one request, and what changed since", [one] * rounds, budget=asked))
    what = f"{MANY} requests agreed to"
    waiting = [(row.id, row.content) for row in inbox.page(database, limit=5_000).rows]
    turns = [waiting[MANY * turn :][:MANY] for turn in range(2 * rounds + 6)]
    many = iter(turns)
    yield Measured(
        bench.ours(
            what, [lambda: commands.approve_many(ledger, next(many))] * rounds,
            budget=BUDGETS["request.approve_many"],
        )
    )  # fmt: skip
    yield Measured(bench.naive(what, "one by one", [partial(_one_by_one, bench.driver, next(many))] * 1))


def _by_row(driver: Driver) -> None:
    for (number,) in driver.execute(_OPEN).fetchall():
        driver.execute(_ONE, [number]).fetchone()
        driver.execute(_AGREED, [number]).fetchall()


def _one_by_one(driver: Driver, chosen: list[tuple[int, bytes]]) -> None:
    for number, content in chosen:
        driver.execute("SELECT ledger.approve_request(%s, %s, %s)", [uuid4(), number, content]).fetchone()
