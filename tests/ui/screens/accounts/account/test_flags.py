"""Flags and following on the page of an account: made, assigned and closed by the keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from tests.cluster import connected
from ui.screens.accounts.account.tabs import NOTES_TAB

if TYPE_CHECKING:
    from uuid import UUID

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from console.writes.operation import Operation
    from tests.ui.conftest import Contexts
    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.screens.accounts.account.notes import NotesTab
    from ui.screens.accounts.account.page import AccountPage

OLD = "called about a refund"


def cells(page: AccountPage) -> list[tuple[str, str]]:
    """Return the notes as they are shown, each with its flag."""
    model = page.tabs.notes.model
    keys = [column.key for column in model.columns]
    flagged, text = keys.index("flag"), keys.index("text")
    return [(model.cell(row, flagged).text, model.cell(row, text).text) for row in range(model.rowCount())]


def actions(notes: NotesTab) -> dict[str, QAction]:
    """Return what can be done with the note selected, by the words of the menu."""
    menu = notes.table.row_menu(notes.table.currentIndex().row(), 0)
    titles = [one.text().partition("\t")[0] for one in menu.actions()]
    return dict(zip(titles[: titles.index("")], menu.actions(), strict=False))


@pytest.fixture
def notes(page: AccountPage, qtbot: QtBot) -> NotesTab:
    """Show the notes of an account, once it is known who can be assigned."""
    page.tabs.show_tab(NOTES_TAB)
    qtbot.waitUntil(lambda: page.tabs.notes.assignee.count() > 1)
    return page.tabs.notes


def shows(page: AccountPage, flagged: str) -> bool:
    """Return whether the first note's flag is this."""
    return cells(page)[0][0] == flagged


def flag(page: AccountPage, qtbot: QtBot, text: str = "ask for a passport") -> None:
    """Flag the account, for anyone."""
    notes = page.tabs.notes
    notes.edit.setText(text)
    notes.flag_box.setChecked(True)
    notes.add_button.click()
    qtbot.waitUntil(lambda: ("flagged", text) in cells(page))


def test_an_account_is_flagged_for_somebody_by_the_keyboard(
    page: AccountPage, notes: NotesTab, qtbot: QtBot
) -> None:
    page.activateWindow()
    notes.edit.setFocus()
    qtbot.waitUntil(notes.edit.hasFocus)
    assert not notes.assignee.isVisible()
    QTest.keyClicks(notes.edit, "ask for a passport")
    QTest.keyClick(notes.edit, Qt.Key.Key_Tab)
    QTest.keyClick(notes.flag_box, Qt.Key.Key_Space)
    assert (notes.add_button.text(), notes.edit.accessibleName()) == ("Flag account", "What is to be done")
    assert (notes.assignee.isVisible(), notes.assignee.currentText()) == (True, "anyone")
    QTest.keyClick(notes.flag_box, Qt.Key.Key_Tab)
    assert notes.assignee.hasFocus()
    QTest.keyClicks(notes.assignee, "t_s")
    QTest.keyClick(notes.assignee, Qt.Key.Key_Tab)
    QTest.keyClick(notes.add_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cells(page) == [("for t_support", "ask for a passport"), ("", OLD)])
    assert page.head.flag == "Flagged for t_support: ask for a passport."
    assert (notes.flag_box.isChecked(), notes.edit.text()) == (False, "")


def test_a_flag_is_done_once_and_said_no_longer(page: AccountPage, notes: NotesTab, qtbot: QtBot) -> None:
    flag(page, qtbot)
    flag(page, qtbot, "write\nto her")
    assert page.head.flag == "Flagged: ask for a passport. 1 more flag open."
    notes.table.selectRow(1)
    notes.done_button.click()
    qtbot.waitUntil(lambda: cells(page)[1:] == [("done", "ask for a passport"), ("", OLD)])
    assert [row.text for row in notes.table.selected_rows()] == ["ask for a passport"]
    assert page.head.flag == "Flagged: write to her."
    assert [row.done_by for row in notes.model.rows] == [None, "t_operator", None]


def test_what_cannot_be_done_says_why(page: AccountPage, notes: NotesTab, qtbot: QtBot) -> None:
    notes.table.selectRow(0)
    assert not notes.done_button.isEnabled()
    assert notes.done_button.accessibleDescription() == "select a flag that is open"
    assert list(actions(notes)) == ["Show the whole note", "Copy note"]
    flag(page, qtbot)
    notes.table.selectRow(0)
    offered = actions(notes)
    assert list(offered)[:3] == ["Show the whole note", "Mark as done", "Assign to me"]
    assert list(offered)[-1] == "Copy note"
    assert "Assign to anyone" not in offered
    offered["Mark as done"].trigger()
    qtbot.waitUntil(lambda: cells(page)[0][0] == "done")
    notes.table.selectRow(0)
    assert {title: one.isEnabled() for title, one in actions(notes).items()}[
        "Mark as done  (it is done already)"
    ] is False


def test_a_flag_changes_hands_from_its_row(page: AccountPage, notes: NotesTab, qtbot: QtBot) -> None:
    flag(page, qtbot)
    for title, shown in (
        ("Assign to me", "for t_operator"), ("Assign to t_support", "for t_support"),
        ("Assign to anyone", "flagged"),
    ):  # fmt: skip
        notes.table.selectRow(0)
        actions(notes)[title].trigger()
        qtbot.waitUntil(partial(shows, page, shown))


def test_another_was_faster(page: AccountPage, notes: NotesTab, ledger_url: str, qtbot: QtBot) -> None:
    flag(page, qtbot)
    with connected(ledger_url) as ledger:
        ledger.execute(
            "SELECT ledger.close_flag(gen_random_uuid(), 'noor.a', f.note_id) FROM ledger.account_flags f"
        )
    notes.table.selectRow(0)
    notes.done_button.click()
    qtbot.waitUntil(lambda: "marked as done already by" in notes.outcome.text())
    page.reload()
    qtbot.waitUntil(lambda: cells(page)[0][0] == "done")


def test_who_may_not_write_may_follow(noor: str, page_of: Pages, context_of: Contexts, qtbot: QtBot) -> None:
    page = page_of(noor, shown_in=context_of("t_viewer"))
    notes = page.tabs.notes
    assert [part.isEnabled() for part in (notes.flag_box, notes.add_button, notes.done_button)] == [False] * 3
    assert notes.done_button.accessibleDescription() == "needs role support or operator"
    page.head.follow.click()
    qtbot.waitUntil(lambda: page.head.about.endswith("you follow"))
    assert page.head.follow.text() == "Unfollow"
    page.head.follow.click()
    qtbot.waitUntil(lambda: not page.head.about.endswith("you follow"))
    assert page.head.follow.text() == "Follow"


def test_an_account_of_the_ledger_is_not_followed(page_of: Pages) -> None:
    page = page_of("@external")
    assert page.head.follow.accessibleDescription() == "only a customer's account is followed"
    assert not page.tabs.notes.flag_box.isEnabled()


def test_a_follow_without_an_answer_is_asked_for(
    page: AccountPage, context: Context, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    perform = context.ledger.perform

    def lost(operation: Operation, *, key: UUID, cancel: Cancellation) -> dict[str, Any]:
        perform(operation, key=key, cancel=cancel)
        raise OutcomeUnknownError(str(key))

    with monkeypatch.context() as patch:
        patch.setattr(context.ledger, "perform", lost)
        page.head.follow.click()
        qtbot.waitUntil(lambda: page.head.follow.pending and page.head.follow.isEnabled())
    assert (page.pending, page.head.follow.text()) == (True, "Follow")
    page.head.follow.click()
    qtbot.waitUntil(lambda: page.head.follow.text() == "Unfollow" and not page.pending)


def test_following_keeps_the_keyboard(page: AccountPage, qtbot: QtBot) -> None:
    follow = page.head.follow
    page.activateWindow()
    follow.setFocus()
    qtbot.waitUntil(follow.hasFocus)
    QTest.keyClick(follow, Qt.Key.Key_Return)
    assert follow.pending
    assert follow.hasFocus()
    QTest.keyClick(follow, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.head.about.endswith("you follow") and not follow.pending)
    assert (follow.text(), follow.hasFocus()) == ("Unfollow", True)


def test_a_long_flag_is_said_as_far_as_there_is_room(page: AccountPage, qtbot: QtBot) -> None:
    flag(page, qtbot, "w" * 300 + "...")
    assert page.head.flag == f"Flagged: {'w' * 300}."
    flag(page, qtbot, "w" * 600)
    page.tabs.notes.table.selectRow(1)
    page.tabs.notes.done_button.click()
    qtbot.waitUntil(lambda: page.head.flag == f"Flagged: {'w' * 499}\N{HORIZONTAL ELLIPSIS}")
