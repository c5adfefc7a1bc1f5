"""Grants, holds and the sweep as calls: what they return, one statement each, whatever the number of lots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import ConsoleError, RefusedError
from console.ledger.books import currencies
from console.ledger.credits import commands as credit
from console.ledger.credits.commands import Grant
from console.ledger.holds import commands as holds
from console.ledger.holds.commands import Capture
from tests.bookkeeping import assert_adds_up, balances
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], ledger_url: str) -> Iterator[None]:
    open_accounts({"alice": 1_000, "bob": 0})
    yield
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


def grant(ledger: Ledger, amount: int, source: str, expires_at: datetime | None = None) -> int:
    return credit.grant(ledger, Grant("alice", CURRENCY, amount, source, expires_at)).lot


def hold(ledger: Ledger, amount: int, reference: str) -> holds.Reserved:
    return holds.reserve(ledger, username="alice", currency=CURRENCY, amount=amount, reference=reference)


def test_every_call_is_one_statement_and_is_done_once(
    operator_database: Database, operator_ledger: Ledger, statements: Statements
) -> None:
    operator_database.session_facts()
    order = Grant("alice", CURRENCY, 300, "promo", LATER, "g-1", "for May")
    with statements.counted() as sent:
        granted = credit.grant(operator_ledger, order)
    assert len(sent) == 1
    assert credit.grant(operator_ledger, order, key=granted.key) == granted
    key = uuid4()
    with statements.counted() as sent:
        reserved = holds.reserve(
            operator_ledger,
            username="alice",
            currency=CURRENCY,
            amount=500,
            reference="h-1",
            expires_at=LATER,
            key=key,
        )
    assert len(sent) == 1
    assert (reserved.reference, reserved.available, reserved.key) == ("h-1", 800, key)
    with statements.counted() as sent:
        extended = holds.extend(operator_ledger, "h-1", expires_at=None, reason="they asked")
    assert len(sent) == 1
    assert (extended.before, extended.expires_at) == (LATER, None)
    with statements.counted() as sent:
        plan = holds.burn_preview(operator_database, "h-1", 400)
    assert len(sent) == 1
    assert [(one.lot, one.burned, one.remaining_after) for one in plan] == [
        (granted.lot, 300, 0), (None, 100, 900),
    ]  # fmt: skip
    with statements.counted() as sent:
        captured = holds.capture(operator_ledger, Capture("h-1", 400))
    assert len(sent) == 1
    assert (captured.amount, captured.released, captured.lots) == (400, 100, 1)
    assert holds.capture(operator_ledger, Capture("h-1", 400), key=captured.key) == captured
    hold(operator_ledger, 100, "h-2")
    with statements.counted() as sent:
        released = holds.release(operator_ledger, "h-2", reason="they asked")
    assert len(sent) == 1
    assert released.amount == 100
    with statements.counted() as sent:
        swept = credit.sweep(operator_ledger)
    assert len(sent) == 1
    assert swept == credit.Swept(0, 0, 0, {}, more=False)


def test_a_capture_over_any_number_of_lots_is_one_statement(
    operator_database: Database, operator_ledger: Ledger, statements: Statements, ledger_url: str
) -> None:
    for number in range(30):
        grant(operator_ledger, 10, f"lot {number}", LATER + timedelta(days=number % 7))
    hold(operator_ledger, 299, "h-1")
    planned = holds.burn_preview(operator_database, "h-1")
    with statements.counted() as sent:
        captured = holds.capture(operator_ledger, Capture("h-1", payee="bob"))
    assert len(sent) == 1
    assert captured.lots == len(planned) == 30
    with connected(ledger_url) as admin:
        burned = admin.execute(
            "SELECT m.lot_id, -m.amount FROM ledger.lot_movements m WHERE m.transaction_id = %s",
            [captured.transaction],
        ).fetchall()
        assert balances(admin) == {"alice": 1_001, "bob": 299}
    assert set(burned) == {(one.lot, one.burned) for one in planned}
    assert [one.expires_at for one in planned] == sorted(one.expires_at or LATER for one in planned)


def test_what_an_ended_hold_is_refused_with_names_who_and_when(
    operator_database: Database, operator_ledger: Ledger
) -> None:
    hold(operator_ledger, 100, "h-1")
    released = holds.release(operator_ledger, "h-1", reason="they asked")
    when = f"{released.closed_at:%Y-%m-%d %H:%M:%S} UTC"
    with pytest.raises(RefusedError) as refused:
        holds.capture(operator_ledger, Capture("h-1"))
    assert refused.value.code == "reservation.released"
    assert str(refused.value) == (
        f"Refused: the hold was released by t_operator at {when}. Nothing was changed."
    )
    assert holds.burn_preview(operator_database, "h-1") == ()
    with pytest.raises(RefusedError, match="there is no hold of this reference"):
        holds.release(operator_ledger, "h-2", reason="they asked")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Grant("alice", CURRENCY, 0, "promo"), "amount.sign"),
        (Grant("nobody", CURRENCY, 1, "promo"), "user.unknown"),
        (Grant("@revenue", CURRENCY, 1, "promo"), "user.unknown"),
        (Grant("alice", "EUR", 1, "promo"), "user.unknown"),
        (Grant("alice", CURRENCY, 1, "pro\u202emo"), "text.character"),
        (Grant("alice", CURRENCY, 1, "promo", datetime(2001, 1, 1, tzinfo=UTC)), "expiry.past"),
        (Grant("alice", CURRENCY, 2**63 - 1, "promo"), "amount.range"),
    ],
)
def test_a_grant_that_cannot_be_says_why(operator_ledger: Ledger, order: Grant, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        credit.grant(operator_ledger, order)
    assert refused.value.code == code
    assert "the database refused it" not in str(refused.value)


def test_granted_credit_of_more_than_31_bits_is_held_and_captured(
    operator_database: Database, operator_ledger: Ledger
) -> None:
    large = 2**53 + 1
    grant(operator_ledger, large, "much")
    assert hold(operator_ledger, large, "h-1").available == 1_000
    assert holds.capture(operator_ledger, Capture("h-1", large)).amount == large


def test_a_rehearsed_sweep_changes_nothing(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str, statements: Statements
) -> None:
    grant(operator_ledger, 300, "old", LATER)
    grant(operator_ledger, 50, "kept")
    with connected(ledger_url) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE ledger.credit_lots SET created_at = created_at - interval '2 hours', "
            "expires_at = clock_timestamp() - interval '1 hour' WHERE source = 'old'"
        )
    with statements.counted() as sent:
        rehearsed = credit.sweep_rehearsal(operator_ledger)
    assert len(sent) == 1
    expected = credit.Swept(0, 1, 0, {"CR": 300}, more=False)
    assert rehearsed == credit.sweep_rehearsal(operator_ledger) == expected
    with connected(ledger_url) as admin:
        assert balances(admin)["alice"] == 1_350
    assert credit.sweep(operator_ledger) == rehearsed
    with connected(ledger_url) as admin:
        assert balances(admin)["alice"] == 1_050


def test_the_currency_of_a_hold_or_transaction_is_found(
    operator_database: Database, operator_ledger: Ledger
) -> None:
    hold(operator_ledger, 1, "h-1")
    done = holds.capture(operator_ledger, Capture("h-1"))
    assert currencies.of_hold(operator_database, "h-1").code == CURRENCY
    assert currencies.of_transaction(operator_database, done.transaction).exponent == 2
    with pytest.raises(ConsoleError, match="There is no transaction 0"):
        currencies.of_transaction(operator_database, 0)
