"""The Credits tab: what is open and what has ended, what each paid for, and which paid for a movement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy.engine import make_url

from console.ledger.accounts.detail import STATEMENT_SIZE
from tests.cluster import connected
from tests.models.writes import done, grant, write
from tests.ui.several import fill_in_four_currencies
from ui.kit.table.model import CellModel
from ui.kit.table.paged_model import State
from ui.routes import OpenTransaction
from ui.screens.accounts.account.tabs import CREDITS_TAB, STATEMENT_TAB

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from tests.cluster import Cluster
    from tests.ui.conftest import Contexts
    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.kit.table.view import LedgerTable
    from ui.routes import Route
    from ui.screens.accounts.account.page import AccountPage

MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def page(moved: str, page_of: Pages, qtbot: QtBot) -> AccountPage:
    """Show the credit of a customer who was captured from over two credits, of which the first is used up."""
    made = page_of(moved)
    made.activateWindow()
    made.tabs.show_tab(CREDITS_TAB)
    qtbot.waitUntil(lambda: made.isActiveWindow() and made.tabs.statement.model.rowCount() == 7)
    return made


@pytest.fixture
def busy(page: AccountPage, as_role: Callable[[str], str], context: Context, qtbot: QtBot) -> AccountPage:
    """Let so much come in since that the capture is on none of the newest pages."""
    with connected(as_role("t_operator")) as ledger:
        ledger.execute(
            "SELECT ledger.transfer(gen_random_uuid(), 'greta.l', 'noor.a', 'CR', 1) "
            "FROM generate_series(1, %s)",
            [2 * context.settings.page_size + 50],
        )
    page.reload()
    qtbot.waitUntil(
        lambda: page.tabs.statement.model.rowCount() >= STATEMENT_SIZE and context.worker.active == 0
    )
    return page


@pytest.fixture
def yen_too(moved: str, ledger_url: str, open_accounts: Callable[..., None], context_of: Contexts) -> Context:
    """Return a context in which the same customer has 100 JPY as well."""
    fill_in_four_currencies(ledger_url)
    open_accounts({moved: 100}, "JPY")
    return context_of("t_operator")


def texts(table: LedgerTable, *keys: str) -> list[tuple[str, ...]]:
    """Return what some columns show, from the top."""
    model = table.model()
    assert isinstance(model, CellModel)
    places = [[column.key for column in model.columns].index(key) for key in keys]
    return [tuple(model.cell(row, at).text for at in places) for row in range(model.rowCount())]


def press(key: Qt.Key) -> None:
    """Press a key where the keyboard is."""
    at = QApplication.focusWidget()
    assert at is not None
    QTest.keyClick(at, key)


@pytest.fixture
def both(noor: str, page_of: Pages) -> AccountPage:
    """Show the credit of a customer who has two open ones."""
    made = page_of(noor)
    made.activateWindow()
    made.tabs.show_tab(CREDITS_TAB)
    return made


def open_uses(page: AccountPage, place: int, qtbot: QtBot) -> None:
    """Open what the credit at a place of the list paid for, by Enter."""
    page.tabs.credits.table.setFocus()
    page.tabs.credits.table.select_place(place)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.tabs.credits.uses.model.state is State.READY)


def open_parts(page: AccountPage, place: int, qtbot: QtBot) -> None:
    """Take the movement at a place of the statement apart, by its key."""
    page.tabs.show_tab(STATEMENT_TAB)
    page.tabs.statement.table.setFocus()
    page.tabs.statement.table.select_place(place)
    press(Qt.Key.Key_P)
    qtbot.waitUntil(lambda: page.tabs.statement.parts.model.state in {State.READY, State.EMPTY})


def show_ended(page: AccountPage, qtbot: QtBot) -> None:
    """Choose the credit that has ended, by the arrow key."""
    page.tabs.credits.open_button.setFocus()
    press(Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.tabs.credits.ended_model.state in {State.READY, State.EMPTY})


def menu(table: LedgerTable, row: int) -> dict[str, QAction]:
    """Return what can be done with a row, by its title."""
    return {action.text().split("\t")[0]: action for action in table.row_menu(row, 0).actions()}


def test_enter_opens_what_a_credit_paid_for(page: AccountPage, qtbot: QtBot) -> None:
    open_uses(page, 0, qtbot)
    uses = page.tabs.credits.uses
    head, places = uses.table.head, [column.key for column in uses.model.columns]
    assert not head.isSectionHidden(places.index("counterparty"))
    assert (uses.heading, uses.of) == ("What became of it", "Credit 2 \N{MIDDLE DOT} winter sale")
    assert texts(uses.table, "kind", "counterparty", "amount", "remaining_after", "reference") == [
        ("capture", "@revenue", f"{MINUS}49.11", "50.89", "order 767111"),
        ("grant", "new credit", "+100.00", "100.00", ""),
    ]  # fmt: skip
    qtbot.waitUntil(uses.table.hasFocus)
    press(Qt.Key.Key_Escape)
    assert (uses.isVisible(), page.tabs.credits.open_table.hasFocus()) == (False, True)
    with qtbot.waitSignal(page.back_wanted):
        press(Qt.Key.Key_Escape)


def test_what_is_open_follows_the_row(both: AccountPage, qtbot: QtBot) -> None:
    open_uses(both, 0, qtbot)
    credit = both.tabs.credits
    assert credit.uses.of.endswith("goodwill")
    credit.open_table.setFocus()
    press(Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: credit.uses.of.endswith("winter sale"))
    assert texts(credit.uses.table, "amount") == [("+100.00",)]
    assert credit.open_table.hasFocus()
    press(Qt.Key.Key_Escape)
    assert (credit.uses.isVisible(), credit.open_table.hasFocus()) == (False, True)
    press(Qt.Key.Key_Up)
    assert not credit.uses.isVisible()


def test_a_use_leads_to_its_row_of_the_statement_out_of_any_term(page: AccountPage, qtbot: QtBot) -> None:
    page.equation.terms.buttons["captured"].click()
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 1)
    page.tabs.show_tab(CREDITS_TAB)
    open_uses(page, 0, qtbot)
    press(Qt.Key.Key_Return)
    statement = page.tabs.statement
    qtbot.waitUntil(lambda: statement.model.rowCount() == 7)
    assert [row.reference for row in statement.table.selected_rows()] == ["order 767111"]
    assert (page.tabs.tabs.currentIndex(), statement.words, page.equation.term) == (STATEMENT_TAB, "", None)
    assert statement.table.hasFocus()


def test_the_statement_begins_at_a_movement_that_is_not_loaded(
    busy: AccountPage, context: Context, qtbot: QtBot
) -> None:
    statement = busy.tabs.statement
    open_uses(busy, 0, qtbot)
    press(Qt.Key.Key_Return)
    # What came after it is loaded too, so that one can scroll up, and it stays selected.
    qtbot.waitUntil(lambda: statement.model.rowCount() > context.settings.page_size)
    assert [row.reference for row in statement.table.selected_rows()] == ["order 767111"]
    busy.reload()
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert "order 767111" in {row.reference for row in statement.model.rows}
    QTest.keyClick(statement.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not statement.model.more_before)
    assert statement.model.rows[0].amount == 1


def test_a_term_begins_at_its_newest_row_wherever_the_statement_began(
    busy: AccountPage, qtbot: QtBot
) -> None:
    statement = busy.tabs.statement
    open_uses(busy, 0, qtbot)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(statement.table.selected_rows()))
    busy.equation.terms.buttons["received"].click()
    qtbot.waitUntil(lambda: {row.kind.value for row in statement.model.rows} == {"transfer"})
    assert (statement.model.rows[0].amount, statement.model.more_before) == (1, False)


def test_another_currency_shuts_what_is_open(yen_too: Context, page_of: Pages, qtbot: QtBot) -> None:
    page = page_of(currency="CR", shown_in=yen_too)
    page.activateWindow()
    page.tabs.show_tab(CREDITS_TAB)
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 7)
    open_parts(page, 0, qtbot)
    press(Qt.Key.Key_Return)
    credit, parts = page.tabs.credits, page.tabs.statement.parts
    qtbot.waitUntil(lambda: credit.ended_model.rowCount() == 1)
    page.head.currencies["JPY"].click()
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 1)
    assert (credit.uses.isHidden(), parts.isHidden(), credit.table) == (True, True, credit.open_table)
    show_ended(page, qtbot)
    qtbot.waitUntil(lambda: credit.ended_model.state is State.EMPTY)


def test_ended_credit_is_chosen_by_an_arrow_and_says_how_it_ended(page: AccountPage, qtbot: QtBot) -> None:
    show_ended(page, qtbot)
    credit = page.tabs.credits
    assert texts(credit.ended_table, "ending", "source", "amount") == [("used up", "goodwill", "50.00")]
    open_uses(page, 0, qtbot)
    assert texts(credit.uses.table, "kind", "amount") == [("capture", f"{MINUS}50.00"), ("grant", "+50.00")]
    credit.open_button.click()
    assert (credit.uses.isVisible(), credit.open_table.isVisible()) == (False, True)


def test_without_ended_credit_the_list_says_so(both: AccountPage, qtbot: QtBot) -> None:
    show_ended(both, qtbot)
    assert both.tabs.credits.ended_table.words.startswith("No ended credit")


def test_a_movement_is_taken_apart_and_leads_to_each_of_its_credits(page: AccountPage, qtbot: QtBot) -> None:
    open_parts(page, 0, qtbot)
    parts, credit = page.tabs.statement.parts, page.tabs.credits
    assert (parts.heading, parts.of) == (
        "What credit it was paid with", f"Capture 8 \N{MIDDLE DOT} {MINUS}99.11 CR"
    )  # fmt: skip
    assert texts(parts.table, "source", "amount", "remaining_after", "state") == [
        ("goodwill", f"{MINUS}50.00", "0.00", "ended"), ("winter sale", f"{MINUS}49.11", "50.89", "open"),
    ]  # fmt: skip
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(credit.ended_table.selected_rows()))
    assert [lot.source for lot in credit.ended_table.selected_rows()] == ["goodwill"]
    assert (page.tabs.tabs.currentIndex(), credit.ended_table.hasFocus()) == (CREDITS_TAB, True)
    qtbot.waitUntil(lambda: credit.uses.of.endswith("goodwill"))
    page.tabs.show_tab(STATEMENT_TAB)
    parts.table.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert [row.lot.source for row in credit.open_table.selected_rows()] == ["winter sale"]
    assert credit.open_table.hasFocus()
    qtbot.waitUntil(lambda: credit.uses.of.endswith("winter sale"))


def test_the_list_of_ended_credit_begins_at_the_one_that_is_shown(
    page: AccountPage, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    with connected(as_role("t_operator")) as ledger:
        ledger.execute("SELECT ledger.release(gen_random_uuid(), 'order 2', 'no longer wanted')")
        for source in ("one", "two"):
            ledger.execute(
                "SELECT ledger.grant_credit(gen_random_uuid(), 'noor.a', 'CR', 5, %s, now() + '1 hour')",
                [source],
            )
            ledger.execute("SELECT ledger.reserve(gen_random_uuid(), 'noor.a', 'CR', 5, %s)", [source])
            ledger.execute("SELECT ledger.capture(gen_random_uuid(), %s)", [source])
    page.reload()
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 11)
    open_parts(page, 4, qtbot)
    press(Qt.Key.Key_Return)
    credit = page.tabs.credits
    qtbot.waitUntil(lambda: credit.ended_model.rowCount() == 3)
    assert [lot.source for lot in credit.ended_model.rows] == ["two", "one", "goodwill"]
    assert [lot.source for lot in credit.ended_table.selected_rows()] == ["goodwill"]


def test_money_without_expiry_leads_to_no_credit(page: AccountPage, qtbot: QtBot) -> None:
    open_parts(page, 1, qtbot)
    parts = page.tabs.statement.parts
    assert texts(parts.table, "source", "amount", "state") == [("no expiry", f"{MINUS}31.45", "")]
    press(Qt.Key.Key_Return)
    assert page.tabs.tabs.currentIndex() == STATEMENT_TAB
    refused = menu(parts.table, 0)["Show the credit  (money that does not expire)"]
    assert not refused.isEnabled()


def test_a_grant_says_which_credit_it_brought(page: AccountPage, qtbot: QtBot) -> None:
    assert "What credit it was paid with" in menu(page.tabs.statement.table, 0)
    menu(page.tabs.statement.table, 4)["What credit it brought"].trigger()
    parts = page.tabs.statement.parts
    qtbot.waitUntil(lambda: parts.model.rowCount() == 1)
    assert texts(parts.table, "source", "amount") == [("winter sale", "+100.00")]
    assert parts.heading == parts.accessibleName() == parts.table.accessibleName() == "What credit it brought"


def test_an_account_of_the_ledger_has_no_credit(moved: str, page_of: Pages, qtbot: QtBot) -> None:
    page = page_of("@revenue")
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 1)
    page.activateWindow()
    open_parts(page, 0, qtbot)
    assert page.tabs.statement.parts.table.words.startswith("No credit")


def test_a_use_leads_to_its_transaction(page: AccountPage, context: Context, qtbot: QtBot) -> None:
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    open_uses(page, 0, qtbot)
    uses = page.tabs.credits.uses
    for place in (0, 1):
        menu(uses.table, place)["Open transaction"].trigger()
    assert wanted == [OpenTransaction(use.transaction) for use in uses.model.rows[:2]]


def test_uses_that_cannot_be_read_say_so_and_are_asked_for_again(
    both: AccountPage, cluster: Cluster, ledger_url: str, qtbot: QtBot
) -> None:
    open_uses(both, 0, qtbot)
    credit = both.tabs.credits
    name = make_url(ledger_url).database or ""
    with connected(cluster.url("postgres")) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        credit.open_table.select_place(1)
        qtbot.waitUntil(lambda: credit.uses.table.words.startswith("Could not load"), timeout=20_000)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    # Not the other credit's rows under this one's name.
    assert credit.uses.of.endswith("winter sale")

    def again() -> bool:
        if credit.uses.model.state is State.ERROR:
            credit.uses.model.retry()
        return credit.uses.model.rowCount() == 1

    qtbot.waitUntil(again, timeout=20_000)


def test_what_is_open_is_read_again_with_the_account(
    both: AccountPage, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    open_uses(both, 0, qtbot)
    with connected(as_role("t_operator")) as ledger:
        ledger.execute("SELECT ledger.capture(gen_random_uuid(), 'order 1', 1000)")
    both.reload()
    uses = both.tabs.credits.uses
    qtbot.waitUntil(lambda: texts(uses.table, "amount") == [(f"{MINUS}10.00",), ("+50.00",)])
    assert [row.lot.source for row in both.tabs.credits.open_table.selected_rows()] == ["goodwill"]
    open_parts(both, 2, qtbot)
    parts = both.tabs.statement.parts
    assert texts(parts.table, "source", "state") == [("goodwill", "open")]
    with connected(as_role("t_operator")) as ledger:
        ledger.execute("SELECT ledger.capture(gen_random_uuid(), 'order 2', 5000)")
    both.reload()
    qtbot.waitUntil(lambda: texts(parts.table, "source", "state") == [("goodwill", "ended")])
    both.equation.terms.buttons["captured"].click()
    assert parts.isHidden()


def test_in_a_narrow_window_what_is_open_stands_below_and_comes_into_view(
    page: AccountPage, qtbot: QtBot
) -> None:
    uses, table = page.tabs.credits.uses, page.tabs.credits.open_table
    open_uses(page, 0, qtbot)
    assert uses.mapTo(page, uses.rect().topLeft()).x() > table.mapTo(page, table.rect().topRight()).x()
    press(Qt.Key.Key_Escape)
    page.resize(592, 400)
    open_uses(page, 0, qtbot)
    qtbot.waitUntil(lambda: page.rect().contains(uses.mapTo(page, uses.rect().center())))
    assert uses.mapTo(page, uses.rect().topLeft()).y() > table.mapTo(page, table.rect().bottomLeft()).y()


def test_the_tab_key_walks_through_the_credit(page: AccountPage, qtbot: QtBot) -> None:
    open_uses(page, 0, qtbot)
    credit = page.tabs.credits
    page.tabs.tabs.setFocus()
    walked = []
    for _ in range(5):
        at = QApplication.focusWidget()
        assert at is not None
        walked.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert walked == [
        page.tabs.tabs, credit.open_button, credit.open_table, credit.uses.close_button, credit.uses.table,
    ]  # fmt: skip


def test_credit_that_never_ends_says_so(
    noor: str, as_role: Callable[[str], str], page_of: Pages, qtbot: QtBot
) -> None:
    with connected(as_role("t_operator")) as operator:
        done(grant(operator, noor, 1_000, source="for life"))
    page = page_of(noor)
    page.activateWindow()
    page.tabs.show_tab(CREDITS_TAB)
    table = page.tabs.credits.table
    assert [column.title for column in page.tabs.credits.model.columns][:2] == ["Order", "Source"]
    assert texts(table, "place", "source", "expires_at")[2] == ("3", "for life", "no expiry")
    qtbot.waitUntil(lambda: page.tabs.statement.model.rowCount() == 4)
    open_parts(page, 0, qtbot)
    assert texts(page.tabs.statement.parts.table, "source", "expires_at") == [("for life", "no expiry")]


def test_how_the_end_of_a_credit_was_moved_stands_over_what_it_paid_for(
    page: AccountPage, qtbot: QtBot, as_role: Callable[[str], str]
) -> None:
    chosen = Jsonb({"currency": "CR", "lots": [2], "count": 1, "amount": 5_089})
    with connected(as_role("t_operator")) as ledger:
        done(write(ledger, "extend_lots", chosen, "2031-01-01 00:00+00", "the sale goes on", "OPS-4"))
    open_uses(page, 0, qtbot)
    history = page.tabs.credits.uses.history
    qtbot.waitUntil(lambda: bool(history.words))
    assert "t_operator from " in history.words
    assert history.words.endswith("to end of 31 Dec 2030: the sale goes on (OPS-4)")
    press(Qt.Key.Key_Escape)
    assert history.words == ""
