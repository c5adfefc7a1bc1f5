"""Notes of an account: written once, by whoever may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from tests.cluster import connected
from ui.screens.accounts.account.tabs import NOTES_TAB

if TYPE_CHECKING:
    from uuid import UUID

    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from console.writes.operation import Operation
    from tests.ui.conftest import Contexts
    from tests.ui.screens.accounts.account.conftest import Pages
    from ui.context import Context
    from ui.screens.accounts.account.page import AccountPage


def texts(page: AccountPage) -> list[str]:
    """Return the notes that are shown."""
    return [row.text for row in page.tabs.notes.model.rows]


def test_a_note_is_added_and_read_again(page: AccountPage, qtbot: QtBot) -> None:
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    assert not notes.add_button.isEnabled()
    QTest.keyClicks(notes.edit, "  paid back on Monday ")
    QTest.keyClick(notes.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts(page) == ["paid back on Monday", "called about a refund"])
    assert notes.edit.text() == ""
    assert page.tabs.tabs.tabText(NOTES_TAB) == "Notes  2"


def test_a_note_is_written_while_a_term_is_pressed_and_its_tab_stays(page: AccountPage, qtbot: QtBot) -> None:
    page.equation.terms.buttons["deposited"].click()
    page.tabs.show_tab(NOTES_TAB)
    page.tabs.notes.edit.setText("paid back on Monday")
    page.tabs.notes.add_button.click()
    qtbot.waitUntil(lambda: "paid back on Monday" in texts(page))
    assert page.tabs.tabs.currentIndex() == NOTES_TAB
    assert page.tabs.statement.words.startswith("Only deposited")


def test_one_key_does_not_throw_away_a_note(page: AccountPage, qtbot: QtBot) -> None:
    back: list[bool] = []
    page.back_wanted.connect(lambda: back.append(True))
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    page.activateWindow()
    notes.edit.setFocus()
    qtbot.waitUntil(notes.edit.hasFocus)
    QTest.keyClicks(notes.edit, "half a sen")
    QTest.keyClick(notes.edit, Qt.Key.Key_Escape)
    assert back == []
    assert notes.table.hasFocus()
    QTest.keyClick(notes.table, Qt.Key.Key_Escape)
    assert back == [True]


@pytest.mark.parametrize(
    ("login", "reason"),
    [("t_viewer", "needs role support or operator"), ("t_support", "write the note")],
)
def test_who_may_not_write_reads_why(
    noor: str, page_of: Pages, context_of: Contexts, login: str, reason: str
) -> None:
    page = page_of(noor, shown_in=context_of(login))
    assert page.tabs.notes.reason == reason
    assert page.tabs.notes.add_button.accessibleDescription() == reason
    assert page.tabs.notes.edit.isEnabled() is (login == "t_support")


def test_an_account_of_the_ledger_has_no_notes(page_of: Pages) -> None:
    page = page_of("@external")
    assert page.tabs.notes.reason == "only a customer's account has notes"
    assert page.figures.available.accessibleName() == "Available: not limited"


def test_a_refusal_stands_beside_the_field(page: AccountPage, qtbot: QtBot) -> None:
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    page.activateWindow()
    notes.edit.setText("n" * 20_000)
    notes.add_button.click()
    qtbot.waitUntil(lambda: bool(notes.outcome.text()) and not notes.edit.isReadOnly())
    assert notes.edit.text()
    assert notes.edit.hasFocus()
    assert texts(page) == ["called about a refund"]


def test_a_note_without_an_answer_is_asked_for_and_written_once(
    page: AccountPage, context: Context, ledger_url: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    perform = context.ledger.perform

    def lost(operation: Operation, *, key: UUID, cancel: Cancellation) -> dict[str, Any]:
        perform(operation, key=key, cancel=cancel)
        raise OutcomeUnknownError(str(key))

    notes.edit.setText("once")
    with monkeypatch.context() as patch:
        patch.setattr(context.ledger, "perform", lost)
        notes.add_button.click()
        qtbot.waitUntil(lambda: bool(notes.outcome.text()) and not notes.edit.isReadOnly())
    assert notes.outcome.text().endswith("Press it again to ask; it is done once.")
    assert page.pending
    notes.add_button.click()
    qtbot.waitUntil(lambda: "once" in texts(page))
    with connected(ledger_url) as ledger:
        found = ledger.execute("SELECT count(*) FROM ledger.account_notes WHERE note = 'once'").fetchone()
    assert found == (1,)
    assert page.tabs.notes.outcome.text() == ""


def test_what_is_being_written_is_said_and_escape_cancels_it(
    page: AccountPage, ledger_url: str, qtbot: QtBot
) -> None:
    back: list[bool] = []
    page.back_wanted.connect(lambda: back.append(True))
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    page.activateWindow()
    notes.edit.setText("paid back on Monday")
    notes.add_button.setFocus()
    qtbot.waitUntil(notes.add_button.hasFocus)
    with connected(ledger_url, autocommit=False) as ledger:
        ledger.execute("LOCK TABLE ledger.account_notes IN ACCESS EXCLUSIVE MODE")
        QTest.keyClick(notes.add_button, Qt.Key.Key_Return)
        assert notes.outcome.text() == "Writing\N{HORIZONTAL ELLIPSIS} Esc cancels."
        assert (notes.edit.hasFocus(), notes.edit.isReadOnly()) == (True, True)
        QTest.keyClick(notes.edit, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: notes.outcome.text() == "Cancelled. Nothing was written.", timeout=20_000)
        ledger.rollback()
    assert (back, notes.edit.text(), page.pending) == ([], "paid back on Monday", False)
    assert (notes.edit.hasFocus(), notes.edit.isReadOnly()) == (True, False)
    QTest.keyClick(notes.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts(page) == ["paid back on Monday", "called about a refund"])


def test_asking_again_that_is_cancelled_leaves_the_doubt(
    page: AccountPage, context: Context, ledger_url: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)

    def lost(_operation: Operation, *, key: UUID, cancel: Cancellation) -> dict[str, Any]:
        raise OutcomeUnknownError(str(key))

    notes.edit.setText("once")
    with monkeypatch.context() as patch:
        patch.setattr(context.ledger, "perform", lost)
        notes.add_button.click()
        qtbot.waitUntil(lambda: bool(notes.outcome.text()) and not notes.edit.isReadOnly())
    with connected(ledger_url, autocommit=False) as ledger:
        ledger.execute("LOCK TABLE ledger.account_notes IN ACCESS EXCLUSIVE MODE")
        notes.add_button.click()
        QTest.keyClick(notes, Qt.Key.Key_Escape)
        qtbot.waitUntil(notes.add_button.isEnabled, timeout=20_000)
        ledger.rollback()
    assert notes.outcome.text().startswith("Unconfirmed: asking was cancelled.")
    assert page.pending


def test_a_long_note_is_read_by_keyboard(page: AccountPage, qtbot: QtBot) -> None:
    notes = page.tabs.notes
    long = "called about a refund that " + "was promised " * 40
    page.tabs.show_tab(NOTES_TAB)
    notes.edit.setText(long)
    notes.add_button.click()
    qtbot.waitUntil(lambda: len(texts(page)) == 2)
    notes.table.select_place(0)
    assert notes.whole == ""
    QTest.keyClick(notes.table, Qt.Key.Key_Return)
    assert notes.whole == long.strip()
    QTest.keyClick(notes.table, Qt.Key.Key_Down)
    assert notes.whole == "called about a refund"
    QTest.keyClick(notes.table, Qt.Key.Key_Escape)
    assert notes.whole == ""
