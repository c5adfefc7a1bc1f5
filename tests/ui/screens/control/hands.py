"""The hands in a deed's dialog: found, given a reason, done by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.approvals import commands as approvals
from console.ledger.approvals.page import get
from ui.acts.deeds.deed import DeedDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger

WHY = "ticket 17, looked at the rota"


def dialog_of(page: QWidget) -> DeedDialog:
    """Return the dialog that is open over a page."""
    [found] = (one for one in page.findChildren(DeedDialog) if one.isVisible())
    return found


def do(qtbot: QtBot, dialog: DeedDialog, reason: str = WHY) -> str:
    """Give the reason, do it by Ctrl+Enter, and return what was said when it had been done."""
    said: list[str] = []
    dialog.ended.connect(said.append)
    QTest.keyClicks(dialog.reason, reason)
    assert not dialog.refusal
    _press(qtbot, dialog)
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    return said[0]


def refused(qtbot: QtBot, dialog: DeedDialog, reason: str = WHY) -> str:
    """Do it as `do` does, where the ledger refuses it; return why, as the dialog says it."""
    if not dialog.reason.reason:
        QTest.keyClicks(dialog.reason, reason)
    _press(qtbot, dialog)
    qtbot.waitUntil(lambda: bool(dialog.outcome.text()), timeout=10_000)
    assert dialog.isVisible()
    return dialog.outcome.text()


def decide(checker: Ledger, maker: Ledger, number: int) -> None:
    """Agree to a request as another admin, and carry it out as its maker."""
    approvals.approve(checker, number, get(checker.database, number).row.content)
    approvals.execute(maker, number)


def _press(qtbot: QtBot, dialog: DeedDialog) -> None:
    """Press what does it, which only the window that has the keyboard takes."""
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
