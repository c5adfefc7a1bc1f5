"""What an account's page costs, of few and of very many movements, beside a statement a figure and a row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from console.bench.investigate.customers import customer_with
from console.bench.investigate.search import evenly
from console.bench.statements import reads
from console.ledger.accounts.detail import STATEMENT_SIZE, account
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY

if TYPE_CHECKING:
    from console.bench.driver import Driver
    from console.bench.investigate.figure import Bench, Figure

FEW: Final = 10
"""How many movements the customer has whose page the others are compared with."""

_USUAL: Final = "account page, usual customers"
_NEWEST: Final = """
    SELECT id FROM ledger.transactions WHERE from_wallet = %s OR to_wallet = %s
    ORDER BY posted_at DESC, id DESC LIMIT %s"""
_PAID_WITH: Final = """
    SELECT l.source, m.amount FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id
    WHERE m.transaction_id = %s"""
_ADDED_UP: Final = """
    SELECT kind, from_wallet = %s, sum(amount) FROM ledger.transactions
    WHERE from_wallet = %s OR to_wallet = %s GROUP BY 1, 2"""


def figures(bench: Bench, rounds: int, movements: int) -> tuple[Figure, ...]:
    """Measure the pages of a customer of FEW movements and of one of so many, in turn, and of usual ones.

    Each comes with the naive way after it, in the order few, usual, many.
    """
    names = {
        _words(FEW): [customer_with(bench.driver, FEW)] * rounds,
        _words(movements): [customer_with(bench.driver, movements)] * rounds,
        _USUAL: evenly(bench.driver, "users", "CASE WHEN kind = 'customer' THEN username END", rounds),
    }
    asks = {
        what: [partial(account, bench.database, name, CURRENCY) for name in each]
        for what, each in names.items()
    }
    usual, budget = asks.pop(_USUAL), BUDGETS["account.page"]
    few, many = bench.in_turn(asks, budget=budget)
    found = []
    for figure in (few, bench.ours(_USUAL, usual, budget=budget), many):
        naive = [partial(_each_by_itself, bench.driver, name) for name in names[figure.what]]
        found += [figure, bench.naive(figure.what, "N+1, all added up", naive)]
    return tuple(found)


def _words(movements: int) -> str:
    return f"account page, {movements:,} movements"


def _each_by_itself(driver: Driver, name: str) -> None:
    """Ask for each figure, for each row's party and credits, and add all movements up for the balance."""
    reads.account_page(driver, name, STATEMENT_SIZE)
    wallet = reads.wallet_of(driver, name)
    for (transaction,) in driver.execute(_NEWEST, [wallet, wallet, STATEMENT_SIZE]).fetchall():
        driver.execute(_PAID_WITH, [transaction]).fetchall()
    driver.execute(_ADDED_UP, [wallet, wallet, wallet]).fetchall()
