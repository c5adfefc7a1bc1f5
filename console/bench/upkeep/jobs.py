"""What the automatic jobs cost and what they save: checkpoints, daily figures, a keeper's look."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from console.bench.credits.capture import untouched
from console.bench.driver import driver_to, number, timed
from console.errors import ConsoleError
from console.ledger.audit.news import look
from console.ledger.books.currencies import books
from console.ledger.books.daily import daily_figures
from console.ledger.jobs.commands import claim_lease, leave_lease, run_job
from console.ledger.jobs.states import Job
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.bench.driver import Driver
    from console.bench.place import Place

_ASKED: Final = 20
_DAYS: Final = 30
_AT_ONCE: Final = 100
_ACCOUNTS: Final = 1_000

_BALANCES: Final = """
    SELECT count(ledger.system_balance(w.id)) FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE u.username LIKE '@%'"""
_NAIVE: Final = """
    SELECT (t.posted_at AT TIME ZONE 'UTC')::date, t.currency, t.kind, count(*), sum(t.amount)
    FROM ledger.transactions t WHERE t.posted_at >= %s GROUP BY 1, 2, 3"""
_POST: Final = """
    SELECT count(*) FILTER (WHERE ledger.transfer(
        gen_random_uuid(), n.names[1 + place %% n.size], n.names[1 + (place + 1) %% n.size], 'CR', 1)
        ->> 'status' = 'posted')
    FROM (SELECT %s::text[] AS names, %s AS size) n, generate_series(1, %s) place"""


@dataclass(frozen=True, slots=True)
class JobFigures:
    """Milliseconds, or seconds where the name says so, on a ledger of so many transactions.

    balances: of the system accounts, before and after the checkpoint. days: the last 30 as the daily figures
    have them, and added up from the transactions. claim, look: a keeper's and a window's. posting: transfers
    a second alone, and beside the jobs.
    """

    transactions: int
    balances_before: float
    balances_after: float
    checkpoint_s: float
    counting_s: float
    days: float
    days_naive: float
    claim: float
    look: float
    posting: tuple[float, float]

    @property
    def cost(self) -> float:
        """Return by how much posting is slower, in per cent, while jobs run beside it all the time."""
        alone, beside = self.posting
        return 100 * (1 - beside / alone)


def run(place: Place, *, rounds: int = 7, posted: int = 4_000) -> JobFigures:
    """Take the checkpoint and count all days of a ledger that has neither, then measure what that serves."""
    with place.opened() as (database, url), driver_to(url, autocommit=True) as driver:
        driver.execute("VACUUM ANALYZE ledger.transactions, ledger.wallets, ledger.reservations")
        driver.execute("DELETE FROM ledger.checkpoints")
        driver.execute("UPDATE ledger.daily_mark SET zone = ''")
        balances_before = _asked(lambda: driver.execute(_BALANCES).fetchone(), times=3)
        keeper = _Jobs(Ledger(database))
        place.say("the checkpoint, then all days")
        checkpoint_s, _ = timed(lambda: keeper.run(Job.CHECKPOINT))
        counting_s, _ = timed(lambda: keeper.run(Job.FIGURES))
        place.say("looks, then postings alone and beside the jobs")
        last = datetime.now(books(database).zone).date()
        since, before = last - timedelta(days=_DAYS - 1), look(database, None)
        return JobFigures(
            transactions=number(driver, "SELECT count(*) FROM ledger.transactions"),
            balances_before=balances_before,
            balances_after=_asked(lambda: driver.execute(_BALANCES).fetchone()),
            checkpoint_s=checkpoint_s,
            counting_s=counting_s,
            days=_asked(lambda: daily_figures(database, since, last)),
            days_naive=_asked(lambda: driver.execute(_NAIVE, [since]).fetchall(), times=3),
            claim=_asked(keeper.claim),
            look=_asked(lambda: look(database, before)),
            posting=_posting(driver, keeper, rounds, posted),
        )


def count_days(ledger: Ledger) -> None:
    """Count all days, as a keeper has done long before anybody looks."""
    keeper = _Jobs(ledger)
    keeper.run(Job.FIGURES)
    keeper.leave()


class _Jobs:
    """Runs jobs as a keeper does, under its lease, however often it is asked to."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._token: int | None = None
        self.claim()

    def claim(self) -> None:
        """Claim or renew the lease."""
        claimed = claim_lease(self._ledger, self._token, "bench")
        if not claimed.is_held:
            raise ConsoleError(f"{claimed.holder} runs the jobs of this ledger at {claimed.place}.")
        self._token = claimed.token

    def run(self, job: Job) -> None:
        """Run a job until it has no more to do."""
        if self._token is None:
            return
        while run_job(self._ledger, self._token, job).get("more"):
            pass

    def leave(self) -> None:
        """Give the lease back."""
        if self._token is not None:
            leave_lease(self._ledger, self._token)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run the jobs that follow postings beside what is done inside, without a pause."""
        ended = threading.Event()

        def work() -> None:
            while not ended.is_set():
                for job in (Job.FIGURES, Job.SEAL, Job.CHECKPOINT):
                    self.run(job)

        thread = threading.Thread(target=work, name="jobs")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _posting(driver: Driver, keeper: _Jobs, rounds: int, posted: int) -> tuple[float, float]:
    """Return transfers a second alone, and beside the jobs: medians of rounds in turns."""
    names = untouched(driver, 2, _ACCOUNTS)
    alone, beside = [], []
    post_transfers(driver, names, posted)
    keeper.run(Job.SEAL)
    for _ in range(rounds):
        alone.append(post_transfers(driver, names, posted))
        with keeper.at_work():
            beside.append(post_transfers(driver, names, posted))
    return median(alone), median(beside)


def post_transfers(driver: Driver, names: list[str], posted: int) -> float:
    """Post transfers in transactions of a hundred; return how many a second."""
    seconds = 0.0
    for _ in range(posted // _AT_ONCE):
        took, cursor = timed(lambda: driver.execute(_POST, [names, len(names), _AT_ONCE]))
        seconds += took
        if cursor.fetchone() != (_AT_ONCE,):
            raise ConsoleError("Not every transfer was posted.")
    return posted / seconds


def _asked(ask: Callable[[], object], *, times: int = _ASKED) -> float:
    """Return the median milliseconds of asking, after a first time."""
    ask()
    return median(1_000 * timed(ask)[0] for _ in range(times))
