"""Flags on accounts and who follows one: what the database keeps, whoever asks and however."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import count
from tests.console.waiting_room import wait_for_waiter
from tests.models.writes import REASON, done, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

WANTED = "Ask for a passport."


@pytest.fixture
def support(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of somebody who flags accounts, and open two of them."""
    connection = connect("t_support")
    for name in ("alice", "bob"):
        done(write(connection, "open_account", name, "CR", "", None, REASON))
    return connection


def flag(connection: Connection, username: str = "alice", assignee: str | None = None) -> int:
    return int(done(write(connection, "flag_account", username, WANTED, assignee))["note"])


def flags(connection: Connection) -> list[tuple[Any, ...]]:
    """Return whose note asks for what, by whom it was made, whom it waits for, who closed it."""
    return connection.execute("""
        SELECT u.username, n.note, f.flagged_by, f.assignee, f.done_by, f.done_at IS NULL
        FROM ledger.account_flags f JOIN ledger.account_notes n ON n.id = f.note_id
        JOIN ledger.users u ON u.id = n.user_id ORDER BY f.note_id""").fetchall()


def test_a_flag_is_a_note_that_waits(support: Connection, connect: Callable[[str], Connection]) -> None:
    flag(support)
    second = flag(support, "bob", "t_operator")
    assert flags(support) == [
        ("alice", WANTED, "t_support", None, None, True),
        ("bob", WANTED, "t_support", "t_operator", None, True),
    ]
    assigned = done(write(support, "assign_flag", "bob", second, "t_operator2"))
    assert (assigned["before"], assigned["after"]) == ("t_operator", "t_operator2")
    done(write(connect("t_operator"), "close_flag", "bob", second))
    assert flags(support)[1] == ("bob", WANTED, "t_support", "t_operator2", "t_operator", False)


def test_a_closed_flag_stays_as_it_is(support: Connection) -> None:
    note = flag(support)
    done(write(support, "close_flag", "alice", note))
    kept = flags(support)
    assert refused(write(support, "close_flag", "alice", note)) == "flag.done"
    assert refused(write(support, "assign_flag", "alice", note, "t_operator")) == "flag.done"
    assert flags(support) == kept


@pytest.mark.parametrize("number", ["plain", "of another", None, -1])
def test_only_a_flag_of_the_account_is_closed(support: Connection, number: str | int | None) -> None:
    plain = done(write(support, "add_note", "alice", "likes tea"))["note"]
    other = flag(support, "bob")
    note = {"plain": plain, "of another": other}.get(str(number), number)
    for values in (("close_flag", "alice", note), ("assign_flag", "alice", note, None)):
        assert refused(write(support, *values)) == "flag.unknown"
    assert flags(support) == [("bob", WANTED, "t_support", None, None, True)]


@pytest.mark.parametrize(
    "assignee", ["t_viewer", "t_approver", "ledger_support", "nobody at all", "", "x" * 999]
)
def test_it_waits_for_one_who_may_close_it(support: Connection, assignee: str) -> None:
    note = flag(support)
    assert refused(write(support, "flag_account", "alice", WANTED, assignee)) == "flag.assignee"
    assert refused(write(support, "assign_flag", "alice", note, assignee)) == "flag.assignee"
    assert count(support, "account_notes") == 1
    assert flags(support) == [("alice", WANTED, "t_support", None, None, True)]


def test_nor_for_a_superuser(support: Connection, admin: Connection) -> None:
    row = admin.execute("SELECT current_user, ledger.may_close_flags(current_user)").fetchone()
    assert row is not None
    assert row[1] is False
    assert refused(write(support, "flag_account", "alice", WANTED, row[0])) == "flag.assignee"


def test_what_a_note_may_not_be_a_flag_may_not(support: Connection) -> None:
    for note, code in ((None, "note.empty"), ("", "text.character"), ("a\u202eb", "text.character")):
        assert refused(write(support, "flag_account", "alice", note, None)) == code
    assert refused(write(support, "flag_account", "nobody", WANTED, None)) == "customer.unknown"
    assert refused(write(support, "flag_account", "@external", WANTED, None)) == "customer.unknown"
    assert count(support, "account_notes") == count(support, "account_flags") == 0


def test_one_key_flags_once(support: Connection) -> None:
    key = uuid4()
    first = write(support, "flag_account", "alice", WANTED, "t_operator", key=key)
    assert write(support, "flag_account", "alice", WANTED, "t_operator", key=key) == first
    assert count(support, "account_flags") == 1
    with pytest.raises(psycopg.DatabaseError, match="used before with other content"):
        write(support, "flag_account", "alice", WANTED, "t_operator2", key=key)


def test_of_many_at_once_one_closes_it(support: Connection, connect: Callable[[str], Connection]) -> None:
    note = flag(support)
    connections = [connect(name) for name in ("t_support", "t_operator", "t_operator2", "t_admin")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: write(each, "close_flag", "alice", note), connections))
    assert sorted(answer["status"] for answer in answers) == ["done", "refused", "refused", "refused"]


def test_its_words_are_not_in_the_chain_and_go_with_the_person(
    support: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    flag(support)
    kept = admin.execute("SELECT string_agg(e::text, '') FROM ledger.audit_events e").fetchone()
    assert kept is not None
    assert "passport" not in kept[0]
    done(write(support, "set_account_status", "alice", "closed", REASON))
    done(write(connect("t_admin"), "erase_account", "alice", REASON))
    assert flags(support) == [("alice", None, "t_support", None, None, True)]


def test_an_erasure_waits_for_a_note_that_is_not_yet_written(
    support: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    """Neither its text nor what proves it in the chain is left."""
    boss = connect("t_admin")
    done(write(support, "set_account_status", "alice", "closed", REASON))
    with ThreadPoolExecutor(1) as pool:
        with support.transaction():
            flag(support)
            erasing = pool.submit(write, boss, "erase_account", "alice", REASON)
            wait_for_waiter(admin, support)
        assert done(erasing.result())["notes"] == 1
    assert flags(support) == [("alice", None, "t_support", None, None, True)]
    assert count(boss, "salts WHERE salt IS NOT NULL AND subject = 'account:alice'") == 0


def test_who_may_only_give_the_role_away_closes_no_flag(support: Connection, admin: Connection) -> None:
    if admin.info.server_version < 160_000:
        pytest.skip("before 16 a member has the role's rights")
    admin.execute("CREATE ROLE t_giver LOGIN")
    admin.execute("GRANT ledger_support TO t_giver WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    try:
        assert refused(write(support, "flag_account", "alice", WANTED, "t_giver")) == "flag.assignee"
    finally:
        admin.execute("DROP ROLE t_giver")


@pytest.mark.parametrize("change", [
    "UPDATE ledger.account_flags SET flagged_by = 'x'",
    "UPDATE ledger.account_flags SET note_id = note_id + 1",
    "UPDATE ledger.account_flags SET user_id = user_id + 1",
    "UPDATE ledger.account_flags SET done_by = 'x'",
    "UPDATE ledger.account_flags SET done_by = NULL, done_at = NULL WHERE done_at IS NOT NULL",
    "UPDATE ledger.account_flags SET assignee = 'x' WHERE done_at IS NOT NULL",
    "DELETE FROM ledger.account_flags", "TRUNCATE ledger.account_flags",
    "DELETE FROM ledger.account_follows", "TRUNCATE ledger.account_follows",
])  # fmt: skip
def test_not_even_the_owner_rewrites_it(
    support: Connection, admin: Connection, change: LiteralString
) -> None:
    flag(support)
    done(write(support, "close_flag", "alice", flag(support)))
    done(write(support, "follow_account", "alice", True))
    before = flags(support)
    with pytest.raises(psycopg.IntegrityError):
        admin.execute(f"SET ROLE ledger_owner; {change}")
    admin.execute("RESET ROLE")
    assert flags(support) == before


def test_each_follows_for_themselves(support: Connection, connect: Callable[[str], Connection]) -> None:
    viewer = connect("t_viewer")
    for connection, username, following in (
        (viewer, "alice", True), (support, "alice", True), (viewer, "bob", True), (viewer, "bob", True),
        (support, "alice", False),
    ):  # fmt: skip
        done(write(connection, "follow_account", username, following))
    rows = viewer.execute("""
        SELECT f.operator, u.username, f.following FROM ledger.account_follows f
        JOIN ledger.users u ON u.id = f.user_id ORDER BY 1, 2""").fetchall()
    assert rows == [("t_support", "alice", False), ("t_viewer", "alice", True), ("t_viewer", "bob", True)]
    for unknown in ("nobody", "@external", None):
        assert refused(write(viewer, "follow_account", unknown, True)) == "customer.unknown"


def test_to_say_it_again_changes_nothing(support: Connection) -> None:
    done(write(support, "follow_account", "alice", True))
    since = support.execute("SELECT since FROM ledger.account_follows").fetchone()
    done(write(support, "follow_account", "alice", True))
    assert support.execute("SELECT since FROM ledger.account_follows").fetchone() == since
