"""The inbox: whose requests are whose, page by page, filtered and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.approvals import commands as approvals
from console.ledger.approvals import inbox
from console.ledger.approvals.inbox import InboxCounts, InboxFilter, View
from console.ledger.approvals.page import RequestStatus
from console.ledger.approvals.rules.terms import set_terms, terms
from console.ledger.credits.commands import Grant
from console.ledger.transactions.transfer import Transfer
from console.monitor.budgets import budget
from console.postgres.page import Direction
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.approvals.page import RequestRow
    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

WHY = "ticket 7"


def ask(ledger: Ledger, amount: int = 10) -> tuple[int, bytes]:
    made = approvals.submit(ledger, Transfer("alice", "bob", CURRENCY, amount), reason=WHY)
    return made.request, made.content


def seen(database: Database, view: View, chosen: InboxFilter | None = None) -> list[int]:
    return [row.id for row in inbox.page(database, view, chosen).rows]


def test_each_view_has_what_is_its_own(maker: Ledger, checker: Ledger) -> None:
    pending, agreed, rejected, returned, withdrawn = (ask(maker, n + 1) for n in range(5))
    approvals.approve(checker, *agreed)
    approvals.reject(checker, rejected[0], reason=WHY)
    approvals.send_back(checker, returned[0], reason=WHY)
    approvals.withdraw(maker, withdrawn[0], reason=WHY)
    assert seen(checker.database, View.FOR_ME) == [pending[0]]
    assert seen(checker.database, View.MINE) == []
    assert seen(maker.database, View.FOR_ME) == []
    assert seen(maker.database, View.MINE) == [pending[0], agreed[0], returned[0]]
    # The one that was decided last is first, whoever decided.
    for database in (maker.database, checker.database):
        assert seen(database, View.DECIDED) == [withdrawn[0], returned[0], rejected[0]]
    assert inbox.counts(checker.database) == InboxCounts(for_me=1, mine=0, others=1)
    assert inbox.counts(maker.database) == InboxCounts(for_me=0, mine=3, others=0)
    again = approvals.submit(
        maker, Transfer("alice", "bob", CURRENCY, 9), reason=WHY, follows=returned[0]
    ).request
    assert seen(maker.database, View.MINE) == [pending[0], agreed[0], again]
    found = inbox.page(maker.database, View.MINE).rows[2]
    assert (found.follows, found.typed, found.status) == (returned[0], False, RequestStatus.PENDING)
    assert inbox.counts(maker.database) == InboxCounts(for_me=0, mine=3, others=0)


def test_what_was_sent_back_long_ago_no_longer_waits(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    request, _ = ask(maker)
    approvals.send_back(checker, request, reason=WHY)
    ago = "UPDATE ledger.approval_requests SET closed_at = now() - make_interval(days => %s)"
    for days, waits in ((29, [request]), (31, [])):
        with connected(ledger_url) as admin:
            admin.execute(ago, [days])
        assert seen(maker.database, View.MINE) == waits
        assert inbox.counts(maker.database) == InboxCounts(for_me=0, mine=len(waits), others=0)
    assert seen(maker.database, View.DECIDED) == [request]


def test_what_one_has_agreed_to_waits_for_others(
    maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger]
) -> None:
    from console.ledger.approvals.rules import commands as rules  # noqa: PLC0415 - of this test alone

    rules.set_rule(ledger_of("t_admin"), "transfer", CURRENCY, 1, 2, reason=WHY)
    request = ask(maker)
    assert seen(checker.database, View.FOR_ME) == [request[0]]
    approvals.approve(checker, *request)
    assert seen(checker.database, View.FOR_ME) == []
    assert inbox.counts(checker.database) == InboxCounts(for_me=0, mine=0, others=1)


@pytest.mark.parametrize("view", [View.FOR_ME, View.DECIDED])
def test_pages_go_both_ways(maker: Ledger, checker: Ledger, statements: Statements, view: View) -> None:
    made = [ask(maker, n + 1)[0] for n in range(5)]
    if view is View.DECIDED:
        for request in made:
            approvals.reject(checker, request, reason=WHY)
        made.reverse()

    def beside(row: RequestRow, direction: Direction) -> list[int]:
        moment = row.closed_at if view is View.DECIDED else row.created_at
        assert moment is not None
        page = inbox.page(checker.database, view, cursor=(moment, row.id), direction=direction, limit=2)
        return [one.id for one in page.rows]

    with statements.counted() as sent:
        first = inbox.page(checker.database, view, limit=2)
    assert len(sent) == budget("requests.inbox") == 1
    assert [row.id for row in first.rows] == made[:2]
    assert (first.more_before, first.more_after) == (False, True)
    assert beside(first.rows[-1], Direction.AFTER) == made[2:4]
    last = inbox.page(checker.database, view, direction=Direction.BEFORE, limit=2)
    assert [row.id for row in last.rows] == made[3:]
    assert beside(last.rows[0], Direction.BEFORE) == made[1:3]


def test_filters_narrow_a_view(maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger]) -> None:
    small, large = ask(maker, 10)[0], ask(maker, 300)[0]
    other = ask(ledger_of("t_operator2"), 40)[0]
    gift = approvals.submit(maker, Grant("bob", CURRENCY, 70, "promo"), reason=WHY).request

    def narrowed(chosen: InboxFilter) -> list[int]:
        return seen(checker.database, View.FOR_ME, chosen)

    assert narrowed(InboxFilter(kind="grant_credit")) == [gift]
    assert narrowed(InboxFilter(maker="t_operator2")) == [other]
    assert narrowed(InboxFilter(at_least=40)) == [large, other, gift]
    assert narrowed(InboxFilter(at_least=0, kind="transfer")) == [small, large, other]
    assert narrowed(InboxFilter(currency="EUR")) == []


def test_many_are_approved_and_what_is_left_out_says_why(
    maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger], statements: Statements
) -> None:
    set_terms(ledger_of("t_admin"), CURRENCY, typed_from=300, days=5, reason=WHY)
    assert [(one.typed_from, one.days, one.were_set) for one in terms(maker.database)] == [(300, 5, True)]
    chosen = [ask(maker, amount) for amount in (10, 20, 300)]
    assert [row.typed for row in inbox.page(checker.database).rows] == [False, False, True]
    with statements.counted() as sent:
        decided = approvals.approve_many(checker, chosen, note="seen")
    assert len(sent) == budget("request.approve_many") == 1
    assert [one.status for one in decided] == ["approved", "approved", "refused"]
    assert "is typed by its checker" in str(decided[2].refusal)
    approvals.approve(checker, *chosen[2], typed=300)
    assert seen(checker.database, View.FOR_ME) == []
