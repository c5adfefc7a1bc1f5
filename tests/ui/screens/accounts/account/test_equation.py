"""The equation on an account's page: its terms add up, and each opens its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel

from tests.cluster import connected
from tests.ui.parts import make_formats
from ui.screens.accounts.account.tabs import HOLDS_TAB, STATEMENT_TAB

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.screens.accounts.account.page import AccountPage


@pytest.fixture
def page(moved: str, page_of: Pages, qtbot: QtBot) -> AccountPage:
    """Show the page of a customer with movements of several kinds, once they were added up."""
    made = page_of(moved)
    qtbot.waitUntil(lambda: made.equation.note.endswith("equal") and made.tabs.statement.model.rowCount() > 0)
    return made


def references(page: AccountPage) -> list[str | None]:
    """Return the references of the movements listed."""
    return [row.reference for row in page.tabs.statement.model.rows]


def spoken(page: AccountPage) -> dict[str, str]:
    """Return how each term is spoken."""
    return {key: one.accessibleName() for key, one in page.equation.terms.buttons.items()}


def unexplained(page: AccountPage) -> tuple[str, str]:
    """Return how what nothing explains is spoken, and in which tone it is."""
    part = next(
        one for one in page.equation.terms.findChildren(QFrame)
        if one.accessibleName().startswith("Unexplained")
    )  # fmt: skip
    figure = part.findChildren(QLabel)[-1]
    return part.accessibleName(), figure.property("tone")


def test_the_terms_add_up_and_zero_ones_are_folded(page: AccountPage) -> None:
    assert spoken(page) == {
        "deposited": "Deposited: 641.60 CR, 1 movement",
        "granted": "Granted: 150.00 CR, 2 movements",
        "received": "Received: 40.68 CR, 1 movement",
        "sent": "Sent: minus 62.90 CR, 2 movements",
        "captured": "Captured: minus 99.11 CR, 1 movement",
    }
    assert page.equation.note.startswith("recomputed from 7 movements at ")
    assert page.equation.heading == "Why 670.27 CR"


def test_a_term_opens_its_rows_and_lets_go(page: AccountPage, qtbot: QtBot) -> None:
    page.tabs.show_tab(HOLDS_TAB)
    sent = page.equation.terms.buttons["sent"]
    QTest.keyClick(sent, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: references(page) == ["Taxi again", "Taxi"])
    assert page.tabs.tabs.currentIndex() == STATEMENT_TAB
    assert page.tabs.statement.words == "Only sent, 90 days"
    QTest.keyClick(sent, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(references(page)) == 7)
    assert page.tabs.statement.words == ""


def test_escape_lets_go_of_a_term_before_it_goes_back(page: AccountPage, qtbot: QtBot) -> None:
    back: list[bool] = []
    page.back_wanted.connect(lambda: back.append(True))
    page.equation.terms.buttons["captured"].click()
    qtbot.waitUntil(lambda: references(page) == ["order 767111"])
    QTest.keyClick(page.tabs.statement.table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(references(page)) == 7)
    assert back == []
    QTest.keyClick(page.tabs.statement.table, Qt.Key.Key_Escape)
    assert back == [True]


def test_the_rows_of_a_term_stay_when_the_page_is_read_again(
    page: AccountPage, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    page.equation.terms.buttons["received"].click()
    qtbot.waitUntil(lambda: references(page) == ["Lunch"])
    with connected(as_role("t_operator")) as ledger:
        ledger.execute("SELECT ledger.transfer(gen_random_uuid(), 'greta.l', 'noor.a', 'CR', 50, 'again')")
    page.reload()
    qtbot.waitUntil(lambda: references(page) == ["again", "Lunch"])
    qtbot.waitUntil(lambda: spoken(page)["received"] == "Received: 41.18 CR, 2 movements")
    assert page.equation.terms.key == "received"


def test_what_nothing_explains_is_red(page: AccountPage, ledger_url: str, qtbot: QtBot) -> None:
    with connected(ledger_url) as ledger:
        ledger.execute("SET session_replication_role = replica")
        ledger.execute(
            "UPDATE ledger.wallets SET balance = balance + 25 WHERE currency = 'CR' AND user_id = "
            "(SELECT id FROM ledger.users WHERE username = 'noor.a')"
        )
    page.reload()
    qtbot.waitUntil(lambda: page.equation.note.endswith("not equal"))
    assert page.equation.heading == "Why 670.52 CR"
    assert unexplained(page) == ("Unexplained: 0.25 CR", "error")


def test_nothing_unexplained_is_still_said(page: AccountPage) -> None:
    assert unexplained(page) == ("Unexplained: 0.00 CR", "credit")


def test_a_period_is_chosen_by_the_keyboard(page: AccountPage, qtbot: QtBot) -> None:
    page.activateWindow()
    chosen = page.equation.periods["90 days"]
    chosen.setFocus()
    qtbot.waitUntil(chosen.hasFocus)
    QTest.keyClick(chosen, Qt.Key.Key_Right)
    at = QApplication.focusWidget()
    assert at is page.equation.periods["whole life"]
    qtbot.waitUntil(lambda: page.equation.period.since is None)
    assert "deposited" in spoken(page)


def test_a_row_begins_a_period_of_its_own(page: AccountPage, qtbot: QtBot) -> None:
    rows = page.tabs.statement.model.rows
    place = next(at for at, row in enumerate(rows) if row.reference == "Taxi again")
    menu = page.tabs.statement.table.row_menu(place, 0)
    action = next(one for one in menu.actions() if one.text().startswith("Explain the balance"))
    action.trigger()
    posted = make_formats().timestamp(rows[place].posted_at)
    qtbot.waitUntil(lambda: page.equation.note.startswith(f"recomputed from 2 movements since {posted} at "))
    line = page.figures.over_time
    assert line.ends == (posted, "now")
    assert line.accessibleName() == f"Balance over time: 800.83 CR before {posted}, 670.27 CR now"
    assert spoken(page) == {
        "sent": "Sent: minus 31.45 CR, 1 movement",
        "captured": "Captured: minus 99.11 CR, 1 movement",
    }
    page.equation.terms.buttons["sent"].click()
    qtbot.waitUntil(lambda: references(page) == ["Taxi again"])


def test_a_page_opens_with_few_movements_and_adds_up_more_once_a_period_is_pressed(
    page: AccountPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("ui.screens.accounts.account.equation.OPENING_MOVEMENTS", 2)
    page.reload()
    qtbot.waitUntil(lambda: page.equation.note.endswith(": equal; press 90 days for more"))
    assert page.equation.note.startswith("recomputed from the newest 2 movements, since ")
    page.equation.periods["90 days"].click()
    qtbot.waitUntil(lambda: page.equation.note.startswith("recomputed from 7 movements"))
    page.reload()
    qtbot.waitUntil(lambda: page.equation.note.endswith(": equal"))
    assert page.equation.note.startswith("recomputed from 7 movements")


def test_a_long_life_is_cut_until_all_of_it_is_added_up(
    page: AccountPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("ui.screens.accounts.account.equation.MOST_MOVEMENTS", 2)
    assert not page.equation.whole_button.isVisible()
    page.equation.periods["whole life"].click()
    qtbot.waitUntil(lambda: page.equation.note.startswith("recomputed from the newest 2 movements, since "))
    qtbot.waitUntil(page.equation.whole_button.isVisible)
    page.equation.terms.buttons["sent"].click()
    qtbot.waitUntil(lambda: references(page) == ["Taxi again"])
    QTest.mouseClick(page.equation.whole_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.equation.note.startswith("recomputed from 7 movements"))
    assert spoken(page)["deposited"] == "Deposited: 641.60 CR, 1 movement"
    qtbot.waitUntil(lambda: references(page) == ["Taxi again", "Taxi"])
    assert not page.equation.whole_button.isVisible()


def test_adding_up_a_long_life_is_cancelled(
    page: AccountPage, ledger_url: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("ui.screens.accounts.account.equation.MOST_MOVEMENTS", 3)
    page.equation.periods["whole life"].click()
    qtbot.waitUntil(page.equation.whole_button.isVisible)
    before = spoken(page)
    with connected(ledger_url, autocommit=False) as ledger, connected(ledger_url) as watcher:
        ledger.execute("LOCK TABLE ledger.transactions IN ACCESS EXCLUSIVE MODE")
        page.equation.whole_button.click()
        assert page.equation.whole_button.text() == "Cancel"
        # A cancel that is there before the statement finds nothing to end.
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        qtbot.waitUntil(lambda: watcher.execute(waiting).fetchone() != (0,))
        page.equation.whole_button.click()
        qtbot.waitUntil(lambda: page.equation.note.startswith("cancelled"))
    assert spoken(page) == before
    assert page.equation.whole_button.text() == "Add up all"


def test_down_leads_from_a_term_to_its_rows(page: AccountPage, context: Context, qtbot: QtBot) -> None:
    page.tabs.show_tab(HOLDS_TAB)
    page.activateWindow()
    sent = page.equation.terms.buttons["sent"]
    sent.setFocus()
    qtbot.waitUntil(sent.hasFocus)
    QTest.keyClick(sent, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: references(page) == ["Taxi again", "Taxi"] and context.worker.active == 0)
    QTest.keyClick(sent, Qt.Key.Key_Down)
    table = page.tabs.statement.table
    assert table.hasFocus()
    assert [row.reference for row in table.selected_rows()] == ["Taxi again"]
    sent.setFocus()
    table.select_place(1)
    QTest.keyClick(sent, Qt.Key.Key_Down)
    assert [row.reference for row in table.selected_rows()] == ["Taxi"]


def test_a_hold_stays_chosen_when_the_account_is_read_again(
    page: AccountPage, context: Context, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    page.tabs.show_tab(HOLDS_TAB)
    rows = page.tabs.hold_model.rows
    page.tabs.holds.select_place([row.reference for row in rows].index("order 2"))
    with connected(as_role("t_operator")) as ledger:
        ledger.execute("SELECT ledger.reserve(gen_random_uuid(), 'noor.a', 'CR', 100, 'order 4')")
    page.reload()
    qtbot.waitUntil(lambda: len(page.tabs.hold_model.rows) == 4 and context.worker.active == 0)
    assert [row.reference for row in page.tabs.holds.selected_rows()] == ["order 2"]
