"""Back and forward over everything visited: what is noted, what is cut off, and what comes again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from console.ledger.accounts import commands as accounts
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from console.ledger.transactions.transfer import transfer
from tests.cluster import CURRENCY
from ui.kit.formats import DOT
from ui.kit.table.paged_model import State
from ui.routes import OpenBatch, OpenTransaction, OpenUserTransactions
from ui.screens.accounts.screen import Accounts
from ui.screens.batches.screen import Batches
from ui.screens.registry import SCREENS
from ui.screens.transactions.screen import Transactions
from ui.window.history import MOST, History, Place
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.context import Context

ALT = Qt.KeyboardModifier.AltModifier
HERE = Place("here", None)


def batch(number: int) -> Place:
    return Place("batches", OpenBatch(number))


def test_a_new_way_cuts_off_what_was_ahead() -> None:
    history = History()
    history.leave(batch(1))
    history.leave(batch(2))
    assert history.back(batch(3)) == batch(2)
    assert history.forward(batch(2)) == batch(3)
    assert history.back(batch(3)) == batch(2)
    history.leave(batch(2))
    assert not history.has_ahead(HERE)
    assert [history.back(HERE), history.back(batch(2)), history.back(batch(1))] == [batch(2), batch(1), None]


def test_of_more_than_a_hundred_places_the_oldest_are_forgotten() -> None:
    history = History()
    for number in range(MOST + 50):
        history.leave(batch(number))
    now, steps = HERE, 0
    while (before := history.back(now)) is not None:
        now, steps = before, steps + 1
    assert (steps, now) == (MOST, batch(50))


def test_a_step_never_shows_what_is_shown_already() -> None:
    history = History()
    history.leave(batch(1))
    history.leave(batch(2))
    history.leave(batch(2))
    assert history.back(batch(2)) == batch(1)
    assert not history.has_behind(batch(1))
    assert history.forward(batch(2)) is None


@pytest.fixture
def window(context: Context, qtbot: QtBot) -> MainWindow:
    """Return the window on a ledger where Ann pays Bert twice and Carl once."""
    for name in ("ann", "bert", "carl"):
        accounts.open(context.ledger, name, CURRENCY, reason="joined")
    pay(context, "@issuance", "ann", 900)
    for payee, amount in (("bert", 100), ("carl", 200), ("bert", 300)):
        pay(context, "ann", payee, amount)
    made = MainWindow(context, SCREENS)
    qtbot.addWidget(made)
    made.open_screen("transactions")
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    settle(qtbot, context)
    return made


def pay(context: Context, payer: str, payee: str, amount: int) -> None:
    transfer(context.ledger, payer=payer, payee=payee, currency=CURRENCY, amount=amount)


def settle(qtbot: QtBot, context: Context) -> None:
    qtbot.waitUntil(lambda: context.worker.active == 0)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    """Press a key with Alt where the keyboard is, and wait for what is asked."""
    QTest.keyClick(QApplication.focusWidget() or window, key, ALT)
    settle(qtbot, window.context)


def transactions_of(window: MainWindow) -> Transactions:
    shown = window.current_screen
    assert isinstance(shown, Transactions)
    return shown


def amounts(window: MainWindow) -> list[int]:
    return [row.amount for row in transactions_of(window).model.rows]


def account_of(window: MainWindow) -> str:
    shown = window.current_screen
    assert isinstance(shown, Accounts)
    assert shown.account_page is not None
    return shown.account_page.username


def test_filters_row_detail_and_keyboard_come_again(window: MainWindow, qtbot: QtBot) -> None:
    """From a list through an account to its list and back again, by keys alone."""
    go = window.context.navigator.go
    go(OpenUserTransactions("bert"))
    settle(qtbot, window.context)
    shown = transactions_of(window)
    shown.table.select_place(1)
    shown.detail.focus_first()
    QTest.keyClick(shown.detail.from_account, Qt.Key.Key_Return)
    settle(qtbot, window.context)
    assert account_of(window) == "ann"
    go(OpenUserTransactions("ann"))
    settle(qtbot, window.context)
    assert amounts(window) == [300, 200, 100, 900]
    assert shown.detail.row is not None

    press(qtbot, window, Qt.Key.Key_Left)
    assert account_of(window) == "ann"
    press(qtbot, window, Qt.Key.Key_Left)
    assert amounts(window) == [300, 100]
    assert shown.detail.row.amount == 100
    assert shown.table.current_row() == shown.detail.row
    assert QApplication.focusWidget() is shown.detail.from_account
    press(qtbot, window, Qt.Key.Key_Left)
    assert not shown.filters.any_set
    assert amounts(window) == [300, 200, 100, 900]
    assert shown.detail.isHidden()
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_Right)
    assert amounts(window) == [300, 200, 100, 900]
    assert shown.filters.user.applied_value == "ann"


def test_one_account_after_another_comes_again_as_it_was_left(window: MainWindow, qtbot: QtBot) -> None:
    window.choose_screen("accounts")
    settle(qtbot, window.context)
    shown = window.current_screen
    assert isinstance(shown, Accounts)
    shown.list.table.select_place(0)
    QTest.keyClick(shown.list.table, Qt.Key.Key_Return)
    settle(qtbot, window.context)
    page = shown.account_page
    assert page is not None
    table = page.tabs.statement.table
    table.setFocus()
    table.select_place(1)
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle(qtbot, window.context)
    assert account_of(window) == "carl"
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    assert shown.account_page is None

    press(qtbot, window, Qt.Key.Key_Left)
    assert account_of(window) == "carl"
    press(qtbot, window, Qt.Key.Key_Left)
    assert account_of(window) == "ann"
    assert QApplication.focusWidget() is table
    assert table.current_row().amount == -200  # type: ignore[union-attr]  # there is a row
    press(qtbot, window, Qt.Key.Key_Left)
    assert shown.account_page is None
    assert shown.list.table.current_row().username == "ann"  # type: ignore[union-attr]  # there is a row
    press(qtbot, window, Qt.Key.Key_Left)
    assert window.current_id == "transactions"


def test_where_the_keyboard_was_is_scrolled_to_in_a_low_window(window: MainWindow, qtbot: QtBot) -> None:
    shown, ledger = transactions_of(window), window.context.ledger
    paid = shown.model.row_at(0).id
    back = reverse_transaction(ledger, Reversal(paid, "sent in error"))
    window.resize(window.minimumSize())
    for number in (back.transaction, paid):
        window.context.navigator.go(OpenTransaction(number))
        settle(qtbot, window.context)
        if number != paid:
            shown.detail.reverses.setFocus()
    press(qtbot, window, Qt.Key.Key_Left)
    assert QApplication.focusWidget() is shown.detail.reverses
    qtbot.waitUntil(lambda: not shown.detail.reverses.visibleRegion().isEmpty())


def test_a_row_far_down_comes_again_with_the_rows_above_it(window: MainWindow, qtbot: QtBot) -> None:
    window.close()
    settings = window.context.settings.model_copy(update={"page_size": 2})
    shown = Transactions(replace(window.context, settings=settings))
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    qtbot.waitUntil(lambda: len(shown.model.rows) == 4)
    settle(qtbot, window.context)
    shown.table.select_place(3)
    left, row = shown.place, shown.detail.row
    shown.follow(OpenUserTransactions("carl"))
    shown.table.sort_wanted.emit("posted_at", False)
    qtbot.waitUntil(lambda: len(shown.model.rows) == 1)
    shown.show_again(left)
    qtbot.waitUntil(lambda: len(shown.model.rows) > 1 and shown.model.state is State.READY)
    settle(qtbot, window.context)
    assert row is not None
    assert (shown.detail.row, shown.table.current_row()) == (row, row)
    assert [one.amount for one in shown.model.rows] == [200, 100, 900]


def test_a_batch_that_was_discarded_meanwhile_is_a_sentence(window: MainWindow, qtbot: QtBot) -> None:
    window.context.navigator.go(OpenBatch(4711))
    window.open_screen("transactions")
    press(qtbot, window, Qt.Key.Key_Left)
    shown = window.current_screen
    assert isinstance(shown, Batches)
    assert shown.batch_page is not None
    said = [one.text() for one in shown.batch_page.findChildren(QLabel) if one.isVisible()]
    assert "There is no batch 4711." in said


def test_the_mouse_has_the_two_buttons_too_and_chooses_nothing(window: MainWindow, qtbot: QtBot) -> None:
    shown = transactions_of(window)
    window.open_screen("batches")
    window.go_back()
    place = shown.table.viewport().mapTo(window, shown.table.visualRect(shown.model.index(2, 0)).center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.ForwardButton, pos=place)
    assert window.current_id == "batches"
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.BackButton, pos=place)
    assert window.current_id == "transactions"
    assert shown.table.selected_rows() == []


def test_a_way_that_is_not_there_says_so_and_is_not_hinted_at(window: MainWindow, qtbot: QtBot) -> None:
    def refusals() -> list[str]:
        return [one.refusal for word in ("back", "forward") for one in window.context.commands.find(word)[:1]]

    def hinted(words: str) -> bool:
        return words in [one.text() for one in window.status_bar.findChildren(QLabel)]

    assert refusals() == ["nothing was opened before", "nothing was gone back from"]
    assert hinted("F1 keys")
    window.open_screen("batches")
    assert refusals() == ["", "nothing was gone back from"]
    assert hinted("Alt+Left back")
    press(qtbot, window, Qt.Key.Key_Left)
    assert refusals() == ["nothing was opened before", ""]
    window.open_screen("queries")
    window.open_screen("batches")
    window.go_back()
    assert hinted(f"Alt+Left back{DOT}Alt+Right forward")


def test_a_keyboard_s_place_that_is_gone_is_passed_over(window: MainWindow, qtbot: QtBot) -> None:
    gone = QWidget(window)
    place = Place.of("here", None, gone)
    gone.deleteLater()
    qtbot.waitUntil(lambda: not any(one is gone for one in window.children()))
    place.give_keyboard()
    assert QApplication.focusWidget() is not None
