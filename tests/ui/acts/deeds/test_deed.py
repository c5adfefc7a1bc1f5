"""A deed's dialog: only its keys do it, and a doubt is told when it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from console.errors import OutcomeUnknownError, ReadOnlyError
from console.ledger.operators.rights import Rights
from tests.ui.screens.control.hands import WHY, do, refused
from tests.ui.whys import why_not
from ui.acts.deeds.deed import Deed, DeedDialog, no_deed, open_deed

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from pytestqt.qtbot import QtBot

    from console.errors import ConsoleError
    from ui.context import Context


class Doer:
    """Does a deed: notes each key and reason, and fails as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[UUID, str]] = []
        self.fails: list[ConsoleError] = []
        self.followed = 0

    def deed(self) -> Deed:
        def order(reason: str) -> Callable[..., str]:
            def call(key: UUID, _cancel: object) -> str:
                self.calls.append((key, reason))
                if self.fails:
                    raise self.fails.pop(0)
                return "all"

            return call

        return Deed("Turn it", "It turns.", "Turn", "Turning", order, lambda answer: f"{answer} turned.")

    def follow(self) -> None:
        self.followed += 1


@pytest.fixture
def doer() -> Doer:
    return Doer()


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """Show a page, which a dialog lives as long as."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


@pytest.fixture
def dialog(context: Context, page: QWidget, doer: Doer) -> DeedDialog:
    """Open the dialog over a page."""
    return open_deed(context, doer.deed(), page, then=doer.follow)


def test_it_is_done_once_and_said(qtbot: QtBot, dialog: DeedDialog, doer: Doer) -> None:
    assert why_not(dialog) == "Not yet: give a reason."
    assert do(qtbot, dialog) == "all turned."
    assert [reason for _key, reason in doer.calls] == [WHY]
    assert doer.followed == 1


def test_enter_alone_does_nothing(qtbot: QtBot, dialog: DeedDialog, doer: Doer) -> None:
    QTest.keyClicks(dialog.reason, WHY)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.keyClick(dialog.close_button, Qt.Key.Key_Tab)
    assert dialog.isVisible()
    assert doer.calls == []
    assert dialog.deed_button.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_without_a_reason_nothing_is_done(dialog: DeedDialog, doer: Doer) -> None:
    dialog._do()
    assert doer.calls == []
    assert dialog.refusal == "give a reason"


def test_what_is_refused_can_be_put_right_under_another_key(
    qtbot: QtBot, dialog: DeedDialog, doer: Doer
) -> None:
    doer.fails = [ReadOnlyError("nothing is written now")]
    assert refused(qtbot, dialog) == "nothing is written now"
    assert dialog.reason.isEnabled()
    do(qtbot, dialog, ", again")
    assert len({key for key, _reason in doer.calls}) == 2


def test_in_doubt_the_same_is_sent_again_whatever_was_typed(
    qtbot: QtBot, dialog: DeedDialog, doer: Doer
) -> None:
    doer.fails = [OutcomeUnknownError("k"), OutcomeUnknownError("k")]
    refused(qtbot, dialog)
    assert not dialog.reason.isEnabled()
    assert dialog.deed_button.text() == "Ask again"
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: len(doer.calls) == 2 and not dialog._one.busy)
    with qtbot.waitSignal(dialog.ended):
        dialog.deed_button.click()
    assert len(set(doer.calls)) == 1


def test_a_doubt_is_told_when_it_is_closed(
    qtbot: QtBot, dialog: DeedDialog, doer: Doer, context: Context
) -> None:
    told: list[str] = []
    context.notices.posted.connect(lambda notice: told.append(notice.text))
    doer.fails = [OutcomeUnknownError("k")]
    refused(qtbot, dialog)
    dialog.reject()
    assert doer.followed == 1
    assert told == ["Turn it: whether it was done is not known; the list shows what stands now."]


def test_only_an_administrator_acts_and_nobody_while_nothing_is_written() -> None:
    admin = Rights("mara", frozenset({"ledger_admin"}))
    assert not no_deed(admin)
    assert no_deed(Rights("noor", frozenset({"ledger_operator"}))) == "needs role admin"
    assert no_deed(Rights("mara", admin.groups, lambda: "it is read-only")) == "it is read-only"
