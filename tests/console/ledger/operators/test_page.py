"""Who may sign in, and what they leave open: one statement each, and no more than the session may know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr

from console.ledger.accounts import notes
from console.ledger.approvals.commands import approve, send_back, submit, withdraw
from console.ledger.approvals.delegations import delegate
from console.ledger.approvals.delegations import end as end_delegation
from console.ledger.operators.asked import Asked, asked
from console.ledger.operators.commands import (
    ROLES,
    adding,
    carry_out,
    disable_operator,
    enable_operator,
    unlock_operator,
)
from console.ledger.operators.left_open import NEWEST, left_open
from console.ledger.operators.page import ACTIVE, BY_HAND, DISABLED, LOCKED, ROLE, page
from console.ledger.operators.rights import Rights
from console.ledger.operators.roles import MAY, with_included
from console.ledger.transactions.transfer import Transfer
from console.ledger.transactions.transfer import post as pay
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import Line, create_batch
from tests.cluster import CURRENCY, PASSWORD, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.ledger.operators.page import OperatorRow
    from console.settings import Settings
    from tests.conftest import Statements
    from tests.operators import Staff

WHY = "ticket 12"


@pytest.fixture
def ledger_at(settings: Settings) -> Iterator[Callable[[str], Ledger]]:
    """Return the console's way to the ledger at a URL."""
    opened: list[Database] = []

    def at(url: str) -> Ledger:
        opened.append(Database(url, Recorder(capacity=200), settings))
        opened[-1].session_facts()
        return Ledger(opened[-1])

    yield at
    for database in opened:
        database.close()


@pytest.fixture
def boss(ledger_at: Callable[[str], Ledger], staff: Staff) -> Ledger:
    """Return the ledger as an administrator has it whom the ledger looks after."""
    return ledger_at(staff.url(staff.hire("admin")))


def rows_of(ledger: Ledger) -> dict[str, OperatorRow]:
    rights = Rights.of(ledger.database.session_facts())
    return {row.name: row for row in page(ledger.database, rights).rows}


def test_an_administrator_sees_all_of_everybody(
    boss: Ledger, staff: Staff, ledger_at: Callable[[str], Ledger]
) -> None:
    name = staff.hire("support", "approver")
    ledger_at(staff.url(name))
    row = rows_of(boss)[name]
    assert (row.display_name, row.status, row.groups, row.registered) == (
        "Hired", ACTIVE, ("approver", "support"), True,
    )  # fmt: skip
    assert row.sessions == 1
    assert row.created_by
    assert row.created_at is not None
    assert row.signed_in_at is None
    assert row.locked_until is None


def test_a_role_made_by_hand_is_listed_as_such(boss: Ledger) -> None:
    row = rows_of(boss)["t_operator"]
    assert (row.status, row.groups, row.registered, row.created_at) == (BY_HAND, ("operator",), False, None)


def test_disabled_and_locked_ones_stay_in_the_list_with_their_groups(boss: Ledger, staff: Staff) -> None:
    gone, shut = staff.hire("operator"), staff.hire("auditor")
    disable_operator(boss, gone, reason=WHY)
    with connected(staff.gate_url) as gate:
        for _try in range(5):
            reserved = gate.execute("SELECT ledger.reserve_attempt(%s)", [shut]).fetchone()
            assert reserved is not None
            gate.execute("SELECT ledger.attempt_failed(%s)", [reserved[0]["attempt"]])
    found = rows_of(boss)
    assert (found[gone].status, found[gone].groups) == (DISABLED, ("operator",))
    assert (found[shut].status, found[shut].groups) == (LOCKED, ("auditor",))
    assert found[shut].locked_until is not None
    unlock_operator(boss, shut, reason=WHY)
    enable_operator(boss, gone, reason=WHY)
    found = rows_of(boss)
    assert found[gone].status == found[shut].status == ACTIVE


def test_who_may_not_read_the_ledgers_list_sees_roles_alone(
    ledger_at: Callable[[str], Ledger], as_role: Callable[[str], str], staff: Staff
) -> None:
    name = staff.hire("operator")
    viewer = ledger_at(as_role("t_viewer"))
    found = page(viewer.database, Rights.of(viewer.database.session_facts()))
    assert not found.told
    row = next(row for row in found.rows if row.name == name)
    assert (row.status, row.groups, row.display_name, row.created_at) == (ROLE, ("operator",), "", None)
    assert not [row.name for row in found.rows if row.name.startswith("ledger_")]


def test_the_list_and_what_is_left_open_are_a_statement_each(boss: Ledger, statements: Statements) -> None:
    rights = Rights.of(boss.database.session_facts())
    with statements.counted() as sent:
        page(boss.database, rights)
        left_open(boss.database, "t_operator")
    assert len(sent) == 2


def test_what_is_left_open(
    boss: Ledger,
    staff: Staff,
    ledger_at: Callable[[str], Ledger],
    open_accounts: Callable[..., None],
) -> None:
    open_accounts({"alice": 100_000, "bob": 0})
    name, other = staff.hire("operator", "approver"), staff.hire("operator")
    own, others = ledger_at(staff.url(name)), ledger_at(staff.url(other))
    with connected(staff.url(name)) as connection:
        create_batch(connection, [Line(1, "alice", "bob", 100, "b-1")])
        ended = create_batch(connection, [Line(1, "alice", "bob", 100, "b-2")])
    with connected(staff.ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.batches SET status = 'rejected' WHERE id = %s", [ended])
    pay(own, Transfer("alice", "bob", CURRENCY, 5, "p-1", "for May"))
    pay(own, Transfer("alice", "bob", CURRENCY, 5, "p-2", "for May"))
    for number in range(NEWEST + 2):
        submit(own, Transfer("alice", "bob", CURRENCY, 200, f"r-{number}", "for May"), reason=WHY)
    asked_for = submit(others, Transfer("alice", "bob", CURRENCY, 200, "o-1", "for May"), reason=WHY)
    approve(own, asked_for.request, asked_for.content)
    back = submit(own, Transfer("alice", "bob", CURRENCY, 200, "b-1", "for May"), reason=WHY)
    send_back(ledger_at(staff.url(staff.hire("approver"))), back.request, reason="which month?")
    gone = submit(own, Transfer("alice", "bob", CURRENCY, 200, "w-1", "for May"), reason=WHY)
    withdraw(own, gone.request, reason=WHY)
    notes.flag(others, "alice", "please look", assignee=name)
    until = datetime.now(UTC) + timedelta(days=2)
    delegate(own, other, until, reason=WHY)
    end_delegation(own, delegate(own, "t_viewer", until, reason=WHY).delegation, reason=WHY)
    found = left_open(boss.database, name)
    assert [one.words for one in found.delegations.newest] == [f"to {other}"]
    lent = left_open(boss.database, other)
    assert [one.words for one in lent.delegations.newest] == [f"for {name}"]
    assert (found.drafts.count, found.requests.count, found.approved.count, found.flags.count) == (
        1, NEWEST + 3, 1, 1,
    )  # fmt: skip
    numbers = [one.number for one in found.requests.newest]
    assert len(numbers) == NEWEST
    assert numbers == sorted(numbers, reverse=True)
    assert found.approved.newest[0].number == asked_for.request
    assert found.flags.newest[0].words == "alice"
    acts = dict(found.acts)
    assert acts["submit_request"] == NEWEST + 4
    assert acts["approve_request"] == 1
    assert not found.nothing
    assert left_open(boss.database, other).approved.count == 0
    assert left_open(boss.database, "nobody").nothing


def test_acts_before_the_last_seven_days_are_not_counted(
    boss: Ledger, staff: Staff, ledger_at: Callable[[str], Ledger], open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    name = staff.hire("operator")
    own = ledger_at(staff.url(name))
    for number in range(3):
        notes.add_note(own, "alice", f"note {number}")
    with connected(staff.ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.audit_events SET at = at - interval '7 days 1 hour'")
    assert left_open(boss.database, name).acts == ()
    notes.add_note(own, "alice", "of today")
    notes.flag(own, "alice", "look at it")
    assert left_open(boss.database, name).acts == (("add_note", 1), ("flag_account", 1))
    with connected(staff.ledger_url) as connection:
        # Where an event is missing the halving comes to no end; then all are looked at.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM ledger.audit_events WHERE id = (SELECT (h.id + 1) >> 1 FROM ledger.audit_head h)"
        )
    assert left_open(boss.database, name).acts == (("add_note", 1), ("flag_account", 1))


def test_in_doubt_the_same_adding_is_sent_again_and_done_once(boss: Ledger, staff: Staff) -> None:
    name, key = staff.new_name(), uuid4()
    adding_them = adding(boss, name, SecretStr(PASSWORD), ["viewer"], reason=WHY)
    carry_out(boss, adding_them, key)
    carry_out(boss, adding_them, key)
    with connected(staff.url(name)) as connection:
        assert connection.info.user == name
    assert rows_of(boss)[name].groups == ("viewer",)


def test_roles_have_words_and_come_with_others() -> None:
    assert set(MAY) == set(ROLES)
    assert with_included(["admin"]) == {"admin", "support", "operator", "viewer"}
    assert with_included(["keeper"]) == {"keeper"}


@pytest.mark.parametrize("role", ROLES)
def test_what_comes_with_a_role_is_what_the_server_says(boss: Ledger, staff: Staff, role: str) -> None:
    with connected(staff.ledger_url) as connection:
        found = connection.execute(
            "SELECT array_agg(substr(g.name, 8)) FROM unnest(ledger.groups()) g (name)"
            " WHERE pg_has_role(%s, g.name, 'MEMBER')",
            [f"ledger_{role}"],
        ).fetchone()
    assert found is not None
    assert with_included([role]) == set(found[0])


def test_what_this_session_was_asked_is_said(
    boss: Ledger, ledger_at: Callable[[str], Ledger], staff: Staff
) -> None:
    mine = asked(boss.database)
    assert mine.rules is None
    assert mine.method in {"scram-sha-256", None}
    assert "encrypted" in mine.sentence or "own computer" in mine.sentence
    owner = asked(ledger_at(staff.ledger_url).database)
    assert owner.rules is not None
    assert {rule.method for rule in owner.rules} >= {"scram-sha-256"}
    assert owner.rules[0].asks == "a password (scram-sha-256)"


@pytest.mark.parametrize(
    ("method", "protocol", "local", "words"),
    [
        ("", "", True, "for nothing at all, on the server's own computer."),
        (
            "cert",
            "TLSv1.3",
            False,
            "for a certificate, over an encrypted connection (TLSv1.3), with the c",
        ),
        ("ldap", "", False, "that the LDAP directory knows, over a connection that is not encrypted."),
        (None, "", True, "the server does not tell (from PostgreSQL 16 on it does), on the server's own"),
    ],
)
def test_the_sentence(method: str | None, protocol: str, local: bool, words: str) -> None:  # noqa: FBT001 - a case
    certificate = "CN=mara" if method == "cert" else ""
    assert words in Asked(method, protocol, certificate, local, None).sentence
