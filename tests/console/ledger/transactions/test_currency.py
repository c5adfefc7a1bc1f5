"""A user's transactions are those of one wallet: the one in the currency that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.transactions.page import TransactionFilter, page
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database


def test_the_currency_says_which_wallet(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 100})
    open_accounts({"alice": 7}, "EUR")
    for currency, amounts in (("CR", [100]), ("EUR", [7])):
        found = page(operator_database, TransactionFilter(user="alice", currency=currency), limit=10)
        assert [row.amount for row in found.rows] == amounts
