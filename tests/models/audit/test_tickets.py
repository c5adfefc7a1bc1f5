"""The number under which an act is known outside: kept, proved, and only where it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def test_each_act_keeps_its_ticket(operator: Connection, admin: Connection) -> None:
    paid = done(
        write(operator, "transfer", "alice", "bob", CURRENCY, 5, None, "", None, REASON, "ZD-1")
    )["transaction"]  # fmt: skip
    done(write(operator, "grant_credit", "bob", CURRENCY, 5, "gift", None, None, "", REASON, "ZD-2"))
    done(write(operator, "reverse_transaction", paid, 2, REASON, None, "ZD-3"))
    done(write(operator, "reserve", "alice", CURRENCY, 5, "h", None, "", "ZD-4"))
    done(write(operator, "set_overdraft_limit", "bob", CURRENCY, 5, REASON, "ZD-5"))
    done(write(operator, "set_account_status", "bob", "frozen", REASON, "ZD-6"))
    done(write(operator, "open_account", "carol", CURRENCY, "", None, REASON, "ZD-7"))
    done(write(operator, "add_note", "bob", "called", "ZD-8"))
    done(write(operator, "set_account_metadata", "bob", Jsonb({"crm": "4711"}), REASON, "ZD-9"))
    moved = admin.execute(
        "SELECT ticket, metadata FROM ledger.transactions WHERE ticket IS NOT NULL ORDER BY id"
    ).fetchall()
    assert moved == [(f"ZD-{number}", {"reason": REASON}) for number in (1, 2, 3)]
    assert admin.execute("SELECT ticket FROM ledger.reservations").fetchone() == ("ZD-4",)
    acts = admin.execute(
        "SELECT action, ticket FROM ledger.audit_events WHERE ticket IS NOT NULL ORDER BY id"
    ).fetchall()
    assert acts == [
        ("grant_credit", "ZD-2"), ("reverse_transaction", "ZD-3"), ("set_overdraft_limit", "ZD-5"),
        ("set_account_status", "ZD-6"), ("open_account", "ZD-7"), ("add_note", "ZD-8"),
        ("set_account_metadata", "ZD-9"),
    ]  # fmt: skip


@pytest.mark.parametrize("ticket", ["", " ", " x", "x ", "x" * 65, "a\nb", "\u202eabc", "x" * 10_000])
def test_what_is_no_ticket_is_refused(operator: Connection, admin: Connection, ticket: str) -> None:
    before = everything(admin)
    found = write(operator, "transfer", "alice", "bob", CURRENCY, 5, None, "", None, REASON, ticket)
    assert refused(found) == "ticket.invalid"
    assert refused(write(operator, "add_note", "bob", "called", ticket)) == "ticket.invalid"
    assert everything(admin) == before


def test_without_one_a_request_and_a_row_are_what_they_were(operator: Connection, admin: Connection) -> None:
    """A key of before there were tickets is known again, and so is a sealed row."""
    done(transfer(operator, "alice", "bob", 5))
    row = admin.execute("""
        SELECT o.request_hash = ledger.request_hash('transfer', jsonb_build_object('from', 'alice',
                'to', 'bob', 'currency', 'CR', 'amount', 5, 'reference', NULL, 'description', '',
                'effective_at', NULL)),
            ledger.transaction_digest(t) = sha256(convert_to(ROW(t.id, extract(epoch FROM t.posted_at),
                extract(epoch FROM t.effective_at), t.from_wallet, t.to_wallet, t.amount,
                t.from_balance_after, t.to_balance_after, t.batch_id, t.reverses, t.reservation_id, t.kind,
                t.reference, t.description, t.operator, t.metadata)::text, 'UTF8'))
        FROM ledger.operations o JOIN ledger.transactions t ON t.id = (o.outcome ->> 'transaction')::bigint
        WHERE o.kind = 'transfer' ORDER BY t.id DESC LIMIT 1""").fetchone()
    assert row == (True, True)
    digests = admin.execute("""
        SELECT count(*) FROM ledger.audit_events e
        WHERE e.digest <> ledger.audit_digest(
            e.id, e.at, e.actor, e.action, e.subject, e.outcome, e.reason, e.detail)""").fetchone()
    assert digests == (0,)


def test_a_reason_that_is_given_is_one(operator: Connection, admin: Connection) -> None:
    before = everything(admin)
    for reason in (" ", "x", "a\x01bc", "r" * 501):
        found = write(operator, "transfer", "alice", "bob", CURRENCY, 5, None, "", None, reason)
        assert refused(found) in {"reason.empty", "text.character"}
    assert everything(admin) == before


def test_metadata_are_changed_name_by_name(operator: Connection, admin: Connection) -> None:
    for change in ({"crm": "4711", "tier": "gold"}, {"crm": None, "lang": "de"}):
        done(write(operator, "set_account_metadata", "bob", Jsonb(change), REASON))
    kept = admin.execute("SELECT metadata FROM ledger.users WHERE username = 'bob'").fetchone()
    assert kept == ({"tier": "gold", "lang": "de"},)
    row = admin.execute(
        "SELECT detail::text FROM ledger.audit_events WHERE action = 'set_account_metadata' "
        "ORDER BY id LIMIT 1"
    ).fetchone()
    assert row is not None
    assert "4711" not in row[0]
    assert "crm" in row[0]
    many = {f"name {number}": "x" for number in range(51)}
    wrongs: tuple[object, ...] = (
        {}, [], "x", {"a": 1}, {"a": ""}, {"": "a"}, {"a\nb": "c"}, {"a": "x" * 501}, many,
    )  # fmt: skip
    for wrong in wrongs:
        assert (
            refused(write(operator, "set_account_metadata", "bob", Jsonb(wrong), REASON))
            == "metadata.invalid"
        )
    assert refused(write(operator, "set_account_metadata", "@external", Jsonb({"a": "b"}), REASON)) == (
        "customer.unknown"
    )
