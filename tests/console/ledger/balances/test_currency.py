"""Balances by name in all currencies or one: a row for each, and sums that never mix them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.ledger.balances.answer import look_up
from console.ledger.balances.export import export_balances
from console.ledger.balances.lookup import BalanceRow, CurrencyTotals, lookup, totals
from console.monitor.budgets import budget
from tests.console.ledger.books.many_currencies import BHD, BIG, BTC, CR, FOUR, JPY, ZONE, add_currencies
from tests.models.writes import done, grant, reserve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def customers(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    """Give anna money in all four, bert in two of them."""
    add_currencies(ledger_url)
    for place, currency in enumerate(FOUR):
        open_accounts({"anna": 10 + place}, currency.code)
    for currency in (CR, JPY):
        open_accounts({"bert": 7}, currency.code)


def told(rows: tuple[BalanceRow, ...]) -> list[tuple[int, str, object, int | None]]:
    return [(row.position, row.name, row.currency, row.balance) for row in rows]


def test_each_name_has_a_row_for_each_of_its_currencies(viewer: Database, statements: Statements) -> None:
    """In the order asked, then by code; who is unknown has one row without figures."""
    with statements.counted() as sent:
        rows = lookup(viewer, ["bert", "nobody", " ANNA "])
    assert len(sent) == budget("balances.lookup") == 1
    assert told(rows) == [
        (1, "bert", CR, 7), (1, "bert", JPY, 7), (2, "nobody", None, None), (3, "anna", BHD, 13),
        (3, "anna", BTC, 12), (3, "anna", CR, 10), (3, "anna", JPY, 11),
    ]  # fmt: skip
    assert [row.found for row in rows] == [True, True, False, True, True, True, True]


def test_one_currency_is_one_row_a_name(viewer: Database) -> None:
    """An account that has not the currency is not found in it."""
    rows = lookup(viewer, ["bert", "anna", "nobody"], "BTC")
    assert told(rows) == [(1, "bert", None, None), (2, "anna", BTC, 12), (3, "nobody", None, None)]
    assert [row.found for row in rows] == [False, True, False]
    found = totals(rows)
    assert (found.found, found.unknown) == (1, 2)
    assert found.of_each == (CurrencyTotals(BTC, 1, 12, 0, 0, 0, 0, 12),)


def test_sums_are_by_currency_and_count_an_account_once(viewer: Database, operator: Connection) -> None:
    """A name that is asked for twice adds nothing; holds and grants are those of their currency."""
    done(reserve(operator, "bert", 3, "h-1", currency="JPY"))
    done(grant(operator, "anna", 5, currency="CR"))
    answer = look_up(viewer, ["bert", "anna", "Bert", "nobody"])
    assert (answer.totals.found, answer.totals.unknown, answer.repeated) == (2, 1, 1)
    assert answer.totals.of_each == (
        CurrencyTotals(BHD, 1, 13, 0, 0, 0, 0, 13),
        CurrencyTotals(BTC, 1, 12, 0, 0, 0, 0, 12),
        CurrencyTotals(CR, 2, 22, 5, 0, 0, 0, 22),
        CurrencyTotals(JPY, 2, 18, 0, 3, 0, 0, 15),
    )


def test_the_largest_amounts_are_exact_also_when_added_up(
    viewer: Database, open_accounts: Callable[..., None]
) -> None:
    """A sum beyond a bigint is still a sum, and a system account's balance may be one."""
    for currency in FOUR:
        open_accounts(BIG, currency.code)
    rows = lookup(viewer, list(BIG))
    assert {(row.name, row.currency): row.balance for row in rows} == {
        (name, currency): amount for name, amount in BIG.items() for currency in FOUR
    }
    assert [one.balance for one in totals(rows).of_each] == [sum(BIG.values())] * 4
    outside = lookup(viewer, ["@external"], "BTC")[0]
    assert (outside.balance, outside.available) == (-sum(BIG.values()) - 12, None)


def test_an_export_has_the_sums_of_each_currency_beside_it(viewer: Database, tmp_path: Path) -> None:
    """Each currency's sum has its own decimals; a name that is unknown adds nothing."""
    rows = lookup(viewer, ["anna", "bert", "nobody"])
    export_balances(tmp_path / "balances.csv", rows, zone=ZoneInfo(ZONE))
    lines = (tmp_path / "balances.csv").read_text().splitlines()
    assert [line.split(",")[3:5] for line in lines[1:]] == [
        ["BHD", "0.013"], ["BTC", "0.00000012"], ["CR", "0.10"], ["JPY", "11"], ["CR", "0.07"], ["JPY", "7"],
        ["", ""],
    ]  # fmt: skip
    beside = json.loads((tmp_path / "balances.csv.totals.json").read_text())
    sums = {"BHD": "0.013", "BTC": "0.00000012", "CR": "0.17", "JPY": "18"}
    assert beside["control_totals"]["balance"] == beside["control_totals"]["available"] == sums
    assert list(beside["control_totals"]) == [
        "balance", "granted", "reserved", "expired", "overdraft limit", "available"
    ]  # fmt: skip
    assert beside["business_zone"] == "Europe/Berlin"
