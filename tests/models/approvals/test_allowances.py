"""What passes without a checker: small goodwill, so much at once and a day, also of those who only ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import count, transfer
from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, everything, grant, refused, wallet, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


@pytest.fixture
def support(connect: Callable[[str], Connection]) -> Connection:
    return connect("t_support")


def goodwill(amount: int) -> Jsonb:
    return Jsonb({"username": "bob", "currency": CURRENCY, "amount": amount, "source": "goodwill"})


def ask(connection: Connection, amount: int) -> dict[str, Any]:
    return write(connection, "submit_request", "grant_credit", goodwill(amount), REASON)


def allow(boss: Connection, at_once: int | None, a_day: int | None, holder: str = "ledger_support") -> None:
    done(write(boss, "set_allowance", holder, "grant_credit", CURRENCY, at_once, a_day, REASON))


def test_support_asks_and_does_nothing_by_itself(support: Connection, admin: Connection) -> None:
    before = everything(admin)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        grant(support, "bob", 10)
    assert everything(admin) == before
    found = done(ask(support, 10))
    assert (found["status"], found["approvals_required"]) == ("submitted", 1)
    assert wallet(admin, "bob") == (0, 0, 0)
    done(write(support, "withdraw_request", found["request"], REASON))


def test_small_goodwill_passes_at_once(support: Connection, admin: Connection) -> None:
    allow(admin, 10, 25)
    found = done(ask(support, 10))
    assert (found["allowed"], found["status"]) == (True, "posted")
    assert wallet(admin, "bob") == (10, 10, 0)
    row = admin.execute(
        "SELECT operator, metadata FROM ledger.transactions WHERE id = %s", [found["transaction"]]
    ).fetchone()
    assert row == ("t_support", None)
    # More than at once, and more than is left of the day, waits for a checker.
    assert done(ask(support, 11))["status"] == "submitted"
    done(ask(support, 10))
    assert done(ask(support, 6))["status"] == "submitted"
    assert done(ask(support, 5))["allowed"]
    assert wallet(admin, "bob") == (25, 25, 0)
    assert admin.execute("SELECT operator, amount FROM ledger.allowance_usage").fetchall() == [
        ("t_support", 25)
    ]


def test_eight_at_once_take_no_more_than_the_day(admin: Connection, as_role: Callable[[str], str]) -> None:
    allow(admin, 7, 30)

    def some(_number: int) -> int:
        with connected(as_role("t_support")) as connection:
            return sum("allowed" in ask(connection, 7) for _ in range(3))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(some, range(8))) == 4
    assert wallet(admin, "bob") == (28, 28, 0)


def test_what_is_refused_uses_nothing(support: Connection, admin: Connection) -> None:
    allow(admin, 10, 10)
    assert refused(ask(support, 0)) == "amount.sign"
    assert refused(write(support, "submit_request", "grant_credit", Jsonb({"amount": 5}), REASON)) != ""
    assert count(admin, "allowance_usage") == 0


def test_a_rule_lets_an_operators_goodwill_pass_too(operator: Connection, admin: Connection) -> None:
    done(write(admin, "set_approval_rule", "grant_credit", CURRENCY, 0, 1, REASON))
    assert refused(grant(operator, "bob", 5)) == "approval.required"
    allow(admin, 5, 8, "t_operator")
    done(grant(operator, "bob", 5))
    assert refused(grant(operator, "bob", 5)) == "approval.required"
    done(grant(operator, "bob", 3))
    allow(admin, None, None, "t_operator")
    assert refused(grant(operator, "bob", 1)) == "approval.required"


def test_an_operators_own_allowance_counts_instead_of_the_roles(
    support: Connection, admin: Connection
) -> None:
    allow(admin, 10, 100)
    allow(admin, 2, 100, "t_support")
    assert done(ask(support, 3))["status"] == "submitted"
    assert done(ask(support, 2))["allowed"]


@pytest.mark.parametrize(
    ("kind", "at_once", "a_day", "code"),
    [
        ("transfer", 1, 1, "request.kind"), ("grant_credit", 0, 1, "allowance.range"),
        ("grant_credit", 5, 4, "allowance.range"), ("grant_credit", 5, None, "amount.empty"),
        ("reverse_transaction", None, None, "rule.unknown"),
    ],
)  # fmt: skip
def test_an_allowance_is_for_goodwill_only(
    admin: Connection, kind: str, at_once: int | None, a_day: int | None, code: str
) -> None:
    found = write(admin, "set_allowance", "ledger_support", kind, CURRENCY, at_once, a_day, REASON)
    assert refused(found) == code


def test_a_reversal_of_support_is_a_request_until_it_is_approved(
    operator: Connection, support: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    wanted = Jsonb({"transaction": paid, "amount": 20, "reason": "charged twice", "ticket": "ZD-1"})
    asked = done(write(support, "submit_request", "reverse_transaction", wanted, "charged twice", "ZD-1"))
    content = bytes.fromhex(asked["content"])
    done(write(connect("t_approver"), "approve_request", asked["request"], content, ""))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        write(support, "execute_request", asked["request"])
    found = done(write(operator, "execute_request", asked["request"]))
    row = admin.execute(
        "SELECT amount, ticket, metadata ->> 'reason' FROM ledger.transactions WHERE id = %s",
        [found["transaction"]],
    ).fetchone()
    assert row == (20, "ZD-1", "charged twice")
    assert admin.execute("SELECT ticket FROM ledger.approval_requests").fetchone() == ("ZD-1",)


def test_no_change_of_the_zone_gives_a_second_day(support: Connection, admin: Connection) -> None:
    allow(admin, 10, 10)
    assert done(ask(support, 10))["allowed"]
    # One of the two has another date than the other at every moment.
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        done(write(admin, "set_business_zone", zone, REASON))
        assert "allowed" not in done(ask(support, 1))
