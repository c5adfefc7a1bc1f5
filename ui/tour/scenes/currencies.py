"""The stops of the tour that a ledger of several currencies has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from ui.screens.balances.screen import Balances
from ui.screens.transactions.screen import Transactions
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.scenes.batch import MONEY
from ui.tour.scenes.listed import anew, choose, customers_of, jump, next_page, rows_of
from ui.tour.walk import Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk

_PAGES_AT_MOST: Final = 10


def all_currencies(walk: Walk) -> None:
    """See the movements of all currencies, each with its own decimals, and what they add up to."""
    go(walk, "transactions")
    shown = screen(walk, Transactions)
    jump(walk, Qt.Key.Key_Home)
    shown.table.setFocus()
    for _ in range(_PAGES_AT_MOST):
        if len({row.currency for row in rows_of(shown)}) > 1 or not shown.model.more_after:
            break
        next_page(walk)
    shown.table.selectAll()


def one_currency(walk: Walk) -> None:
    """See the movements of one currency alone: of those the samples are not in, that of the most decimals."""
    shown = screen(walk, Transactions)
    others = (one for one in window_of(walk).context.session.currencies if one.code != MONEY)
    chosen = max(others, key=lambda one: one.exponent)
    anew(walk, lambda: choose(shown.filters.currency, chosen.code), "the movements of one currency")
    expect(all(row.currency == chosen for row in rows_of(shown)), "a movement is of another currency")


def balances_by_currency(walk: Walk) -> None:
    """Look up what the accounts of these movements have in each currency; if none, those of before."""
    names = customers_of(rows_of(screen(walk, Transactions)))
    go(walk, "balances")
    shown = screen(walk, Balances)
    if names:
        shown.input.set_names(names)
    before = shown.found
    press(shown.input.look_up_button)
    walk.wait(lambda: shown.found is not before, "the balances")


CURRENCY_STOPS = (
    Stop("currencies", all_currencies, several=True),
    Stop("currency", one_currency, several=True),
    Stop("currencies-balances", balances_by_currency, several=True),
)
