"""One audit event in full: its place, its seals, what stood before it, and what was changed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.audit.event import UnknownEventError, full_event
from console.ledger.audit.page import AuditFilter, page
from console.ledger.audit.story import Writing, changes_of, outcome_lines, request_lines
from console.money import Currency
from tests.bookkeeping import transfer
from tests.cluster import connected
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.audit.event import FullEvent
    from console.ledger.audit.story import Change
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.operators import Staff

WRITING = Writing(
    money=lambda minor, currency: f"{minor / 10**currency.exponent:.2f} {currency.code}",
    moment=lambda at: f"{at:%Y-%m-%d}",
    currencies={"CR": Currency("CR", 2)},
)


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


def newest(database: Database, action: str = "") -> FullEvent:
    wanted = AuditFilter(actions=(action,) if action else ())
    return full_event(database, page(database, wanted, limit=1).rows[0].id)


def changes(database: Database, action: str = "") -> tuple[Change, ...]:
    return changes_of(newest(database, action), WRITING).changes


def words(database: Database, action: str = "") -> list[str]:
    return [change.words for change in changes(database, action)]


def test_each_event_fits_into_the_chain(viewer: Database, operator: Connection) -> None:
    transfer(operator, "bob", "alice", 5)
    events = page(viewer, AuditFilter()).rows
    for event in events:
        full = full_event(viewer, event.id)
        assert full.event == event
        assert full.objections == ()
        assert full.place.head == events[0].id
        assert full.place.due == event.hash
    assert full_event(viewer, 1).place.before is None
    assert newest(viewer).place.after is None


def test_a_number_that_there_is_not_is_refused(viewer: Database) -> None:
    with pytest.raises(UnknownEventError, match="no audit event 9,999"):
        full_event(viewer, 9_999)


@pytest.mark.parametrize(
    "broken",
    [
        ("UPDATE ledger.audit_events SET actor = 'nobody' WHERE id = %s", 2, "it has been changed"),
        (
            "UPDATE ledger.audit_events SET digest = sha256('x') WHERE id = %s",
            2,
            "digest kept of its content",
        ),
        ("DELETE FROM ledger.audit_events WHERE id = %s - 1", 3, "what was between is gone"),
        ("DELETE FROM ledger.audit_events WHERE id = %s + 1", 2, "After it stands event 4"),
        ("UPDATE ledger.audit_events SET hash = sha256('x') WHERE id = %s + 1", 2, ""),
        (
            "UPDATE ledger.audit_events SET previous = sha256('x') WHERE id = %s + 1",
            2,
            "the event after holds",
        ),
        ("UPDATE ledger.audit_events SET hash = sha256('x') WHERE id = %s - 1", 3, "not that event's"),
        ("UPDATE ledger.audit_head SET id = %s + 5", 5, "the chain's head says 10"),
    ],
)
def test_what_was_changed_afterwards_is_said(
    viewer: Database, as_role: Callable[[str], str], ledger_url: str, broken: tuple[str, int, str]
) -> None:
    change, at, said = broken
    # Not by `operator`, after whom an administrator verifies the books.
    with connected(as_role("t_operator")) as connection:
        transfer(connection, "bob", "alice", 5)
        transfer(connection, "bob", "alice", 6)
    last = newest(viewer).event.id
    assert last == 5
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change.encode(), [at])
    objections = full_event(viewer, at).objections
    assert any(said in one for one in objections) if said else objections == ()


def test_the_seals_that_hold_it_are_named(viewer: Database, operator: Connection, admin: Connection) -> None:
    done(transfer(operator, "alice", "bob", 5))
    one = admin.execute("SELECT max(id) FROM ledger.transactions").fetchone()
    assert one is not None
    done(write(operator, "reverse_transaction", one[0], 5, REASON))
    before = newest(viewer, "reverse_transaction")
    assert (before.sealed_in, before.seal) == (None, None)
    admin.execute("SELECT ledger.seal()")
    after = full_event(viewer, before.event.id)
    seal = newest(viewer, "seal").event
    assert after.sealed_in == seal.id
    assert after.seal is not None
    assert (after.seal.event, after.seal.first <= one[0] <= after.seal.last) == (seal.id, True)
    assert full_event(viewer, seal.id).sealed_in == seal.id


def test_what_stood_before_is_told_by_the_event_itself_where_it_says_so(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    done(write(admin, "set_overdraft_limit", "alice", "CR", 5_000, REASON))
    assert words(viewer) == ["limit: 50.00 CR, before 0.00 CR"]
    done(write(admin, "set_account_status", "alice", "frozen", REASON))
    assert words(viewer) == ["status: frozen, before active"]
    done(write(admin, "set_business_zone", "Europe/Berlin", REASON))
    assert words(viewer) == ["zone: Europe/Berlin, before UTC"]


def test_what_stood_before_is_told_by_the_earlier_event_about_the_same(
    viewer: Database, admin: Connection
) -> None:
    for kind, per_day in (("grant_credit", 5_000), ("capture", 7_000), ("grant_credit", None)):
        done(write(admin, "set_limit", "ledger_operator", kind, "CR", 900, per_day, REASON))
    assert words(viewer) == ["per operation: 9.00 CR, before 9.00 CR", "per day: none, before 50.00 CR"]
    found = newest(viewer)
    assert changes_of(found, WRITING).told_by == found.event.id - 2
    # An allowance of the same holder is filed under the same subject, and says nothing about a limit.
    done(write(admin, "set_allowance", "ledger_operator", "grant_credit", "CR", 1, 2, REASON))
    told = changes_of(newest(viewer), WRITING)
    assert [change.before for change in told.changes] == [None, None]
    assert told.remark.startswith("No earlier event tells")
    assert words(viewer)[0] == "per operation: 0.01 CR, before not told by the chain"


def test_terms_are_told(viewer: Database, admin: Connection) -> None:
    for typed_from in (5_000, None):
        done(write(admin, "set_approval_terms", "CR", typed_from, 9, REASON))
    assert words(viewer) == ["days: 9, before 9", "typed from: none, before 50.00 CR"]


def test_tiers_of_a_rule_are_told_apart(viewer: Database, admin: Connection) -> None:
    for from_amount, approvals in ((100, 1), (900, 2), (100, 2)):
        done(write(admin, "set_approval_rule", "transfer", "CR", from_amount, approvals, REASON))
    assert words(viewer) == ["approvals: 2, before 1"]
    done(write(admin, "set_approval_rule", "transfer", "CR", 900, 0, REASON))
    assert words(viewer) == ["approvals: none, before 2"]


def test_an_operators_groups_are_told(viewer: Database, admin: Connection, staff: Staff) -> None:
    name = staff.hire("support")
    assert [change.before for change in changes(viewer, "create_operator")] == ["none", "none"]
    done(write(admin, "set_operator_groups", name, ["ledger_approver", "ledger_viewer"], REASON))
    assert words(viewer, "set_operator_groups") == [
        "groups: ledger_approver, ledger_viewer, before ledger_support"
    ]
    done(write(admin, "disable_operator", name, REASON))
    assert words(viewer, "disable_operator") == [
        "status: disabled, before active",
        "groups: ledger_approver, ledger_viewer, before ledger_approver, ledger_viewer",
    ]


def test_what_was_refused_changed_nothing(viewer: Database, admin: Connection) -> None:
    write(admin, "set_limit", "ledger_operator", "nonsense", "CR", 900, 900, REASON)
    found = newest(viewer)
    assert found.event.was_refused
    told = changes_of(found, WRITING)
    assert (told.changes, told.remark) == ((), "It was refused: nothing was changed.")


def test_lines_say_what_was_asked_and_what_came_of_it(viewer: Database, operator: Connection) -> None:
    transfer(operator, "bob", "alice", 1_250)
    event = newest(viewer).event
    asked = {line.name: line.value for line in request_lines(event, WRITING)}
    assert (asked["from"], asked["to"], asked["amount"]) == ("bob", "alice", "12.50 CR")
    (why, *_) = outcome_lines(event, WRITING)
    assert why.name == "refused"
    assert why.value.endswith(".")
    done(write(operator, "add_note", "alice", "her passport is lost"))
    asked = {line.name: line.value for line in request_lines(newest(viewer).event, WRITING)}
    assert asked["note"].startswith("kept as a digest, ")
