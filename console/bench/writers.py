"""Many writers on few wallets: transfers a second, and whether any two of them ever deadlock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.bench.driver import driver_to, number
from console.bench.pgbench import Pgbench

if TYPE_CHECKING:
    from console.bench.driver import Driver
    from console.bench.place import Place

WRITERS = 16
WALLETS = 12
_WARM_UP_S = 3
_PATIENCE_S = 10.0

_DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_STILL_THERE: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'pgbench'"""
_TRANSACTIONS: Final = "SELECT count(*) FROM ledger.transactions"

# Any two of the wallets, in either direction: without an order of locks this deadlocks at once.
_SCRIPT = """
\\set payer random(1, {wallets})
\\set payee random(1, {wallets} - 1)
\\set amount random(1, 100)
SELECT ledger.transfer(gen_random_uuid(), n.names[:payer],
    n.names[CASE WHEN :payee < :payer THEN :payee ELSE :payee + 1 END], 'CR', :amount)
FROM (SELECT ARRAY[{names}] AS names) n;
"""


@dataclass(frozen=True, slots=True)
class WritersReport:
    """What the writers did; a failed call is one that ended in an error, such as a deadlock's."""

    writers: int
    wallets: int
    transfers_per_s: float
    deadlocks: int
    failed: int


def run(place: Place, *, seconds: int = 30) -> WritersReport:
    """Let the writers transfer between the richest wallets of a demo ledger."""
    Pgbench.find(place.admin_url, embedded=place.embedded)  # before a ledger is made for nothing
    with place.made() as url, driver_to(url, autocommit=True) as driver:
        bench = Pgbench.find(url, embedded=place.embedded)
        names = _richest(driver)
        quoted = ", ".join(f"'{name}'" for name in names)
        script = _SCRIPT.format(wallets=len(names), names=quoted)
        bench.script(script, WRITERS, _WARM_UP_S)
        before, first = number(driver, _DEADLOCKS), number(driver, _TRANSACTIONS)
        place.say(f"{WRITERS} writers on {len(names)} wallets, {seconds} s")
        run = bench.script(script, WRITERS, seconds)
        _wait_for_counters(driver)
        deadlocks = number(driver, _DEADLOCKS) - before
        share = (number(driver, _TRANSACTIONS) - first) / max(1, run.processed)
    return WritersReport(WRITERS, len(names), run.tps * share, deadlocks, run.failed)


def _richest(driver: Driver) -> list[str]:
    rows = driver.execute(
        "SELECT u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
        " WHERE w.kind = 'customer' AND w.status = 'active'"
        " ORDER BY w.balance - greatest(w.granted, w.reserved) DESC LIMIT %s",
        [WALLETS],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _wait_for_counters(driver: Driver) -> None:
    """Wait until the writers' sessions are gone: what they counted is handed in as they end."""
    until = time.monotonic() + _PATIENCE_S
    while number(driver, _STILL_THERE) and time.monotonic() < until:
        time.sleep(0.05)
