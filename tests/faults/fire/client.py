"""A client process of the bank: it journals, asks, and asks again under the same key until it knows.

python -m tests.faults.fire.client ORDER     (JSON; see Order)
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4

import psycopg

from tests.faults.kit.operations import CHORES, COPY_LINES, STATEMENTS, Mix, Town
from tests.faults.kit.outbox import Entry, Journal, Outbox
from tests.faults.kit.session import MANNERS, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.kit.outbox import Outcome
    from tests.faults.kit.session import Manner

_PR_SET_PDEATHSIG: Final = 1
_PASSING: Final = frozenset({"40001", "55P03", "57014", "25P03", "57P01", "57P02", "57P03", "57P05", "53300"})
_DEADLOCK: Final = "40P01"
_OTHER_CONTENT: Final = "LG002"
_OPEN_HOLDS: Final[LiteralString] = """
    SELECT r.reference, r.amount FROM ledger.reservations r WHERE r.status = 'reserved'
    ORDER BY r.id DESC LIMIT 30"""
_LAST_MOVEMENTS: Final[LiteralString] = """
    SELECT t.id, t.amount FROM ledger.transactions t ORDER BY t.id DESC LIMIT 100"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a client process is started with."""

    name: str
    url: str
    admin_url: str
    outbox: str
    seed: int
    seconds: float
    parent: int
    weights: dict[str, float]
    town: Town
    slow: float = 0.02
    bug: str = ""

    @classmethod
    def parse(cls, text: str) -> Order:
        """Read an order."""
        given = json.loads(text)
        return cls(**given | {"town": Town(**given["town"])})

    def text(self) -> str:
        """Return the order as an argument of the command."""
        return json.dumps(asdict(self))


class Client:
    """Does the mix until it is stopped; subclasses have the seeded bugs."""

    def __init__(self, order: Order, outbox: Outbox) -> None:
        self.order = order
        self.outbox = outbox
        self.dice = random.Random(order.seed)  # noqa: S311 - a mix, not a secret
        self.mix = Mix(self.dice, order.town, order.weights)
        self.session = Session(order.url)
        self._second = Session(order.url)
        self._stop = threading.Event()
        self._until = time.monotonic() + order.seconds
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())

    def run(self, doubts: list[Entry]) -> None:
        """Settle what an earlier life left open, then go on."""
        try:
            for entry in doubts:
                self.settle(entry)
            while self.going:
                self._one()
        finally:
            self.session.close()
            self._second.close()

    @property
    def going(self) -> bool:
        """Whether neither the time is over nor somebody stopped it."""
        return not self._stop.is_set() and time.monotonic() < self._until

    def _one(self) -> None:
        kind = self.mix.kind()
        if kind == "batch":
            self.batch(str(uuid4()), self.mix.lines())
        elif kind in CHORES:
            self.chore(kind)
        elif kind == "open":
            self._about_one(_OPEN_HOLDS, self.mix.resolve)
        elif kind == "reverse":
            self._about_one(_LAST_MOVEMENTS, self.mix.reverse)
        else:
            entry: Entry = getattr(self.mix, kind)()
            self.begin(entry)

    def begin(self, entry: Entry) -> None:
        """Journal an operation and see it through."""
        self.outbox.intend(entry)
        self.settle(entry)

    def settle(self, entry: Entry) -> None:
        """Send an operation until its outcome is known."""
        while self.going:
            try:
                self.outbox.sent(entry.intent)
                outcome = self.send(entry)
            except psycopg.Error as error:
                self.pass_over(error, entry)
            else:
                self.outbox.answered(entry.intent, outcome)
                if self.dice.random() < 0.02:
                    self.probe(entry)
                return

    def send(self, entry: Entry) -> Outcome:
        """Send once; now and then twice at the same moment."""
        if self.dice.random() < 0.03:
            return self._send_twice(entry)
        slow = self.dice.random() < self.order.slow
        return self.call(self.session, entry, "slow" if slow else self.dice.choice(MANNERS))

    def call(self, session: Session, entry: Entry, manner: Manner) -> Outcome:
        """Call the ledger's function."""
        return session.call(STATEMENTS[entry.kind], [entry.key, *entry.arguments], manner)

    def pass_over(self, error: psycopg.Error, entry: Entry | None) -> None:
        """Wait a little before the next try; an error that no fault explains is kept as a violation."""
        state = error.sqlstate
        if state == _DEADLOCK:
            self.outbox.violated("deadlock", kind=entry and entry.kind, message=str(error))
        elif not (state in _PASSING or (state or "")[:2] == "08" or (state is None and self._breaks(error))):
            self.outbox.violated("error", state=state, kind=entry and entry.kind, message=str(error))
            self._stop.set()
        if state is None or state[:2] in {"08", "57", "25"}:
            self.session.drop()
        self._stop.wait(self.dice.uniform(0.01, 0.2))

    def batch(self, intent: str, lines: list[list[Any]]) -> None:
        """Load a batch and post it. Only the posting has a key: a draft that nobody knows harms nobody."""
        while self.going:
            try:
                number, content = self._load(intent, lines)
            except psycopg.Error as error:
                self.pass_over(error, None)
            else:
                self.begin(self.mix.post_batch(intent, number, content, lines))
                return

    def chore(self, kind: str) -> None:
        """Move the system wallets' checkpoints, or seal; the busy may keep it from doing so."""
        try:
            self.session.call(CHORES[kind], [], "block")
        except psycopg.Error as error:
            self.pass_over(error, None)

    def probe(self, entry: Entry) -> None:
        """Use the key with other content, which the ledger must not answer."""
        other = Entry(entry.intent, entry.key, "sweep", [7])
        if entry.kind == "transfer":
            payer, payee, amount, intent = entry.arguments
            other = Entry(intent, entry.key, entry.kind, [payer, payee, amount + 1, intent])
        try:
            answer = self.call(self.session, other, "block")
        except psycopg.Error as error:
            if error.sqlstate != _OTHER_CONTENT:
                self.pass_over(error, other)
        else:
            self.outbox.violated("a key was taken with other content", intent=entry.intent, answer=answer)

    def _about_one(self, question: LiteralString, ask: Callable[[Any, int], Entry]) -> None:
        """Ask for something that concerns one of the rows of a question: what it is, and an amount."""
        try:
            with self.session.connection(autocommit=True) as connection:
                found = connection.execute(question).fetchall()
        except psycopg.Error as error:
            self.pass_over(error, None)
            return
        if found:
            self.begin(ask(*self.dice.choice(found)))

    def _load(self, intent: str, lines: list[list[Any]]) -> tuple[int, str]:
        with self.session.connection() as connection, connection.cursor() as cursor:
            row = cursor.execute("SELECT ledger.create_batch('fire', 'CR', '', NULL, false, '')").fetchone()
            assert row is not None
            with cursor.copy(COPY_LINES) as copy:
                for number, (payer, payee, amount) in enumerate(lines, 1):
                    copy.write_row((row[0], number, payer, payee, amount, f"{row[0]}.{number}", intent))
            cursor.execute("SELECT ledger.check_batch(%s)", [row[0]])
            content = cursor.execute(
                "SELECT encode(ledger.batch_content_hash(%s), 'hex')", [row[0]]
            ).fetchone()
            connection.commit()
        assert content is not None
        return row[0], content[0]

    def _send_twice(self, entry: Entry) -> Outcome:
        others: list[Outcome] = []
        errors: list[psycopg.Error] = []

        def beside() -> None:
            try:
                others.append(self.call(self._second, entry, "alone"))
            except psycopg.Error as error:
                errors.append(error)
                self._second.drop()

        thread = threading.Thread(target=beside)
        thread.start()
        try:
            outcome = self.call(self.session, entry, "block")
        finally:
            thread.join()
            if errors and errors[0].sqlstate == _DEADLOCK:
                self.pass_over(errors[0], entry)
        if others and others[0] != outcome:
            self.outbox.violated("two outcomes", intent=entry.intent, outcomes=[outcome, others[0]])
        return outcome

    def _breaks(self, error: psycopg.Error) -> bool:
        """Whether an error without a code is a connection's end, not a fault of this program."""
        return isinstance(error, psycopg.OperationalError) or self.session.lost


def die_with(parent: int) -> None:
    """Let the system kill this process with the one that started it, stopped or not; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


def follow(order: Order) -> None:
    """Do what is ordered until the time is over or SIGTERM comes, after what an earlier life left open."""
    from tests.faults.fire.quirks import QUIRKS  # noqa: PLC0415 - they are subclasses of what stands here

    journal = Journal(Path(order.outbox))
    with Outbox(Path(order.outbox)) as outbox:
        journal.read()
        doubts = [entry for entry in journal.entries.values() if entry.outcome is None]
        QUIRKS.get(order.bug, Client)(order, outbox).run(doubts)


def main() -> None:
    """Read the order and follow it."""
    order = Order.parse(sys.argv[1])
    die_with(order.parent)
    follow(order)


if __name__ == "__main__":
    main()
