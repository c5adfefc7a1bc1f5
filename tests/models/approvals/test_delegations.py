"""Delegation: another decides in a checker's place for a time, with that checker's right and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests.cluster import CURRENCY, connected
from tests.faults.tamper.found import broken
from tests.models.writes import REASON, done, everything, refused, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture(autouse=True)
def verified(ledger_url: str) -> Iterator[None]:
    yield
    assert broken(ledger_url) == {}


@pytest.fixture
def checker(connect: Callable[[str], Connection]) -> Connection:
    """Lend a checker's connection."""
    return connect("t_approver")


@pytest.fixture
def viewer(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of somebody who may only look."""
    return connect("t_viewer")


def submit(connection: Connection, amount: int = 5) -> tuple[int, bytes]:
    wanted = Jsonb({"from": "alice", "to": "bob", "currency": CURRENCY, "amount": amount})
    found = done(write(connection, "submit_request", "transfer", wanted, REASON))
    return found["request"], bytes.fromhex(found["content"])


def delegate(connection: Connection, name: str, hours: float = 1) -> int:
    return int(done(write(connection, "delegate", name, soon(hours), "a holiday"))["delegation"])


def test_who_acts_for_a_checker_decides_until_it_ends(
    operator: Connection, checker: Connection, viewer: Connection, admin: Connection
) -> None:
    asked = submit(operator)
    before = everything(admin)
    for verb, values in (
        ("approve_request", asked), ("approve_requests", ([asked[0]], [asked[1]])),
        ("reject_request", (asked[0], REASON)), ("send_back_request", (asked[0], REASON)),
    ):  # fmt: skip
        with pytest.raises(errors.InsufficientPrivilege):
            write(viewer, verb, *values)
    with pytest.raises(errors.InsufficientPrivilege):
        viewer.execute("SELECT ledger.request_since(%s)", [asked[0]])
    assert everything(admin) == before

    number = delegate(checker, "t_viewer")
    viewer.execute("SELECT ledger.request_since(%s)", [asked[0]])
    found = done(write(viewer, "approve_request", *asked))
    assert (found["status"], found["acting_for"]) == ("approved", "t_approver")
    row = admin.execute("SELECT approved_by, acting_for FROM ledger.approvals").fetchone()
    assert row == ("t_viewer", "t_approver")
    done(write(viewer, "send_back_request", submit(operator)[0], REASON))
    done(write(viewer, "reject_request", submit(operator)[0], REASON))

    done(write(checker, "end_delegation", number, "back again"))
    for verb in ("reject_request", "send_back_request"):
        with pytest.raises(errors.InsufficientPrivilege):
            write(viewer, verb, submit(operator)[0], REASON)
    found = write(checker, "end_delegation", number, REASON)
    assert (refused(found), found["detail"]["by"]) == ("delegation.ended", "t_approver")


def test_it_ends_by_itself(
    operator: Connection, checker: Connection, viewer: Connection, admin: Connection
) -> None:
    number = delegate(checker, "t_viewer")
    admin.execute("UPDATE ledger.delegations SET created_at = created_at - interval '2 hours'")
    row = admin.execute("SELECT ends_at FROM ledger.delegations").fetchone()
    assert row is not None
    admin.execute("UPDATE ledger.delegations SET ends_at = %s", [row[0] - timedelta(hours=1, seconds=1)])
    with pytest.raises(errors.InsufficientPrivilege):
        write(viewer, "approve_request", *submit(operator))
    assert refused(write(checker, "end_delegation", number, REASON)) == "delegation.ended"
    admin.execute("UPDATE ledger.delegations SET ends_at = %s", [row[0]])


@pytest.mark.parametrize(
    ("name", "hours", "code"),
    [
        ("t_approver", 1, "delegation.self"),
        ("nobody", 1, "operator.unknown"),
        (None, 1, "operator.unknown"),
        ("ledger_viewer", 1, "operator.unknown"),
        ("t_viewer", -1, "delegation.time"),
        ("t_viewer", 24 * 90 + 1, "delegation.time"),
    ],
)
def test_bad_delegations(checker: Connection, name: str | None, hours: float, code: str) -> None:
    assert refused(write(checker, "delegate", name, soon(hours), REASON)) == code


def test_without_an_end_it_is_none(checker: Connection) -> None:
    assert refused(write(checker, "delegate", "t_viewer", None, REASON)) == "delegation.time"
    assert refused(write(checker, "delegate", "t_viewer", soon(1), "")) == "reason.empty"


def test_only_a_checker_delegates_and_not_further(viewer: Connection, checker: Connection) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        write(viewer, "delegate", "t_support", soon(1), REASON)
    delegate(checker, "t_viewer")
    with pytest.raises(errors.InsufficientPrivilege):
        write(viewer, "delegate", "t_support", soon(1), REASON)


def test_what_the_checker_may_not_decide_nobody_decides_for_them(
    staff: Staff, operator: Connection, ledger_url: str
) -> None:
    both, other = staff.hire("operator", "approver"), staff.hire("operator")
    with connected(staff.url(both)) as maker, connected(staff.url(other)) as acting:
        delegate(maker, other)
        own = submit(maker)
        assert refused(write(acting, "approve_request", *own)) == "approval.maker"
        assert refused(write(acting, "approve_request", *submit(acting))) == "approval.own"
        # One voice, whoever lends it.
        asked = submit(operator)
        done(write(maker, "approve_request", *asked))
        assert refused(write(acting, "approve_request", *asked)) == "request.status"
    del ledger_url


def test_a_checker_and_who_acts_for_them_are_one_voice(
    staff: Staff, operator: Connection, admin: Connection, checker: Connection
) -> None:
    done(write(admin, "set_approval_rule", "transfer", CURRENCY, 1, 2, REASON))
    name, second = staff.hire("viewer"), staff.hire("approver")
    delegate(checker, name)
    asked = submit(operator)
    with connected(staff.url(name)) as acting, connected(staff.url(second)) as another:
        done(write(checker, "approve_request", *asked))
        assert refused(write(acting, "approve_request", *asked)) == "approval.repeated"
        # By another's right they have a voice of their own.
        delegate(another, name)
        assert done(write(acting, "approve_request", *asked))["status"] == "approved"
        assert refused(write(another, "approve_request", *asked)) == "request.status"


def test_the_other_way_round_it_is_one_voice_too(
    staff: Staff, operator: Connection, admin: Connection, checker: Connection, viewer: Connection
) -> None:
    done(write(admin, "set_approval_rule", "transfer", CURRENCY, 1, 2, REASON))
    delegate(checker, "t_viewer")
    asked = submit(operator)
    done(write(viewer, "approve_request", *asked))
    assert refused(write(checker, "approve_request", *asked)) == "approval.repeated"


def test_the_right_goes_with_the_checkers(
    staff: Staff, operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    name, acting = staff.hire("approver"), connect("t_viewer")
    with connected(staff.url(name)) as checker:
        delegate(checker, "t_viewer")
    done(write(connect("t_admin"), "disable_operator", name, REASON))
    with pytest.raises(errors.InsufficientPrivilege):
        write(acting, "approve_request", *submit(operator))
    done(write(connect("t_admin"), "enable_operator", name, REASON))
    done(write(connect("t_admin"), "set_operator_groups", name, ["ledger_viewer"], REASON))
    with pytest.raises(errors.InsufficientPrivilege):
        write(acting, "approve_request", *submit(operator))
    rows: list[Any] = admin.execute("SELECT count(*) FROM ledger.approvals").fetchall()
    assert rows == [(0,)]


def test_who_may_end_it(
    staff: Staff, checker: Connection, viewer: Connection, connect: Callable[[str], Connection]
) -> None:
    first, second, third = (delegate(checker, "t_viewer") for _ in range(3))
    with pytest.raises(errors.InsufficientPrivilege):
        write(connect("t_operator"), "end_delegation", first, REASON)
    assert refused(write(viewer, "end_delegation", first, "")) == "reason.empty"
    done(write(viewer, "end_delegation", first, REASON))
    done(write(connect("t_admin"), "end_delegation", second, REASON))
    done(write(checker, "end_delegation", third, REASON))
    assert refused(write(checker, "end_delegation", 10**9, REASON)) == "delegation.ended"
    del staff
