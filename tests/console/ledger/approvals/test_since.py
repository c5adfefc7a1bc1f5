"""What a checker is told of the time since a request was submitted: each kind of change by one test."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.approvals import commands as approvals
from console.ledger.approvals import page as requests
from console.ledger.approvals.rules import commands as rules
from console.ledger.approvals.since import Change, since
from console.ledger.batches.commands import validate
from console.ledger.credits.commands import Grant, grant
from console.ledger.holds.commands import Capture, reserve
from console.ledger.transactions.reversal import Reversal
from console.ledger.transactions.transfer import Transfer
from console.ledger.transactions.transfer import post as pay
from console.monitor.budgets import budget
from tests.bookkeeping import Line, content_hash, create_batch, post_batch
from tests.cluster import CURRENCY, connected
from tests.models.writes import done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger
    from tests.conftest import Statements

WHY = "ticket 7"
PAYMENT = Transfer("alice", "bob", CURRENCY, 200, "r-1")


def test_nothing_has_changed(maker: Ledger, checker: Ledger, statements: Statements) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    with statements.counted() as sent:
        requests.get(checker.database, request)
        found = since(checker, request)
    # The page of one request.
    assert len(sent) == 2
    assert (budget("requests.get"), budget("requests.since")) == (1, 1)
    assert (found.changed, found.changes, found.accounts) == (0, (), True)
    assert [(one.username, one.before, one.after) for one in found.rehearsal.movements] == [
        ("alice", 1_000, 800),
        ("bob", 0, 200),
    ]


def test_a_balance(maker: Ledger, checker: Ledger) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    pay(maker, Transfer("alice", "bob", CURRENCY, 850))
    found = since(checker, request)
    assert found.changes == (
        Change("balance", "alice", 1_000, 150),
        Change("balance", "bob", 0, 850),
    )
    assert found.rehearsal.refusal is not None
    assert found.rehearsal.refusal.code == "funds.short"


def test_what_is_granted_and_on_hold(maker: Ledger, checker: Ledger) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    grant(maker, Grant("alice", CURRENCY, 70, "promo"))
    reserve(maker, username="alice", currency=CURRENCY, amount=30, reference="h-1")
    assert since(checker, request).changes == (
        Change("balance", "alice", 1_000, 1_070),
        Change("granted", "alice", 0, 70),
        Change("on_hold", "alice", 0, 30),
    )


@pytest.mark.parametrize("status", ["frozen", "closed"])
def test_a_status(maker: Ledger, checker: Ledger, ledger_url: str, status: str) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    with connected(ledger_url) as admin:
        done(write(admin, "set_account_status", "bob", status, WHY))
    found = since(checker, request)
    assert found.changes == (Change("status", "bob", "active", status),)
    assert found.rehearsal.refusal is not None
    assert found.rehearsal.refusal.code == "account.inactive"


def test_an_overdraft(maker: Ledger, checker: Ledger) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    maker.perform(OverdraftLimit("alice", CURRENCY, 400, WHY).operation)
    assert since(checker, request).changes == (Change("overdraft", "alice", 0, 400),)


def test_a_rule(maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger]) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    rules.set_rule(ledger_of("t_admin"), "transfer", CURRENCY, 100, 2, reason=WHY)
    assert since(checker, request).changes == (Change("approvals", "", 0, 2),)


def test_a_limit(maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger]) -> None:
    admin = ledger_of("t_admin")
    capped = partial(
        rules.set_limit, admin, "ledger_operator", "transfer", CURRENCY, per_day=None, reason=WHY
    )
    capped(per_operation=5_000, reason=WHY)
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    capped(per_operation=150, reason=WHY)
    found = since(maker, request)
    assert found.changes == (Change("limit", "ledger_operator transfer", [5_000, None], [150, None]),)
    assert found.rehearsal.refusal is not None
    assert found.rehearsal.refusal.code == "limit.operation"


def test_a_lot_that_expired(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    grant(maker, Grant("alice", CURRENCY, 70, "promo"))
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    with connected(ledger_url) as admin:
        admin.execute("UPDATE ledger.credit_lots SET expires_at = created_at + interval '1 microsecond'")
    assert since(checker, request).changes == (Change("expired", "alice", 0, 70),)


def test_a_hold_that_was_released(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    reserve(maker, username="alice", currency=CURRENCY, amount=30, reference="h-1")
    request = approvals.submit(maker, Capture("h-1"), reason=WHY).request
    with connected(ledger_url) as admin:
        done(write(admin, "release", "h-1", WHY))
    found = since(checker, request)
    assert Change("hold_status", "", "reserved", "released") in found.changes
    assert found.rehearsal.refusal is not None
    assert found.rehearsal.refusal.code == "reservation.released"


def test_a_transaction_that_was_given_back_in_part(maker: Ledger, checker: Ledger) -> None:
    posted = pay(maker, PAYMENT).transaction
    request = approvals.submit(maker, Reversal(posted, WHY, 50), reason=WHY).request
    maker.perform(Reversal(posted, WHY, 120).operation)
    assert Change("left", "", 200, 80) in since(checker, request).changes


def test_the_schema(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    with connected(ledger_url) as admin:
        row = admin.execute("SELECT version_num FROM ledger.schema_version").fetchone()
        assert row is not None
        admin.execute("UPDATE ledger.schema_version SET version_num = '9999'")
        try:
            # Past the console, which does not work on another schema.
            answer = admin.execute("SELECT ledger.request_since(%s) -> 'changes'", [request]).fetchone()
        finally:
            admin.execute("UPDATE ledger.schema_version SET version_num = %s", row)
    assert answer == ([["schema", "", row[0], "9999"]],)


def test_the_accounts_of_a_batch(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    with connected(ledger_url) as admin:
        as_maker = [Line(1, "alice", "bob", 900, "r-1")]
        admin.execute("SET SESSION AUTHORIZATION t_operator")
        batch = create_batch(admin, as_maker)
        admin.execute("RESET SESSION AUTHORIZATION")
        hashed = content_hash(admin, batch)
    validate(maker, batch)
    assert hashed is not None
    asked = approvals.submit_batch(maker, batch, hashed, reason=WHY).request
    pay(maker, Transfer("alice", "bob", CURRENCY, 300))
    found = since(checker, asked)
    assert found.changes == (
        Change("balance", "alice", 1_000, 700),
        Change("balance", "bob", 0, 300),
    )
    assert found.rehearsal.refusal is not None
    assert found.rehearsal.refusal.code == "funds.short"


def test_the_ledgers_own_wallets_change_all_the_time_and_are_not_told(maker: Ledger, checker: Ledger) -> None:
    request = approvals.submit(maker, Transfer("@external", "alice", CURRENCY, 200), reason=WHY).request
    pay(maker, Transfer("@external", "bob", CURRENCY, 300))
    assert since(checker, request).changed == 0


def test_of_very_many_changes_the_first_two_hundred_are_told(
    maker: Ledger, checker: Ledger, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    names = [f"c{n:03}" for n in range(201)]
    open_accounts(dict.fromkeys(names, 0))
    lines = [Line(n, "@external", name, 5, f"r-{n}") for n, name in enumerate(names, 1)]
    others = [Line(n, "@external", name, 5, f"s-{n}") for n, name in enumerate(names, 1)]
    with connected(ledger_url) as admin:
        admin.execute("SET SESSION AUTHORIZATION t_operator")
        waiting, posted = create_batch(admin, lines), create_batch(admin, others)
        hashed = content_hash(admin, waiting)
        assert hashed is not None
        asked = approvals.submit_batch(maker, waiting, hashed, reason=WHY).request
        done(post_batch(admin, posted))
        admin.execute("RESET SESSION AUTHORIZATION")
    found = since(checker, asked)
    assert found.changed == 201
    assert found.changes == tuple(Change("balance", name, 0, 5) for name in names[:200])


def test_accounts_that_are_too_many_are_not_said_to_be_the_same(
    maker: Ledger, checker: Ledger, ledger_url: str
) -> None:
    with connected(ledger_url) as admin:
        admin.execute("""
            WITH made AS (
                INSERT INTO ledger.users (username)
                SELECT 'c' || n FROM generate_series(1, 10000) n RETURNING id)
            INSERT INTO ledger.wallets (user_id, currency, kind)
            SELECT made.id, 'CR', 'customer' FROM made""")
        admin.execute("SET SESSION AUTHORIZATION t_operator")
        lines = [Line(n, "@external", f"c{n}", 5, f"r-{n}") for n in range(1, 10_001)]
        few, many = create_batch(admin, lines[:-1]), create_batch(admin, lines)
        admin.execute("RESET SESSION AUTHORIZATION")
        hashes = [content_hash(admin, batch) for batch in (few, many)]
    for batch, hashed, compared in zip((few, many), hashes, (True, False), strict=True):
        assert hashed is not None
        asked = approvals.submit_batch(maker, batch, hashed, reason=WHY).request
        found = since(checker, asked)
        assert (found.changed, found.accounts) == (0, compared)
        assert found.rehearsal.accounts == (9_999 if compared else 10_000)


def test_a_request_of_before_tells_nothing_and_is_rehearsed(
    maker: Ledger, checker: Ledger, ledger_url: str
) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    with connected(ledger_url) as admin:
        admin.execute("UPDATE ledger.approval_requests SET facts = NULL WHERE id = %s", [request])
    found = since(checker, request)
    assert (found.changed, found.changes) == (None, ())
    assert found.rehearsal.accounts == 2


def test_what_was_decided_is_not_rehearsed(maker: Ledger, checker: Ledger) -> None:
    request = approvals.submit(maker, PAYMENT, reason=WHY).request
    approvals.send_back(checker, request, reason=WHY)
    found = since(checker, request)
    assert found.rehearsal.refusal is not None
    assert (found.rehearsal.refusal.code, found.rehearsal.refusal.detail["by"]) == (
        "request.status",
        "t_approver",
    )


def test_kinds_of_many_credits_are_compared_too(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    made = grant(maker, Grant("alice", CURRENCY, 70, "promo"))
    selection = {"currency": CURRENCY, "lots": [made.lot], "count": 1, "amount": 70}
    with connected(ledger_url) as admin:
        admin.execute("SET SESSION AUTHORIZATION t_operator")
        wanted = Jsonb({"selection": selection, "reason": WHY})
        asked = done(write(admin, "submit_request", "end_lots", wanted, WHY))["request"]
        admin.execute("RESET SESSION AUTHORIZATION")
    assert since(checker, asked).changed == 0
