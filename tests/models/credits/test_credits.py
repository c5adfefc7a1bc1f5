"""Granted credit: lots, the order in which they burn, and what they can never be used for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.bookkeeping import assert_adds_up, balances, system_balance, transfer
from tests.models.writes import (
    BIGGEST,
    REASON,
    capture,
    done,
    everything,
    grant,
    lots,
    refused,
    reserve,
    soon,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def movements(connection: Connection, transaction: int) -> list[tuple[Any, ...]]:
    """Return which lots a transaction moved: amount and what remained."""
    return connection.execute(
        "SELECT l.source, m.amount, m.remaining_after FROM ledger.lot_movements m "
        "JOIN ledger.credit_lots l ON l.id = m.lot_id WHERE m.transaction_id = %s ORDER BY m.lot_id",
        [transaction],
    ).fetchall()


def test_a_grant_is_a_transaction_a_lot_and_a_movement(operator: Connection, admin: Connection) -> None:
    found = done(grant(operator, "alice", 60, 24, source="welcome", reference="g-1"))
    row = admin.execute(
        "SELECT t.kind::text, t.amount, t.from_balance_after, t.to_balance_after, t.reference, l.id, "
        "l.source, l.amount, l.remaining, l.created_at = t.posted_at, l.closed_at "
        "FROM ledger.transactions t JOIN ledger.credit_lots l ON l.opened_by = t.id WHERE t.id = %s",
        [found["transaction"]],
    ).fetchone()
    assert row == ("grant", 60, None, 160, "g-1", found["lot"], "welcome", 60, 60, True, None)
    assert movements(admin, found["transaction"]) == [("welcome", 60, 60)]
    assert wallet(admin, "alice") == (160, 60, 0)
    assert system_balance(admin, "@issuance") == -60


def test_lots_burn_soonest_expiry_first_then_oldest_then_the_plain_balance(
    operator: Connection, admin: Connection
) -> None:
    for source, hours in (("never", None), ("late", 48), ("soon", 24), ("never too", None)):
        done(grant(operator, "alice", 10, hours, source=source))
    tied = soon(36)
    for source in ("tie one", "tie two"):
        done(write(operator, "grant_credit", "alice", "CR", 10, source, tied))
    done(reserve(operator, "alice", 75, "h"))
    plan = operator.execute("SELECT place, source, burned, remaining_after FROM ledger.burn_preview('h')")
    planned = plan.fetchall()
    assert planned == [
        (1, "soon", 10, 0), (2, "tie one", 10, 0), (3, "tie two", 10, 0), (4, "late", 10, 0),
        (5, "never", 10, 0), (6, "never too", 10, 0), (7, None, 15, 85),
    ]  # fmt: skip
    part = operator.execute(
        "SELECT source, burned, remaining_after FROM ledger.burn_preview('h', 35)"
    ).fetchall()
    assert part == [("soon", 10, 0), ("tie one", 10, 0), ("tie two", 10, 0), ("late", 5, 5)]
    found = done(capture(operator, "h"))
    assert (found["amount"], found["lots"], found["released"]) == (75, 6, 0)
    burned = admin.execute(
        "SELECT l.source, -m.amount FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id "
        "WHERE m.transaction_id = %s ORDER BY l.expires_at, l.created_at, l.id",
        [found["transaction"]],
    ).fetchall()
    assert burned == [(source, taken) for _, source, taken, _ in planned if source is not None]
    assert wallet(admin, "alice") == (85, 0, 0)
    assert operator.execute("SELECT * FROM ledger.burn_preview('h')").fetchall() == []


@pytest.mark.parametrize("number", [1, 10, 1_000])
def test_a_capture_over_any_number_of_lots(operator: Connection, admin: Connection, number: int) -> None:
    statuses = operator.execute(
        "SELECT ledger.grant_credit(gen_random_uuid(), 'bob', 'CR', 1 + n %% 7, 'lot ' || n, "
        "clock_timestamp() + n * interval '1 hour') ->> 'status' FROM generate_series(1, %s) n",
        [number],
    ).fetchall()
    assert statuses == [("posted",)] * number
    amounts = lots(admin, "bob")
    # All but two of the last lot: the walk must reach the end and stop inside a lot.
    amount = sum(amounts) - min(2, amounts[-1] - 1)
    done(reserve(operator, "bob", amount, "h"))
    found = done(capture(operator, "h"))
    assert found["lots"] == number
    assert lots(admin, "bob") == [sum(amounts) - amount]
    assert system_balance(admin, "@revenue") == amount


def test_granted_credit_can_never_be_transferred(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 60, 24))
    done(grant(operator, "bob", 60))
    before = everything(admin)
    assert refused(transfer(operator, "alice", "bob", 101)) == "funds.short"
    for target in ("@external", "@revenue", "@issuance", "alice"):
        assert refused(transfer(operator, "bob", target, 1)) == "funds.short"
    assert everything(admin) == before
    assert transfer(operator, "alice", "bob", 100)["status"] == "posted"
    assert wallet(admin, "alice") == (60, 60, 0)


def test_an_overdraft_does_not_spend_granted_credit(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "bob", 60, 24))
    done(write(operator, "set_overdraft_limit", "bob", "CR", 30, REASON))
    assert refused(transfer(operator, "bob", "@external", 31)) == "funds.short"
    assert transfer(operator, "bob", "@external", 30)["status"] == "posted"
    assert wallet(admin, "bob") == (30, 60, 0)
    assert refused(write(operator, "set_overdraft_limit", "bob", "CR", 29, REASON)) == "funds.short"
    # All that is left: the lot, and below zero by the overdraft.
    assert refused(reserve(operator, "bob", 61, "h")) == "funds.short"
    done(reserve(operator, "bob", 60, "h"))
    done(capture(operator, "h"))
    assert wallet(admin, "bob") == (-30, 0, 0)


@pytest.mark.parametrize(
    ("amount", "expires", "code"),
    [
        (0, None, "amount.sign"),
        (-1, None, "amount.sign"),
        (None, None, "amount.empty"),
        (BIGGEST, None, "amount.range"),
        (1, datetime(2020, 1, 1, tzinfo=UTC), "expiry.past"),
        (1, "-infinity", "expiry.past"),
        (1, "infinity", "expiry.range"),
        (1, "294000-01-01 00:00+00", "expiry.range"),
        (1, "0044-03-15 00:00+00 BC", "expiry.past"),
    ],
)
def test_impossible_grants_change_nothing(
    operator: Connection, admin: Connection, amount: int | None, expires: object, code: str
) -> None:
    before = everything(admin)
    assert refused(write(operator, "grant_credit", "alice", "CR", amount, "promo", expires)) == code
    assert everything(admin) == before


def test_who_and_what_a_grant_needs(operator: Connection, admin: Connection) -> None:
    before = everything(admin)
    assert refused(grant(operator, "nobody", 1)) == "user.unknown"
    assert refused(grant(operator, "@revenue", 1)) == "user.unknown"
    assert refused(grant(operator, "alice", 1, currency="XXX")) == "user.unknown"
    assert refused(write(operator, "grant_credit", "alice", "CR", 1, None, None)) == "source.empty"
    for text in ("a\u202eb", "a\u200bb", "a\nb", "", "s" * 101, "s" * 10_240):
        assert refused(grant(operator, "alice", 1, source=text)) == "text.character"
    for text in ("a\u202eb", "a\tb", "r" * 201):
        assert refused(grant(operator, "alice", 1, reference=text)) == "text.character"
    assert everything(admin) == before
    done(grant(operator, "alice", 1, source="<b>Łukasz</b>'; -- %s 😀", reference="g"))
    assert refused(grant(operator, "alice", 1, reference="g")) == "reference.repeated"


@pytest.mark.parametrize("amount", [1, 2**31 - 1, 2**31, 2**53 + 1, BIGGEST])
def test_every_amount_is_granted_held_and_captured_exactly(
    operator: Connection, admin: Connection, amount: int
) -> None:
    done(grant(operator, "bob", amount, 24))
    assert done(reserve(operator, "bob", amount, "h"))["available"] == 0
    assert wallet(admin, "bob") == (amount, amount, amount)
    assert refused(grant(operator, "bob", BIGGEST)) == "amount.range"
    found = done(capture(operator, "h", amount - 1 or None))
    assert (found["amount"], found["amount"] + found["released"]) == (amount - 1 or 1, amount)
    assert system_balance(admin, "@revenue") == found["amount"]


@pytest.mark.parametrize("exponent", [0, 2, 3, 8])
def test_each_currency_has_lots_of_its_own(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None], exponent: int
) -> None:
    admin.execute("SELECT ledger.add_currency(%s, %s::smallint)", [f"E{exponent}X", exponent])
    open_accounts({"alice": 40}, f"E{exponent}X")
    done(grant(operator, "alice", 7, 24, currency=f"E{exponent}X"))
    done(grant(operator, "alice", 5, 24))
    done(reserve(operator, "alice", 30, "h", currency=f"E{exponent}X"))
    done(capture(operator, "h"))
    assert wallet(admin, "alice", f"E{exponent}X") == (17, 0, 0)
    assert wallet(admin, "alice") == (105, 5, 0)
    assert system_balance(admin, "@revenue", f"E{exponent}X") == 30
    assert system_balance(admin, "@revenue") == 0


def test_a_batch_grants_lots(operator: Connection, admin: Connection) -> None:
    row = operator.execute("SELECT ledger.create_batch('grants', 'CR', '', NULL, false, '')").fetchone()
    assert row is not None
    batch = row[0]
    operator.cursor().executemany(
        "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, "
        "lot_source, lot_expires_at) VALUES (%s, %s, '@issuance', %s, %s, %s, %s, %s)",
        [
            (batch, 1, "alice", 10, "b1", "spring", soon(24)),
            (batch, 2, "bob", 20, "b2", "spring", None),
            (batch, 3, "bob", 30, "b3", None, None),
        ],
    )
    operator.execute("SELECT ledger.check_batch(%s)", [batch])
    assert operator.execute("SELECT * FROM ledger.batch_problems(%s)", [batch]).fetchall() == []
    found = operator.execute(
        "SELECT ledger.post_batch(gen_random_uuid(), %s, ledger.batch_content_hash(%s))", [batch, batch]
    ).fetchone()
    assert found is not None
    done(found[0])
    assert (lots(admin, "alice"), lots(admin, "bob")) == ([10], [20])
    # A line without a source is money like any other.
    assert wallet(admin, "bob") == (50, 20, 0)
    assert_adds_up(admin)


@pytest.mark.parametrize(
    ("source", "target", "lot_source", "expires", "found", "code"),
    [
        ("alice", "bob", "promo", None, ("source", "source.kind"), "batch.lines"),
        ("@external", "bob", "promo", None, ("source", "source.kind"), "batch.lines"),
        ("@issuance", "@revenue", "promo", None, ("source", "source.kind"), "batch.lines"),
        ("@issuance", "bob", None, "2900-01-01", ("source", "source.empty"), "batch.lines"),
        ("@issuance", "bob", "promo", "2020-01-01", ("expires", "expiry.past"), "expiry.past"),
    ],
)
def test_what_keeps_a_batch_of_grants_from_posting(  # noqa: PLR0917 - pytest passes by name
    operator: Connection,
    admin: Connection,
    source: str,
    target: str,
    lot_source: str | None,
    expires: str | None,
    found: tuple[str, str],
    code: str,
) -> None:
    row = operator.execute("SELECT ledger.create_batch('grants', 'CR', '', NULL, false, '')").fetchone()
    assert row is not None
    operator.execute(
        "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, "
        "lot_source, lot_expires_at) VALUES (%s, 1, %s, %s, 10, 'b1', %s, %s)",
        [row[0], source, target, lot_source, expires],
    )
    operator.execute("SELECT ledger.check_batch(%s)", [row[0]])
    problems = operator.execute("SELECT field, code FROM ledger.batch_problems(%s)", [row[0]]).fetchall()
    assert problems == [found]
    before = balances(admin)
    answer = operator.execute(
        "SELECT ledger.post_batch(gen_random_uuid(), %s, ledger.batch_content_hash(%s))", [row[0], row[0]]
    ).fetchone()
    assert answer is not None
    assert refused(answer[0]) == code
    assert balances(admin) == before
