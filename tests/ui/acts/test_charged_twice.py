"""A customer was charged twice: from the e-mail to the answer for the ticket, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.ui.acts.conftest import GRETA, MAIL
from tests.ui.acts.hands import REASON, TICKET, Keys, ended, seen, shown_form
from ui.kit.table.paged_model import State
from ui.screens.accounts.screen import Accounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.ui.acts.conftest import Windows
    from tests.ui.conftest import Contexts
    from ui.acts.form import ActForm
    from ui.context import Context
    from ui.screens.accounts.account.page import AccountPage
    from ui.window.main_window import MainWindow

MOST_KEYS: Final = 14
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier


def search(qtbot: QtBot, window: MainWindow, keys: Keys) -> AccountPage:
    """Go from the e-mail to the account's page: three keys."""
    keys.press(Qt.Key.Key_K, _CONTROL)
    keys.type(MAIL)
    matches = window.palette_dialog.matches
    qtbot.waitUntil(lambda: bool(matches.findItems("noor.a", Qt.MatchFlag.MatchContains)))
    keys.press(Qt.Key.Key_Return)
    screen = window.current_screen
    assert isinstance(screen, Accounts)
    page = screen.account_page
    assert page is not None
    qtbot.waitUntil(lambda: page.tabs.statement.model.state is State.READY and page.reading is not None)
    return page


def reverse_first(qtbot: QtBot, page: AccountPage, keys: Keys) -> ActForm:
    """Give the newest movement back, with reason and ticket: six keys."""
    qtbot.waitUntil(lambda: any(one.hasFocus() for one in page.equation.terms.buttons.values()))
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_R)
    form = shown_form(page)
    qtbot.waitUntil(form.isActiveWindow)
    keys.type(REASON)
    keys.press(Qt.Key.Key_Tab)
    keys.type(TICKET)
    seen(qtbot, form)
    assert form.reason == ""
    keys.press(Qt.Key.Key_Return, _CONTROL)
    ended(qtbot, form)
    assert form.is_done
    return form


def test_one_of_two_charges_is_given_back_and_answered_with_ten_keys(
    qtbot: QtBot, context: Context, noor: str, window_of: Windows, balance: Callable[[str], int]
) -> None:
    keys, window = Keys(), window_of(context)
    page = search(qtbot, window, keys)
    charges = [row for row in page.tabs.statement.model.rows if row.amount == -3_000]
    assert len(charges) == 2
    form = reverse_first(qtbot, page, keys)
    keys.press(Qt.Key.Key_Return)
    assert keys.pressed == 10 <= MOST_KEYS
    said = QGuiApplication.clipboard().text()
    assert said.startswith(f"30.00 CR of transaction {charges[0].id} given back. Done as transaction ")
    assert said.endswith(f"Ticket {TICKET}. Balance of {noor}: 611.60 CR. Available of {noor}: 611.60 CR.")
    assert " by t_operator at " in said
    assert (balance(noor), balance(GRETA)) == (61_160, 23_000)
    keys.press(Qt.Key.Key_Escape)
    assert not form.isVisible()
    qtbot.waitUntil(lambda: page.figures.balance.accessibleName() == "Balance: 611.60 CR")


def test_support_asks_for_the_same_with_as_many_keys(
    qtbot: QtBot, context_of: Contexts, noor: str, window_of: Windows, balance: Callable[[str], int]
) -> None:
    keys, window = Keys(), window_of(context_of("t_support"))
    form = reverse_first(qtbot, search(qtbot, window, keys), keys)
    assert form.preview.words == "The ledger would do it. 1 checker must agree first."
    keys.press(Qt.Key.Key_Return)
    assert keys.pressed == 10 <= MOST_KEYS
    said = QGuiApplication.clipboard().text()
    assert said.startswith("Asked for: 30.00 CR of transaction ")
    assert " given back. Asked for as request 1 by t_support at " in said
    assert said.endswith(f"Ticket {TICKET}.")
    assert form.end.words.endswith("Request 1 waits for 1 checker. Nothing has moved yet.")
    assert (balance(noor), balance(GRETA)) == (58_160, 26_000)
