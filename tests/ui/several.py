"""A ledger in four currencies, of 0, 2, 3 and 8 decimals, whose days are counted in Berlin."""

from __future__ import annotations

from typing import Final

from console.money import Currency
from tests.cluster import connected

ZONE: Final = "Europe/Berlin"
CR, JPY = Currency("CR", 2), Currency("JPY", 0)
BTC, BHD = Currency("BTC", 8), Currency("BHD", 3)
EACH: Final = (BHD, BTC, CR, JPY)
"""By code, as the ledger lists them."""
AMOUNTS: Final = {"zero": 0, "one": 1, "int32": 2**31, "double": 2**53 + 1, "most": 2**63 - 1}
"""Balances by account, in minor units: what an int32 and a float cannot hold, and the most there is."""
WRITTEN: Final = {
    "BHD": ("0.000", "0.001", "2,147,483.648", "9,007,199,254,740.993", "9,223,372,036,854,775.807"),
    "BTC": ("0.00000000", "0.00000001", "21.47483648", "90,071,992.54740993", "92,233,720,368.54775807"),
    "CR": ("0.00", "0.01", "21,474,836.48", "90,071,992,547,409.93", "92,233,720,368,547,758.07"),
    "JPY": ("0", "1", "2,147,483,648", "9,007,199,254,740,993", "9,223,372,036,854,775,807"),
}
"""The same as they are shown."""


def fill_in_four_currencies(url: str) -> None:
    """Add currencies and zone, and an account for each amount with a wallet in each; as an administrator."""
    with connected(url) as ledger:
        zone = "SELECT ledger.set_business_zone(gen_random_uuid(), %s, 'for a test')"
        ledger.execute(zone, [ZONE])
        for money in EACH:
            ledger.execute("SELECT ledger.add_currency(%s, %s::smallint)", [money.code, money.exponent])
            for name, amount in AMOUNTS.items():
                ledger.execute(
                    "SELECT ledger.open_account(gen_random_uuid(), %s, %s, p_reason => 'for a test')",
                    [name, money.code],
                )
                if amount:
                    ledger.execute(
                        "SELECT ledger.transfer(gen_random_uuid(), '@external', %s, %s, %s, %s)",
                        [name, money.code, amount, f"in-{name}-{money.code}"],
                    )
