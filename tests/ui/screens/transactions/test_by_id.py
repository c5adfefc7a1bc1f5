"""One transaction by its id: shown with its detail, and a step away from what reversed it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.ledger.accounts import commands as accounts
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from console.ledger.transactions.transfer import transfer
from tests.cluster import CURRENCY
from ui.kit.table.paged_model import State
from ui.routes import OpenTransaction
from ui.screens.transactions.screen import Transactions

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.context import Context


@pytest.fixture
def reversed_one(context: Context) -> tuple[int, int]:
    """Return the ids of a payment without a reference and of its reversal, among others."""
    ledger = context.ledger
    for name in ("ann", "bert"):
        accounts.open(ledger, name, CURRENCY, reason="joined")
    transfer(ledger, payer="@issuance", payee="ann", currency=CURRENCY, amount=900)
    paid = transfer(ledger, payer="ann", payee="bert", currency=CURRENCY, amount=300)
    back = reverse_transaction(ledger, Reversal(paid.transaction, "sent in error"))
    return paid.transaction, back.transaction


@pytest.fixture
def screen(context: Context, reversed_one: tuple[int, int], qtbot: QtBot) -> Transactions:
    made = Transactions(context)
    context.navigator.wanted.connect(made.follow)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.follow(OpenTransaction(reversed_one[0]))
    qtbot.waitUntil(lambda: context.worker.active == 0)
    return made


def is_shown(screen: Transactions, number: int) -> bool:
    return screen.detail.row is not None and screen.detail.row.id == number


def test_it_alone_is_listed_with_its_detail_open(
    screen: Transactions, reversed_one: tuple[int, int], qtbot: QtBot
) -> None:
    assert [row.id for row in screen.model.rows] == [reversed_one[0]]
    assert screen.filters.id.applied_value == str(reversed_one[0])
    assert screen.detail.row == screen.model.row_at(0)
    assert QApplication.focusWidget() is screen.detail.from_account


def test_its_reversal_is_a_key_away_and_leads_back(
    screen: Transactions, reversed_one: tuple[int, int], qtbot: QtBot
) -> None:
    paid, back = reversed_one
    detail = screen.detail
    assert (detail.reversed_by.text(), detail.reverses.isHidden()) == (f"Its reversal, {back}", True)
    QTest.keyClick(detail.reversed_by, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: detail.row is not None and detail.row.id == back)
    assert (detail.reverses.text(), detail.reversed_by.isHidden()) == (f"What it reverses, {paid}", True)
    actions = {one.text(): one for one in screen.table.row_menu(0, 0).actions()}
    actions[f"What it reverses, {paid}"].trigger()
    qtbot.waitUntil(lambda: detail.row is not None and detail.row.id == paid)


def test_an_id_that_is_not_there_says_so(screen: Transactions, qtbot: QtBot) -> None:
    screen.follow(OpenTransaction(10**17))
    qtbot.waitUntil(lambda: screen.model.state is State.EMPTY)
    assert screen.table.words.startswith("No transaction matches")
    assert screen.detail.isHidden()


def test_what_is_left_of_a_transaction_stands_in_list_and_detail(
    screen: Transactions, context: Context, qtbot: QtBot
) -> None:
    paid = transfer(
        context.ledger, payer="@external", payee="ann", currency=CURRENCY, amount=8_000
    ).transaction
    order = Reversal(paid, "charged twice", 3_000, ticket="ZD-1")
    back = reverse_transaction(context.ledger, order).transaction
    detail, column = screen.detail, [one.key for one in screen.model.columns].index("reversal")
    for number, listed, told in (
        (paid, "30.00 of 80.00", "30.00 of 80.00 given back, 50.00 left"),
        (back, f"of {paid}, part 1", f"of {paid}, part 1"),
    ):
        screen.follow(OpenTransaction(number))
        qtbot.waitUntil(partial(is_shown, screen, number))
        assert screen.model.index(0, column).data() == listed
        assert detail.said("Reversal") == told
    assert (detail.said("Reason"), detail.said("Ticket")) == ("charged twice", "ZD-1")
