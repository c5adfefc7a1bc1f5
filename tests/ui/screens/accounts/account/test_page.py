"""One account's page on a real ledger: figures, tabs, currencies, the keyboard, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableView,
    QWidget,
)
from sqlalchemy.engine import make_url

from tests.cluster import connected
from tests.models.writes import done, grant, write
from tests.ui.several import fill_in_four_currencies
from ui.kit.charts.balance_line import BalanceLine
from ui.routes import OpenUserTransactions
from ui.screens.accounts.account.page import AccountPage
from ui.screens.accounts.account.tabs import CREDITS_TAB, NOTES_TAB

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.cluster import Cluster
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.routes import Route


@pytest.fixture
def several(ledger_url: str, context_of: Contexts) -> Context:
    """Return a context on a ledger of four currencies."""
    fill_in_four_currencies(ledger_url)
    return context_of("t_operator")


def titles(page: AccountPage) -> list[str]:
    """Return the titles of the tabs."""
    return [page.tabs.tabs.tabText(at) for at in range(page.tabs.tabs.count())]


def test_the_figures_say_what_may_be_spent_and_what_it_is_made_of(page: AccountPage) -> None:
    figures = page.figures
    assert figures.available.accessibleName() == "Available: 641.60 CR"
    assert figures.balance.accessibleName() == "Balance: 791.60 CR"
    assert figures.on_hold.accessibleName() == "On hold: 150.00 CR"
    assert figures.expiring.accessibleName() == "Credit that expires within 30 days: 50.00 CR"
    assert page.head.title.chip.text() == "active"
    assert page.head.about.endswith("trust level 0")


def test_the_tabs_count_what_they_hold(page: AccountPage) -> None:
    assert titles(page)[CREDITS_TAB:] == ["Credits  2", "Holds  3", "Timeline", "Notes  1"]
    lots = page.tabs.credits.model.rows
    assert [(row.place, row.lot.source, row.lot.remaining, row.free) for row in lots] == [
        (1, "goodwill", 5_000, 0), (2, "winter sale", 10_000, 0),
    ]  # fmt: skip
    holds = page.tabs.hold_model.rows
    assert [(row.reference, row.state, row.amount) for row in holds] == [
        ("order 1", "reserved", 10_000), ("order 2", "reserved", 5_000), ("order 3", "released", 700),
    ]  # fmt: skip
    assert holds[2].reason == "it was called off"
    assert page.tabs.notes.model.rows[0].text == "called about a refund"


def test_a_page_asks_three_statements(
    noor: str, context: Context, page_of: Pages, statements: Statements, qtbot: QtBot
) -> None:
    with statements.counted() as sent:
        made = page_of(noor)
        qtbot.waitUntil(lambda: context.worker.active == 0)
    assert made.reading is not None
    assert len(sent) == 3


def test_expired_credit_is_marked(noor: str, ledger_url: str, page_of: Pages) -> None:
    with connected(ledger_url) as ledger:
        ledger.execute("SET session_replication_role = replica")
        ledger.execute(
            "UPDATE ledger.credit_lots SET created_at = now() - interval '2 days', "
            "expires_at = date_trunc('minute', now()) - interval '1 day' WHERE source = 'goodwill'"
        )
        ledger.execute("UPDATE ledger.reservations SET status = 'released', closed_at = now(), "
                       "closed_by = 'x', close_reason = 'x' WHERE status = 'reserved'")  # fmt: skip
        ledger.execute("UPDATE ledger.wallets SET reserved = 0 WHERE reserved > 0")
    page = page_of(noor)
    assert [row.state for row in page.tabs.credits.model.rows] == ["expired", "open"]
    assert page.figures.available.accessibleName() == "Available: 741.60 CR"


def test_an_unknown_account_is_said_in_one_sentence_with_a_way_back(page_of: Pages, qtbot: QtBot) -> None:
    page = page_of("nobody")
    assert page.trouble == "There is no account 'nobody' in CR."
    assert not page.retry_button.isVisible()
    assert not page.figures.isVisible()
    with qtbot.waitSignal(page.back_wanted):
        QTest.mouseClick(page.head.back_button, Qt.MouseButton.LeftButton)


def test_what_was_shown_stays_when_the_server_goes(
    page: AccountPage, cluster: Cluster, ledger_url: str, qtbot: QtBot
) -> None:
    name = make_url(ledger_url).database or ""
    with connected(cluster.url("postgres")) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        page.equation.periods["30 days"].click()
        qtbot.waitUntil(lambda: bool(page.trouble), timeout=20_000)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert page.trouble.startswith("Not read again: ")
    assert "What is shown is of " in page.trouble
    assert page.figures.available.isVisible()
    assert page.equation.note == "not added up again"
    assert page.equation.periods["90 days"].isChecked()

    def again() -> bool:
        if page.trouble:
            page.retry_button.click()
        return not page.trouble

    qtbot.waitUntil(again, timeout=20_000)
    assert not page.retry_button.isVisible()


def test_each_currency_is_its_own_page(several: Context, page_of: Pages, qtbot: QtBot) -> None:
    page = page_of("int32", shown_in=several)
    assert page.currency == "BHD"
    assert page.figures.balance.accessibleName() == "Balance: 2147483.648 BHD"
    assert list(page.head.currencies) == ["BHD", "BTC", "CR", "JPY"]
    QTest.mouseClick(page.head.currencies["JPY"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.figures.balance.accessibleName() == "Balance: 2147483648 JPY")
    assert page.head.currencies["JPY"].isChecked()
    other = page_of("int32", "CR", shown_in=several)
    assert other.figures.balance.accessibleName() == "Balance: 21474836.48 CR"


def test_an_account_that_no_currency_knows(several: Context, page_of: Pages) -> None:
    assert page_of("nobody", shown_in=several).trouble == "There is no account 'nobody'."


def test_only_the_currencies_that_an_account_has_are_offered(
    several: Context, page_of: Pages, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"single": 100}, "BTC")
    page = page_of("single", shown_in=several)
    assert page.currency == "BTC"
    assert not any(one.isVisible() for one in page.head.currencies.values())


def test_names_are_no_markup(open_accounts: Callable[..., None], ledger_url: str, page_of: Pages) -> None:
    open_accounts({"odd": 100})
    with connected(ledger_url) as ledger:
        ledger.execute("SET session_replication_role = replica")
        ledger.execute(
            "UPDATE ledger.users SET display_name = '<b>Odd</b>', metadata = '{\"plan\": \"<i>gold</i>\"}' "
            "WHERE username = 'odd'"
        )
    page = page_of("odd")
    assert page.head.about.startswith("<b>Odd</b> ")
    assert page.head.metadata == "plan: <i>gold</i>"


def test_escape_goes_back_and_transactions_lead_to_the_list(
    page: AccountPage, context: Context, qtbot: QtBot
) -> None:
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    QTest.mouseClick(page.head.transactions_button, Qt.MouseButton.LeftButton)
    assert wanted == [OpenUserTransactions("noor.a")]
    with qtbot.waitSignal(page.back_wanted):
        QTest.keyClick(page.tabs.table, Qt.Key.Key_Escape)


def test_the_answer_is_copied_without_other_names(page: AccountPage) -> None:
    QTest.mouseClick(page.head.answer_button, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert copied.startswith("The balance of noor.a is 791.60 CR, and 641.60 CR is available now.")
    assert "greta.l" not in copied


def test_the_balance_is_drawn_over_an_axis_from_zero(page: AccountPage) -> None:
    line = page.figures.over_time
    assert line.isVisible()
    assert line.labels == ("791.60", "0.00")
    assert line.ends[1] == "now"
    assert line.accessibleName().endswith("791.60 CR now")


def test_an_overdraft_is_below_the_axis(theme: Theme, qtbot: QtBot) -> None:
    line = BalanceLine(theme)
    qtbot.addWidget(line)
    line.resize(240, 60)
    line.set_points([(0.0, 100), (1.0, -50)], written=str, ends=("a", "b"), spoken="c")
    assert line.labels == ("100", "-50")
    assert not line.grab().isNull()


def test_every_control_is_named(page: AccountPage) -> None:
    kinds = (QAbstractButton, QLineEdit, QTableView)
    controls = [one for kind in kinds for one in page.findChildren(kind)]
    nameless = [
        one for one in controls
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and not (
            one.accessibleName() or (isinstance(one, QAbstractButton) and one.text())
        )
    ]  # fmt: skip
    assert controls
    assert nameless == []


def test_the_tab_key_walks_the_page_from_top_to_bottom(page: AccountPage, qtbot: QtBot) -> None:
    page.tabs.show_tab(NOTES_TAB)
    page.tabs.notes.edit.setText("asked again")
    page.activateWindow()
    qtbot.waitUntil(lambda: [one.isVisible() for one in page.equation.terms.buttons.values()] == [True, True])
    page.head.back_button.setFocus()
    qtbot.waitUntil(page.head.back_button.hasFocus)
    walked = []
    for _ in range(17):
        at = QApplication.focusWidget()
        assert at is not None
        walked.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    notes = page.tabs.notes
    assert walked == [
        page.head.back_button, page.head.answer_button, page.head.follow, page.head.transactions_button,
        *page.acts.buttons, page.acts.more_button, page.equation.periods["90 days"],
        *page.equation.terms.buttons.values(), page.tabs.tabs, notes.edit, notes.flag_box,
        notes.add_button, notes.table,
    ]  # fmt: skip


def test_the_keyboard_begins_at_the_first_term(noor: str, context: Context, qtbot: QtBot) -> None:
    page = AccountPage(context, noor)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    page.reload()
    page.focus_start()
    qtbot.waitUntil(lambda: page.equation.note.endswith("equal"))
    assert QApplication.focusWidget() is page.equation.terms.buttons["deposited"]
    page.reload()
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert QApplication.focusWidget() is page.equation.terms.buttons["deposited"]


def test_where_nothing_moved_the_keyboard_begins_in_the_table(
    context: Context, open_accounts: Callable[..., None], qtbot: QtBot
) -> None:
    open_accounts({"still": 0})
    page = AccountPage(context, "still")
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    page.reload()
    page.focus_start()
    qtbot.waitUntil(lambda: page.equation.note.endswith("equal"))
    assert QApplication.focusWidget() is page.tabs.statement.table


def in_sight(page: AccountPage, wanted: QWidget, area: QRect) -> bool:
    """Return whether an area of a widget stands wholly in what the page shows of itself."""
    seen = page.findChildren(QScrollArea)[0].viewport()
    return seen.rect().contains(QRect(wanted.mapTo(seen, area.topLeft()), area.size()))


def test_a_low_window_follows_the_keyboard(page: AccountPage, qtbot: QtBot) -> None:
    page.resize(800, 420)
    page.activateWindow()
    table = page.tabs.table
    table.setFocus()
    qtbot.waitUntil(lambda: table.hasFocus() and table.model().rowCount() > 0)
    for _ in range(table.model().rowCount()):
        QTest.keyClick(table, Qt.Key.Key_Down)
        assert in_sight(page, table.viewport(), table.visualRect(table.currentIndex()))
    page.focus_start()
    first = page.equation.terms.buttons["deposited"]
    qtbot.waitUntil(lambda: in_sight(page, first, first.rect()))


def words(figure: QWidget) -> list[str]:
    """Return what a figure's card says, from the top."""
    return [one.text() for one in figure.findChildren(QLabel) if one.text()]


def test_what_a_frozen_account_has_is_not_said_to_be_spendable(
    noor: str, as_role: Callable[[str], str], page_of: Pages
) -> None:
    with connected(as_role("t_operator")) as operator:
        done(write(operator, "set_account_status", noor, "frozen", "a stolen card"))
    assert words(page_of(noor).figures.available) == ["Available", "641.60 CR", "frozen: no money moves"]


def test_the_tab_key_comes_to_the_currencies_where_they_stand(
    several: Context, page_of: Pages, qtbot: QtBot
) -> None:
    page = page_of("int32", shown_in=several)
    page.activateWindow()
    page.head.back_button.setFocus()
    qtbot.waitUntil(page.head.back_button.hasFocus)
    # Of the currencies it stops at the one that is chosen; the arrows go to the others.
    for expected in (page.head.currencies[page.currency], page.head.answer_button):
        QTest.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is expected


def test_what_a_transfer_may_use_is_said_beside_how_it_is_reckoned(
    noor: str, as_role: Callable[[str], str], page_of: Pages
) -> None:
    with connected(as_role("t_operator")) as operator:
        done(grant(operator, noor, 1_000))
    assert words(page_of(noor).figures.available) == [
        "Available", "651.60 CR", "balance \N{MINUS SIGN} on hold\na transfer may use 641.60 CR"
    ]  # fmt: skip
