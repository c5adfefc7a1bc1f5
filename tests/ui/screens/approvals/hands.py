"""The hands at the desk: a request is chosen, a view opened, an answer waited for, a reason given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtTest import QTest

from ui.kit.table.paged_model import State
from ui.kit.widgets.reason import ReasonDialog
from ui.screens.approvals.many import ApproveMany

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.inbox import View
    from ui.screens.approvals.screen import ApprovalsDesk


def numbers(desk: ApprovalsDesk) -> list[int]:
    """Return the numbers of the requests that are listed."""
    return [row.request.id for row in desk.model.rows]


def choose(qtbot: QtBot, desk: ApprovalsDesk, number: int) -> None:
    """Choose a row as the keyboard does, and wait until its page is read."""
    desk.table.setFocus()
    desk.table.select_place(numbers(desk).index(number))
    seen(qtbot, desk, number)


def seen(qtbot: QtBot, desk: ApprovalsDesk, number: int) -> None:
    """Wait until the page of a request was read, and nothing is under way any more."""
    page = desk.request
    qtbot.waitUntil(
        lambda: page.found is not None and page.found.row.id == number and not page.work.busy
        and desk.context.worker.active == 0
    )  # fmt: skip


def open_view(qtbot: QtBot, desk: ApprovalsDesk, view: View) -> None:
    """Choose a view, and wait for its list."""
    came: list[bool] = []
    told = desk.model.first_page_shown.connect(lambda: came.append(True))
    desk.views.buttons[view].click()
    qtbot.waitUntil(lambda: bool(came) and desk.model.state in {State.READY, State.EMPTY})
    desk.model.first_page_shown.disconnect(told)


def question(desk: ApprovalsDesk) -> ReasonDialog:
    """Return the question why that is shown."""
    return next(one for one in desk.findChildren(ReasonDialog) if one.isVisible())


def answer(desk: ApprovalsDesk, reason: str) -> None:
    """Give a reason to the question that is shown."""
    dialog = question(desk)
    assert not dialog.deed_button.isEnabled()
    QTest.keyClicks(dialog.edit, reason)
    dialog.deed_button.click()


def many(desk: ApprovalsDesk) -> ApproveMany:
    """Return the dialog that approves several."""
    return next(one for one in desk.findChildren(ApproveMany) if one.isVisible())
