"""The palette asks the ledger, offers what is there and nothing else, and runs nothing by mere likeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.accounts import commands as accounts
from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.approvals.commands import submit
from console.ledger.credits.commands import Grant, grant
from console.ledger.holds.commands import reserve
from console.ledger.search.everything import TOO_LONG
from console.ledger.transactions.transfer import transfer
from tests.cluster import CURRENCY, connected
from ui.kit.commands import Command
from ui.kit.formats import DOT
from ui.kit.theme.icons import Glyph
from ui.routes import (
    OpenAccount,
    OpenAmount,
    OpenCredit,
    OpenHold,
    OpenReference,
    OpenRequest,
    OpenTransaction,
)
from ui.screen import Screen, ScreenEntry
from ui.screens.registry import SCREENS
from ui.screens.server.screen import Server
from ui.window.main_window import MainWindow
from ui.window.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.routes import Route
    from ui.window.palette import Palette

SAID = {
    "12345": (
        "Nothing found in commands, accounts, transactions, amounts, batches, requests, holds and credits"
    ),
    "<b>": "Nothing found in commands, accounts, transactions, batches and holds",
    "%": "Nothing found in commands, accounts, transactions and holds",
    **dict.fromkeys("_'\"\\", "Nothing found in commands, accounts, transactions and holds"),
    **dict.fromkeys(("x" * 500, "x" * 10_000, "1" * 1_000_000), TOO_LONG),
    **dict.fromkeys(
        ("a\u202eb", "a\0b", "\0", "a\x07b", "a\nb"),
        "Nothing found in commands; no name in the ledger has such characters",
    ),
}
ENTRIES = tuple(
    ScreenEntry(key, key.title(), "Ledger", Glyph.TRANSACTIONS, Screen)
    for key in ("transactions", "accounts", "balances", "approvals")
)


@pytest.fixture
def went(context: Context) -> list[Route]:
    """Return the places that were asked for."""
    found: list[Route] = []
    context.navigator.wanted.connect(found.append)
    return found


@pytest.fixture
def palette(context: Context, qtbot: QtBot, went: list[Route]) -> Iterator[Palette]:
    """Give the palette of a window on a ledger with one user and one reference."""
    ledger = context.ledger
    accounts.open(ledger, "noor.a", CURRENCY, reason="joined")
    transfer(ledger, payer="@issuance", payee="noor.a", currency=CURRENCY, amount=500, reference="INV-17")
    window = MainWindow(context, ENTRIES)
    qtbot.addWidget(window)
    window.palette_dialog.set_search(Search(context))
    window.open_screen("transactions")
    window.show()
    # A popup goes when another window is activated, and that may still be on its way.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.wait(10)
    window.open_palette()
    yield window.palette_dialog
    window.palette_dialog.hide()


def titles(palette: Palette) -> list[str]:
    return [palette.matches.item(row).text() for row in range(palette.matches.count())]


def type_and_wait(palette: Palette, text: str, qtbot: QtBot) -> None:
    palette.field.setText(text)
    qtbot.waitUntil(lambda: not any(one.startswith("Looking") for one in titles(palette)))


def test_what_the_ledger_has_is_offered_and_leads_there(
    palette: Palette, went: list[Route], qtbot: QtBot
) -> None:
    type_and_wait(palette, "noor.a", qtbot)
    assert titles(palette)[:2] == ["Account noor.a", "Transactions of noor.a"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenAccount("noor.a")]


def test_a_reference_is_found_as_it_is_written(palette: Palette, went: list[Route], qtbot: QtBot) -> None:
    type_and_wait(palette, "INV-17", qtbot)
    assert titles(palette)[0] == "Transaction with reference INV-17"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenReference("INV-17")]


def test_a_request_is_found_by_its_number(
    palette: Palette, context: Context, went: list[Route], qtbot: QtBot
) -> None:
    asked = OverdraftLimit("noor.a", CURRENCY, 500, "asked for by sales")
    number = submit(context.ledger, asked, reason="asked for by sales").request
    type_and_wait(palette, f"#{number}", qtbot)
    line = titles(palette).index(f"Request {number}")
    palette.matches.setCurrentRow(line)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenRequest(number)]


@pytest.mark.parametrize("text", [*SAID, "noor.b", "inv-17", "@nobody"])
def test_nothing_is_offered_that_does_not_exist(palette: Palette, qtbot: QtBot, text: str) -> None:
    type_and_wait(palette, text, qtbot)
    offered = titles(palette)
    assert not any(
        one.startswith(("Transaction with", "Transactions of", "Account ", "Batch ")) for one in offered
    )
    if text in SAID:
        assert offered == [SAID[text]]


def test_commands_whose_word_begins_so_stand_first(palette: Palette, qtbot: QtBot) -> None:
    type_and_wait(palette, "bal", qtbot)
    assert titles(palette)[0] == "Go to Balances"


def test_enter_before_the_answer_waits_for_it(palette: Palette, went: list[Route], qtbot: QtBot) -> None:
    QTest.keyClicks(palette.field, "noor.a")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: went == [OpenAccount("noor.a")])
    assert not palette.isVisible()


def test_enter_runs_no_command_with_the_text_only_within_a_word_until_it_is_chosen(
    palette: Palette, went: list[Route], context: Context, qtbot: QtBot
) -> None:
    ran: list[str] = []
    context.commands.ran.connect(ran.append)
    QTest.keyClicks(palette.field, "heme: l")
    for _ in range(2):  # while the ledger is asked, and when it has answered
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: titles(palette) == ["Theme: light"])
        assert (went, ran, palette.isVisible()) == ([], [], True)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert (ran, palette.isVisible()) == (["theme.light"], False)


def test_a_name_that_is_nowhere_offers_no_command_by_its_letters(
    palette: Palette, context: Context, qtbot: QtBot
) -> None:
    context.commands.add(Command("operator.switch", "Switch operator", lambda: None))
    type_and_wait(palette, "root", qtbot)
    assert titles(palette) == ["Nothing found in commands, accounts, transactions, batches and holds"]


def test_each_question_is_one_statement(palette: Palette, context: Context, qtbot: QtBot) -> None:
    costs: list[tuple[str, int]] = []
    forget = context.recorder.on_action(lambda cost: costs.append((cost.action, cost.statements)))
    QTest.keyClicks(palette.field, "noor.a")
    qtbot.waitUntil(lambda: titles(palette)[0] == "Account noor.a")
    forget()
    assert costs == [("search.everything", 1)]


def test_the_field_is_one_line_high_however_much_was_listed_before(palette: Palette, qtbot: QtBot) -> None:
    type_and_wait(palette, "", qtbot)
    full, line = palette.height(), palette.field.height()
    type_and_wait(palette, "12345", qtbot)
    qtbot.waitUntil(lambda: palette.height() < full)
    assert palette.field.height() == line
    assert palette.height() < 120


LED_TO = {
    "noo": ("Account noor.a", "", OpenAccount("noor.a")),
    "invall ZED": ("Account zed", "<b>Zed</b> Invall", OpenAccount("zed")),
    "INV-1": (
        "Transaction with reference INV-17",
        DOT.join(("grant", "5.00 CR", "new credit to noor.a")),
        OpenReference("INV-17"),
    ),
    "5.00": ("1 transaction of 5.00 CR", "amount", OpenAmount(500, CURRENCY)),
    "HOLD-": (
        "Hold HOLD-9 of noor.a",
        f"reserved{DOT}1.00 CR",
        OpenHold("noor.a", CURRENCY, "HOLD-9"),
    ),
}


@pytest.mark.parametrize("text", LED_TO)
def test_a_part_of_a_name_or_an_amount_leads_there_by_keys_alone(
    palette: Palette, went: list[Route], context: Context, qtbot: QtBot, text: str
) -> None:
    """A line says in words what it is, for the eye and for a screen reader."""
    accounts.open(context.ledger, "zed", CURRENCY, reason="joined", display_name="<b>Zed</b> Invall")
    reserve(context.ledger, username="noor.a", currency=CURRENCY, amount=100, reference="HOLD-9")
    title, detail, route = LED_TO[text]
    type_and_wait(palette, text, qtbot)
    assert titles(palette)[0] == title
    spoken = palette.matches.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == (f"{title}, {detail}" if detail else title)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [route]


def test_a_transaction_without_a_reference_is_a_place_of_its_own(
    palette: Palette, went: list[Route], context: Context, qtbot: QtBot
) -> None:
    done = transfer(context.ledger, payer="@external", payee="noor.a", currency=CURRENCY, amount=70)
    type_and_wait(palette, str(done.transaction), qtbot)
    palette.matches.setCurrentRow(titles(palette).index(f"Transaction {done.transaction}"))
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenTransaction(done.transaction)]


def test_a_credit_leads_to_what_it_paid_for(
    palette: Palette, went: list[Route], context: Context, qtbot: QtBot
) -> None:
    order = Grant("noor.a", CURRENCY, 500, "goodwill")
    number = grant(context.ledger, order).lot
    type_and_wait(palette, str(number), qtbot)
    palette.matches.setCurrentRow(titles(palette).index(f"Credit {number} of noor.a"))
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenCredit("noor.a", CURRENCY, number, "goodwill")]


def test_a_last_line_that_cannot_be_chosen_says_that_there_are_more(
    palette: Palette, context: Context, qtbot: QtBot
) -> None:
    for number in range(6):
        accounts.open(context.ledger, f"qua.{number}", CURRENCY, reason="joined")
    type_and_wait(palette, "qua", qtbot)
    assert titles(palette) == [*(f"Account qua.{number}" for number in range(5)), "There are more accounts"]
    assert palette.matches.item(5).flags() == Qt.ItemFlag.NoItemFlags
    type_and_wait(palette, "qua.1", qtbot)
    assert titles(palette) == ["Account qua.1", "Transactions of qua.1"]


def test_an_answer_that_is_late_is_said_and_leaves_what_is_chosen(
    palette: Palette, ledger_url: str, qtbot: QtBot
) -> None:
    palette.late.setInterval(50)
    with connected(ledger_url, autocommit=False) as connection:
        connection.execute("LOCK TABLE ledger.users IN ACCESS EXCLUSIVE MODE")
        QTest.keyClicks(palette.field, "go to")
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: titles(palette)[-1] == "The database does not answer yet")
        assert palette.matches.currentRow() == 1
    qtbot.waitUntil(lambda: not titles(palette)[-1].startswith("The database"))


def test_a_transaction_asked_for_by_its_id_is_titled_and_led_to_by_it(
    palette: Palette, went: list[Route], context: Context, qtbot: QtBot
) -> None:
    type_and_wait(palette, "1", qtbot)
    assert titles(palette) == ["Transactions of @issuance", "Transaction 1"]
    spoken = palette.matches.item(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Transaction 1, " + DOT.join(("INV-17", "grant", "5.00 CR", "new credit to noor.a"))
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert went == [OpenTransaction(1)]


def test_an_auditor_is_led_to_the_sessions_of_an_operator_at_work(
    context_of: Contexts, staff: Staff, qtbot: QtBot
) -> None:
    """Who has none is not offered, for nothing here would show them, and the line says what was meant."""
    at_work, away = staff.hire("support"), staff.hire("support")
    context = context_of("t_auditor")
    window = MainWindow(context, SCREENS)
    qtbot.addWidget(window)
    window.palette_dialog.set_search(Search(context))
    window.show()
    with connected(staff.url(at_work)):
        type_and_wait(window.palette_dialog, away, qtbot)
        assert titles(window.palette_dialog) == [
            "Nothing found in commands, accounts, transactions, batches, holds and operators at work"
        ]
        type_and_wait(window.palette_dialog, at_work, qtbot)
        assert titles(window.palette_dialog) == [f"Sessions of operator {at_work}"]
        QTest.keyClick(window.palette_dialog.field, Qt.Key.Key_Return)
        server = window.current_screen
        assert isinstance(server, Server)
        qtbot.waitUntil(lambda: server.detail.row is not None)
        assert server.detail.row is not None
        assert server.detail.row.operator == at_work
    window.close()
    qtbot.waitUntil(lambda: context.worker.active == 0)
