"""Dual control: what gives needs another admin, what takes away does not wait, no tier is passed in parts."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, LiteralString

import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch
from tests.cluster import CURRENCY, PASSWORD, connected
from tests.faults.tamper.found import broken
from tests.models.writes import REASON, done, everything, refused, soon, write
from tests.operators import create, outcome, verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff

CODE: Final = "0123-4567-89ab-cdef"
DIGEST: Final = hashlib.sha256(CODE.encode()).digest()
TIER: Final = 1_000


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100_000, "bob": 0})


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of an admin."""
    return connect("t_admin")


@pytest.fixture
def sign_on(staff: Staff, admin: Connection) -> Iterator[Callable[[str], Connection]]:
    """Open connections as operators who were hired; they are closed before the books are checked."""
    del admin
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(connected(staff.url(name)))


@pytest.fixture
def second(sign_on: Callable[[str], Connection], staff: Staff) -> Connection:
    """Lend the connection of another admin."""
    return sign_on(staff.hire("admin"))


@pytest.fixture
def dual(boss: Connection, second: Connection) -> None:
    """Turn dual control on."""
    turn_on(boss, second)


def turn_on(boss: Connection, second: Connection) -> None:
    """Turn dual control on, with a tier for transfers and limits that may be loosened."""
    done(write(boss, "set_approval_rule", "transfer", CURRENCY, TIER, 1, REASON))
    done(write(boss, "set_approval_rule", "transfer", CURRENCY, 10 * TIER, 2, REASON))
    done(write(boss, "set_approval_terms", CURRENCY, 5_000, 14, REASON))
    done(write(boss, "set_limit", "ledger_operator", "*", CURRENCY, 50_000, 60_000, REASON))
    decided(boss, second, "set_dual_control", on=True)


@pytest.fixture(autouse=True)
def verified(ledger_url: str) -> Iterator[None]:
    yield
    assert broken(ledger_url) == {}


def submit(connection: Connection, kind: str, /, **words: object) -> dict[str, Any]:
    return write(connection, "submit_request", kind, Jsonb(words | {"reason": REASON}), REASON)


def approve(connection: Connection, submitted: dict[str, Any]) -> dict[str, Any]:
    return write(connection, "approve_request", submitted["request"], bytes.fromhex(submitted["content"]))


def decided(maker: Connection, checker: Connection, kind: str, /, **words: object) -> dict[str, Any]:
    """Submit a change, have it approved and carry it out."""
    asked = done(submit(maker, kind, **words))
    done(approve(checker, asked))
    return done(write(maker, "execute_request", asked["request"]))


def test_it_is_turned_on_and_off_by_two_admins(
    boss: Connection, second: Connection, connect: Callable[[str], Connection]
) -> None:
    asked = done(submit(boss, "set_dual_control", on=True))
    assert asked["approvals_required"] == 1
    # Neither its maker, nor a checker of transfers, nor anybody before it was approved.
    assert refused(approve(boss, asked)) == "approval.own"
    with pytest.raises(errors.InsufficientPrivilege):
        approve(connect("t_approver"), asked)
    assert refused(write(boss, "execute_request", asked["request"])) == "request.status"
    done(approve(second, asked))
    with pytest.raises(errors.InsufficientPrivilege):
        write(connect("t_operator"), "execute_request", asked["request"])
    assert done(write(boss, "execute_request", asked["request"]))["on"] is True
    assert refused(submit(boss, "set_dual_control", on=True)) == "control.unchanged"
    assert decided(second, boss, "set_dual_control", on=False)["on"] is False


def test_it_needs_two_active_admins(
    boss: Connection, staff: Staff, sign_on: Callable[[str], Connection]
) -> None:
    assert refused(submit(boss, "set_dual_control", on=True)) == "control.admins"
    other = staff.hire("admin")
    asked = done(submit(boss, "set_dual_control", on=True))
    done(approve(sign_on(other), asked))
    done(write(boss, "disable_operator", other, REASON))
    found = write(boss, "execute_request", asked["request"])
    assert (refused(found), found["detail"]["admins"]) == ("control.admins", 1)


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize(
    ("function", "values"),
    [
        # A tier raised, taken away, or undercut by a later one with fewer checkers.
        ("set_approval_rule", ("transfer", CURRENCY, TIER, 0)),
        ("set_approval_rule", ("transfer", CURRENCY, 10 * TIER, 1)),
        ("set_approval_rule", ("transfer", CURRENCY, 20 * TIER, 1)),
        ("set_approval_terms", (CURRENCY, 6_000, 14)),
        ("set_approval_terms", (CURRENCY, None, 14)),
        ("set_approval_terms", (CURRENCY, 5_000, 15)),
        # A limit raised, taken away, or passed by a looser one of one's own.
        ("set_limit", ("ledger_operator", "*", CURRENCY, 50_001, 60_000)),
        ("set_limit", ("ledger_operator", "*", CURRENCY, 50_000, None)),
        ("set_limit", ("ledger_operator", "*", CURRENCY, None, None)),
        ("set_limit", ("t_operator", "*", CURRENCY, 50_000, 60_001)),
        ("set_limit", ("t_operator", "*", CURRENCY, 50_000, None)),
        ("set_allowance", ("ledger_support", "grant_credit", CURRENCY, 1, 1)),
        ("set_allowance", ("t_operator", "grant_credit", CURRENCY, 1, 1)),
    ],
)
def test_what_loosens_needs_another_admin(
    boss: Connection, function: LiteralString, values: tuple[object, ...]
) -> None:
    before = everything(boss)
    found = write(boss, function, *values, REASON)
    assert (refused(found), found["detail"]) == ("control.second", {"kind": function})
    assert everything(boss) == before


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize(
    ("function", "values"),
    [
        ("set_approval_rule", ("transfer", CURRENCY, TIER - 1, 1)),
        ("set_approval_rule", ("transfer", CURRENCY, 10 * TIER, 3)),
        ("set_approval_rule", ("grant_credit", CURRENCY, 0, 1)),
        ("set_approval_terms", (CURRENCY, 4_000, 7)),
        ("set_limit", ("ledger_operator", "*", CURRENCY, 49_999, 60_000)),
        ("set_limit", ("ledger_operator", "transfer", CURRENCY, 100, None)),
        ("set_limit", ("t_operator", "*", CURRENCY, 10, 20)),
    ],
)
def test_what_tightens_is_done_at_once(
    boss: Connection, function: LiteralString, values: tuple[object, ...]
) -> None:
    done(write(boss, function, *values, REASON))


@pytest.mark.usefixtures("dual")
def test_a_limit_of_ones_own_that_is_tighter_goes_by_two_only(boss: Connection, second: Connection) -> None:
    done(write(boss, "set_limit", "t_operator", "*", CURRENCY, 10, 20, REASON))
    taken = ("t_operator", "*", CURRENCY, None, None)
    assert refused(write(boss, "set_limit", *taken, REASON)) == "control.second"
    words = dict(zip(("holder", "kind", "currency", "per_operation", "per_day"), taken, strict=True))
    decided(boss, second, "set_limit", **words)
    # Looser than the roles' limit only on paper: without it the operator may do less.
    decided(boss, second, "set_limit", **(words | {"per_operation": 90_000, "per_day": 90_000}))
    done(write(boss, "set_limit", *taken, REASON))


@pytest.mark.usefixtures("dual")
def test_operators_are_added_by_two_and_shut_out_by_one(
    boss: Connection, second: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.new_name()
    assert refused(create(boss, name, ["ledger_viewer"])) == "control.second"
    # A password cannot wait in a request; a code for one can.
    found = submit(
        boss, "create_operator", operator=name, groups=["ledger_viewer"], verifier_digest="00" * 32
    )
    assert refused(found) == "request.invalid"
    words = {"operator": name, "display_name": "Mara Holm", "groups": ["ledger_approver"]}
    decided(boss, second, "create_operator", **words, code_digest=DIGEST.hex())
    row = admin.execute(
        "SELECT display_name, password_by, code_digest, code_until > now() + interval '6 days'"
        " FROM ledger.operators WHERE name = %s",
        [name],
    ).fetchone()
    assert row == ("Mara Holm", "t_admin", DIGEST, True)
    row = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [name]).fetchone()
    assert row == (None,)
    kept = admin.execute("SELECT detail::text FROM ledger.audit_events").fetchall()
    assert not any("Mara Holm" in one[0] for one in kept)

    done(write(boss, "disable_operator", name, REASON))
    assert refused(write(boss, "enable_operator", name, REASON)) == "control.second"
    decided(boss, second, "enable_operator", operator=name)
    password = verifier(boss, name, "another-secret")
    assert refused(write(boss, "set_operator_password", name, password, REASON)) == "control.second"
    assert refused(write(boss, "set_operator_password", name, None, REASON, DIGEST)) == "control.second"


def test_groups_are_given_by_two_and_taken_by_one(
    boss: Connection, second: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.hire("operator", "auditor")
    turn_on(boss, second)
    both = ["ledger_auditor", "ledger_operator"]
    for more in ([*both, "ledger_approver"], ["ledger_admin"], ["ledger_support", *both]):
        assert refused(write(boss, "set_operator_groups", name, more, REASON)) == "control.second"
    # What the operator's group was limited to would be free for support, which holds money too.
    assert done(write(boss, "set_operator_groups", name, ["ledger_auditor"], REASON))["before"] == both
    assert refused(write(boss, "set_operator_groups", name, both, REASON)) == "control.second"
    done(write(boss, "set_operator_groups", name, ["ledger_viewer"], REASON))
    decided(second, boss, "set_operator_groups", operator=name, groups=both)
    row = admin.execute(
        "SELECT groups, pg_has_role(name, 'ledger_operator', 'MEMBER'),"
        " pg_has_role(name, 'ledger_admin', 'MEMBER')"
        " FROM ledger.operators WHERE name = %s",
        [name],
    ).fetchone()
    assert row == (both, True, False)


def test_a_group_whose_limit_holds_is_not_taken_by_one(
    boss: Connection, second: Connection, staff: Staff
) -> None:
    name = staff.hire("operator", "approver")
    turn_on(boss, second)
    done(write(boss, "set_limit", "ledger_approver", "*", CURRENCY, 5, None, REASON))
    found = write(boss, "set_operator_groups", name, ["ledger_operator"], REASON)
    assert refused(found) == "control.second"
    done(write(boss, "set_operator_groups", name, ["ledger_viewer"], REASON))


def transfer(connection: Connection, amount: int) -> dict[str, Any]:
    return write(connection, "transfer", "alice", "bob", CURRENCY, amount)


@pytest.mark.usefixtures("dual")
def test_a_tier_is_not_passed_by_its_parts(operator: Connection) -> None:
    done(transfer(operator, 600))
    found = transfer(operator, 400)
    assert (refused(found), found["detail"]) == ("approval.required", {"kind": "transfer", "approvals": 1})
    # What was refused does not count, and what is below the tier goes on.
    done(transfer(operator, 399))
    assert refused(transfer(operator, 1)) == "approval.required"
    # Who asks beforehand is told the same.
    row = operator.execute("SELECT ledger.checkers_for('post_batch', %s, 1)", [CURRENCY]).fetchone()
    assert row == (1,)


def by_grant(connection: Connection, amount: int) -> dict[str, Any]:
    return write(connection, "grant_credit", "alice", CURRENCY, amount, "promo", None)


def by_capture(connection: Connection, amount: int) -> dict[str, Any]:
    done(write(connection, "reserve", "alice", CURRENCY, amount, "hold-1", soon(1)))
    return write(connection, "capture", "hold-1")


def by_batch(connection: Connection, amount: int) -> dict[str, Any]:
    batch = create_batch(connection, [Line(1, "alice", "bob", amount, "r-1")])
    return write(connection, "post_batch", batch, content_hash(connection, batch))


def by_reversal(connection: Connection, amount: int) -> dict[str, Any]:
    paid = connection.execute(
        "SELECT id FROM ledger.transactions WHERE amount >= %s ORDER BY id LIMIT 1", [amount]
    ).fetchone()
    assert paid is not None
    return write(connection, "reverse_transaction", paid[0], amount, REASON)


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize("way", [transfer, by_grant, by_capture, by_batch, by_reversal])
@pytest.mark.parametrize("login", ["t_operator", "t_admin"])
def test_nor_by_another_way(
    connect: Callable[[str], Connection],
    way: Callable[[Connection, int], dict[str, Any]],
    login: str,
) -> None:
    alone = connect(login)
    assert refused(way(alone, TIER)) == "approval.required"


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize("way", [transfer, by_grant, by_capture, by_batch, by_reversal])
def test_nor_by_another_way_after_the_first(
    operator: Connection, way: Callable[[Connection, int], dict[str, Any]]
) -> None:
    done(transfer(operator, 999))
    assert refused(way(operator, 1)) == "approval.required"


@pytest.mark.usefixtures("dual")
def test_an_overdraft_is_given_by_two_and_taken_by_one(
    operator: Connection, connect: Callable[[str], Connection]
) -> None:
    wanted = Jsonb({"username": "bob", "currency": CURRENCY, "limit": 1, "reason": REASON})
    row = operator.execute(
        "SELECT ledger.rehearse_act('set_overdraft_limit', %s) -> 'approvals'", [wanted]
    ).fetchone()
    assert row == (1,)
    found = write(operator, "set_overdraft_limit", "bob", CURRENCY, 1, REASON)
    assert (refused(found), found["detail"]["approvals"]) == ("approval.required", 1)
    decided(
        operator, connect("t_approver"), "set_overdraft_limit", username="bob", currency=CURRENCY, limit=4_999
    )
    done(write(operator, "set_overdraft_limit", "bob", CURRENCY, 4_000, REASON))
    assert (
        refused(write(operator, "set_overdraft_limit", "bob", CURRENCY, 4_001, REASON)) == "approval.required"
    )


@pytest.mark.usefixtures("dual")
def test_a_rule_for_all_of_a_kind_is_about_that_kind(operator: Connection, boss: Connection) -> None:
    done(write(boss, "set_approval_rule", "grant_credit", CURRENCY, 0, 1, REASON))
    done(transfer(operator, 999))
    assert refused(by_grant(operator, 1)) == "approval.required"


@pytest.mark.usefixtures("dual")
def test_an_allowance_passes_beside_the_tier(
    boss: Connection, second: Connection, operator: Connection
) -> None:
    words = {"holder": "t_operator", "kind": "grant_credit", "currency": CURRENCY}
    decided(boss, second, "set_allowance", **words, per_operation=2_000, per_day=3_000)
    done(transfer(operator, 999))
    done(by_grant(operator, 2_000))
    assert refused(by_grant(operator, 1_001)) == "approval.required"
    assert refused(transfer(operator, 1)) == "approval.required"
    # Less of it takes.
    done(write(boss, "set_allowance", *words.values(), 1_000, 3_000, REASON))
    done(write(boss, "set_allowance", *words.values(), None, None, REASON))


def test_who_may_know_anothers_password_is_no_second_person(
    boss: Connection, second: Connection, staff: Staff, sign_on: Callable[[str], Connection]
) -> None:
    name = staff.new_name()
    left = staff.hire("viewer")
    turn_on(boss, second)
    done(write(boss, "disable_operator", left, REASON))
    groups = ["ledger_admin", "ledger_approver"]
    decided(boss, second, "create_operator", operator=name, groups=groups, code_digest=DIGEST.hex())
    with_code(staff, name)
    third = sign_on(name)
    words = {
        "holder": "t_operator", "kind": "grant_credit", "currency": CURRENCY,
        "per_operation": 1, "per_day": 1,
    }  # fmt: skip
    asked = done(submit(boss, "set_allowance", **words))
    found = approve(third, asked)
    assert (refused(found), found["detail"]) == ("approval.password", {"maker": "t_admin"})
    assert refused(write(third, "reject_request", asked["request"], REASON)) == "approval.password"
    # Nor the other way round.
    asked = done(submit(third, "enable_operator", operator=left))
    assert refused(approve(boss, asked)) == "approval.password"
    done(approve(second, asked))
    # Nor two logins that one admin has given.
    fourth = staff.new_name()
    decided(boss, second, "create_operator", operator=fourth, groups=groups, code_digest=DIGEST.hex())
    with_code(staff, fourth)
    asked = done(submit(third, "set_allowance", **words))
    found = approve(sign_on(fourth), asked)
    assert (refused(found), found["detail"]) == ("approval.password", {"maker": name})
    decided(second, boss, "set_operator_password", operator=fourth, code_digest=DIGEST.hex())
    with_code(staff, fourth)
    done(approve(sign_on(fourth), asked))


def with_code(staff: Staff, name: str) -> None:
    """Set PASSWORD by the code, as the operator at the gate."""
    with connected(staff.gate_url) as gate:
        attempt = outcome(gate, "reserve_attempt", name)["attempt"]
        assert outcome(gate, "redeem_code", attempt, CODE, verifier(gate, name, PASSWORD))["status"] == "done"


def test_the_owner_alone_ends_it_in_an_emergency_and_verify_says_so(
    boss: Connection, second: Connection, admin: Connection, ledger_url: str
) -> None:
    decided(boss, second, "set_dual_control", on=True)
    with pytest.raises(errors.InsufficientPrivilege):
        write(boss, "end_dual_control", REASON)
    assert done(write(admin, "end_dual_control", "both admins have left"))["on"] is False
    assert list(broken(ledger_url)) == ["policy.emergency"]
    assert refused(write(admin, "end_dual_control", REASON)) == "control.unchanged"
    decided(boss, second, "set_dual_control", on=True)
