"""What an act by hand would come to: figures before and after, and nothing of it stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, create_batch, post_batch, transfer, wait_until_blocked
from tests.cluster import CURRENCY
from tests.models.writes import REASON, done, everything, grant, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def rehearse(connection: Connection, kind: str | None, request: dict[str, Any]) -> dict[str, Any]:
    row = connection.execute("SELECT ledger.rehearse_act(%s, %s)", [kind, Jsonb(request)]).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def changes(found: dict[str, Any], figure: str) -> dict[str, tuple[Any, Any]]:
    """Return one figure of each side, before and after."""
    return {
        side["username"]: (side["before"] and side["before"][figure], side["after"][figure])
        for side in found["sides"]
    }


MONEY = {"from": "alice", "to": "bob", "currency": CURRENCY, "amount": 30}
CASES: list[tuple[str, dict[str, Any], str, dict[str, tuple[Any, Any]]]] = [
    ("transfer", MONEY, "balance", {"alice": (100, 70), "bob": (0, 30)}),
    ("transfer", MONEY | {"to": "@external", "reason": REASON, "ticket": "T-1"}, "balance",
     {"@external": (0, 0), "alice": (100, 70)}),
    ("grant_credit", {"username": "bob", "currency": CURRENCY, "amount": 5, "source": "gift"}, "granted",
     {"bob": (0, 5)}),
    ("reserve", {"username": "alice", "currency": CURRENCY, "amount": 40, "reservation": "h"}, "on_hold",
     {"alice": (0, 40)}),
    ("set_account_status", {"username": "alice", "status": "frozen", "reason": REASON}, "status",
     {"alice": ("active", "frozen")}),
    ("set_overdraft_limit", {"username": "bob", "currency": CURRENCY, "limit": 50, "reason": REASON},
     "overdraft", {"bob": (0, 50)}),
    ("open_account", {"username": "carol", "currency": CURRENCY, "reason": REASON}, "balance",
     {"carol": (None, 0)}),
    ("add_note", {"username": "bob", "note": "called"}, "balance", {"bob": (0, 0)}),
    ("set_account_metadata", {"username": "bob", "metadata": {"crm": "1"}, "reason": REASON}, "balance",
     {"bob": (0, 0)}),
]  # fmt: skip


@pytest.mark.parametrize("login", ["t_operator", "t_support"])
def test_both_sides_are_told_and_nothing_stays(
    admin: Connection, connect: Callable[[str], Connection], login: str
) -> None:
    connection, before = connect(login), everything(admin)
    for kind, request, figure, expected in CASES:
        found = rehearse(connection, kind, request)
        assert found["outcome"]["status"] != "refused", found
        assert changes(found, figure) == expected
        assert (found["approvals"], found["allowed"]) == (0, False)
    assert everything(admin) == before


def test_a_reversal_shows_whom_it_takes_from(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    before = everything(admin)
    found = rehearse(operator, "reverse_transaction", {"transaction": paid, "amount": 20, "reason": REASON})
    assert changes(found, "balance") == {"alice": (40, 60), "bob": (60, 40)}
    assert (found["outcome"]["part"], found["outcome"]["left"]) == (1, 40)
    assert everything(admin) == before


@pytest.mark.parametrize(
    ("kind", "request_", "code"),
    [
        ("transfer", MONEY | {"amount": 101}, "funds.short"),
        ("transfer", MONEY | {"amount": 2**63 - 1, "from": "@external", "to": "alice"}, "amount.range"),
        ("transfer", MONEY | {"reason": " "}, "reason.empty"),
        ("transfer", MONEY | {"ticket": "x" * 10_000}, "ticket.invalid"),
        ("transfer", MONEY | {"ticket": " T-1"}, "ticket.invalid"),
        ("transfer", MONEY | {"to": "nobody"}, "user.unknown"),
        ("reverse_transaction", {"transaction": 10**12, "reason": REASON}, "transaction.unknown"),
        ("reverse_transaction", {"transaction": "x", "reason": REASON}, "request.invalid"),
        ("transfer", MONEY | {"amount": "x"}, "request.invalid"),
        ("transfer", MONEY | {"amount": None}, "amount.empty"),
        ("transfer", {}, "user.unknown"),
        (
            "grant_credit",
            {"username": "bob", "currency": CURRENCY, "amount": 1, "source": "s", "expires_at": "never"},
            "request.invalid",
        ),
        ("set_account_status", {"username": "bob", "status": "happy", "reason": REASON}, "request.invalid"),
    ],
)
def test_a_refusal_is_the_acts_own(
    operator: Connection, admin: Connection, kind: str, request_: dict[str, Any], code: str
) -> None:
    before = everything(admin)
    found = rehearse(operator, kind, request_)
    assert (found["outcome"]["status"], found["outcome"]["code"], found["sides"]) == ("refused", code, [])
    assert everything(admin) == before


def test_it_says_whether_a_checker_is_needed(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    done(write(admin, "set_approval_rule", "grant_credit", CURRENCY, 5, 2, REASON))
    done(write(admin, "set_allowance", "ledger_support", "grant_credit", CURRENCY, 6, 6, REASON))
    gift = {"username": "bob", "currency": CURRENCY, "source": "gift"}
    found = [
        (shown["approvals"], shown["allowed"])
        for login, amount in (("t_operator", 4), ("t_operator", 6), ("t_support", 6), ("t_support", 7))
        for shown in [rehearse(connect(login), "grant_credit", gift | {"amount": amount})]
    ]
    assert found == [(0, False), (2, False), (2, True), (2, False)]


def test_expired_credit_is_told_apart(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 10))
    done(reserve(operator, "alice", 20, "h"))
    found = rehearse(operator, "transfer", MONEY)
    side = next(one for one in found["sides"] if one["username"] == "alice")
    assert side["before"] == {
        "username": "alice", "currency": CURRENCY, "kind": "customer", "status": "active", "balance": 110,
        "granted": 10, "on_hold": 20, "overdraft": 0, "expired": 0,
    }  # fmt: skip


def test_nothing_else_is_rehearsed(operator: Connection) -> None:
    for kind in ("post_batch", "set_limit", "nothing", "", None):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            rehearse(operator, kind, {})


@pytest.mark.parametrize("request_", [None, Jsonb(None), Jsonb([]), Jsonb("text")])
def test_a_request_is_an_object(operator: Connection, request_: Jsonb | None) -> None:
    row = operator.execute("SELECT ledger.rehearse_act('transfer', %s)", [request_]).fetchone()
    assert row is not None
    assert row[0]["outcome"]["code"] == "request.invalid"


def test_it_waits_in_the_order_of_the_act_itself(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    """A batch before its wallets: whoever reverses it has its row, and comes to the wallets next."""
    batch = create_batch(operator, [Line(1, "@external", "bob", 5, "b-1")])
    done(post_batch(operator, batch))
    row = admin.execute("SELECT id FROM ledger.transactions WHERE batch_id = %s", [batch]).fetchone()
    assert row is not None
    other = connect("t_operator2")
    with ThreadPoolExecutor(1) as pool:
        operator.execute("BEGIN")
        done(write(operator, "reverse_batch", batch, "all", REASON))
        looking = pool.submit(
            rehearse, other, "reverse_transaction", {"transaction": row[0], "reason": REASON}
        )
        wait_until_blocked(admin, other)
        operator.execute("COMMIT")
        assert looking.result(timeout=20)["outcome"]["code"] == "reversal.repeated"
