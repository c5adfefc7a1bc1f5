"""The statement on an account's page: movements as their owner reads them, and where each leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.accounts.equation import Term
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from ui.kit.theme.tokens import Tone
from ui.routes import OpenAccount, OpenTransaction

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.routes import Route
    from ui.screens.accounts.account.page import AccountPage


@pytest.fixture
def page(moved: str, page_of: Pages, qtbot: QtBot) -> AccountPage:
    """Show the page of a customer with movements of several kinds, once they are listed."""
    made = page_of(moved)
    qtbot.waitUntil(lambda: made.tabs.statement.model.rowCount() == 7)
    return made


def cells(page: AccountPage, key: str) -> list[str]:
    """Return what a column shows, from the top."""
    model = page.tabs.statement.model
    place = [column.key for column in model.columns].index(key)
    return [model.cell(row, place).text for row in range(model.rowCount())]


def test_movements_are_signed_and_chained(page: AccountPage) -> None:
    assert cells(page, "amount")[:4] == [
        "\N{MINUS SIGN}99.11", "\N{MINUS SIGN}31.45", "\N{MINUS SIGN}31.45", "+40.68"
    ]  # fmt: skip
    assert cells(page, "before")[:4] == ["769.38", "800.83", "832.28", "791.60"]
    assert cells(page, "after")[:4] == ["670.27", "769.38", "800.83", "832.28"]
    assert cells(page, "counterparty") == ["@revenue", *["greta.l"] * 3, *["new credit"] * 2, "the bank"]
    assert cells(page, "paid_with")[0] == "goodwill, winter sale"
    twins = cells(page, "twin_of")
    assert [bool(twin) for twin in twins] == [False, True, *[False] * 5]
    assert twins[1] == f"twin of {cells(page, 'posted_at')[2][11:19]}"


def test_money_that_went_out_is_no_fault(page: AccountPage) -> None:
    model = page.tabs.statement.model
    place = [column.key for column in model.columns].index("amount")
    assert [model.cell(row, place).tone for row in (0, 3)] == [None, "credit"]


def test_what_kind_a_movement_is_of_has_no_colour(page: AccountPage) -> None:
    model = page.tabs.statement.model
    place = [column.key for column in model.columns].index("kind")
    found = {model.cell(row, place).text: model.cell(row, place).tone for row in range(model.rowCount())}
    assert found == dict.fromkeys(("capture", "transfer", "grant", "deposit"), Tone.NEUTRAL)


def test_enter_leads_to_the_other_customer_and_never_to_the_ledger_itself(
    page: AccountPage, context: Context
) -> None:
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    table = page.tabs.statement.table
    table.select_place(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert wanted == []
    table.select_place(1)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert wanted == [OpenAccount("greta.l", "CR")]


def test_a_row_leads_to_its_transaction(page: AccountPage, context: Context) -> None:
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    actions = {one.text().split("\t")[0]: one for one in page.tabs.statement.table.row_menu(0, 0).actions()}
    refused = actions["Account of @revenue  (an account of the ledger itself)"]
    assert not refused.isEnabled()
    actions["Open transaction"].trigger()
    assert wanted == [OpenTransaction(page.tabs.statement.model.row_at(0).id)]


def test_a_reversal_leads_to_what_it_reverses_though_no_row_of_it_is_listed(
    page: AccountPage, context: Context, qtbot: QtBot
) -> None:
    model = page.tabs.statement.model
    sent = next(row for row in model.rows if row.reference == "Taxi")
    order = Reversal(sent.id, "sent twice")
    done = reverse_transaction(context.ledger, order)
    page.reload()
    qtbot.waitUntil(lambda: model.row_at(0).reverses == sent.id)
    reversal = model.row_at(0)
    page.tabs.statement.show_term(Term.REVERSED, page.equation.counted)
    qtbot.waitUntil(lambda: [row.id for row in model.rows] == [reversal.id])
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    menu = page.tabs.statement.table.row_menu(0, 0)
    next(one for one in menu.actions() if one.text() == f"What it reverses, {sent.id}").trigger()
    assert wanted == [OpenTransaction(sent.id)]
    assert reversal.id == done.transaction


def test_the_rows_selected_are_added_up(page: AccountPage) -> None:
    page.tabs.statement.table.selectAll()
    assert page.tabs.statement.sum.words == (
        "7 rows selected \N{MIDDLE DOT} amount \N{MIDDLE DOT} "
        "sum 670.27 CR, min \N{MINUS SIGN}99.11, max 641.60"
    )


def test_the_oldest_come_first_when_asked(page: AccountPage, qtbot: QtBot) -> None:
    page.tabs.statement.table.sort_wanted.emit("posted_at", False)
    qtbot.waitUntil(lambda: cells(page, "counterparty")[0] == "the bank")


def test_a_row_stays_chosen_when_nothing_new_was_posted(
    page: AccountPage, context: Context, qtbot: QtBot
) -> None:
    table = page.tabs.statement.table
    table.select_place(4)
    page.reload()
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert [row.kind.value for row in table.selected_rows()] == ["grant"]


def test_twins_give_way_before_what_a_movement_is_for(page: AccountPage, qtbot: QtBot) -> None:
    head = page.tabs.statement.table.head
    places = {column.key: at for at, column in enumerate(page.tabs.statement.model.columns)}
    gone: set[str] = set()
    for width in range(page.width(), 600, -40):
        page.resize(width, page.height())
        qtbot.wait(1)
        gone = {key for key, at in places.items() if key != "id" and head.isSectionHidden(at)}
        if len(gone) > 1:
            break
    # That and how much was given back stands in the transaction's detail too, and by which a row's menu says.
    assert gone == {"twin_of", "reversal"}
