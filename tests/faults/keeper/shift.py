"""Two keepers and eight consoles, whose processes and sessions are killed and stopped all the while."""

from __future__ import annotations

import os
import random
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, LiteralString

from console.ledger.jobs.states import LATE_S, job_states
from tests.cluster import connected, driver_url
from tests.faults.fire.client import Order
from tests.faults.fire.crowd import Crowd
from tests.faults.fire.plan import Fault, Kind, draw
from tests.faults.keeper.effects import broken_effects, broken_order
from tests.faults.keeper.hogs import HOG, claim_and_idle, hold_wallet, run_and_idle
from tests.faults.kit.books import broken_books

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime
    from pathlib import Path

    from console.ledger.jobs.states import JobState
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.faults.kit.bank import Bank

CLIENT: Final = "tests.faults.keeper.client"
KEEPERS: Final = 2
CONSOLES: Final = 8
# The sweep is left to the keepers.
WORK: Final = {"transfer": 20, "batch": 4, "grant": 14, "reserve": 14, "open": 12, "reverse": 4}
FAULTS: Final = {Kind.KILL: 10.0, Kind.FREEZE: 3.0, Kind.TERMINATE: 4.0}
IDLE: Final = "lease kept by an idle session"
ROUND_S: Final = 60.0

# Who is killed with the lease leaves the others to wait for it: more kills would leave no time for jobs.
_PER_SECOND: Final = 0.6
# A fault that lasts does so for 0.3 to 2 s; a stopped process must outlast its lease now and then.
_LONGER: Final = 15.0
_TICK_S: Final = 0.02
_FOR_GOOD_S: Final = 1e6
# Of a round: when a wallet is held by a session that idles and for how long, and when the lease's row is.
_WALLET_AT_S: Final = 5.0
_WALLET_S: Final = 10.0
_LEASE_AT_S: Final = 35.0
_VICTIM: Final[LiteralString] = """
    SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.usename = ANY (%s) AND a.application_name <> %s
    ORDER BY a.pid OFFSET %s LIMIT 1"""
_RUNS: Final[LiteralString] = """
    SELECT o.outcome ->> 'job', o.outcome ->> 'status', count(*) FROM ledger.operations o
    WHERE o.kind = 'run_job' GROUP BY 1, 2"""
_LIFE_S: Final = 7200.0
_LOGINS: Final = ("t_keeper", "t_operator", "t_operator2")


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    leases: int = 0
    caught_up_s: float = 0.0
    violations: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for people."""
        faults = ", ".join(f"{kind} {times:,}" for kind, times in sorted(self.faults.items()))
        runs = ", ".join(f"{job} {times:,}" for job, times in sorted(self.runs.items()))
        lines = [
            f"seed {self.seed}, faults: {faults}",
            f"runs under {self.leases:,} leases: {runs}",
            f"all caught up {self.caught_up_s:.0f} s after the last kill",
            f"violations {len(self.violations):,}",
        ]
        return "\n".join([*lines, *(f"  {what[:2000]}" for what in self.violations[:20])]) + "\n"


class Shift:
    """One run on one bank; `database` is the administrator's."""

    def __init__(self, bank: Bank, database: Database, history: Path, seed: int) -> None:
        self._bank = bank
        self._database = database
        self._history = history
        self._seed = seed
        self._dice = random.Random(seed)  # noqa: S311 - a plan, not a secret
        self._report = Report(seed)
        self._hogs: list[Future[bool | None]] = []

    def run(self, kills: int) -> Report:
        """Run whole rounds until so many were killed; nothing is left running."""
        with Crowd(self._orders(), CLIENT) as crowd, ThreadPoolExecutor() as pool:
            crowd.wait_until_begun()
            for number in count():
                self._round(crowd, pool, self._seed + number)
                if self._report.faults[Kind.KILL] >= kills or self._report.violations:
                    break
            self._catch_up(crowd)
        with connected(self._bank.admin_url) as connection:
            self._report.violations += broken_books(connection)
            self._report.violations += broken_effects(connection)
            self._report.violations += broken_order(connection)
            self._count(connection)
        return self._report

    def _round(self, crowd: Crowd, pool: ThreadPoolExecutor, seed: int) -> None:
        faults = deque(draw(seed, ROUND_S, _PER_SECOND, FAULTS))
        hold_lease = self._dice.choice((claim_and_idle, run_and_idle))
        hogs = deque(
            [(_WALLET_AT_S, self._hold_wallet), (_LEASE_AT_S, lambda: hold_lease(self._bank.operator_url))]
        )
        started = time.monotonic()
        while not self._report.violations and (passed := time.monotonic() - started) < ROUND_S:
            if hogs and hogs[0][0] <= passed:
                self._hogs.append(pool.submit(hogs.popleft()[1]))
            if faults and faults[0].at <= passed:
                self._strike(faults.popleft(), crowd)
            self._tend(crowd)
            time.sleep(_TICK_S)

    def _tend(self, crowd: Crowd) -> None:
        crowd.answered()
        self._report.violations += [*crowd.tend(), *crowd.violations()]

    def _strike(self, fault: Fault, crowd: Crowd) -> None:
        """Do one fault and count it when it hit."""
        hit = True
        if fault.kind is Kind.TERMINATE:
            with connected(self._bank.admin_url) as connection:
                place = fault.victim % (KEEPERS + CONSOLES)
                hit = connection.execute(_VICTIM, [list(_LOGINS), HOG, place]).fetchone() == (True,)
        else:
            runner = crowd.awake(fault.victim)
            hit = runner is not None
            if runner is not None and fault.kind is Kind.KILL:
                runner.kill()
            elif runner is not None:
                runner.freeze(fault.seconds * _LONGER)
        self._report.faults[fault.kind] += hit

    def _catch_up(self, crowd: Crowd) -> None:
        """Stop a keeper for good and see that within a minute all is done that was due or became so."""
        crowd.runners[0].freeze(_FOR_GOOD_S)
        last = job_states(self._database).at
        started = time.monotonic()
        while not self._report.violations and (behind := self._behind(last)):
            self._report.caught_up_s = time.monotonic() - started
            if self._report.caught_up_s > LATE_S:
                self._report.violations.append(f"overdue {LATE_S:g} s after the last kill: {behind}")
            self._tend(crowd)
            time.sleep(_TICK_S)
        ended = [hog.result() for hog in self._hogs]
        self._report.faults[IDLE] = ended.count(True)
        if False in ended:
            self._report.violations.append("nobody ended a session that idles with the lease's row")

    def _behind(self, since: datetime) -> list[JobState]:
        """Return the jobs that are due and have not done what they are for since a moment."""
        states = job_states(self._database)
        return [
            job
            for job in states.jobs
            if job.due_at is not None
            and job.due_at <= states.at
            and (job.done_at is None or job.done_at < since)
        ]

    def _hold_wallet(self) -> None:
        hold_wallet(self._bank.operator_url, "hot0", _WALLET_S)

    def _count(self, connection: Connection) -> None:
        for job, status, times in connection.execute(_RUNS):
            self._report.runs[f"{job} {status}"] = times
        row = connection.execute("SELECT token FROM ledger.keeper_lease").fetchone()
        assert row is not None
        self._report.leases = row[0]

    def _orders(self) -> list[Order]:
        cluster, database = self._bank.server.cluster, self._bank.database
        logins = ["t_keeper"] * KEEPERS + ["t_operator", "t_operator2"] * (CONSOLES // 2)
        return [
            Order(
                name=f"{login} {number}",
                url=driver_url(cluster.url(database, login)),
                admin_url=self._bank.admin_url,
                outbox=str(self._history / f"client{number}.jsonl"),
                seed=self._seed * 100 + number,
                # The run ends it, unless nobody does.
                seconds=_LIFE_S,
                parent=os.getpid(),
                weights={} if login == "t_keeper" else dict(WORK),
                town=self._bank.town,
            )
            for number, login in enumerate(logins)
        ]
