"""Flags and who follows an account, as calls: one statement each, and read on the page and in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import RefusedError
from console.ledger.accounts import notes
from console.ledger.accounts.detail import account
from console.ledger.accounts.page import AccountFilter, page
from tests.bookkeeping import balances
from tests.cluster import CURRENCY, connected
from tests.models.writes import done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


FLAGGED, MINE, FOLLOWED = AccountFilter(flagged=True), AccountFilter(mine=True), AccountFilter(followed=True)


@pytest.fixture(autouse=True)
def opened(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 0, "bob": 0, "carol": 0})


def listed(database: Database, wanted: AccountFilter) -> list[str]:
    return [row.username for row in page(database, wanted).rows]


def test_a_flag_from_the_first_word_to_done(operator_ledger: Ledger, statements: Statements) -> None:
    ledger, database = operator_ledger, operator_ledger.database
    database.session_facts()
    notes.add_note(ledger, "alice", "likes tea")
    key = uuid4()
    with statements.counted() as sent:
        made = notes.flag(ledger, "alice", "ask for a passport", key=key)
    assert len(sent) == 1
    assert notes.flag(ledger, "alice", "ask for a passport", key=key) == made
    newer = notes.add_note(ledger, "alice", "called again")
    with statements.counted() as sent:
        assigned = notes.assign(ledger, "alice", made.note, "t_support")
    assert (len(sent), assigned.before, assigned.after) == (1, None, "t_support")
    found = account(database, "alice", CURRENCY).notes
    assert [(note.text, note.waits, note.assignee) for note in found] == [
        ("ask for a passport", True, "t_support"), ("called again", False, None), ("likes tea", False, None),
    ]  # fmt: skip
    with statements.counted() as sent:
        closed = notes.close(ledger, "alice", made.note)
    assert (len(sent), closed.note) == (1, made.note)
    found = account(database, "alice", CURRENCY).notes
    assert [note.id for note in found[:2]] == [newer.note, made.note]
    assert (found[1].flagged, found[1].waits, found[1].done_by) == (True, False, "t_operator")
    assert found[1].done_at is not None
    with pytest.raises(RefusedError, match="marked as done already by t_operator"):
        notes.close(ledger, "alice", made.note)


def test_an_assignee_is_one_who_may_close_it(operator_ledger: Ledger, admin: Connection) -> None:
    found = notes.assignees(operator_ledger.database)
    assert {"t_support", "t_operator", "t_operator2", "t_admin"} <= set(found)
    assert {"t_viewer", "t_approver", "ledger_support", admin.info.user} & set(found) == set()
    with pytest.raises(RefusedError, match="nobody of this name may close flags"):
        notes.flag(operator_ledger, "alice", "ask for a passport", assignee="t_viewer")


def test_the_flagged_are_listed(operator_ledger: Ledger, statements: Statements) -> None:
    ledger, database = operator_ledger, operator_ledger.database
    database.session_facts()
    assert listed(database, FLAGGED) == listed(database, MINE) == []
    notes.flag(ledger, "carol", "first", assignee="t_operator")
    notes.flag(ledger, "carol", "second")
    last = notes.flag(ledger, "alice", "third", assignee="t_support")
    with statements.counted() as sent:
        rows = page(database, AccountFilter(flagged=True)).rows
    assert len(sent) == 1
    assert [(row.username, row.flags, row.asks, row.assignee) for row in rows] == [
        ("alice", 1, "third", "t_support"), ("carol", 2, "first", "t_operator"),
    ]  # fmt: skip
    assert listed(database, MINE) == ["carol"]
    notes.close(ledger, "alice", last.note)
    assert listed(database, FLAGGED) == ["carol"]
    everybody = page(database, AccountFilter()).rows
    assert [(row.flags, row.asks) for row in everybody] == [(0, None), (0, None), (2, "first")]


def test_each_follows_for_themselves(operator_ledger: Ledger, viewer: Database, ledger_url: str) -> None:
    ledger, database = operator_ledger, operator_ledger.database
    followed = notes.follow(ledger, "bob")
    assert followed.following
    assert (account(database, "bob", CURRENCY).followed, account(viewer, "bob", CURRENCY).followed) == (
        True,
        False,
    )
    assert (listed(database, FOLLOWED), listed(viewer, FOLLOWED)) == (["bob"], [])
    notes.follow(ledger, "bob", following=False)
    assert not account(database, "bob", CURRENCY).followed
    assert listed(database, FOLLOWED) == []
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 0, "bob": 0, "carol": 0}


def test_what_waits_longest_is_shown_however_many_notes_came_after(
    operator: Connection, operator_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows so many of each: of those that wait the oldest, of the others the newest."""
    monkeypatch.setattr("console.ledger.accounts.detail.NOTES", 2)
    for number in range(3):
        done(write(operator, "flag_account", "alice", f"flag {number}", None))
    for number in range(3):
        done(write(operator, "add_note", "alice", f"note {number}"))
    found = account(operator_ledger.database, "alice", CURRENCY)
    assert [note.text for note in found.notes] == ["flag 1", "flag 0", "note 2", "note 1"]
    assert found.open_flags == 3
    row = page(operator_ledger.database, FLAGGED).rows[0]
    assert (row.flags, row.asks) == (3, "flag 0")


def test_the_number_is_of_the_accounts_for_me_or_anyone(
    operator_ledger: Ledger, viewer: Database, admin: Connection, as_role: Callable[[str], str]
) -> None:
    ledger, database = operator_ledger, operator_ledger.database
    for username, assignee in (
        ("alice", None), ("alice", "t_operator"), ("bob", "t_operator"), ("carol", "t_support"),
    ):  # fmt: skip
        notes.flag(ledger, username, "ask", assignee=assignee)
    assert notes.waiting(database) == len(listed(database, MINE)) == 2
    assert notes.waiting(viewer) == 0
    admin.execute("CREATE ROLE t_gone LOGIN IN ROLE ledger_support")
    try:
        note = notes.flag(ledger, "carol", "left by one who is gone", assignee="t_gone").note
        assert notes.waiting(database) == 2
        admin.execute("REVOKE ledger_support FROM t_gone")
        assert listed(database, MINE) == ["alice", "bob", "carol"]
        assert notes.waiting(database) == 3
    finally:
        admin.execute("DROP ROLE t_gone")
    assert notes.close(ledger, "carol", note).note == note
