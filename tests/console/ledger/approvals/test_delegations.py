"""Delegations as calls: who decides for whom, what waits for them, whose right it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from console.errors import AccessDeniedError, RefusedError
from console.ledger.approvals import commands as approvals
from console.ledger.approvals import delegations, inbox
from console.ledger.approvals import page as requests
from console.ledger.approvals.delegations import ActingFor
from console.ledger.approvals.inbox import InboxCounts, View
from console.ledger.approvals.rules import commands as rules
from console.ledger.transactions.transfer import Transfer
from console.monitor.budgets import budget
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.cluster import CURRENCY, connected
from tests.models.writes import done, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings
    from tests.conftest import Statements
    from tests.operators import Staff

WHY = "a holiday"


@pytest.fixture
def acting(ledger_of: Callable[[str], Ledger]) -> Ledger:
    """Return the way of somebody who may only look, until a checker lets them decide."""
    return ledger_of("t_viewer")


@pytest.fixture
def hired(staff: Staff, settings: Settings) -> Iterator[Callable[..., Ledger]]:
    """Hire operators with roles."""
    opened: list[Database] = []

    def hire(*roles: str) -> Ledger:
        opened.append(Database(staff.url(staff.hire(*roles)), Recorder(capacity=200), settings))
        return Ledger(opened[-1])

    yield hire
    for one in opened:
        one.close()


def soon(hours: float = 48) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def ask(ledger: Ledger, amount: int = 10) -> tuple[int, bytes]:
    made = approvals.submit(ledger, Transfer("alice", "bob", CURRENCY, amount), reason=WHY)
    return made.request, made.content


def name_of(ledger: Ledger) -> str:
    return ledger.database.session_facts().operator


def for_me(ledger: Ledger) -> list[int]:
    """Return what the view has; the counts say the same number."""
    found = [row.id for row in inbox.page(ledger.database, View.FOR_ME).rows]
    assert inbox.counts(ledger.database).for_me == len(found)
    return found


def ended_long_ago(ledger_url: str, number: int) -> None:
    with connected(ledger_url) as admin:
        admin.execute(
            "UPDATE ledger.delegations SET created_at = created_at - interval '9 days', ends_at = now() -"
            " interval '1 day' WHERE id = %s",
            [number],
        )


def test_who_decides_for_a_checker_has_their_inbox_until_it_ends(
    maker: Ledger, checker: Ledger, acting: Ledger, ledger_of: Callable[[str], Ledger]
) -> None:
    asked = ask(maker)
    assert for_me(checker) == [asked[0]]
    assert for_me(acting) == for_me(maker) == []
    assert inbox.counts(acting.database) == InboxCounts(for_me=0, mine=0, others=1)
    until = soon()
    made = delegations.delegate(checker, "t_viewer", until, reason=WHY)
    assert (made.delegate, made.ends_at) == ("t_viewer", until)
    assert delegations.acting_for(acting.database) == (ActingFor("t_approver", until),)
    assert for_me(acting) == [asked[0]]
    assert inbox.counts(acting.database) == InboxCounts(for_me=1, mine=0, others=0)
    # It is theirs alone.
    assert for_me(ledger_of("t_support")) == for_me(maker) == []
    assert delegations.acting_for(ledger_of("t_support").database) == ()
    approvals.approve(acting, *asked)
    (agreed,) = requests.get(acting.database, asked[0]).approvals
    assert (agreed.approved_by, agreed.acting_for, agreed.by) == (
        "t_viewer", "t_approver", "t_viewer for t_approver",
    )  # fmt: skip
    another = ask(maker)
    delegations.end(acting, made.delegation, reason="back again")
    assert delegations.acting_for(acting.database) == ()
    assert for_me(acting) == []
    assert for_me(checker) == [another[0]]
    with pytest.raises(RefusedError, match="the delegation was ended by t_viewer at 20"):
        delegations.end(checker, made.delegation, reason=WHY)


def test_it_ends_by_itself(maker: Ledger, checker: Ledger, acting: Ledger, ledger_url: str) -> None:
    ask(maker)
    made = delegations.delegate(checker, "t_viewer", soon(), reason=WHY)
    ended_long_ago(ledger_url, made.delegation)
    assert delegations.acting_for(acting.database) == ()
    assert for_me(acting) == []
    with pytest.raises(RefusedError, match="there is no such delegation that lasts"):
        delegations.end(checker, made.delegation, reason=WHY)


def test_each_question_is_one_statement(
    maker: Ledger, checker: Ledger, acting: Ledger, statements: Statements
) -> None:
    ask(maker)
    delegations.delegate(checker, "t_viewer", soon(), reason=WHY)
    with statements.counted() as sent:
        made = delegations.delegate(checker, "t_viewer", soon(), reason=WHY)
    assert len(sent) == budget("delegation.add") == 1
    for call, name in (
        (lambda: delegations.page(acting.database), "delegations.list"),
        (lambda: delegations.acting_for(acting.database), "delegations.acting"),
        (lambda: inbox.page(acting.database), "requests.inbox"),
        (lambda: inbox.counts(acting.database), "requests.counts"),
        (lambda: delegations.end(acting, made.delegation, reason=WHY), "delegation.end"),
    ):
        with statements.counted() as sent:
            call()
        assert len(sent) == budget(name) == 1, name


def test_open_ones_are_listed_first_and_what_ends_next_before(
    checker: Ledger, acting: Ledger, hired: Callable[..., Ledger], ledger_url: str
) -> None:
    other = hired("operator")
    numbers = [
        delegations.delegate(checker, name, soon(hours), reason=WHY).delegation
        for name, hours in (("t_viewer", 90), ("t_viewer", 30), (name_of(other), 60), ("t_viewer", 40))
    ]
    delegations.end(acting, numbers[1], reason="not needed")
    ended_long_ago(ledger_url, numbers[3])
    found = delegations.page(acting.database)
    assert [row.id for row in found] == [numbers[2], numbers[0], numbers[3], numbers[1]]
    assert [(row.is_open, row.stands, row.ended_by) for row in found] == [
        (True, True, None), (True, True, None), (False, False, None), (False, False, "t_viewer"),
    ]  # fmt: skip
    assert (found[0].delegator, found[0].delegate, found[0].reason) == ("t_approver", name_of(other), WHY)
    assert [row.id for row in delegations.page(acting.database, only_open=True)] == [numbers[2], numbers[0]]


def test_what_the_checker_may_not_decide_waits_for_nobody_by_their_right(
    maker: Ledger, acting: Ledger, hired: Callable[..., Ledger]
) -> None:
    both = hired("operator", "approver")
    delegations.delegate(both, "t_viewer", soon(), reason=WHY)
    ask(both)
    assert for_me(acting) == []
    other = ask(maker)[0]
    assert for_me(acting) == [other]
    assert for_me(both) == [other]


def test_a_voice_that_was_given_is_given(
    maker: Ledger,
    checker: Ledger,
    acting: Ledger,
    hired: Callable[..., Ledger],
    ledger_of: Callable[[str], Ledger],
) -> None:
    rules.set_rule(ledger_of("t_admin"), "transfer", CURRENCY, 1, 2, reason=WHY)
    delegations.delegate(checker, "t_viewer", soon(), reason=WHY)
    by_checker, by_acting = ask(maker), ask(maker)
    approvals.approve(checker, *by_checker)
    approvals.approve(acting, *by_acting)
    assert for_me(checker) == for_me(acting) == []
    # By the right of another one they have a voice in what the first has agreed to, and none in their own.
    delegations.delegate(hired("approver"), "t_viewer", soon(), reason=WHY)
    assert for_me(acting) == [by_checker[0]]
    for asked in (by_checker, by_acting):
        with pytest.raises(RefusedError, match="approved it already"):
            approvals.approve(checker, *asked)
    approvals.approve(acting, *by_checker)


def test_the_right_goes_with_the_checkers(
    maker: Ledger, acting: Ledger, hired: Callable[..., Ledger], as_role: Callable[[str], str]
) -> None:
    ask(maker)
    leaving = hired("approver")
    name = name_of(leaving)
    delegations.delegate(leaving, "t_viewer", soon(), reason=WHY)
    assert len(for_me(acting)) == 1
    with connected(as_role("t_admin")) as boss:
        done(write(boss, "disable_operator", name, WHY))
        assert for_me(acting) == []
        assert delegations.acting_for(acting.database) == ()
        assert [(row.is_open, row.stands) for row in delegations.page(acting.database)] == [(True, False)]
        done(write(boss, "enable_operator", name, WHY))
        assert len(for_me(acting)) == 1
        done(write(boss, "set_operator_groups", name, ["ledger_viewer"], WHY))
        assert for_me(acting) == []


def test_of_a_checker_who_may_not_sign_in_nobody_decides(
    maker: Ledger, acting: Ledger, hired: Callable[..., Ledger], ledger_url: str
) -> None:
    asked = ask(maker)
    locked = hired("approver")
    delegations.delegate(locked, "t_viewer", soon(), reason=WHY)
    assert for_me(acting) == [asked[0]]
    with connected(ledger_url) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(name_of(locked))))
    assert for_me(acting) == []
    assert delegations.acting_for(acting.database) == ()
    with pytest.raises(AccessDeniedError):
        approvals.approve(acting, *asked)


def test_a_change_of_a_control_waits_for_other_administrators_alone(
    checker: Ledger, acting: Ledger, hired: Callable[..., Ledger], as_role: Callable[[str], str]
) -> None:
    first, second = hired("admin"), hired("admin")
    delegations.delegate(checker, "t_viewer", soon(), reason=WHY)
    with connected(as_role("t_admin")) as boss:
        done(write(boss, "submit_request", "set_dual_control", Jsonb({"on": True, "reason": WHY}), WHY))
    for one in (first, second):
        assert inbox.counts(one.database) == InboxCounts(for_me=1, mine=0, others=0)
    for one in (checker, acting):
        assert inbox.counts(one.database) == InboxCounts(for_me=0, mine=0, others=1)


def test_a_checker_acts_for_nobody_and_only_checkers_delegate(
    checker: Ledger, acting: Ledger, hired: Callable[..., Ledger]
) -> None:
    delegations.delegate(hired("approver"), "t_approver", soon(), reason=WHY)
    assert delegations.acting_for(checker.database) == ()
    with pytest.raises(AccessDeniedError):
        delegations.delegate(acting, "t_approver", soon(), reason=WHY)
    with pytest.raises(RefusedError, match="nobody delegates to themselves"):
        delegations.delegate(checker, "t_approver", soon(), reason=WHY)
    with pytest.raises(RefusedError, match="in 90 days at most"):
        delegations.delegate(checker, "t_viewer", soon(24 * 91), reason=WHY)
