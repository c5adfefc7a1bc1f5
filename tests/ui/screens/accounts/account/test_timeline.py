"""The timeline on an account's page: all that happened in one list, and where each row leads."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.errors import UnavailableError
from console.ledger.accounts.timeline.page import Parts
from tests.cluster import connected
from tests.ui.several import EACH, WRITTEN, fill_in_four_currencies
from ui.kit.table.paged_model import State
from ui.routes import OpenAccount, OpenTransaction
from ui.screens.accounts.account import timeline as module
from ui.screens.accounts.account.tabs import TIMELINE_TAB

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.kit.table.columns import Cell
    from ui.routes import Route
    from ui.screens.accounts.account.page import AccountPage

MARKUP = "<b>bold</b> & \u202eturned\n" + "x" * 1_900


@pytest.fixture
def judged(moved: str, as_role: Callable[[str], str]) -> str:
    """Refuse the account a transfer, and freeze it for a reason in markup."""
    with connected(as_role("t_operator")) as ledger:
        ledger.execute(
            "SELECT ledger.transfer(gen_random_uuid(), %s, 'greta.l', 'CR', 99999999, 'Boat')", [moved]
        )
        ledger.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), %s, 'frozen', '<i>stolen</i> phone')",
            [moved],
        )
    return moved


@pytest.fixture
def page(judged: str, page_of: Pages, qtbot: QtBot) -> AccountPage:
    """Show the timeline of a customer to whom everything happened."""
    made = page_of(judged)
    made.tabs.show_tab(TIMELINE_TAB)
    qtbot.waitUntil(lambda: made.tabs.timeline.model.state is State.READY)
    return made


def cells(page: AccountPage, key: str) -> list[Cell]:
    """Return what a column shows, from the top."""
    model = page.tabs.timeline.model
    place = [column.key for column in model.columns].index(key)
    return [model.cell(row, place) for row in range(model.rowCount())]


def said(page: AccountPage) -> list[str]:
    return [cell.text for cell in cells(page, "sentence")]


def is_said(page: AccountPage, words: str) -> bool:
    return words in said(page)


def is_said_further_down(page: AccountPage, words: str) -> bool:
    page.tabs.timeline.model.fetchMore()
    return is_said(page, words)


def choose(page: AccountPage, parts: Parts, qtbot: QtBot) -> None:
    """Choose which rows, by the keyboard."""
    shown = page.tabs.timeline
    shown.choices[parts].setFocus()
    QTest.keyClick(shown.choices[parts], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown.model.state in {State.READY, State.EMPTY})


def test_everything_stands_in_one_order(page: AccountPage) -> None:
    assert [cell.text for cell in cells(page, "kind")] == [
        "status", "refused", "movement", *["movement"] * 3, "note", *["hold"] * 4, "movement", "movement",
        "movement", "account",
    ]  # fmt: skip
    assert said(page)[:3] == [
        "Status set from active to frozen: <i>stolen</i> phone",
        "Refused transfer of 999,999.99 CR to greta.l, since the money does not reach",
        "Captured 99.11 CR for @revenue: a bicycle",
    ]
    assert said(page)[6:8] == ["called about a refund", "Hold order 3 of 7.00 CR released: it was called off"]
    assert [cell.text for cell in cells(page, "moved")][:4] == [
        "", "", "\N{MINUS SIGN}99.11", "\N{MINUS SIGN}31.45",
    ]  # fmt: skip
    assert cells(page, "kind")[1].tone == "error"
    assert {cell.text for cell in cells(page, "who")} == {"t_operator"}


def test_it_is_read_once_somebody_looks_and_again_with_the_page(
    judged: str, page_of: Pages, context: Context, statements: Statements, qtbot: QtBot
) -> None:
    with statements.counted() as sent:
        page = page_of(judged)
        qtbot.waitUntil(lambda: context.worker.active == 0)
        assert page.tabs.timeline.model.state is State.IDLE
    before = len(sent)
    with statements.counted() as sent:
        page.tabs.show_tab(TIMELINE_TAB)
        qtbot.waitUntil(lambda: page.tabs.timeline.model.state is State.READY)
    assert len(sent) == 1
    with statements.counted() as sent:
        page.tabs.show_tab(0)
        page.tabs.show_tab(TIMELINE_TAB)
        qtbot.waitUntil(lambda: context.worker.active == 0)
    assert len(sent) == 0
    with statements.counted() as sent:
        page.reload()
        qtbot.waitUntil(lambda: context.worker.active == 0)
    assert len(sent) == before + 1


def test_a_row_stays_chosen_until_something_new_happened(
    page: AccountPage, context: Context, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    table = page.tabs.timeline.table
    table.select_place(6)
    page.reload()
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert [row.act for row in table.selected_rows()] == ["add_note"]
    with connected(as_role("t_support")) as ledger:
        ledger.execute("SELECT ledger.add_note(gen_random_uuid(), 'noor.a', 'called again')")
    page.reload()
    qtbot.waitUntil(lambda: said(page)[0] == "called again")
    assert len(said(page)) == 16


def test_what_people_did_stands_without_the_movements(page: AccountPage, qtbot: QtBot) -> None:
    choose(page, Parts.OTHERS, qtbot)
    assert "movement" not in [cell.text for cell in cells(page, "kind")]
    assert len(said(page)) == 8
    choose(page, Parts.MOVEMENTS, qtbot)
    assert {cell.text for cell in cells(page, "kind")} == {"movement"}
    assert len(said(page)) == 7
    choose(page, Parts.ALL, qtbot)
    assert len(said(page)) == 15


def test_enter_leads_to_the_transaction_else_to_the_other_account(
    page: AccountPage, context: Context
) -> None:
    wanted: list[Route] = []
    context.navigator.wanted.connect(wanted.append)
    table = page.tabs.timeline.table
    for place in (0, 1, 13, 2):
        table.select_place(place)
        QTest.keyClick(table, Qt.Key.Key_Return)
    deposit, capture = (page.tabs.timeline.model.rows[place].id for place in (13, 2))
    assert wanted == [
        OpenAccount("greta.l", "CR"), OpenTransaction(deposit), OpenTransaction(capture),
    ]  # fmt: skip


def test_a_row_says_where_it_leads_and_what_can_be_copied(page: AccountPage) -> None:
    table = page.tabs.timeline.table
    actions = {one.text().split("\t")[0]: one for one in table.row_menu(2, 0).actions()}
    assert not actions["Account of @revenue  (an account of the ledger itself)"].isEnabled()
    actions["Copy what happened"].trigger()
    assert QGuiApplication.clipboard().text() == "Captured 99.11 CR for @revenue: a bicycle"
    actions["Copy reference"].trigger()
    assert QGuiApplication.clipboard().text() == "order 767111"
    deposit = [one.text().split("\t")[0] for one in table.row_menu(13, 0).actions()]
    assert "Open transaction" in deposit
    assert "Copy reference" not in deposit
    note = [one.text().split("\t")[0] for one in table.row_menu(6, 0).actions()]
    assert "Copy what happened" in note
    assert "Copy transaction id" not in note


def test_the_movements_selected_are_added_up(page: AccountPage) -> None:
    page.tabs.timeline.table.selectAll()
    assert page.tabs.timeline.sum.words == (
        "15 rows selected \N{MIDDLE DOT} amount \N{MIDDLE DOT} "
        "sum 670.27 CR, min \N{MINUS SIGN}99.11, max 641.60"
    )


def test_pages_follow_both_ways_without_a_row_twice(
    judged: str, page_of: Pages, context: Context, qtbot: QtBot
) -> None:
    settings = context.settings.model_copy(update={"page_size": 10})
    page = page_of(judged, shown_in=replace(context, settings=settings))
    page.tabs.show_tab(TIMELINE_TAB)
    table, model = page.tabs.timeline.table, page.tabs.timeline.model
    # The view asks for the second page as soon as its end comes near.
    qtbot.waitUntil(lambda: len(model.rows) == 15)
    every = [row.place for row in model.rows]
    assert every == sorted(set(every), reverse=True)
    model.show_first()
    QTest.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: model.state is State.READY and len(model.rows) == 15)
    assert [row.place for row in model.rows] == every


def test_the_first_page_is_read_again_after_something_new(
    judged: str, page_of: Pages, context: Context, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    settings = context.settings.model_copy(update={"page_size": 10})
    page = page_of(judged, shown_in=replace(context, settings=settings))
    page.tabs.show_tab(TIMELINE_TAB)
    model = page.tabs.timeline.model
    qtbot.waitUntil(lambda: len(model.rows) == 15)
    with connected(as_role("t_support")) as ledger:
        for note in ("second call", "third call"):
            ledger.execute("SELECT ledger.add_note(gen_random_uuid(), %s, %s)", [judged, note])
            if note == "second call":
                page.reload()
                qtbot.waitUntil(lambda: len(model.rows) == 16)
    model.show_last()
    qtbot.waitUntil(lambda: model.state is State.READY and model.rows[-1].act == "open_account")
    model.show_first()
    qtbot.waitUntil(partial(is_said, page, "third call"))


def test_another_currency_is_read_even_if_its_first_page_is_the_same(
    ledger_url: str, context_of: Contexts, page_of: Pages, qtbot: QtBot
) -> None:
    fill_in_four_currencies(ledger_url)
    with connected(ledger_url) as ledger:
        ledger.execute("SELECT ledger.reserve(gen_random_uuid(), 'int32', 'JPY', 7, 'order 9')")
        ledger.execute(
            "SELECT ledger.add_note(gen_random_uuid(), 'int32', 'call ' || n) FROM generate_series(1, 12) n"
        )
    context = context_of("t_operator")
    settings = context.settings.model_copy(update={"page_size": 10})
    page = page_of("int32", "CR", shown_in=replace(context, settings=settings))
    page.tabs.show_tab(TIMELINE_TAB)
    choose(page, Parts.OTHERS, qtbot)
    for code, beginning in (
        ("CR", "Account opened in BHD: for a test"),
        ("JPY", "Hold order 9 of 7 JPY made"),
    ):
        page.head.currencies[code].click()
        qtbot.waitUntil(partial(is_said_further_down, page, beginning))


def test_what_was_written_is_shown_as_text(
    noor: str, as_role: Callable[[str], str], page_of: Pages, qtbot: QtBot
) -> None:
    with connected(as_role("t_support")) as ledger:
        found = ledger.execute(
            "SELECT ledger.add_note(%s, %s, %s) ->> 'status'",
            [uuid4(), noor, MARKUP.replace("\u202e", "")],
        ).fetchone()
        assert found == ("done",)
        ledger.execute(
            "SELECT ledger.set_account_status(%s, %s, 'active', %s)", [uuid4(), noor, "\x1b" + MARKUP]
        )
    page = page_of(noor)
    page.tabs.show_tab(TIMELINE_TAB)
    qtbot.waitUntil(lambda: page.tabs.timeline.model.state is State.READY)
    act, note = cells(page, "sentence")[:2]
    assert "\\u{001b}<b>bold</b> & \\u{202e}turned" in act.text
    assert note.text.startswith("<b>bold</b> & turned xxx")
    assert "\n" not in note.text


def test_without_movements_and_without_a_server_it_says_so(
    open_accounts: Callable[..., None], page_of: Pages, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    open_accounts({"quiet": 0})
    page = page_of("quiet")
    page.tabs.show_tab(TIMELINE_TAB)
    shown = page.tabs.timeline
    qtbot.waitUntil(lambda: shown.model.state is State.READY)
    choose(page, Parts.MOVEMENTS, qtbot)
    assert shown.table.words.startswith("No movements")

    def gone(*_: object, **__: object) -> None:
        raise UnavailableError("The server is gone.")

    monkeypatch.setattr(module, "timeline", gone)
    shown.choices[Parts.ALL].click()
    qtbot.waitUntil(lambda: shown.model.state is State.ERROR)
    assert "The server is gone." in shown.table.words
    monkeypatch.undo()
    shown.model.retry()
    qtbot.waitUntil(lambda: said(page) == ["Account opened in CR: for a test"])


def test_another_currency_has_its_own_movements(
    ledger_url: str, context_of: Contexts, page_of: Pages, qtbot: QtBot
) -> None:
    fill_in_four_currencies(ledger_url)
    page = page_of("int32", shown_in=context_of("t_operator"))
    page.tabs.show_tab(TIMELINE_TAB)
    for money in EACH:
        page.head.currencies[money.code].click()
        deposit = f"Deposited {WRITTEN[money.code][2]} {money.code} from the bank"
        qtbot.waitUntil(partial(is_said, page, deposit))
        assert [cell.text for cell in cells(page, "moved") if cell.text] == [f"+{WRITTEN[money.code][2]}"]
        assert [words for words in said(page) if words.startswith("Account opened")] == [
            f"Account opened in {one.code}: for a test" for one in reversed(EACH)
        ]


def test_the_keyboard_reaches_every_part(page: AccountPage, qtbot: QtBot) -> None:
    page.activateWindow()
    shown = page.tabs.timeline
    page.tabs.tabs.setFocus()
    qtbot.waitUntil(page.tabs.tabs.hasFocus)
    reached = []
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == [shown.choices[Parts.ALL], shown.table]
    shown.choices[Parts.ALL].setFocus()
    QTest.keyClick(shown.choices[Parts.ALL], Qt.Key.Key_Right)
    assert shown.parts is Parts.OTHERS
    qtbot.waitUntil(lambda: len(said(page)) == 8)
    assert [made.accessibleName() for made in shown.choices.values()] == [
        "Timeline: All", "Timeline: Without movements", "Timeline: Movements only",
    ]  # fmt: skip
