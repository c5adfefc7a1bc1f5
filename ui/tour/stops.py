"""The stops of the tour, in order: each does with mouse and keyboard what an operator does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QRadioButton

from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode
from ui.screens.balances.screen import Balances
from ui.screens.transactions.screen import Transactions
from ui.tour.batch import BATCH_STOPS
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.queries import QUERY_STOPS
from ui.tour.server import SERVER_STOPS
from ui.tour.walk import SIZE, Stop, TourError, Walk

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLineEdit

    from console.ledger.transactions.page import TransactionRow
    from ui.kit.widgets.filters import FilterChip

UNKNOWN = "nobody.unknown"
NAMES = 50
_PAGES = 3
_TURNS = 12


def sign_in(walk: Walk) -> None:
    """Wait for the ledger and the form."""
    page = walk.session.start_window.sign_in
    # The demo is made on the way, on a machine that may have other things to do.
    walk.wait(lambda: page.isVisible() and page.button.isEnabled(), "the sign-in", 90_000)
    if walk.session.workspace is not None and walk.session.workspace.environment != "DEMO":
        raise TourError(
            "the tour posts a batch, and this ledger is no demo: give it a folder of its own with --data-dir"
        )


def first_page(walk: Walk) -> None:
    """Press the sign-in's button, and see the newest transactions."""
    press(walk.session.start_window.sign_in.button)
    walk.wait(lambda: walk.session.window is not None, "the window")
    window_of(walk).resize(*SIZE)
    shown = screen(walk, Transactions)
    walk.wait(lambda: shown.model.state is State.READY, "the first page")
    expect(len(rows_of(shown)) > 0, "there are no transactions")


def next_pages(walk: Walk) -> None:
    """Scroll down until further pages have come."""
    shown = screen(walk, Transactions)
    size = walk.session.workspace.database.settings.page_size if walk.session.workspace else 0
    shown.table.setFocus()
    for _ in range(_PAGES):
        held = len(rows_of(shown))
        for _ in range(size):
            if len(rows_of(shown)) > held or shown.model.state is State.LOADING:
                break
            QTest.keyClick(shown.table, Qt.Key.Key_PageDown)
        walk.wait(lambda before=held: len(rows_of(shown)) > before, "the next page")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    ids = [row.id for row in rows_of(shown)]
    expect(ids == sorted(ids, reverse=True) and len(set(ids)) == len(ids), "pages overlap or leave gaps")


def filters(walk: Walk) -> None:
    """Ask for one user's transactions of one kind."""
    shown = screen(walk, Transactions)
    chosen = next(row for row in rows_of(shown) if not row.from_username.startswith("@"))
    press(shown.filters.user)
    editor: QLineEdit = shown.filters.user.editor.widget  # type: ignore[assignment]  # the editor of a text
    QTest.keyClicks(editor, chosen.from_username)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    press(shown.filters.kind)
    box = box_of(shown.filters.kind, chosen.kind.value)
    QTest.keyClick(box, Qt.Key.Key_Space)
    shown.filters.kind.apply()
    walk.wait(
        lambda: (
            shown.model.state is State.READY
            and all(
                chosen.from_username in {row.from_username, row.to_username} and row.kind == chosen.kind
                for row in rows_of(shown)
            )
        ),
        "the filtered list",
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
    press(shown.filters.clear_button)
    walk.wait(lambda: shown.model.state is State.READY and shown.model.more_after, "the whole list")
    shown.table.setFocus()
    for _ in range(_TURNS):
        jump(walk, Qt.Key.Key_End)
        jump(walk, Qt.Key.Key_Home)
    jump(walk, Qt.Key.Key_End)


def jump(walk: Walk, key: Qt.Key) -> None:
    """Go to an end of the list."""
    model, table = screen(walk, Transactions).model, screen(walk, Transactions).table
    at_end = key == Qt.Key.Key_End
    QTest.keyClick(table, key, Qt.KeyboardModifier.ControlModifier)
    walk.wait(
        lambda: model.state is State.READY and not (model.more_after if at_end else model.more_before),
        "the last page" if at_end else "the first page",
    )


def balances(walk: Walk) -> None:
    """Paste fifty names, one of them unknown, and look them up at once."""
    listed = screen(walk, Transactions)
    known = [name for row in rows_of(listed) for name in (row.from_username, row.to_username)]
    names = [name for name in dict.fromkeys(known) if not name.startswith("@")][: NAMES - 1]
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


def one_currency(walk: Walk) -> None:
    """See the movements of one currency alone, that of the most decimals."""
    shown = screen(walk, Transactions)
    _choose(walk, shown.filters.currency, "BTC")
    walk.wait(
        lambda: shown.model.state is State.READY and {row.currency.code for row in rows_of(shown)} == {"BTC"},
        "the movements of one currency",
    )


def all_currencies(walk: Walk) -> None:
    """See the movements of all currencies, each with its own decimals, and what they add up to."""
    go(walk, "transactions")
    shown = screen(walk, Transactions)
    jump(walk, Qt.Key.Key_Home)
    walk.wait(
        lambda: shown.model.state is State.READY and len({row.currency for row in rows_of(shown)}) > 1,
        "the movements of all currencies",
    )
    shown.table.setFocus()
    shown.table.selectAll()


def balances_by_currency(walk: Walk) -> None:
    """Look up the accounts that have something in each currency."""
    listed = screen(walk, Transactions)
    rows = [row for row in rows_of(listed) if row.currency.code != "CR"]
    names = list(dict.fromkeys(row.to_username for row in rows if not row.to_username.startswith("@")))
    go(walk, "balances")
    shown = screen(walk, Balances)
    before = shown.found
    shown.input.set_names(names)
    press(shown.input.look_up_button)
    walk.wait(lambda: shown.found is not before, "the balances")
    if shown.found is not None:
        expect(len(shown.found.totals.of_each) > 1, "the balances are of one currency")


def _choose(walk: Walk, chip: FilterChip, word: str) -> None:
    """Choose one of a chip's radio buttons, by its code or word."""
    press(chip)
    choices = chip.editor.widget.findChildren(QRadioButton)
    chosen = next(choice for choice in choices if choice.text().split(" \N{EN DASH} ")[0] == word)
    QTest.keyClick(chosen, Qt.Key.Key_Space)
    walk.check()
    chip.apply()


def dark_transactions(walk: Walk) -> None:
    """See the list in the dark."""
    window_of(walk).context.theme.set_mode(Mode.DARK)
    go(walk, "transactions")
    shown = screen(walk, Transactions)
    if walk.several:
        _choose(walk, shown.filters.currency, "All currencies")
        walk.wait(lambda: shown.model.state is State.READY and shown.model.more_after, "all currencies")
    jump(walk, Qt.Key.Key_Home)
    shown.table.clearSelection()
    shown.table.select_place(3)
    walk.wait(shown.detail.isVisible, "the detail")


def rows_of(shown: Transactions) -> tuple[TransactionRow, ...]:
    """Return the rows that the list holds."""
    return shown.model.rows


def box_of(chip: FilterChip, word: str) -> QCheckBox:
    """Return the check box of a choice."""
    return next(box for box in chip.editor.widget.findChildren(QCheckBox) if box.text() == word)


STOPS = (
    Stop("sign-in", sign_in),
    Stop("transactions", first_page),
    Stop("next-pages", next_pages),
    Stop("filter", filters),
    Stop("detail", detail),
    Stop("last-page", last_page),
    Stop("balances", balances),
    *BATCH_STOPS,
    *QUERY_STOPS,
    *SERVER_STOPS,
    Stop("currencies", all_currencies, several=True),
    Stop("currency", one_currency, several=True),
    Stop("currencies-balances", balances_by_currency, several=True),
    Stop("transactions-dark", dark_transactions),
)
