"""The credits of all customers by command: found, in a calendar, forecast, and at a day to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import connected
from tests.console.ledger.credits.granted import BERLIN, day_end, in_days, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")


@pytest.fixture(autouse=True)
def credits_of_two(
    ledger_url: str, as_role: Callable[[str], str], open_accounts: Callable[..., None]
) -> None:
    """Give anna and bert credit in a ledger whose days are Berlin's; and a currency without decimals."""
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.add_currency('JPY', 0::smallint)")
        admin.execute("SELECT ledger.set_business_zone(gen_random_uuid(), 'Europe/Berlin', 'for a test')")
    open_accounts({"anna": 1_000, "bert": 0})
    open_accounts({"anna": 0}, "JPY")
    with connected(as_role("t_operator")) as operator:
        until(operator, "anna", 500, day_end(in_days(2, BERLIN), BERLIN), source="promo")
        until(operator, "bert", 250, day_end(in_days(3, BERLIN), BERLIN), source="bonus")
        until(operator, "bert", 100, None, source="promo")
        until(operator, "anna", 77, day_end(in_days(2, BERLIN), BERLIN), source="promo", currency="JPY")


def test_they_are_found_by_filters_and_added_up(ledgerctl: Run) -> None:
    found = ledgerctl(*JSON, "credit", "find", "--currency", "CR", "--totals")
    assert [(row["account"], row["left"], row["source"]) for row in found.data] == [
        ("anna", "5.00", "promo"), ("bert", "2.50", "bonus"), ("bert", "1.00", "promo"),
    ]  # fmt: skip
    assert "3 credits of 2 accounts: 8.50 CR." in found.err
    assert "promo: 2, 6.00 CR" in found.err
    day = str(in_days(3, BERLIN))
    words = ("--currency", "CR", "--expires-from", day, "--expires-through", day, "--left-from", "2.50")
    assert [row["account"] for row in ledgerctl(*JSON, "credit", "find", *words).data] == ["bert"]
    never = ledgerctl(*JSON, "credit", "find", "--currency", "CR", "--no-expiry", "--user", "Bert").data
    assert [(row["left"], row["expires_at"]) for row in never] == [("1.00", None)]
    yen = ledgerctl(*JSON, "credit", "find", "--currency", "JPY").data
    assert [row["left"] for row in yen] == ["77"]
    short = ledgerctl("credit", "find", "--currency", "CR", "--limit", "1")
    assert "There are more than these 1" in short.err
    assert ledgerctl(*JSON, "credit", "find", "--currency", "CR", "--view", "expired").data == []


@pytest.mark.parametrize(
    "words",
    [
        ("find",),
        ("find", "--currency", "CR", "--view", "gone"),
        ("find", "--currency", "CR", "--left-from", "-1"),
        ("find", "--currency", "CR", "--left-through", "92233720368547758.08"),
        ("find", "--currency", "CR", "--expires-from", "soon"),
        ("calendar", "--currency", "CR", "--by", "year"),
        ("future", "--currency", "CR", "--on", "9999-12-31"),
        ("future", "--currency", "CR", "--on", "2001-01-01"),
        ("future", "nobody", "--currency", "CR", "--on", "2999-01-01"),
        ("forecast", "--currency", "EUR"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(ledgerctl: Run, words: tuple[str, ...]) -> None:
    done = ledgerctl("credit", *words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_the_calendar_by_day_week_and_month(ledgerctl: Run) -> None:
    days = ledgerctl(*JSON, "credit", "calendar", "--currency", "CR")
    second, third = str(in_days(2, BERLIN)), str(in_days(3, BERLIN))
    assert [(row["from"], row["through"], row["source"], row["amount"]) for row in days.data] == [
        (second, second, "promo", "5.00"), (third, third, "bonus", "2.50"),
    ]  # fmt: skip
    assert "7.50 CR, 2 credits of 2 accounts, 5.00 CR at most on one day." in days.err
    assert "Open in all: 8.50 CR of 2 accounts; 0.00 CR ends later, 1.00 CR never." in days.err
    weeks = ledgerctl(
        *JSON, "credit", "calendar", "--currency", "CR", "--by", "week", "--source", "promo"
    ).data
    assert [(row["amount"], row["credits"]) for row in weeks] == [("5.00", 1)]
    months = ledgerctl(*JSON, "credit", "calendar", "--currency", "CR", "--by", "month").data
    assert {row["from"][-2:] for row in months} == {"01"}
    assert sum(row["credits"] for row in months) == 2


def test_a_forecast_without_a_past_says_so(ledgerctl: Run) -> None:
    done = ledgerctl(*JSON, "credit", "forecast", "--currency", "CR", role="t_viewer")
    assert done.code == 0
    assert [(row["days"], row["source"], row["ends"], row["unused"]) for row in done.data][:2] == [
        (7, "promo", "5.00", None), (7, "bonus", "2.50", None),
    ]  # fmt: skip
    assert "7.50 CR ends; too little has ended in the last year to judge it by." in done.err


def test_balances_at_the_end_of_a_day(ledgerctl: Run) -> None:
    done = ledgerctl(*JSON, "credit", "future", "anna", "--currency", "CR", "--on", str(in_days(2, BERLIN)))
    assert [(row["source"], row["expires"]) for row in done.data] == [("promo", "5.00")]
    assert "10.00 CR, 5.00 CR less than now; on hold 0.00 CR, available 10.00 CR." in done.err
    before = ledgerctl(*JSON, "credit", "future", "anna", "--currency", "CR", "--on", str(in_days(1, BERLIN)))
    assert before.data == []
    whole = ledgerctl(*JSON, "credit", "future", "--currency", "CR", "--on", "2999-01-01").data
    assert (whole["accounts"], whole["balance"], whole["credits"]) == (2, "18.50", 2)
    assert "11.00" in whole.values()
