"""Where the rows of a batch lead: a posted line to its transaction, every party to its account."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.batches.commands import post
from tests.ui.screens.batches.hands import loaded_page, press
from ui.kit.table.paged_model import State
from ui.routes import OpenAccount, OpenTransaction

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.ledger.batches.commands import LoadedBatch
    from console.writes.ledger import Ledger
    from ui.context import Context
    from ui.kit.table.view import LedgerTable
    from ui.routes import Route
    from ui.screens.batches.screen import Batches


@pytest.fixture
def routes(context: Context) -> list[Route]:
    """Return where the screen wanted to lead."""
    found: list[Route] = []
    context.navigator.wanted.connect(found.append)
    return found


def titles(table: LedgerTable) -> list[str]:
    return [one.text().split("\t")[0] for one in table.row_menu(0, 0).actions()]


def test_a_draft_line_leads_to_the_customer(
    screen: Batches, draft: LoadedBatch, routes: list[Route], qtbot: QtBot
) -> None:
    lines = loaded_page(qtbot, screen, draft.batch_id).tabs.lines
    qtbot.waitUntil(lambda: lines.list_state is State.READY)
    payer = lines.model().row_at(0).from_name  # type: ignore[attr-defined]  # it is a model of ours
    lines.select_place(0)
    QTest.keyClick(lines, Qt.Key.Key_Return)
    assert routes == [OpenAccount(payer, "CR")]
    assert titles(lines)[:2] == [
        f"Account of {payer}", "Account of the bank (@external)  (an account of the ledger itself)",
    ]  # fmt: skip


def test_a_posted_line_leads_to_its_transaction(
    screen: Batches, draft: LoadedBatch, operator_ledger: Ledger, routes: list[Route], qtbot: QtBot
) -> None:
    post(operator_ledger, draft.batch_id, draft.summary.content_hash, key=uuid4())
    lines = loaded_page(qtbot, screen, draft.batch_id).tabs.lines
    qtbot.waitUntil(lambda: lines.list_state is State.READY)
    number = lines.model().row_at(0).transaction  # type: ignore[attr-defined]  # it is a model of ours
    lines.select_place(0)
    QTest.keyClick(lines, Qt.Key.Key_Return)
    assert routes == [OpenTransaction(number)]
    assert titles(lines)[0] == f"Open transaction {number}"


def test_an_account_of_the_dry_run_leads_to_its_page(
    screen: Batches, draft: LoadedBatch, routes: list[Route], qtbot: QtBot
) -> None:
    page = loaded_page(qtbot, screen, draft.batch_id)
    press(page.posting.rehearse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.rehearsed is not None)
    page.tabs.wallets.select_place(0)
    QTest.keyClick(page.tabs.wallets, Qt.Key.Key_Return)
    assert routes == [OpenAccount(page.tabs.wallet_model.rows[0].username, "CR")]
