"""Ways to one hold or one credit of an account: the page opens at it, whether it is open or has ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cluster import CURRENCY, connected
from tests.models.writes import capture, done, grant, release, reserve
from ui.routes import OpenAccount, OpenCredit, OpenHold
from ui.screens.accounts.account.tabs import CREDITS_TAB, HOLDS_TAB
from ui.screens.accounts.screen import Accounts
from ui.screens.registry import SCREENS
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from ui.context import Context
    from ui.routes import Route
    from ui.screens.accounts.account.page import AccountPage


@pytest.fixture
def operator(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> Iterator[Connection]:
    """Lend the connection of somebody who grants to ann and holds her money."""
    open_accounts({"ann": 1_000})
    with connected(as_role("t_operator")) as connection:
        yield connection


@pytest.fixture
def screen(operator: Connection, context: Context, qtbot: QtBot) -> Accounts:
    made = Accounts(context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def follow(screen: Accounts, route: Route, qtbot: QtBot) -> AccountPage:
    """Go there, and wait until all is read."""
    screen.follow(route)
    page = screen.account_page
    assert page is not None
    qtbot.waitUntil(lambda: page.reading is not None and screen.context.worker.active == 0)
    return page


def test_a_hold_is_selected_open_or_ended(screen: Accounts, operator: Connection, qtbot: QtBot) -> None:
    for reference in ("first", "second"):
        done(reserve(operator, "ann", 5, reference))
    done(release(operator, "first"))
    for reference in ("first", "second"):
        page = follow(screen, OpenHold("ann", CURRENCY, reference), qtbot)
        assert page.tabs.tabs.currentIndex() == HOLDS_TAB
        assert [row.reference for row in page.tabs.holds.selected_rows()] == [reference]
        assert page.tabs.holds.hasFocus()
    page = follow(screen, OpenHold("ann", CURRENCY, "nowhere"), qtbot)
    assert (page.tabs.tabs.currentIndex(), page.tabs.holds.selected_rows()) == (HOLDS_TAB, [])
    assert screen.place == OpenAccount("ann", CURRENCY)


def test_a_credit_shows_what_it_paid_for(screen: Accounts, operator: Connection, qtbot: QtBot) -> None:
    used, still = (done(grant(operator, "ann", 7, source=source))["lot"] for source in ("promo", "goodwill"))
    done(reserve(operator, "ann", 7, "order"))
    done(capture(operator, "order"))
    for number, source, ended in ((used, "promo", True), (still, "goodwill", False)):
        page = follow(screen, OpenCredit("ann", CURRENCY, number, source), qtbot)
        credit = page.tabs.credits
        assert page.tabs.tabs.currentIndex() == CREDITS_TAB
        assert credit.ended_button.isChecked() is ended
        assert credit.uses.of.startswith(f"Credit {number}")
        assert [use.kind.value for use in credit.uses.model.rows] == (["capture"] if ended else []) + [
            "grant"
        ]
        assert len(credit.table.selected_rows()) == 1


def test_an_account_that_is_not_there_says_so(screen: Accounts, qtbot: QtBot) -> None:
    screen.follow(OpenHold("nobody", CURRENCY, "first"))
    page = screen.account_page
    assert page is not None
    qtbot.waitUntil(lambda: "There is no account 'nobody'" in page.trouble)


def test_the_window_is_named_after_the_account(
    context: Context, open_accounts: Callable[..., None], qtbot: QtBot
) -> None:
    open_accounts({"ann": 0, "ben": 0})
    window = MainWindow(context, SCREENS)
    qtbot.addWidget(window)
    shown = []
    for way in (
        partial(window.open_route, OpenAccount("ann", CURRENCY)),
        partial(window.open_route, OpenAccount("ben", CURRENCY)),
        partial(window.choose_screen, "accounts"),
        window.go_back,
    ):
        way()
        shown.append(window.windowTitle().split(" \N{EN DASH} ")[1:3])
    assert shown == [["ann", "Accounts"], ["ben", "Accounts"], ["Accounts", "test"], ["ben", "Accounts"]]
    window.open_screen("transactions")
    assert "ben" not in window.windowTitle()
