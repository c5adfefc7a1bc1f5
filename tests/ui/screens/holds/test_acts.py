"""Acts from the desk and from an account's page: a letter opens the form, only Ctrl+Enter moves money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from tests.models.writes import done, release, reserve
from tests.ui.acts.hands import do, ended, fill, focused, seen, shown_form
from tests.ui.screens.holds.hands import choose, press, previewed, references
from ui.acts.form import ActForm
from ui.acts.offered import offer_acts
from ui.screens.accounts.account.page import AccountPage
from ui.screens.accounts.account.tabs import HOLDS_TAB

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from ui.context import Context
    from ui.screens.holds.screen import HoldsDesk

WHY = "the order was cancelled"


def choose_many(desk: HoldsDesk, *names: str) -> None:
    """Choose several rows."""
    desk.table.setFocus()
    desk.table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag
    for name in names:
        index = desk.model.index(references(desk).index(name), 0)
        desk.table.selectionModel().select(index, flags.Select | flags.Rows)


def test_r_opens_a_form_and_ctrl_enter_releases(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "two")
    form = press(desk, Qt.Key.Key_R)
    fill(form, reason=WHY, ticket="SUP-7")
    seen(qtbot, form)
    assert form.deed_button.text() == "Release hold two"
    QTest.keyClick(form, Qt.Key.Key_Return)
    assert not form.running.words
    do(form)
    ended(qtbot, form)
    assert form.is_done, form.outcome.text()
    qtbot.waitUntil(lambda: references(desk) == ["old", "late", "one"])


def test_c_captures_the_part_that_was_typed_in_the_panel(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "old")
    desk.panel.focus_first()
    QTest.keyClicks(desk.panel.capture.amount, "100")
    previewed(qtbot, desk)
    desk.table.setFocus()
    form = press(desk, Qt.Key.Key_C)
    assert (form.blanks.reason.placeholderText(), form.blanks.unsaid) == (
        "such as order 4711",
        "say what it is for",
    )
    fill(form, reason=WHY)
    seen(qtbot, form)
    assert form.deed_button.text() == "Capture 100.00 CR"
    rows = [row.replace("\N{RIGHTWARDS ARROW}", "to") for row in form.preview.rows]
    assert any("Available 1,048.50 to 1,361.00 CR" in row for row in rows), rows
    do(form)
    ended(qtbot, form)
    assert form.end.words.startswith("100.00 CR of hold old captured.\nTransaction")


def test_x_gives_more_time(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "one")
    form = press(desk, Qt.Key.Key_X)
    fill(form, reason=WHY)
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    assert form.end.words.startswith("Hold one extended to end of "), form.outcome.text()
    choose(desk, "one")
    qtbot.waitUntil(lambda: WHY in desk.panel.history.words)


def test_many_are_released_by_one_call(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose_many(desk, "old", "one", "two")
    form = press(desk, Qt.Key.Key_R)
    told = form.blanks.edits["holds"]
    assert told.written == "3 holds, 429.50 CR"
    fill(form, reason=WHY)
    seen(qtbot, form)
    assert form.deed_button.text() == "Release 3 holds, 429.50 CR"
    do(form)
    ended(qtbot, form)
    assert form.is_done, form.outcome.text()
    assert form.end.words.startswith("3 holds, 429.50 CR released.\nDone at")
    qtbot.waitUntil(lambda: references(desk) == ["late"])


def test_the_form_grows_by_what_its_preview_needs(
    qtbot: QtBot, desk: HoldsDesk, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    names = [f"shop-{number}" for number in range(6)]
    open_accounts(dict.fromkeys(names, 100))
    for name in names:
        done(reserve(operator, name, 10, name, 5))
    desk.refresh()
    qtbot.waitUntil(lambda: set(names) <= set(references(desk)))
    desk.window().resize(1_200, 900)
    choose_many(desk, *names)
    form = press(desk, Qt.Key.Key_R)
    before = form.height()
    fill(form, reason=WHY)
    seen(qtbot, form)
    assert len(form.preview.rows) == len(names)
    (area,) = form.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: form.height() > before)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)


def test_many_are_captured_whole(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose_many(desk, "one", "two")
    form = press(desk, Qt.Key.Key_C)
    assert "amount" not in form.blanks.edits
    fill(form, reason=WHY)
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    assert form.end.words.startswith("2 holds, 17.00 CR captured."), form.outcome.text()


def test_the_palette_does_the_same_on_what_is_chosen(qtbot: QtBot, desk: HoldsDesk) -> None:
    offer_acts(desk.context, desk, shown=lambda: desk, refresh=desk.refresh)
    choose_many(desk, "one", "two")
    assert desk.context.commands.run("act.capture")
    form = shown_form(desk)
    assert form.blanks.edits["holds"].value == ("one", "two")
    fill(form, reason=WHY)
    seen(qtbot, form)
    assert form.reason == ""
    form.reject()
    choose(desk, "late")
    assert not desk.context.commands.run("act.release")


def test_all_or_none_and_the_first_that_has_ended_is_named(
    qtbot: QtBot, desk: HoldsDesk, operator: Connection
) -> None:
    choose_many(desk, "old", "one", "two")
    form = press(desk, Qt.Key.Key_X)
    done(release(operator, "one"))
    fill(form, reason=WHY)
    seen(qtbot, form)
    assert "the hold was released by t_operator" in form.preview.words.lower()
    assert form.reason == "the ledger would refuse it"
    do(form)
    assert not form.is_done


def test_nothing_is_opened_on_nothing_or_on_one_that_ended(desk: HoldsDesk) -> None:
    desk.table.setFocus()
    QTest.keyClick(focused(), Qt.Key.Key_R)
    choose(desk, "late")
    QTest.keyClick(focused(), Qt.Key.Key_C)
    assert desk.findChildren(ActForm) == []


def test_a_letter_typed_into_the_amount_is_no_key(desk: HoldsDesk) -> None:
    choose(desk, "old")
    desk.panel.focus_first()
    QTest.keyClicks(desk.panel.capture.amount, "rcx")
    assert desk.findChildren(ActForm) == []


def test_h_holds_more_on_the_same_account(desk: HoldsDesk) -> None:
    choose(desk, "one")
    form = press(desk, Qt.Key.Key_H)
    assert form.windowTitle() == "Hold"
    assert form.blanks.edits["username"].value == "greta.l"


@pytest.mark.parametrize(
    ("key", "title"), [(Qt.Key.Key_R, "Release"), (Qt.Key.Key_C, "Capture"), (Qt.Key.Key_X, "Extend")]
)
def test_the_letters_act_on_the_holds_of_an_account_s_page(
    qtbot: QtBot, context: Context, holds: None, key: Qt.Key, title: str
) -> None:
    page = AccountPage(context, "noor.a", "CR")
    qtbot.addWidget(page)
    page.resize(1188, 780)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.reload()
    qtbot.waitUntil(lambda: page.reading is not None)
    page.tabs.show_tab(HOLDS_TAB)
    page.tabs.holds.setFocus()
    page.tabs.holds.clearSelection()
    QTest.keyClick(focused(), key)
    assert page.findChildren(ActForm) == []
    page.tabs.holds.select_place(0)
    QTest.keyClick(focused(), key)
    form = shown_form(page)
    assert form.windowTitle() == title
    assert form.blanks.edits["holds"].value == (page.tabs.hold_model.rows[0].reference,)
    form.reject()
