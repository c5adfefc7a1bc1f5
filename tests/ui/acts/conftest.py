"""Customers with money on a real ledger, and the console's window and forms over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from PySide6.QtWidgets import QWidget

from tests.cluster import connected
from tests.ui.parts import CR
from ui.acts.act import Subject
from ui.acts.form import ActForm
from ui.acts.offered import offer_acts
from ui.screens.registry import SCREENS
from ui.window.main_window import MainWindow
from ui.window.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.acts.act import Act
    from ui.context import Context

NOOR, GRETA, MAIL = "noor.a", "greta.l", "noor@example.org"


class Forms(Protocol):
    """Opens the form of an act, on noor.a's account unless told otherwise."""

    def __call__(
        self, act: Act, subject: Subject | None = None, *, shown_in: Context | None = None
    ) -> ActForm: ...


class Windows(Protocol):
    """Shows the console's window."""

    def __call__(self, context: Context) -> MainWindow: ...


@pytest.fixture
def noor(open_accounts: Callable[..., None], ledger_url: str, as_role: Callable[[str], str]) -> str:
    """Let noor.a be charged 30.00 CR twice by greta.l: 581.60 CR are left, and 260.00 CR there."""
    open_accounts({NOOR: 64_160, GRETA: 20_000})
    with connected(ledger_url) as ledger:
        ledger.execute("UPDATE ledger.users SET email = %s WHERE username = %s", [MAIL, NOOR])
    with connected(as_role("t_operator")) as ledger:
        for _ in range(2):
            ledger.execute("SELECT ledger.transfer(gen_random_uuid(), %s, %s, 'CR', 3000)", [NOOR, GRETA])
    return NOOR


@pytest.fixture
def balance(ledger_url: str) -> Callable[[str], int]:
    """Return what tells an account's balance, in minor units."""

    def ask(username: str) -> int:
        with connected(ledger_url) as connection:
            row = connection.execute(
                "SELECT w.balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
                "WHERE u.username = %s",
                [username],
            ).fetchone()
        assert row is not None
        return int(row[0])

    return ask


@pytest.fixture
def form_of(context: Context, qtbot: QtBot, noor: str) -> Forms:
    """Open forms over a page that has nothing on it."""

    def show(act: Act, subject: Subject | None = None, *, shown_in: Context | None = None) -> ActForm:
        page = QWidget()
        qtbot.addWidget(page)
        page.resize(1188, 780)
        page.show()
        form = ActForm(shown_in or context, act, subject or Subject(noor, CR), page)
        form.open()
        form.activateWindow()
        qtbot.waitUntil(form.isActiveWindow)
        return form

    return show


@pytest.fixture
def window_of(qtbot: QtBot) -> Windows:
    """Show the window with all its screens, the search and the acts in the palette."""

    def show(context: Context) -> MainWindow:
        window = MainWindow(context, SCREENS)
        qtbot.addWidget(window)
        window.palette_dialog.set_search(Search(context))
        offer_acts(context, window, shown=lambda: window.current_screen, refresh=window.refresh_screen)
        window.open_screen("transactions")
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return show
