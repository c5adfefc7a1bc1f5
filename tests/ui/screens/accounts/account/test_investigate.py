"""From what a customer sends to what explains a balance, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.ledger.accounts.equation import Term
from ui.screens.accounts.screen import Accounts
from ui.screens.registry import SCREENS
from ui.screens.transactions.screen import Transactions
from ui.window.main_window import MainWindow
from ui.window.search import Search

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.context import Context

MOST_KEYS = 8


def test_from_a_reference_to_the_term_that_explains_it_takes_eight_keys(
    context: Context, moved: str, qtbot: QtBot
) -> None:
    window = MainWindow(context, SCREENS)
    qtbot.addWidget(window)
    window.palette_dialog.set_search(Search(context))
    window.open_screen("transactions")
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow() and context.worker.active == 0)
    QGuiApplication.clipboard().setText("Taxi")
    pressed = 0

    def press(key: Qt.Key, *, control: bool = False) -> None:
        nonlocal pressed
        pressed += 1
        has_it = QApplication.focusWidget() or window
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(has_it, key, held)

    press(Qt.Key.Key_K, control=True)
    press(Qt.Key.Key_V, control=True)
    matches = window.palette_dialog.matches
    qtbot.waitUntil(
        lambda: matches.count() > 0 and matches.item(0).text() == "Transaction with reference Taxi"
    )
    press(Qt.Key.Key_Return)
    screen = window.current_screen
    assert isinstance(screen, Transactions)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is screen.detail.from_account)
    assert screen.detail.row is not None
    assert screen.detail.row.reference == "Taxi"
    press(Qt.Key.Key_Return)
    accounts = window.current_screen
    assert isinstance(accounts, Accounts)
    page = accounts.account_page
    assert page is not None
    assert page.username == moved
    qtbot.waitUntil(lambda: QApplication.focusWidget() in page.equation.terms.buttons.values())
    while QApplication.focusWidget() is not page.equation.terms.buttons[Term.SENT.value]:
        press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.tabs.statement.words.startswith("Only sent"))
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert {row.reference for row in page.tabs.statement.model.rows} == {"Taxi", "Taxi again"}
    assert pressed <= MOST_KEYS
    assert window.current_screen is accounts
    window.go_back()
    assert window.current_id == "transactions"
