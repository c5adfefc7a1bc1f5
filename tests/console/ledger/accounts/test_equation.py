"""A balance as an equation: each movement in one term, the opening probed, what is wrong left unexplained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from console.errors import UsageError
from console.ledger.accounts import equation as module
from console.ledger.accounts.equation import WHOLE_LIFE, Period, Term, equation, kinds_of, term_of
from console.ledger.accounts.periods import last_days, offered, since_movement
from console.monitor.budgets import budget
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import JPY, add_currencies
from tests.models.writes import capture, done, grant, let_time_pass, reserve, reverse, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.accounts.equation import Equation
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


def sums(found: Equation) -> dict[Term, tuple[int, int]]:
    assert found.opening + sum(amount for _, amount, _ in found.terms) + found.unexplained == found.balance
    return {term: (amount, movements) for term, amount, movements in found.terms}


@pytest.fixture
def lived(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> dict[str, Any]:
    """Live through every kind of movement as alice; return what was answered to each."""
    open_accounts({"alice": 1_000, "bob": 500})
    sent = done(transfer(operator, "alice", "bob", 100))
    done(transfer(operator, "bob", "alice", 30))
    done(transfer(operator, "alice", "@external", 50))
    done(transfer(operator, "alice", "@suspense", 7))
    done(transfer(operator, "@suspense", "alice", 2))
    done(grant(operator, "alice", 40, 1))
    done(reserve(operator, "alice", 25, "spent"))
    captured = done(capture(operator, "spent", 20))
    done(reserve(operator, "bob", 11, "for-alice"))
    done(capture(operator, "for-alice", None, "alice"))
    done(reverse(operator, sent["transaction"], 60))
    let_time_pass(admin, 2)
    done(sweep(operator))
    return {"sent": sent, "captured": captured}


def test_every_kind_is_of_one_term(viewer: Database, operator: Connection, lived: dict[str, Any]) -> None:
    kinds = {kind for (kind,) in operator.execute("SELECT DISTINCT kind::text FROM ledger.transactions")}
    assert kinds == set(TransactionKind)
    found = equation(viewer, " Alice", CURRENCY, WHOLE_LIFE)
    assert sums(found) == {
        Term.DEPOSITED: (1_000, 1),
        Term.GRANTED: (40, 1),
        Term.RECEIVED: (41, 2),
        Term.SENT: (-100, 1),
        Term.PAID_OUT: (-50, 1),
        Term.CAPTURED: (-20, 1),
        Term.EXPIRED: (-20, 1),
        Term.REVERSED: (60, 1),
        Term.ADJUSTED: (-5, 2),
    }
    assert (found.opening, found.unexplained, found.balance, found.movements) == (0, 0, 946, 11)
    assert [term for term, _amount, _movements in found.terms] == list(Term)


@pytest.mark.parametrize("incoming", [False, True])
def test_terms_and_kinds_lead_to_each_other(*, incoming: bool) -> None:
    pairs = {(kind, term) for term in Term for kind in kinds_of(term, incoming=incoming)}
    assert pairs == {(kind, term_of(kind, incoming=incoming)) for kind in TransactionKind}


def test_a_reversal_counts_as_one_on_both_sides(
    viewer: Database, operator: Connection, lived: dict[str, Any]
) -> None:
    assert sums(equation(viewer, "bob", CURRENCY, WHOLE_LIFE))[Term.REVERSED] == (-60, 1)
    done(reverse(operator, lived["captured"]["transaction"], 5))
    assert sums(equation(viewer, "alice", CURRENCY, WHOLE_LIFE))[Term.REVERSED] == (65, 2)


def test_a_period_opens_with_the_balance_before_it(
    viewer: Database, operator: Connection, lived: dict[str, Any], statements: Statements
) -> None:
    rows = operator.execute(
        "SELECT t.posted_at, t.id, CASE WHEN t.from_wallet = w.id THEN -t.amount ELSE t.amount END"
        " FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
        " JOIN ledger.transactions t ON w.id IN (t.from_wallet, t.to_wallet)"
        " WHERE u.username = 'alice' ORDER BY t.id"
    ).fetchall()
    balance = 0
    for place, (posted_at, transaction, delta) in enumerate(rows):
        with statements.counted() as asked:
            found = equation(viewer, "alice", CURRENCY, since_movement(posted_at, transaction))
        assert len(asked) == budget("account.equation") == 1
        assert (found.opening, found.unexplained, found.movements) == (balance, 0, len(rows) - place)
        assert (found.since, found.cut) == (posted_at, False)
        until = equation(viewer, "alice", CURRENCY, Period(None, posted_at, "until then"))
        assert (until.balance, until.unexplained, until.movements) == (balance, 0, place)
        balance += delta
    after = equation(viewer, "alice", CURRENCY, Period(datetime.now(UTC), None, "nothing yet"))
    assert (after.opening, after.terms, after.unexplained, after.balance) == (balance, (), 0, balance)


def test_more_movements_than_are_added_up_begin_later(
    viewer: Database, operator: Connection, lived: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = equation(viewer, "alice", CURRENCY, WHOLE_LIFE)
    for most in range(1, whole.movements):
        monkeypatch.setattr(module, "MOST_MOVEMENTS", most)
        found = equation(viewer, "alice", CURRENCY, WHOLE_LIFE)
        assert (found.movements, found.cut, found.unexplained, found.balance) == (most, True, 0, 946)
        sums(found)
        # Asked for again as it was counted, it is the same and no longer cut.
        again = equation(viewer, "alice", CURRENCY, found.counted)
        assert (again.terms, again.opening, again.cut) == (found.terms, found.opening, False)
    monkeypatch.setattr(module, "MOST_MOVEMENTS", whole.movements)
    assert equation(viewer, "alice", CURRENCY, WHOLE_LIFE) == whole


def test_a_batch_is_cut_within_one_moment(
    viewer: Database,
    operator: Connection,
    open_accounts: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    with operator.transaction():
        row = operator.execute(
            "SELECT ledger.create_batch('b', %s, '', NULL, false, '')", [CURRENCY]
        ).fetchone()
        assert row is not None
        operator.cursor().executemany(
            "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference)"
            " VALUES (%s, %s, 'alice', 'bob', %s, %s)",
            [(row[0], line, line, f"line-{line}") for line in range(1, 7)],
        )
        content = operator.execute("SELECT ledger.batch_content_hash(%s)", row).fetchone()
        assert content is not None
        done(write(operator, "post_batch", row[0], content[0]))
    monkeypatch.setattr(module, "MOST_MOVEMENTS", 4)
    found = equation(viewer, "alice", CURRENCY, WHOLE_LIFE)
    assert (found.opening, found.terms, found.cut) == (97, ((Term.SENT, -18, 4),), True)
    monkeypatch.setattr(module, "MOST_MOVEMENTS", 6)
    assert equation(viewer, "alice", CURRENCY, found.counted).terms == found.terms


def test_currencies_do_not_mix(viewer: Database, ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url)
    open_accounts({"alice": 1_000})
    open_accounts({"alice": 7}, JPY.code)
    yen = equation(viewer, "alice", JPY.code, WHOLE_LIFE)
    assert (yen.terms, yen.balance, yen.currency) == (((Term.DEPOSITED, 7, 1),), 7, JPY)
    assert equation(viewer, "alice", CURRENCY, WHOLE_LIFE).balance == 1_000


def test_what_is_wrong_stays_unexplained(viewer: Database, admin: Connection, lived: dict[str, Any]) -> None:
    def tamper(by: int) -> None:
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")
            admin.execute(
                "UPDATE ledger.wallets SET balance = balance + %s WHERE user_id ="
                " (SELECT u.id FROM ledger.users u WHERE u.username = 'alice')",
                [by],
            )

    tamper(3)
    for period in (WHOLE_LIFE, last_days(30, UTC), Period(datetime.now(UTC), None, "nothing yet")):
        found = equation(viewer, "alice", CURRENCY, period)
        assert (found.unexplained, found.balance) == (3, 949), period
        sums(found)
    tamper(-3)
    assert equation(viewer, "alice", CURRENCY, WHOLE_LIFE).unexplained == 0


def test_a_system_account_derives_what_was_before(viewer: Database, lived: dict[str, Any]) -> None:
    found = equation(viewer, "@breakage", CURRENCY, WHOLE_LIFE)
    assert (found.opening, found.terms, found.balance) == (0, ((Term.EXPIRED, 20, 1),), 20)
    with pytest.raises(UsageError, match="ask for a period until now"):
        equation(viewer, "@breakage", CURRENCY, Period(None, datetime.now(UTC), "until then"))


def test_nobody_has_no_equation(viewer: Database) -> None:
    with pytest.raises(UsageError, match="There is no account 'nobody' in CR"):
        equation(viewer, "nobody", CURRENCY, WHOLE_LIFE)


def test_periods_begin_with_a_business_day() -> None:
    found = {one.name: one.since for one in offered(UTC, now=datetime(2026, 3, 31, 23, 59, tzinfo=UTC))}
    assert found == {
        "30 days": datetime(2026, 3, 1, tzinfo=UTC),
        "this month": datetime(2026, 3, 1, tzinfo=UTC),
        "90 days": datetime(2026, 3, 31, tzinfo=UTC) - timedelta(days=90),
        "whole life": None,
    }
