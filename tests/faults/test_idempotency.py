"""One key, sent many times at the same moment, with the same and with other content: it takes effect once."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg

from tests.bookkeeping import assert_adds_up
from tests.cluster import connected
from tests.faults.kit.operations import STATEMENTS, Town

if TYPE_CHECKING:
    from tests.bookkeeping import Connection
    from tests.faults.kit.bank import Server

_SENDERS: Final = 8
_ROUNDS: Final = 250
_SOAK_ROUNDS: Final = 125_000
_OTHER_CONTENT: Final = "LG002"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one sender was told: an outcome, or that the key is another operation's."""

    content: int
    outcome: dict[str, Any] | None


def _arguments(kind: str, intent: str, amount: int) -> list[object]:
    if kind == "transfer":
        return ["hot0", "hot1", amount, intent]
    if kind == "grant_credit":
        return ["hot0", amount, "promo", None, intent]
    return ["hot1", amount, intent, None, intent]


def _send(connection: Connection, start: Barrier, kind: str, key: str, amount: int) -> Answer:
    start.wait(30)
    try:
        row = connection.execute(STATEMENTS[kind], [key, *_arguments(kind, key, amount)]).fetchone()
    except psycopg.Error as error:
        assert error.sqlstate == _OTHER_CONTENT, error  # noqa: PT017 - anything else is a failure
        return Answer(amount, None)
    assert row is not None
    return Answer(amount, row[0])


def _effects(admin: Connection, kind: str, key: str) -> int:
    """Return how often the operation of this key happened, by its intent."""
    if kind == "reserve":
        row = admin.execute("SELECT count(*) FROM ledger.reservations WHERE reference = %s", [key]).fetchone()
    else:
        row = admin.execute(
            "SELECT count(*) FROM ledger.transactions WHERE description = %s", [key]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_key_takes_effect_once(fire_server: Server, *, soak: bool) -> None:
    seed = random.SystemRandom().randrange(2**31)
    dice = random.Random(seed)  # noqa: S311 - a mix, not a secret
    start = Barrier(_SENDERS)
    seen: Counter[str] = Counter()
    with fire_server.bank(Town(hot=2, cold=0)) as bank, ExitStack() as stack:
        admin = stack.enter_context(connected(bank.admin_url))
        senders = [stack.enter_context(connected(bank.operator_url)) for _ in range(_SENDERS)]
        pool = stack.enter_context(ThreadPoolExecutor(_SENDERS))
        for number in range(_SOAK_ROUNDS if soak else _ROUNDS):
            key, kind = str(uuid4()), dice.choice(["transfer", "grant_credit", "reserve"])
            amounts = [dice.randint(1, 300)] * _SENDERS
            if number % 3 == 0:
                # Two contents fight for one key; the later one must hear that it is taken.
                amounts = [amount + 1_000 * dice.randrange(2) for amount in amounts]
            sent = [
                pool.submit(_send, sender, start, kind, key, amount)
                for sender, amount in zip(senders, amounts, strict=True)
            ]
            answers = [one.result() for one in sent]
            told = [answer for answer in answers if answer.outcome is not None]
            about = f"seed {seed}, round {number}: {kind} {key} {answers}"
            assert len({answer.content for answer in told}) == 1, about
            assert all(answer.outcome == told[0].outcome for answer in told), about
            assert all((answer.content == told[0].content) == (answer in told) for answer in answers), about
            assert told[0].outcome is not None
            refused = told[0].outcome["status"] == "refused"
            assert _effects(admin, kind, key) == (0 if refused else 1), about
            seen["refused" if refused else "done"] += 1
            seen["taken"] += len(told) < _SENDERS
        assert_adds_up(admin)
    # The mix must hold all cases, or it shows nothing.
    assert min(seen["refused"], seen["done"], seen["taken"]) > 10, seen
