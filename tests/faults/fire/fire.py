"""The bank under fire: clients move money while everything around them fails, and nothing may be wrong after.

    python -m tests.faults.fire [--seed N] [--seconds 60] [--clients 8] [--min-faults 40] [--history DIR]

Ends with 1 on a violation or too few faults; the history is kept then.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.cluster import connected
from tests.faults.fire.client import Order
from tests.faults.fire.crowd import Crowd, Witness
from tests.faults.fire.plan import ALL, Fault, Kind, draw
from tests.faults.fire.promises import broken_promises
from tests.faults.fire.report import Report
from tests.faults.kit.bank import running_server
from tests.faults.kit.books import broken_books
from tests.faults.kit.operations import EVERYTHING, STATEMENTS, Town
from tests.faults.kit.session import APPLICATION
from tests.faults.proxy.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.bookkeeping import Connection
    from tests.faults.kit.bank import Bank, Server
    from tests.faults.kit.outbox import Entry, Outcome

_TICK_S: Final = 0.02
_AUDIT_S: Final = 0.5
_BOOKS_S: Final = 2.0
# How far back what was acknowledged is asked for again after the server stopped at once.
_RECENT: Final = 5_000
_RESENT: Final = 300
# The books are asked a tenth of the time at most.
_REST: Final = 10
_VICTIM: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = %s AND datname = current_database() ORDER BY pid OFFSET %s LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made of; the seed says the rest."""

    seed: int
    seconds: float = 60.0
    clients: int = 8
    per_second: float = 1.2
    faults: Mapping[Kind, float] = field(default_factory=lambda: ALL)
    weights: Mapping[str, float] = field(default_factory=lambda: EVERYTHING)
    town: Town = field(default_factory=Town)
    slow: float = 0.02
    bug: str = ""


class Fire:
    """One run on one bank."""

    def __init__(self, bank: Bank, settings: Settings, history: Path) -> None:
        self._bank = bank
        self._settings = settings
        self._history = history
        self._report = Report(settings.seed)
        self._recent: deque[Entry] = deque(maxlen=_RECENT)

    def burn(self) -> Report:
        """Run until the time is over or something is wrong; nothing is left running."""
        started = time.monotonic()
        report = self._report
        with Proxy(self._bank.server.place) as proxy:
            with Witness(self._bank.admin_url, self._history) as witness, Crowd(self._orders(proxy)) as crowd:
                self._go(proxy, crowd, witness)
            report.faults[Kind.CUT_BEFORE] = proxy.cuts["before"]
            report.faults[Kind.CUT_AFTER] = proxy.cuts["after"]
        crowd.answered()
        report.violations += [*witness.violations(), *crowd.violations()]
        report.looks = witness.looks
        if not report.violations:
            self._settle(crowd.entries)
        self._count(crowd.entries)
        report.seconds = time.monotonic() - started
        if report.violations:
            (self._history / "server.log").write_bytes(self._bank.server.report())
            (self._history / "report.txt").write_text(report.text())
        return report

    def _go(self, proxy: Proxy, crowd: Crowd, witness: Witness) -> None:
        settings = self._settings
        faults = deque(draw(settings.seed, settings.seconds, settings.per_second, settings.faults))
        crowd.wait_until_begun()
        started = time.monotonic()
        audit_at = books_at = started + _AUDIT_S
        while not self._report.violations:
            passed = time.monotonic() - started
            # A slow machine gets as long again for the faults that are due.
            if passed >= settings.seconds and (not faults or passed >= 2 * settings.seconds):
                break
            # One at a time: a slow one must not keep the run from noticing what it did.
            if faults and started + faults[0].at <= time.monotonic():
                self._strike(faults.popleft(), proxy, crowd)
            self._report.violations += [*crowd.tend(), *crowd.violations(), *witness.violations()]
            now = time.monotonic()
            if now >= audit_at:
                self._audit(crowd)
                audit_at = time.monotonic() + _AUDIT_S
            if now >= books_at:
                with connected(self._bank.admin_url) as connection:
                    self._report.violations += broken_books(connection)
                books_at = time.monotonic() + max(_BOOKS_S, _REST * (time.monotonic() - now))
            time.sleep(_TICK_S)

    def _strike(self, fault: Fault, proxy: Proxy, crowd: Crowd) -> None:
        """Do one fault and count it when it hit; cuts are counted where they happen."""
        hit = True
        match fault.kind:
            case Kind.CUT_BEFORE:
                proxy.cut("before")
                return
            case Kind.CUT_AFTER:
                proxy.cut("after")
                return
            case Kind.RESET:
                hit = proxy.reset(fault.victim)
            case Kind.HOLE:
                hit = proxy.black_hole(fault.victim, fault.seconds)
            case Kind.CRASH:
                self._bank.server.crash()
                # What was acknowledged before must be there after.
                self._audit(crowd)
                self._check(list(self._recent))
            case Kind.TERMINATE:
                with connected(self._bank.admin_url) as connection:
                    place = fault.victim % self._settings.clients
                    hit = connection.execute(_VICTIM, [APPLICATION, place]).fetchone() == (True,)
            case Kind.KILL | Kind.FREEZE:
                runner = crowd.awake(fault.victim)
                hit = runner is not None
                if runner is not None and fault.kind is Kind.KILL:
                    runner.kill()
                elif runner is not None:
                    runner.freeze(fault.seconds)
        self._report.faults[fault.kind] += hit

    def _audit(self, crowd: Crowd) -> None:
        """Check what was acknowledged since the last time."""
        answered = crowd.answered()
        self._recent.extend(answered)
        self._check(answered)

    def _check(self, entries: list[Entry]) -> None:
        if entries:
            with connected(self._bank.admin_url) as connection:
                self._report.violations += broken_promises(connection, entries)

    def _settle(self, entries: list[Entry]) -> None:
        """Ask for every outcome that is not known, then check everything."""
        with connected(self._bank.operator_url) as operator:
            operator.execute("SET statement_timeout = '30s'")
            for entry in entries:
                if entry.outcome is None and entry.kind in STATEMENTS:
                    entry.outcome = _again(operator, entry)
                    self._report.unknown += 1
            dice = random.Random(self._settings.seed)  # noqa: S311 - a sample
            known = [entry for entry in entries if entry.outcome is not None]
            for entry in dice.sample(known, min(_RESENT, len(known))):
                answer = _again(operator, entry)
                if answer != entry.outcome:
                    self._report.violations.append(f"the same key, another outcome: {entry} {answer}")
        self._check(entries)
        with connected(self._bank.admin_url) as connection:
            self._report.violations += broken_books(connection)

    def _count(self, entries: list[Entry]) -> None:
        report = self._report
        report.operations = len(entries)
        report.acknowledged = sum(entry.done for entry in entries)
        report.refused = sum(entry.outcome is not None and not entry.done for entry in entries)
        report.asked_again = sum(entry.sends > 1 for entry in entries)
        report.kinds.update(entry.kind for entry in entries if entry.done)

    def _orders(self, proxy: Proxy) -> list[Order]:
        settings = self._settings
        return [
            Order(
                name=f"client{number}",
                url=self._bank.proxied_url(proxy.port),
                admin_url=self._bank.admin_url,
                outbox=str(self._history / f"client{number}.jsonl"),
                seed=settings.seed * 100 + number,
                # Longer than the run: the conductor ends it, unless nobody does.
                seconds=2 * settings.seconds + 60,
                parent=os.getpid(),
                weights=dict(settings.weights),
                town=settings.town,
                slow=settings.slow,
                bug=settings.bug,
            )
            for number in range(settings.clients)
        ]


def _again(operator: Connection, entry: Entry) -> Outcome:
    row = operator.execute(STATEMENTS[entry.kind], [entry.key, *entry.arguments]).fetchone()
    assert row is not None
    outcome: Outcome = row[0]
    return outcome


def burn(server: Server, settings: Settings, history: Path) -> Report:
    """Run on a new bank of this server."""
    history.mkdir(parents=True, exist_ok=True)
    with server.bank(settings.town) as bank:
        return Fire(bank, settings, history).burn()


def main() -> int:
    """Run once, print the report, and return 1 on a violation or too few faults."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fire", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--min-faults", type=int, default=40)
    parser.add_argument("--history", type=Path)
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    history = asked.history or Path(tempfile.mkdtemp(prefix="ledger-fire-"))
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        report = burn(server, Settings(asked.seed, asked.seconds, asked.clients), history)
    sys.stdout.write(report.text())
    enough = report.faults.total() >= asked.min_faults
    if not enough:
        sys.stdout.write(f"too few faults: {asked.min_faults} were asked for\n")
    if report.violations or not enough:
        sys.stdout.write(f"the history is in {history}\n")
        return 1
    shutil.rmtree(history)
    return 0


if __name__ == "__main__":
    sys.exit(main())
