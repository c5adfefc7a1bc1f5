"""The stops of the tour, in order: each does with mouse and keyboard what an operator does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from models.transaction import TransactionKind
from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode
from ui.screens.balances.screen import Balances
from ui.screens.transactions.screen import Transactions
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.scenes.accounts import ACCOUNT_STOPS, DARK_ACCOUNTS
from ui.tour.scenes.acts import ACT_STOPS, DARK_ACTS
from ui.tour.scenes.approvals import APPROVAL_STOPS
from ui.tour.scenes.batch import BATCH_STOPS
from ui.tour.scenes.credits import CREDIT_STOPS, DARK_CREDITS
from ui.tour.scenes.currencies import CURRENCY_STOPS
from ui.tour.scenes.holds import HOLD_STOPS
from ui.tour.scenes.listed import anew, choose, customers_of, jump, next_page, rows_of, tick, write
from ui.tour.scenes.overview import OVERVIEW_STOPS, WAITING_STOPS
from ui.tour.scenes.queries import QUERY_STOPS
from ui.tour.scenes.server import SERVER_STOPS
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from ui.tour.walk import Walk

UNKNOWN = "nobody.unknown"
NAMES = 50
_PAGES = 3
_TURNS = 12


def sign_in(walk: Walk) -> None:
    """Wait for the ledger and the form."""
    page = walk.session.start_window.sign_in
    # The demo is made on the way, on a machine that may have other things to do.
    walk.wait(lambda: page.isVisible() and page.button.isEnabled(), "the sign-in", 90_000)
    if walk.session.workspace is not None and not walk.session.workspace.identity.demo:
        raise TourError(
            "the tour posts a batch, and the ledger of this folder is no demo: name another with --data-dir, "
            "or none for a ledger of its own"
        )


def first_page(walk: Walk) -> None:
    """See the newest transactions."""
    go(walk, "transactions")
    shown = screen(walk, Transactions)
    walk.wait(lambda: shown.model.state is State.READY, "the first page")
    expect(len(rows_of(shown)) > 0, "there are no transactions")


def next_pages(walk: Walk) -> None:
    """Scroll down until further pages have come."""
    shown = screen(walk, Transactions)
    shown.table.setFocus()
    for _ in range(_PAGES):
        expect(
            shown.model.more_after, f"this demo has no {_PAGES + 1} pages of transactions to scroll through"
        )
        next_page(walk)
    ids = [row.id for row in rows_of(shown)]
    expect(ids == sorted(ids, reverse=True) and len(set(ids)) == len(ids), "pages overlap or leave gaps")


def filters(walk: Walk) -> None:
    """Ask for the transfers between customers, then for those of one customer."""
    shown = screen(walk, Transactions)
    kind = TransactionKind.TRANSFER
    anew(walk, lambda: tick(shown.filters.kind, kind.value), "the transfers")
    expect(bool(rows_of(shown)), "this demo has no transfer between customers")
    # Both parties of a transfer are customers, whatever was done with this ledger before.
    name = rows_of(shown)[0].from_username
    anew(walk, lambda: write(shown.filters.user, name), "the filtered list")
    expect(
        all(row.kind is kind and name in {row.from_username, row.to_username} for row in rows_of(shown)),
        "the list has what was not asked for",
    )


def detail(walk: Walk) -> None:
    """Open one transaction with the keyboard."""
    shown = screen(walk, Transactions)
    shown.table.setFocus()
    shown.table.select_place(0)
    QTest.keyClick(shown.table, Qt.Key.Key_Down)
    QTest.keyClick(shown.table, Qt.Key.Key_Return)
    walk.wait(shown.detail.isVisible, "the detail")


def last_page(walk: Walk) -> None:
    """Clear the filters, and go to the oldest transaction and back until any difference would show."""
    shown = screen(walk, Transactions)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    anew(walk, lambda: press(shown.filters.clear_button), "the whole list")
    shown.table.setFocus()
    for _ in range(_TURNS):
        jump(walk, Qt.Key.Key_End)
        jump(walk, Qt.Key.Key_Home)
    jump(walk, Qt.Key.Key_End)


def balances(walk: Walk) -> None:
    """Paste fifty names, one of them unknown, and look them up at once."""
    names = customers_of(rows_of(screen(walk, Transactions)))[: NAMES - 1]
    go(walk, "balances")
    shown = screen(walk, Balances)
    QGuiApplication.clipboard().setText("\n".join([*names, UNKNOWN]))
    QTest.keyClick(shown.input.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    walk.wait(shown.input.look_up_button.isEnabled, "the pasted names")
    press(shown.input.look_up_button)
    walk.wait(lambda: shown.found is not None, "the balances")
    if shown.found is not None:
        totals = shown.found.totals
        expect((totals.found, totals.unknown) == (len(names), 1), "not every name was found")


def dark_transactions(walk: Walk) -> None:
    """See the list in the dark."""
    window_of(walk).context.theme.set_mode(Mode.DARK)
    go(walk, "transactions")
    shown = screen(walk, Transactions)
    if walk.several:
        anew(walk, lambda: choose(shown.filters.currency, "All currencies"), "all currencies")
    jump(walk, Qt.Key.Key_Home)
    shown.table.clearSelection()
    shown.table.select_place(3)
    walk.wait(shown.detail.isVisible, "the detail")


STOPS = (
    Stop("sign-in", sign_in),
    *OVERVIEW_STOPS,
    Stop("transactions", first_page),
    Stop("next-pages", next_pages),
    Stop("filter", filters),
    Stop("detail", detail),
    Stop("last-page", last_page),
    Stop("balances", balances),
    *CREDIT_STOPS,
    *ACCOUNT_STOPS,
    *ACT_STOPS,
    *HOLD_STOPS,
    *BATCH_STOPS,
    *QUERY_STOPS,
    *SERVER_STOPS,
    *CURRENCY_STOPS,
    *WAITING_STOPS,
    Stop("transactions-dark", dark_transactions),
    *DARK_CREDITS,
    *DARK_ACCOUNTS[:1],
    *DARK_ACTS,
    *DARK_ACCOUNTS[1:],
    # Last: another operator signs in.
    *APPROVAL_STOPS,
)
