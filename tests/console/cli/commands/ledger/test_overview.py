"""The ledger at a glance by command: the figures of the one call, a row each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.bookkeeping import transfer
from tests.models.jobs.test_figures import put_back
from tests.models.writes import done, grant, let_time_pass, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection
    from tests.console.cli.conftest import Done, Run

JSON = ("--format", "json", "overview")


def amounts(found: Done, part: str) -> dict[str, Any]:
    """Return what stands in a part of it, by its words."""
    return {row["what"]: row["amount"] for row in found.data if row["part"] == part}


def test_each_part_is_told_and_what_is_owed_adds_up(
    ledgerctl: Run, operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000})
    put_back(admin, 7)
    done(transfer(operator, "alice", "@external", 250))
    done(grant(operator, "alice", 40, 24 * 20))
    done(reserve(operator, "alice", 100, "late", 1))
    let_time_pass(admin, 2)
    found = ledgerctl(*JSON)
    assert found.code == 0
    ended = datetime.now(UTC).date() - timedelta(days=7)
    assert amounts(found, "owed") == {
        f"at the end of {ended}": "10.00", "deposit since": "0.00", "grant since": "0.40",
        "capture since": "0.00", "payout since": "-2.50", "expiry since": "0.00", "other since": "0.00",
        "now": "7.90",
    }  # fmt: skip
    assert amounts(found, "paid out") == {"today": "2.50", "on this weekday, mean of 1": "0.00"}
    assert amounts(found, "on hold") == {"in all": "1.00", "overdue": "1.00"}
    assert amounts(found, "credit") == {
        "expires within 7 days": "0.00", "expires within 30 days": "0.40", "expires within 90 days": "0.40",
    }  # fmt: skip
    assert [row["count"] for row in found.data if row["part"] == "accounts"] == [1]
    jobs = [row["what"] for row in found.data if row["part"] == "jobs"]
    assert "Seal transactions: no run yet" in jobs
    since_yesterday = amounts(ledgerctl(*JSON, "--since", "yesterday"), "owed")
    assert since_yesterday[f"at the end of {ended + timedelta(days=6)}"] == "10.00"


def test_one_currency_of_several(
    ledgerctl: Run, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 1_000})
    both, one = ledgerctl(*JSON), ledgerctl(*JSON, "--currency", "EUR")
    assert {row["currency"] for row in both.data} == {"CR", "EUR", None}
    assert {row["currency"] for row in one.data} == {"EUR", None}


def test_while_the_days_are_counted_it_says_how_far(
    ledgerctl: Run, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000})
    admin.execute("UPDATE ledger.daily_mark SET zone = 'Asia/Kolkata'")
    found = ledgerctl(*JSON)
    assert (found.code, amounts(found, "owed")) == (0, {})
    assert "being counted: 0 of 1 transactions" in found.err
    assert amounts(found, "on hold")["in all"] == "0.00"
