"""The screen of accounts on a real ledger: what it shows, what it asks, and where a row leads."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRadioButton, QStackedWidget

from console.monitor.budgets import budget
from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, grant, let_time_pass, reserve, write
from ui.kit.table.paged_model import State
from ui.kit.widgets.basics import Chip
from ui.routes import OpenAccount, OpenBalance, OpenUserTransactions
from ui.screens.accounts.account.page import AccountPage
from ui.screens.accounts.account.tabs import HOLDS_TAB
from ui.screens.accounts.list import ListAsLeft
from ui.screens.accounts.screen import KEPT, Accounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QLineEdit
    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from ui.context import Context
    from ui.kit.notices import Notice
    from ui.kit.widgets.filters import FilterChip
    from ui.routes import Route

PEOPLE = {
    "ann": ("Ann Okafor", "ann@example.org", 2),
    "bert": ("Bert Hanna", None, 7),
    "joanna": ("Joanna Hansen", "jo@example.org", 7),
}


@pytest.fixture(autouse=True)
def people(ledger_url: str, as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> None:
    """Open three accounts: two with an expired lot, one of them with a hold and an overdraft, one frozen."""
    open_accounts({"ann": 100_000, "bert": 0, "joanna": 2_050})
    with connected(as_role("t_operator")) as operator, connected(ledger_url) as owner:
        done(grant(operator, "ann", 700, 1))
        done(grant(operator, "joanna", 80, 1))
        done(reserve(operator, "joanna", 50, "h-1"))
        let_time_pass(owner, 2)
        done(write(operator, "set_overdraft_limit", "joanna", CURRENCY, 500, REASON))
        done(write(operator, "set_account_status", "bert", "frozen", REASON))
        done(write(operator, "flag_account", "bert", "ask why he is frozen", "t_operator"))
        done(write(operator, "flag_account", "joanna", "ask for a passport", None))
        done(write(operator, "follow_account", "ann", True))
        for username, (shown, email, trust) in PEOPLE.items():
            owner.execute(
                "UPDATE ledger.users SET display_name = %s, email = %s, trust_level = %s WHERE username = %s",
                [shown, email, trust, username],
            )


@pytest.fixture
def screen(qtbot: QtBot, context: Context) -> Accounts:
    made = Accounts(context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    qtbot.waitUntil(lambda: made.list.model.state is State.READY)
    return made


@pytest.fixture
def routes(context: Context) -> list[Route]:
    """Return where the screen wanted to lead."""
    found: list[Route] = []
    context.navigator.wanted.connect(found.append)
    return found


def texts(screen: Accounts, key: str) -> list[str]:
    model = screen.list.model
    place = [column.key for column in model.columns].index(key)
    return [model.cell(row, place).text for row in range(model.rowCount())]


def write_into(chip: FilterChip, text: str) -> None:
    """Type into a chip's line with the keyboard alone."""
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    editor: QLineEdit = chip.editor.widget  # type: ignore[assignment]  # the editor of a text
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def choose(chip: FilterChip, title: str) -> None:
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    choices = chip.editor.widget.findChildren(QRadioButton)
    QTest.keyClick(next(one for one in choices if one.text() == title), Qt.Key.Key_Space)
    QTest.keyClick(chip.editor.widget, Qt.Key.Key_Return)


def test_a_row_says_what_there_is_and_what_may_be_spent(screen: Accounts) -> None:
    assert texts(screen, "username") == ["ann", "bert", "joanna"]
    assert texts(screen, "display_name") == [shown for shown, _email, _trust in PEOPLE.values()]
    assert texts(screen, "status") == ["", "frozen", ""]
    assert texts(screen, "trust_level") == ["2", "7", "7"]
    assert texts(screen, "balance") == ["1,007.00", "0.00", "21.30"]
    assert texts(screen, "reserved") == ["0.00", "0.00", "0.50"]
    assert texts(screen, "dead") == ["7.00", "0.00", "0.30"]
    assert texts(screen, "available") == ["1,000.00", "0.00", "25.50"]
    place = [column.key for column in screen.list.model.columns].index("available")
    assert [screen.list.model.cell(row, place).tip for row in range(3)] == [
        "balance 1,007.00 \N{MINUS SIGN} expired 7.00",
        "balance 0.00",
        "balance 21.30 \N{MINUS SIGN} on hold 0.50 \N{MINUS SIGN} expired 0.30 + overdraft 5.00",
    ]
    assert texts(screen, "transferable") == ["1,000.00", "0.00", "25.50"]
    assert [bool(text) for text in texts(screen, "last_activity")] == [True, False, True]
    assert texts(screen, "email") == ["ann@example.org", "", "jo@example.org"]
    assert screen.list.table.accessibleName() == "Accounts"
    assert not [one for one in screen.list.filters.chips if not (one.accessibleName() or one.text())]


def test_a_list_is_one_statement(qtbot: QtBot, screen: Accounts, statements: Statements) -> None:
    screen.context.database.read("test", lambda _session: None)
    with statements.counted() as sent:
        screen.list.refresh()
        qtbot.waitUntil(lambda: screen.list.model.state is State.READY)
    assert len(sent) == budget("accounts.page") == 1


def test_each_filter_narrows_and_all_are_cleared_by_escape(qtbot: QtBot, screen: Accounts) -> None:
    filters = screen.list.filters

    def shows(*names: str) -> None:
        qtbot.waitUntil(lambda: texts(screen, "username") == list(names))

    write_into(filters.username, "JO")
    shows("joanna")
    QTest.keyClick(filters.username, Qt.Key.Key_Escape)
    shows("ann", "bert", "joanna")
    write_into(filters.name, "HAN")
    shows("bert", "joanna")
    choose(filters.status, "frozen")
    shows("bert")
    filters.clear_button.click()
    shows("ann", "bert", "joanna")
    write_into(filters.email, "Jo@Example.org")
    shows("joanna")
    filters.clear_all()
    choose(filters.trust_level, "7")
    shows("bert", "joanna")
    filters.clear_all()
    choose(filters.flag, "With an open flag")
    shows("bert", "joanna")
    assert texts(screen, "flag") == ["for t_operator", "flagged"]
    choose(filters.flag, "With one for me or anyone")
    shows("bert", "joanna")
    filters.clear_all()
    choose(filters.followed, "Followed by me")
    shows("ann")
    choose(filters.trust_level, "9")
    qtbot.waitUntil(lambda: screen.list.model.state is State.EMPTY)
    assert screen.list.table.words.startswith("No account matches")


def opened(screen: Accounts) -> str:
    assert screen.account_page is not None
    return screen.account_page.username


def test_the_list_comes_again_as_it_is_now_with_its_filters_and_the_row_chosen(
    qtbot: QtBot, screen: Accounts, as_role: Callable[[str], str]
) -> None:
    choose(screen.list.filters.trust_level, "7")
    qtbot.waitUntil(lambda: texts(screen, "username") == ["bert", "joanna"])
    screen.list.table.select_place(1)
    left = screen.place
    screen.list.filters.clear_button.click()
    qtbot.waitUntil(lambda: texts(screen, "username") == ["ann", "bert", "joanna"])
    screen.list.table.select_place(0)
    other = screen.place
    screen.show_again(left)
    qtbot.waitUntil(lambda: texts(screen, "username") == ["bert", "joanna"])
    assert screen.place == left
    screen.show_again(other)
    qtbot.waitUntil(lambda: texts(screen, "username") == ["ann", "bert", "joanna"])
    assert screen.list.table.current_row().username == "ann"  # type: ignore[union-attr]  # there is a row
    screen.follow(OpenAccount("ann", CURRENCY))
    with connected(as_role("t_operator")) as operator:
        done(write(operator, "set_account_status", "ann", "frozen", REASON))
    screen.show_again(other)
    qtbot.waitUntil(lambda: texts(screen, "status")[0] == "frozen")
    assert screen.place == other
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)


def test_a_list_scrolled_past_its_first_page_stays_where_it_was(
    qtbot: QtBot, context: Context, statements: Statements
) -> None:
    screen = Accounts(replace(context, settings=context.settings.model_copy(update={"page_size": 1})))
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == len(PEOPLE) and context.worker.active == 0)
    screen.list.table.select_place(2)
    left = screen.place
    screen.follow(OpenAccount("joanna", CURRENCY))
    qtbot.waitUntil(lambda: context.worker.active == 0)
    with statements.counted() as sent:
        screen.show_again(left)
        assert screen.place == left
        qtbot.waitUntil(lambda: context.worker.active == 0)
    assert sent == []


def test_an_account_comes_again_as_it_was_left_and_anew_on_a_new_way(qtbot: QtBot, screen: Accounts) -> None:
    screen.follow(OpenAccount("ann", CURRENCY))
    page = screen.account_page
    assert page is not None
    page.tabs.show_tab(HOLDS_TAB)
    screen.follow(OpenAccount("bert", CURRENCY))
    screen.show_again(OpenAccount("ann", CURRENCY))
    assert screen.account_page is page
    screen.follow(OpenAccount("bert", CURRENCY))
    screen.follow(OpenAccount("ann", CURRENCY))
    assert screen.account_page is not page
    for number in range(12):
        screen.follow(OpenAccount(f"nobody.{number}", CURRENCY))
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert len(screen.findChildren(AccountPage)) == KEPT


def test_a_row_leads_on_by_keyboard_and_by_its_menu(
    qtbot: QtBot, screen: Accounts, routes: list[Route]
) -> None:
    table = screen.list.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    table.select_place(2)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened(screen) == "joanna"
    assert screen.account_page is not None
    QTest.keyClick(screen.account_page, Qt.Key.Key_Escape)
    assert isinstance(screen.place, ListAsLeft)
    qtbot.waitUntil(lambda: screen.list.model.state is State.READY)
    actions = {one.text().partition("\t")[0]: one for one in table.row_menu(1, 0).actions()}
    actions["Its balance"].trigger()
    actions["Its transactions"].trigger()
    assert routes[-2:] == [OpenBalance("bert"), OpenUserTransactions("bert")]
    actions["Copy username"].trigger()
    assert QGuiApplication.clipboard().text() == "bert"
    assert not actions["Copy e-mail  (it has none)"].isEnabled()
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)


def test_the_keyboard_goes_from_the_filters_to_the_list(screen: Accounts) -> None:
    assert screen.list.table.hasFocus()
    assert isinstance(screen.findChild(QStackedWidget), QStackedWidget)
    screen.focus_filter()
    filters = screen.list.filters
    shown = [one for one in filters.chips if one.isVisible()]
    assert shown[0] is filters.username
    for chip in shown:
        assert chip.hasFocus()
        QTest.keyClick(chip, Qt.Key.Key_Tab)
    assert screen.list.table.hasFocus()
    filters.username.setFocus()
    QTest.keyClick(filters.username, Qt.Key.Key_Backtab)
    assert screen.list.export.button.hasFocus()


def test_the_rows_selected_are_summed_and_the_table_stays_as_high(qtbot: QtBot, screen: Accounts) -> None:
    before = screen.list.table.geometry()
    screen.list.table.selectAll()
    selected = screen.list.part.selected
    assert selected is not None
    assert selected.words == (
        "3 rows selected \N{MIDDLE DOT} balance \N{MIDDLE DOT} sum 1,028.30 CR, min 0.00, max 1,007.00"
    )
    qtbot.waitUntil(lambda: not selected.label.visibleRegion().isEmpty())
    assert screen.list.table.geometry() == before


def test_all_that_match_are_written_to_a_file(
    qtbot: QtBot, screen: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.ledger.accounts.export.ROWS_A_PAGE", 1)
    notices: list[Notice] = []
    screen.context.notices.posted.connect(notices.append)
    choose(screen.list.filters.trust_level, "7")
    screen.list.export.run(tmp_path / "accounts.csv")
    qtbot.waitUntil(lambda: bool(notices))
    with (tmp_path / "accounts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["username"], row["status"], row["available"], row["email"]) for row in rows] == [
        ("bert", "frozen", "0.00", ""),
        ("joanna", "active", "25.50", "jo@example.org"),
    ]
    totals = json.loads((tmp_path / "accounts.csv.totals.json").read_text())["control_totals"]
    assert (totals["balance"], totals["expired"], totals["available"]) == (
        {"CR": "21.30"}, {"CR": "0.30"}, {"CR": "25.50"},
    )  # fmt: skip
    assert "2 accounts in accounts.csv" in str(notices[-1])


@pytest.mark.parametrize("status", ["frozen", "closed"])
def test_an_account_frozen_or_closed_while_its_page_is_open_says_so_when_read_again(
    qtbot: QtBot,
    screen: Accounts,
    as_role: Callable[[str], str],
    open_accounts: Callable[..., None],
    status: str,
) -> None:
    open_accounts({"dora": 0})
    screen.follow(OpenAccount("dora", CURRENCY))
    page = screen.account_page
    assert page is not None
    qtbot.waitUntil(lambda: page.accessibleName() == f"Account dora, active, {CURRENCY}")
    with connected(as_role("t_operator")) as operator:
        done(write(operator, "set_account_status", "dora", status, REASON))
    screen.refresh()
    qtbot.waitUntil(lambda: page.accessibleName() == f"Account dora, {status}, {CURRENCY}")
    assert [one for one in page.head.findChildren(Chip) if one.text() == status and one.isVisible()]
    assert page.trouble == ""


def test_a_narrow_list_keeps_whom_a_flag_waits_for(qtbot: QtBot, screen: Accounts) -> None:
    table = screen.list.table
    at = {column.key: place for place, column in enumerate(screen.list.model.columns)}
    screen.resize(748, 430)
    qtbot.waitUntil(lambda: table.isColumnHidden(at["last_activity"]))
    assert not table.isColumnHidden(at["flag"])
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
