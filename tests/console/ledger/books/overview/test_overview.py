"""The ledger at a glance: each figure beside the same counted from the tables, and in one statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from console.ledger.books.overview.figures import DAYS, CurrencyOverview, Moved, Tally, Usual
from console.ledger.books.overview.load import overview
from console.ledger.jobs.states import Job
from console.money import Currency
from console.monitor.budgets import budget
from models.account import AccountStatus
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.console.ledger.books.overview import naive
from tests.models.jobs.lease import claimed, run
from tests.models.jobs.test_figures import put_back
from tests.models.writes import REASON, capture, done, grant, let_time_pass, reserve, reverse, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

ZONES: Final = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


@pytest.fixture(params=ZONES)
def lived(
    request: pytest.FixtureRequest,
    operator: Connection,
    admin: Connection,
    open_accounts: Callable[..., None],
) -> None:
    """Make some of everything in two currencies, on three days, the last of them today."""
    write(admin, "set_business_zone", request.param, REASON)
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 1_000, "bob": 500, "carol": 0})
    open_accounts({"alice": 9}, "EUR")
    done(transfer(operator, "bob", "@external", 44))
    put_back(admin, 5)
    done(transfer(operator, "alice", "bob", 100))
    done(grant(operator, "alice", 60, 1))
    let_time_pass(admin, 2)
    sweep(operator)
    done(reserve(operator, "bob", 80, "paid"))
    done(capture(operator, "paid"))
    put_back(admin, 2)
    done(transfer(operator, "bob", "@external", 30))
    done(transfer(operator, "@external", "alice", 7, currency="EUR"))
    done(reverse(operator, done(transfer(operator, "@external", "alice", 11))["transaction"], 5))
    for amount, days in ((7, 3), (8, 20), (9, 60), (10, 365)):
        done(grant(operator, "bob", amount, 24 * days))
    done(grant(operator, "alice", 3, 24 * 6, currency="EUR"))
    done(reserve(operator, "bob", 20, "late", 1))
    let_time_pass(admin, 2)
    done(reserve(operator, "bob", 30, "open"))
    done(reserve(operator, "alice", 1, "euro", currency="EUR"))
    done(write(operator, "set_account_status", "carol", "frozen", REASON))


@pytest.fixture(params=[False, True], ids=["nobody has counted", "counted, with a tail"])
def counted(request: pytest.FixtureRequest, lived: None, operator: Connection) -> None:
    """Let the keeper count the days, and post once more after that."""
    if request.param:
        run(operator, claimed(operator), "figures")
    done(transfer(operator, "@external", "bob", 77))


@pytest.mark.usefixtures("counted")
def test_every_figure_is_what_the_tables_say(
    viewer: Database, admin: Connection, statements: Statements
) -> None:
    with statements.counted() as sent:
        found = overview(viewer)
    assert len(sent) == budget("overview.load") == 1
    assert abs((datetime.now(UTC) - found.at).total_seconds()) < 60
    assert [one.currency for one in found.currencies] == [Currency(CURRENCY, 2), Currency("EUR", 2)]
    assert {one.currency.code: one.owed for one in found.currencies} == naive.owed(admin)
    assert {
        (one.currency.code, day, kind.value, moved.count, moved.amount)
        for one in found.currencies
        for day, kinds in one.moved.items()
        for kind, moved in kinds.items()
    } == naive.moved(admin)
    assert {
        (one.currency.code, one.holds.count, one.holds.amount, one.overdue.count, one.overdue.amount)
        for one in found.currencies
    } == naive.on_hold(admin)
    assert {
        (one.currency.code, days, tally.count, tally.amount)
        for one in found.currencies
        for days, tally in one.expiring.items()
    } == naive.expiring(admin)
    assert {(one.status.value, one.trust_level, one.accounts) for one in found.accounts} == naive.accounts(
        admin
    )


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("back", [0, 1, 2, 4, 7, DAYS])
def test_what_was_owed_and_its_changes_are_what_is_owed(
    back: int, viewer: Database, admin: Connection
) -> None:
    found = overview(viewer)
    day = found.today - timedelta(days=back)
    expected = naive.changes(admin, day)
    for one in found.currencies:
        code = one.currency.code
        change = one.since(day)
        assert change is not None
        of_code = {kind: amount for (money, kind), amount in expected.items() if money == code}
        assert {kind.value: amount for kind, amount in change.named.items() if amount} == {
            kind: amount for kind, amount in of_code.items() if TransactionKind(kind) in change.named
        }
        assert change.before + sum(change.named.values()) + change.other == change.now == one.owed
        assert change.before == naive.owed(admin)[code] - sum(of_code.values()) == one.owed_after(day)


def test_a_reversal_is_among_the_others(
    operator: Connection, viewer: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000})
    done(reverse(operator, done(transfer(operator, "@external", "alice", 50))["transaction"]))
    found = overview(viewer)
    change = found.currencies[0].since(found.today - timedelta(days=1))
    assert change is not None
    assert (change.before, change.named[TransactionKind.DEPOSIT], change.other) == (0, 1_050, -50)
    assert change.amount == 1_000


def test_what_is_usual_is_the_mean_of_the_same_weekdays_since_the_ledger_began(
    operator: Connection, admin: Connection, viewer: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000})
    assert overview(viewer).currencies[0].usual_payouts is None
    done(transfer(operator, "alice", "@external", 60))
    put_back(admin, 7)
    done(transfer(operator, "alice", "@external", 10))
    put_back(admin, 14)
    done(transfer(operator, "alice", "@external", 5))
    (credit,) = overview(viewer).currencies
    # Of a week and two weeks ago there is nothing, and that counts; four weeks ago the ledger was not there.
    assert credit.usual_payouts == Usual(23, 3)
    assert credit.moved_on(credit.today, TransactionKind.PAYOUT) == Moved(1, 5, -5)
    run(operator, claimed(operator), "figures")
    assert overview(viewer).currencies[0].usual_payouts == Usual(23, 3)


def test_the_five_largest_of_today_in_each_currency(
    operator: Connection, admin: Connection, viewer: Database, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 1_000_000})
    put_back(admin, 1)
    open_accounts({"bob": 3})
    open_accounts({"bob": 4}, "EUR")
    for amount in (5, 9, 9, 2, 7, 6):
        done(transfer(operator, "alice", "bob", amount))
    credit, euro = overview(viewer).currencies
    assert [one.amount for one in credit.largest] == [9, 9, 7, 6, 5]
    assert credit.largest[0].id < credit.largest[1].id
    first = credit.largest[0]
    assert (first.kind, first.payer, first.payee) == (TransactionKind.TRANSFER, "alice", "bob")
    (only,) = euro.largest
    assert (only.kind, only.amount, only.payer, only.payee) == (
        TransactionKind.DEPOSIT,
        4,
        "@external",
        "bob",
    )


def test_the_jobs_are_as_their_own_page_has_them(operator: Connection, viewer: Database) -> None:
    token = claimed(operator)
    run(operator, token, "figures")
    found = overview(viewer).jobs
    assert [one.job for one in found.jobs] == list(Job)
    assert found.lease is not None
    assert found.lease.token == token
    figures = found.of(Job.FIGURES)
    assert figures.last is not None
    assert (figures.last.status, figures.last.operator) == ("done", "t_operator")
    assert figures.ended_at is not None
    assert found.of(Job.SEAL).last is None


def test_while_the_days_are_counted_all_else_is_told(
    operator: Connection, admin: Connection, viewer: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000})
    done(reserve(operator, "alice", 20, "open"))
    admin.execute("UPDATE ledger.daily_mark SET zone = 'Asia/Kolkata'")
    found = overview(viewer)
    assert found.counting is not None
    assert (found.counting.through, found.counting.newest) == (0, 1)
    (credit,) = found.currencies
    assert (credit.owed, credit.moved, credit.since(found.today)) == (None, {}, None)
    assert (credit.holds, len(credit.largest)) == (Tally(1, 20), 1)
    assert [(one.status, one.accounts) for one in found.accounts] == [(AccountStatus.ACTIVE, 1)]


def test_an_empty_ledger_owes_nothing(viewer: Database) -> None:
    found = overview(viewer)
    today = found.today
    nothing = dict.fromkeys((7, 30, 90), Tally())
    assert found.currencies == (
        CurrencyOverview(Currency(CURRENCY, 2), today, today, owed=0, expiring=nothing),
    )
    assert (found.accounts, found.counting) == ((), None)
    assert found.waiting.approvals == found.waiting.drafts == Tally()
