"""The ways from the overview, from one end to the other: a figure, and the list that it opens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.bookkeeping import transfer
from tests.models.jobs.test_figures import put_back
from tests.models.writes import REASON, done, grant, write
from ui.kit.table.paged_model import State
from ui.routes import OpenAccounts, OpenBatches, OpenJobs, OpenPosted
from ui.screens.accounts.screen import Accounts
from ui.screens.batches.screen import Batches
from ui.screens.health.screen import Health
from ui.screens.overview.screen import OverviewScreen
from ui.screens.registry import SCREENS
from ui.screens.transactions.screen import Transactions
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from tests.ui.conftest import Contexts

TODAY = datetime.now(UTC).date()


@pytest.fixture
def window(
    context_of: Contexts,
    qtbot: QtBot,
    operator: Connection,
    admin: Connection,
    open_accounts: Callable[..., None],
) -> MainWindow:
    """Show the window on its first screen; two payouts are of today, one of before."""
    open_accounts({"alice": 1_000, "bob": 50})
    done(transfer(operator, "alice", "@external", 1))
    put_back(admin, 3)
    for amount in (2, 3):
        done(transfer(operator, "alice", "@external", amount))
    done(grant(operator, "bob", 4))
    done(write(operator, "set_account_status", "bob", "frozen", REASON))
    done(write(operator, "follow_account", "alice", True))
    made = MainWindow(context_of("t_operator"), SCREENS)
    qtbot.addWidget(made)
    made.open_screen(SCREENS[0].id)
    made.show()
    first = made.current_screen
    assert isinstance(first, OverviewScreen)
    qtbot.waitUntil(lambda: first.waiting.table.list_state is State.READY)
    return made


def test_the_window_opens_on_the_overview(window: MainWindow) -> None:
    assert isinstance(window.current_screen, OverviewScreen)
    assert window.context.commands.keys_of("go.overview") == ("Alt+1",)


def test_what_was_paid_out_today_opens_those_payouts_and_the_way_leads_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    overview = window.current_screen
    assert isinstance(overview, OverviewScreen)
    QTest.keyClick(overview.tiles.paid, Qt.Key.Key_Return)
    shown = window.current_screen
    assert isinstance(shown, Transactions)
    qtbot.waitUntil(lambda: shown.model.state is State.READY)
    assert sorted(row.amount for row in shown.model.rows) == [2, 3]
    window.go_back()
    assert window.current_screen is overview


def test_a_day_opens_all_that_was_posted_on_it(window: MainWindow, qtbot: QtBot) -> None:
    window.open_route(OpenPosted(TODAY, TODAY, "CR"))
    shown = window.current_screen
    assert isinstance(shown, Transactions)
    qtbot.waitUntil(lambda: shown.model.state is State.READY)
    assert sorted(row.amount for row in shown.model.rows) == [2, 3, 4]
    assert shown.filters.kind.applied_value is None


@pytest.mark.parametrize(
    ("route", "names"),
    [
        (OpenAccounts(), ["alice", "bob"]),
        (OpenAccounts(status="frozen"), ["bob"]),
        (OpenAccounts(trust_level=0), ["alice", "bob"]),
        (OpenAccounts(trust_level=3), []),
        (OpenAccounts("CR", followed=True), ["alice"]),
    ],
)
def test_a_number_of_accounts_opens_them(
    route: OpenAccounts, names: list[str], window: MainWindow, qtbot: QtBot
) -> None:
    window.open_route(OpenAccounts(status="closed", trust_level=7))
    shown = window.current_screen
    assert isinstance(shown, Accounts)
    shown.list.filters.username.put("nobody")
    # What was asked for before is asked for no longer.
    window.open_route(route)
    qtbot.waitUntil(lambda: window.context.worker.active == 0)
    assert [row.username for row in shown.list.model.rows] == names


def test_drafts_and_jobs_open_the_places_that_show_them(window: MainWindow, qtbot: QtBot) -> None:
    window.open_route(OpenBatches())
    assert isinstance(window.current_screen, Batches)
    window.open_route(OpenJobs())
    shown = window.current_screen
    assert isinstance(shown, Health)
    window.activateWindow()
    qtbot.waitUntil(shown.jobs.table.hasFocus)
