"""A ledger with four currencies of 2, 0, 8 and 3 decimals, and amounts that a float would not hold."""

from __future__ import annotations

from typing import Final

from console.money import Currency
from tests.cluster import connected

CR: Final = Currency("CR", 2)
JPY: Final = Currency("JPY", 0)
BTC: Final = Currency("BTC", 8)
BHD: Final = Currency("BHD", 3)
FOUR: Final = (CR, JPY, BTC, BHD)
"""CR first, as it is there already; a list of a ledger's currencies is in the order of the codes."""

ZONE: Final = "Europe/Berlin"

BIG: Final = {"one": 1, "beyond-int": 2**31, "beyond-float": 2**53 + 1, "biggest": 2**63 - 1}
"""Amounts in minor units, each by the name of the account that holds it in the tests."""

WRITTEN: Final = {
    "CR": ("0.01", "21474836.48", "90071992547409.93", "92233720368547758.07"),
    "JPY": ("1", "2147483648", "9007199254740993", "9223372036854775807"),
    "BTC": ("0.00000001", "21.47483648", "90071992.54740993", "92233720368.54775807"),
    "BHD": ("0.001", "2147483.648", "9007199254740.993", "9223372036854775.807"),
}
"""The same amounts as each currency writes them, by hand."""


def add_currencies(ledger_url: str, zone: str | None = None) -> None:
    """Add the three that a test's ledger has not, and count its days in a zone if one is given."""
    with connected(ledger_url) as admin:
        for currency in FOUR[1:]:
            admin.execute("SELECT ledger.add_currency(%s, %s::smallint)", [currency.code, currency.exponent])
        if zone is not None:
            admin.execute("SELECT ledger.set_business_zone(gen_random_uuid(), %s, 'for a test')", [zone])


def insert_movements(ledger_url: str, selected: str) -> int:
    """Write movements past the ledger's functions, from a SELECT; return how many. It need not add up.

    selected: gives posted_at, from_wallet, to_wallet, amount, reference and currency, in this order.
    """
    with connected(ledger_url) as owner:
        written = owner.execute(
            "INSERT INTO ledger.transactions"
            " (posted_at, effective_at, from_wallet, to_wallet, amount, kind, reference, currency)"
            " SELECT row.posted_at, row.posted_at, row.from_wallet, row.to_wallet, row.amount, 'transfer',"
            f" row.reference, row.currency FROM ({selected})"
            " row (posted_at, from_wallet, to_wallet, amount, reference, currency)".encode()
        )
        owner.execute("ANALYZE ledger.transactions")
        return written.rowcount
