"""Two processes decide on one request at the same moment: one effect, and words for the other."""

from __future__ import annotations

import random
import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch, wait_until
from tests.cluster import CURRENCY
from tests.faults.tamper.found import broken
from tests.models.approvals.races.process import Process
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff

ROUNDS: Final = 30
CHECKER: Final = "tests.models.approvals.races.checker"
TWO_FROM: Final = 5_000
ENDED: Final = {"reject": "rejected", "send_back": "returned", "withdraw": "withdrawn"}
WAITING: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"""
STATE: Final = """
    SELECT r.status::text, r.approvals_given, r.closed_by, ARRAY(
        SELECT a.approved_by FROM ledger.approvals a WHERE a.request_id = r.id ORDER BY a.approved_at)
    FROM ledger.approval_requests r WHERE r.id = %s"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that two decide on."""

    request: int
    content: str
    batch: int | None


@dataclass(frozen=True, slots=True)
class Hand:
    """An operator in a process of their own."""

    name: str
    process: Process


@pytest.fixture
def hands(
    as_role: Callable[[str], str], staff: Staff, open_accounts: Callable[..., None], admin: Connection
) -> Iterator[dict[str, Hand]]:
    """Start a maker, another operator and two checkers."""
    open_accounts({"alice": 10_000_000, "bob": 0})
    second = staff.hire("approver")
    urls = {name: as_role(name) for name in ("t_operator", "t_operator2", "t_approver")}
    urls[second] = staff.url(second)
    with ExitStack() as stack:
        started = {name: Process(CHECKER, url) for name, url in urls.items()}
        for process in started.values():
            stack.callback(process.end)
        for process in started.values():
            process.begin()
        yield {
            role: Hand(name, started[name])
            for role, name in zip(("maker", "other", "checker", "second"), started, strict=True)
        }


def ask(operator: Connection, amount: int, *, of_batch: bool) -> Asked:
    """Submit a transfer or a batch as t_operator."""
    if not of_batch:
        wanted = {"from": "alice", "to": "bob", "currency": CURRENCY, "amount": amount}
        found = done(write(operator, "submit_request", "transfer", Jsonb(wanted), REASON))
        return Asked(found["request"], found["content"], None)
    batch = create_batch(operator, [Line(1, "alice", "bob", amount, f"r-{amount}")])
    found = done(write(operator, "submit_batch", batch, content_hash(operator, batch), REASON))
    return Asked(found["request"], found["content"], batch)


def race(
    admin: Connection, asked: Asked, verbs: tuple[tuple[Hand, str], ...], *, held: bool
) -> list[dict[str, Any]]:
    """Let all begin at once; held: each waits for the request's own row, and they go on when it is let go."""

    def go() -> None:
        for hand, verb in verbs:
            hand.process.tell(verb=verb, request=asked.request, content=asked.content)

    if held:
        with admin.transaction():
            admin.execute("SELECT FROM ledger.batches WHERE id = %s FOR UPDATE", [asked.batch])
            admin.execute("SELECT FROM ledger.approval_requests WHERE id = %s FOR UPDATE", [asked.request])
            go()
            wait_until(lambda: admin.execute(WAITING).fetchone() == (len(verbs),), timeout_s=30)
    else:
        go()
    return [hand.process.answer() for hand, _verb in verbs]


def told(answer: dict[str, Any], status: str, by: str) -> None:
    """Look for who it was and when in the words of a refusal."""
    assert answer["code"] == "request.status", answer
    words = (
        rf"Refused: the request is {status}, by {by} at \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. Nothing was"
    )
    assert re.match(words, answer["words"]), answer["words"]


def state(admin: Connection, asked: Asked) -> tuple[str, int, str | None, list[str]]:
    """Return how a request stands: its status, how many agreed, who ended it, and who agreed."""
    row = admin.execute(STATE, [asked.request]).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


def both_of_two(hands: dict[str, Hand], admin: Connection, asked: Asked, *, held: bool) -> bool:
    pair = (hands["checker"], hands["second"])
    answers = race(admin, asked, tuple((one, "approve") for one in pair), held=held)
    assert sorted(answer["status"] for answer in answers) == ["approved", "pending"], answers
    status, given, _by, who = state(admin, asked)
    assert (status, given, sorted(who)) == ("approved", 2, sorted(one.name for one in pair))
    return together(answers)


def one_of_two(hands: dict[str, Hand], admin: Connection, asked: Asked, *, held: bool) -> bool:
    pair = (hands["checker"], hands["second"])
    answers = race(admin, asked, tuple((one, "approve") for one in pair), held=held)
    assert sorted(answer["status"] for answer in answers) == ["approved", "refused"], answers
    first = next(n for n, answer in enumerate(answers) if answer["status"] == "approved")
    assert state(admin, asked) == ("approved", 1, None, [pair[first].name])
    told(answers[1 - first], "approved", pair[first].name)
    return together(answers)


def one_carries_out(hands: dict[str, Hand], admin: Connection, asked: Asked, *, held: bool) -> bool:
    hands["checker"].process.ask(verb="approve", request=asked.request, content=asked.content)
    pair = (hands["maker"], hands["other"])
    before = admin.execute("SELECT count(*) FROM ledger.transactions").fetchone()
    answers = race(admin, asked, tuple((one, "execute") for one in pair), held=held)
    assert sorted(answer["status"] for answer in answers) == ["executed", "refused"], answers
    first = next(n for n, answer in enumerate(answers) if answer["status"] == "executed")
    assert state(admin, asked)[0:3:2] == ("executed", pair[first].name)
    told(answers[1 - first], "executed", pair[first].name)
    after = admin.execute("SELECT count(*) - 1 FROM ledger.transactions").fetchone()
    assert before == after
    return together(answers)


def approved_and_ended(
    hands: dict[str, Hand], admin: Connection, asked: Asked, verb: str, *, held: bool
) -> bool:
    """Race an approval with an end: what is approved may be ended too, so that the end always is."""
    ends = hands["maker" if verb == "withdraw" else "second"]
    pair = [(hands["checker"], "approve"), (ends, verb)]
    if held and asked.request % 2:
        pair.reverse()
    by_verb = dict(
        zip((one[1] for one in pair), answers := race(admin, asked, tuple(pair), held=held), strict=True)
    )
    assert by_verb[verb]["status"] == ENDED[verb], answers
    agreed = by_verb["approve"]["status"] == "approved"
    if not agreed:
        told(by_verb["approve"], ENDED[verb], ends.name)
    who = [hands["checker"].name] if agreed else []
    assert state(admin, asked) == (ENDED[verb], len(who), ends.name, who)
    return together(answers)


def ended_twice(hands: dict[str, Hand], admin: Connection, asked: Asked, verb: str, *, held: bool) -> bool:
    pair = [(hands["checker"], "reject"), (hands["maker" if verb == "withdraw" else "second"], verb)]
    answers = race(admin, asked, tuple(pair), held=held)
    assert sum(answer["status"] == "refused" for answer in answers) == 1, answers
    first = next(n for n, answer in enumerate(answers) if answer["status"] != "refused")
    hand, did = pair[first]
    assert state(admin, asked) == (ENDED[did], 0, hand.name, [])
    told(answers[1 - first], ENDED[did], hand.name)
    return together(answers)


def together(answers: list[dict[str, Any]]) -> bool:
    """Whether one had not ended when the other began."""
    return bool(max(one["began"] for one in answers) < min(one["ended"] for one in answers))


def test_two_at_the_same_moment_have_one_effect(
    hands: dict[str, Hand],
    admin: Connection,
    operator: Connection,
    ledger_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every pair of decisions in thirty rounds, by turns as they come and from a common start."""
    done(write(admin, "set_approval_rule", "transfer", CURRENCY, TWO_FROM, 2, REASON))
    met = races = 0
    for number in range(ROUNDS):
        dice = random.Random(number)  # noqa: S311 - a round, not a secret
        held = number % 2 == 0

        def asked(amount: int, *, of_batch: bool = dice.random() < 0.5) -> Asked:
            return ask(operator, amount, of_batch=of_batch)

        small = dice.randrange(100, 1_000)
        outcomes = [
            both_of_two(hands, admin, asked(TWO_FROM + number, of_batch=False), held=held),
            one_of_two(hands, admin, asked(small), held=held),
            one_carries_out(hands, admin, asked(small), held=held),
            *(approved_and_ended(hands, admin, asked(small), verb, held=held) for verb in ENDED),
            *(ended_twice(hands, admin, asked(small), verb, held=held) for verb in ENDED),
        ]
        races += len(outcomes)
        met += sum(outcomes)
    with capsys.disabled():
        sys.stdout.write(f"\n{races} races in {ROUNDS} rounds, of which {met} overlapped\n")
    # Of those from a common start all do.
    assert met >= races // 2
    assert broken(ledger_url) == {}
