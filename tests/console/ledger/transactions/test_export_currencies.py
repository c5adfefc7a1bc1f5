"""A large export in several currencies: its totals are those of the database, beside it and in its cells."""

from __future__ import annotations

import csv
import json
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.ledger.transactions.export import export_transactions
from console.ledger.transactions.page import TransactionFilter
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import FOUR, JPY, ZONE, add_currencies, insert_movements

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.database import Database

ROWS = 260_000

# A thousandth of the amounts is the largest there is, another that a float would round.
MOVEMENTS = f"""
    SELECT timestamptz '2026-01-01 00:00+00' + n / 3 * interval '1 second', f.id, s.id,
        CASE n % 1001 WHEN 7 THEN 9223372036854775807 WHEN 8 THEN 9007199254740993 + n ELSE n END,
        'r-' || n, f.currency
    FROM generate_series(1, {ROWS}) n
    JOIN ledger.wallets f ON f.currency = (ARRAY['BHD', 'BTC', 'CR', 'JPY'])[1 + n % 4]
    JOIN ledger.users a ON a.id = f.user_id AND a.username = 'alice'
    JOIN ledger.wallets s ON s.currency = f.currency
    JOIN ledger.users b ON b.id = s.user_id AND b.username = 'bob'"""


def test_the_totals_of_a_large_export_are_those_of_the_database(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    """Each currency's total is exact in the answer, beside the file and over the file's own cells."""
    add_currencies(ledger_url, ZONE)
    for currency in FOUR:
        open_accounts({"alice": 0, "bob": 0}, currency.code)
    assert insert_movements(ledger_url, MOVEMENTS) == ROWS
    with connected(ledger_url) as owner:
        sums = dict(
            owner.execute(
                "SELECT currency, sum(amount)::text FROM ledger.transactions GROUP BY currency"
            ).fetchall()
        )
    expected = {currency: int(sums[currency.code]) for currency in FOUR}
    assert min(expected.values()) > 2**63, "the sums themselves are beyond a bigint"

    path = tmp_path / "all.csv"
    zone = ZoneInfo(ZONE)
    done = export_transactions(operator_database, path, TransactionFilter(), zone=zone)
    assert done.rows == ROWS
    assert done.control_totals["amount"] == expected
    assert list(done.control_totals["amount"]) == sorted(FOUR, key=lambda currency: currency.code)
    beside = json.loads((tmp_path / "all.csv.totals.json").read_text())
    with localcontext(prec=60):
        written = {
            currency.code: f"{Decimal(total).scaleb(-currency.exponent):.{currency.exponent}f}"
            for currency, total in expected.items()
        }
        assert _cells_by_currency(path) == {code: Decimal(total) for code, total in written.items()}
    assert beside["control_totals"] == {"amount": written}, "balances after a transaction add up to nothing"
    assert (beside["rows"], beside["business_zone"], beside["moments"]) == (ROWS, "Europe/Berlin", "UTC")

    path = tmp_path / "yen.csv"
    done = export_transactions(operator_database, path, TransactionFilter(currency="JPY"), zone=zone)
    assert done.control_totals["amount"] == {JPY: expected[JPY]}
    beside = json.loads((tmp_path / "yen.csv.totals.json").read_text())
    assert beside["control_totals"]["amount"] == {"JPY": str(expected[JPY])}
    assert _cells_by_currency(path) == {"JPY": Decimal(expected[JPY])}


def _cells_by_currency(path: Path) -> dict[str, Decimal]:
    """Add up what stands in the file, and find every reference in it once."""
    found: dict[str, Decimal] = {}
    references = set()
    rows = 0
    with path.open(encoding="utf-8", newline="") as file, localcontext(prec=60):
        for row in csv.DictReader(file):
            rows += 1
            references.add(row["reference"])
            found[row["currency"]] = found.get(row["currency"], Decimal()) + Decimal(row["amount"])
    assert len(references) == rows
    return found
