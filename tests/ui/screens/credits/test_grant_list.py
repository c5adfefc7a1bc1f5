"""Credit for everybody on a list: names are held against the ledger, and a draft is made, no grant."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.cluster import connected
from tests.ui.screens.credits.conftest import ends_in
from ui.routes import OpenBatch
from ui.screens.credits.grant_list.dialog import GrantListDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.routes import Route
    from ui.screens.credits.screen import Credits

pytestmark = pytest.mark.sql

CONTROL = Qt.KeyboardModifier.ControlModifier
NAMES = "noor.a\nGRETA.L, farid.h\nnoor.a"


@pytest.fixture
def dialog(desk: Credits, qtbot: QtBot) -> GrantListDialog:
    """Open the dialog from the desk."""
    return open_dialog(qtbot, desk)


def open_dialog(qtbot: QtBot, desk: Credits) -> GrantListDialog:
    """Open the dialog by the keyboard."""
    desk.list_button.setFocus()
    QTest.keyClick(desk.list_button, Qt.Key.Key_Return)
    (made,) = desk.findChildren(GrantListDialog)
    qtbot.waitUntil(made.names.editor.hasFocus)
    return made


def check(qtbot: QtBot, dialog: GrantListDialog, names: str) -> None:
    """Type names, and have them checked by the keyboard."""
    dialog.names.editor.setPlainText(names)
    QTest.keyClick(dialog, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: dialog.checked is not None)


def fill_in(dialog: GrantListDialog, amount: str = "2.50") -> None:
    """Say what each gets."""
    for key, text in (("amount", amount), ("source", "winter sale")):
        place = dialog.edits[key].focusProxy()
        assert place is not None
        QTest.keyClicks(place, text)
    dialog.edits["expires_at"].ends.setChecked(True)  # type: ignore[attr-defined]  # an end's editor
    QTest.keyClicks(dialog.reason, "a late parcel")
    QTest.keyClicks(dialog.ticket.line, "OPS-88")


def batches_of(ledger_url: str) -> list[tuple[object, ...]]:
    """Return the drafts' lines."""
    with connected(ledger_url) as connection:
        return connection.execute(
            "SELECT l.from_name, l.to_name, l.amount, l.lot_source, l.lot_expires_at, l.description "
            "FROM ledger.batch_lines l ORDER BY l.batch_id, l.line_no"
        ).fetchall()


def test_a_list_becomes_a_draft_and_nothing_is_granted(
    dialog: GrantListDialog, desk: Credits, ledger_url: str, qtbot: QtBot
) -> None:
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    assert dialog.reason_why_not == "give names first"
    check(qtbot, dialog, NAMES)
    assert dialog.said.text() == "3 accounts can get credit · 1 repeated, counted once"
    fill_in(dialog)
    assert dialog.deed_button.text() == "Make a draft, 7.50 CR in all"
    QTest.keyClick(dialog, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: bool(went))
    (route,) = went
    assert isinstance(route, OpenBatch)
    ends = ends_in(0, desk.context)
    assert batches_of(ledger_url) == [
        ("@issuance", name, 250, "winter sale", ends, "a late parcel, ticket OPS-88")
        for name in ("noor.a", "greta.l", "farid.h")
    ]
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.credit_lots").fetchone() == (6,)


def test_names_that_can_get_nothing_are_marked_before(
    dialog: GrantListDialog, ledger_url: str, qtbot: QtBot
) -> None:
    check(qtbot, dialog, "noor.a\nnobody\n@external\n=cmd|'/c calc'!A1")
    rows = [(row.name, row.why) for row in dialog.model.rows]
    assert rows == [
        ("nobody", "no account in CR"), ("@external", "an account of the ledger itself"),
        ("=cmd|'/c calc'!a1", "no account in CR"),
    ]  # fmt: skip
    fill_in(dialog)
    assert dialog.reason_why_not.startswith("some names can get no credit")
    QTest.keyClick(dialog, Qt.Key.Key_Return, CONTROL)
    assert batches_of(ledger_url) == []
    dialog.leave_out_button.setFocus()
    QTest.keyClick(dialog.leave_out_button, Qt.Key.Key_Return)
    assert dialog.names.names == ("noor.a",)
    assert dialog.reason_why_not == ""


def test_other_names_must_be_checked_anew(dialog: GrantListDialog, qtbot: QtBot) -> None:
    check(qtbot, dialog, "noor.a")
    fill_in(dialog)
    assert dialog.reason_why_not == ""
    dialog.names.editor.appendPlainText("nobody")
    assert dialog.reason_why_not == "check the names first"


def test_the_same_list_again_is_a_choice(
    dialog: GrantListDialog, desk: Credits, ledger_url: str, qtbot: QtBot
) -> None:
    check(qtbot, dialog, "noor.a")
    fill_in(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: len(batches_of(ledger_url)) == 1)
    qtbot.waitUntil(lambda: not desk.findChildren(GrantListDialog))
    second = open_dialog(qtbot, desk)
    check(qtbot, second, "noor.a")
    fill_in(second)
    QTest.keyClick(second, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: bool(second.outcome.text()))
    assert "as batch 1, a draft" in second.outcome.text()
    assert second.deed_button.text().startswith("Make it all the same")
    assert len(batches_of(ledger_url)) == 1
    QTest.keyClick(second, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: len(batches_of(ledger_url)) == 2)


@pytest.mark.alone
def test_a_hundred_thousand_names_do_not_freeze_the_window(dialog: GrantListDialog, qtbot: QtBot) -> None:
    names = "\n".join(f"customer.{number}" for number in range(100_000))
    dialog.names.editor.setPlainText(names)
    longest = last = 0.0
    QTest.keyClick(dialog, Qt.Key.Key_Return, CONTROL)
    last = time.perf_counter()
    while dialog.checked is None:
        QApplication.processEvents()
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert len(dialog.model.rows) == 100_000
    assert longest < 1
