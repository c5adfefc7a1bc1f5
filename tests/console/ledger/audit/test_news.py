"""What is new: read from the chain, whatever a hint said or did not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from console.ledger.audit.news import Topic, look
from tests.bookkeeping import Line, create_batch, post_batch, transfer
from tests.cluster import connected
from tests.models.jobs.lease import claimed
from tests.models.writes import REASON, capture, done, release, reserve, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.operators import Staff


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


def test_what_was_there_before_is_no_news(operator: Connection, viewer: Database) -> None:
    post_batch(operator, create_batch(operator, [Line(1, "alice", "bob", 5, "r")]))
    first = look(viewer, None)
    assert (first.topics, first.failing) == (frozenset(), ())
    assert look(viewer, first).topics == frozenset()


def test_what_operators_look_at_is_news(operator: Connection, viewer: Database) -> None:
    before = look(viewer, None)
    batch = create_batch(operator, [Line(1, "alice", "bob", 5, "r")])
    after = look(viewer, before)
    assert after.topics == {Topic.BATCHES, Topic.AUDIT}
    post_batch(operator, batch)
    assert look(viewer, after).topics == {Topic.BATCHES, Topic.POSTED, Topic.AUDIT}
    after = look(viewer, after)
    write(operator, "flag_account", "alice", "ask for a passport", None)
    assert look(viewer, after).topics == {Topic.ACCOUNTS, Topic.AUDIT}


def test_other_roles_of_an_operator_are_news(admin: Connection, viewer: Database, staff: Staff) -> None:
    name = staff.hire("viewer")
    before = look(viewer, None)
    write(admin, "set_operator_groups", name, ["ledger_support"], "moved to support")
    assert look(viewer, before).topics == {Topic.OPERATORS, Topic.AUDIT}


def test_postings_are_news_for_the_audit_alone(operator: Connection, viewer: Database) -> None:
    reserve(operator, "alice", 10, "h")
    before = look(viewer, None)
    transfer(operator, "alice", "bob", 5)
    write(operator, "open_account", "carol", "CR", "", None, REASON)
    write(operator, "grant_credit", "bob", "CR", 5, "promo", None)
    assert look(viewer, before).topics == {Topic.AUDIT}


def test_a_hold_that_ends_is_news(operator: Connection, viewer: Database) -> None:
    for reference, end in (("one", release), ("two", capture)):
        reserve(operator, "alice", 10, reference)
        before = look(viewer, None)
        end(operator, reference)
        assert look(viewer, before).topics == {Topic.HOLDS}, reference


def test_holds_whose_end_is_moved_are_news(operator: Connection, viewer: Database) -> None:
    done(reserve(operator, "alice", 10, "later"))
    before = look(viewer, None)
    done(write(operator, "extend_holds", ["later"], soon(), REASON))
    assert look(viewer, before).topics == {Topic.HOLDS, Topic.AUDIT}


def test_who_decides_for_whom_is_news_where_something_is_decided(
    as_role: Callable[[str], str], viewer: Database
) -> None:
    before = look(viewer, None)
    with connected(as_role("t_approver")) as checker:
        made = done(write(checker, "delegate", "t_viewer", soon(), REASON))["delegation"]
        after = look(viewer, before)
        assert after.topics == {Topic.APPROVALS, Topic.BATCHES, Topic.AUDIT}
        done(write(checker, "end_delegation", made, REASON))
    assert look(viewer, after).topics == {Topic.APPROVALS, Topic.BATCHES, Topic.AUDIT}


def test_a_job_that_fails_is_news_and_that_it_does_no_longer(operator: Connection, viewer: Database) -> None:
    before = look(viewer, None)
    token = claimed(operator)
    words = psycopg.types.json.Jsonb({"message": "no room"})
    write(operator, "report_job", token, "verify", "found", words)
    found = look(viewer, before)
    assert found.topics == {Topic.JOBS, Topic.AUDIT}
    assert found.failing == ("verify",)
    assert look(viewer, found).topics == frozenset()
    write(operator, "report_job", token, "verify", "done", words)
    assert look(viewer, found).topics == {Topic.JOBS, Topic.AUDIT}
    assert look(viewer, found).failing == ()


def test_of_very_much_all_is_news(operator: Connection, viewer: Database) -> None:
    before = look(viewer, None)
    for number in range(501):
        write(operator, "open_account", f"c{number}", "CR", "", None, REASON)
    assert look(viewer, before).topics == frozenset(Topic)
