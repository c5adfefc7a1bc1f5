"""Transfers a second on a large ledger, beside pgbench's TPC-B-like on the same server."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from uuid import uuid4

from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from console.bench.driver import driver_to, number
from console.bench.pgbench import Pgbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.bench.place import Place

CLIENTS = (1, 8)
SCALE = 10

# One round trip a transfer: pgbench makes up the names itself, hence their form.
_SCRIPT = """
\\set payer random(1, {users})
\\set payee random(1, {users} - 1)
\\set amount random(1, 100)
SELECT ledger.transfer(gen_random_uuid(), 'b' || :payer,
    'b' || CASE WHEN :payee < :payer THEN :payee ELSE :payee + 1 END, 'CR', :amount);
"""


@dataclass(frozen=True, slots=True)
class TransfersFigure:
    """With so many clients, a second (medians of the rounds)."""

    clients: int
    transfers_per_s: float
    tpcb_per_s: float

    @property
    def ratio(self) -> float:
        """Transfers for each transaction of pgbench's."""
        return self.transfers_per_s / self.tpcb_per_s


def run(
    place: Place, *, seconds: int = 20, warm_up: int = 60, rounds: int = 3, scale: int = SCALE
) -> tuple[TransfersFigure, ...]:
    """Measure both in turns, each after a warm-up: the first minute after a checkpoint writes whole pages."""
    Pgbench.find(place.admin_url, embedded=place.embedded)  # before a ledger is made for nothing
    with _tpcb_database(place, scale) as tpcb, place.made() as url:
        ours = Pgbench.find(url, embedded=place.embedded)
        script = _SCRIPT.format(users=number_accounts(url, place.say))
        place.say(f"warming up, {warm_up} s each")
        tpcb.tpcb(max(CLIENTS), warm_up)
        posted(ours, script, max(CLIENTS), warm_up)
        figures: dict[int, list[tuple[float, float]]] = {clients: [] for clients in CLIENTS}
        for number in range(rounds):
            for clients in CLIENTS:
                place.say(f"round {number + 1} of {rounds}, {clients} at once")
                theirs = tpcb.tpcb(clients, seconds).tps
                figures[clients].append((posted(ours, script, clients, seconds), theirs))
    return tuple(
        TransfersFigure(clients, median(own for own, _its in pairs), median(its for _own, its in pairs))
        for clients, pairs in figures.items()
    )


def posted(bench: Pgbench, script: str, clients: int, seconds: int) -> float:
    """Run the script and return what was posted a second: a refusal is quick and counts for nothing."""
    with driver_to(bench.url, autocommit=True) as driver:
        before = number(driver, "SELECT max(id) FROM ledger.transactions")
    run = bench.script(script, clients, seconds)
    with driver_to(bench.url, autocommit=True) as driver:
        rows = number(driver, "SELECT count(*) FROM ledger.transactions WHERE id > %s", before)
    return run.tps * rows / max(1, run.processed)


def number_accounts(url: str, say: Callable[[str], None]) -> int:
    """Name the customers b1, b2, … and return how many there are; a kept ledger has such names already."""
    with driver_to(url, autocommit=True) as driver:
        found = driver.execute(
            "SELECT count(*), count(*) FILTER (WHERE u.username ~ '^b[0-9]+$') FROM ledger.users u"
            " WHERE u.kind = 'customer'"
        ).fetchone()
        customers, named = found or (0, 0)
        if customers != named:
            say("numbering the accounts")
            driver.execute("SET statement_timeout = 0")
            driver.execute(
                "UPDATE ledger.users u SET username = 'b' || n.number FROM ("
                " SELECT id, row_number() OVER (ORDER BY id) AS number FROM ledger.users"
                " WHERE kind = 'customer') n WHERE n.id = u.id"
            )
            driver.execute("REINDEX TABLE ledger.users")
        driver.execute("VACUUM (ANALYZE) ledger.users, ledger.wallets, ledger.transactions")
        return int(customers)


@contextmanager
def _tpcb_database(place: Place, scale: int) -> Iterator[Pgbench]:
    """Lend a database with pgbench's own tables."""
    name = f"ledger_bench_tpcb_{uuid4().hex[:8]}"
    with driver_to(place.admin_url, autocommit=True) as driver:
        driver.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        url = make_url(place.admin_url).set(database=name).render_as_string(hide_password=False)
        bench = Pgbench.find(url, embedded=place.embedded)
        bench.initialize(scale)
        yield bench
    finally:
        with driver_to(place.admin_url, autocommit=True) as driver:
            driver.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
