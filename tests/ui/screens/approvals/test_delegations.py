"""Delegations at the desk: given, seen and ended by the keyboard, and decided by; the desk says for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.files.days import day_words, end_of
from console.ledger.approvals import commands, delegations
from console.ledger.approvals.delegations import DelegationRow
from console.ledger.approvals.inbox import View
from console.ledger.approvals.page import RequestStatus, get
from console.ledger.approvals.rules.commands import set_rule
from console.ledger.operators.rights import Acting, Rights
from console.ledger.transactions.transfer import Transfer
from tests.cluster import CURRENCY
from tests.ui.acts.hands import focused
from tests.ui.screens.approvals.hands import answer, choose, many, numbers, open_view
from tests.ui.screens.control.hands import WHY, dialog_of, do, refused
from ui.acts.deciding.acting import acting_words
from ui.acts.deciding.rights import no_approval, no_deciding
from ui.screens.approvals.delegations.deeds import DelegateForm
from ui.screens.approvals.delegations.words import no_end, state_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks
    from ui.kit.formats import Formats
    from ui.screens.approvals.delegations.dialog import DelegationsDialog
    from ui.screens.approvals.screen import ApprovalsDesk


@pytest.fixture
def until(checker: Ledger, formats: Formats) -> str:
    """Let t_viewer decide for t_approver for three days; return the last of them in words."""
    last = formats.today() + timedelta(days=3)
    ends = end_of(last, formats.zone)
    assert ends is not None
    delegations.delegate(checker, "t_viewer", ends, reason="a holiday")
    return day_words(last)


@pytest.fixture
def acting(qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], until: str) -> ApprovalsDesk:
    """Show the desk to t_viewer, who decides for t_approver."""
    desk = show(context_of("t_viewer"))
    qtbot.waitUntil(lambda: bool(desk.delegations.words))
    at_rest(qtbot, desk)
    return desk


def at_rest(qtbot: QtBot, desk: ApprovalsDesk) -> None:
    qtbot.waitUntil(lambda: not desk.request.work.busy and desk.context.worker.active == 0)


def listed(qtbot: QtBot, desk: ApprovalsDesk) -> DelegationsDialog:
    """Open the list of all by its button, as the keyboard does."""
    desk.delegations.button.setFocus()
    QTest.keyClick(desk.delegations.button, Qt.Key.Key_Space)
    dialog = desk.delegations.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.found is not None)
    return dialog


def cells(dialog: DelegationsDialog) -> list[list[str]]:
    model = dialog.list.model
    return [[cell.text for cell in model.row_cells(at)] for at in range(model.rowCount())]


def test_who_acts_for_a_checker_decides_and_the_desk_says_for_whom(
    qtbot: QtBot, acting: ApprovalsDesk, three: list[int], until: str, checker: Ledger
) -> None:
    desk = acting
    assert desk.delegations.isVisible()
    assert desk.delegations.words == f"You decide for t_approver until {until}."
    assert desk.delegations.geometry().bottom() < desk.table.geometry().top()
    assert numbers(desk) == three
    choose(qtbot, desk, three[0])
    page = desk.request
    assert not page.changes.words.startswith("Not known")
    assert page.foot.reason == ""
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    assert focused() is page.foot.approve_button
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at_rest(qtbot, desk)
    found = get(checker.database, three[0])
    assert [one.by for one in found.approvals] == ["t_viewer for t_approver"]
    assert found.row.status is RequestStatus.APPROVED
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])
    choose(qtbot, desk, three[1])
    page.foot.reject_button.click()
    answer(desk, "not so")
    at_rest(qtbot, desk)
    assert get(checker.database, three[1]).row.status is RequestStatus.REJECTED
    page.show_number(three[0])
    qtbot.waitUntil(lambda: "Approved by t_viewer for t_approver" in page.figures.words)


def test_several_are_approved_by_anothers_right(
    qtbot: QtBot, acting: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    acting.table.setFocus()
    QTest.keyClick(acting.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert acting.foot.reason == ""
    acting.foot.approve_button.click()
    dialog = many(acting)
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: dialog.is_done)
    assert dialog.words.startswith("3 requests approved.")
    assert [get(checker.database, one).approvals[0].acting_for for one in three] == ["t_approver"] * 3


def test_when_it_is_ended_nothing_more_can_be_decided(
    qtbot: QtBot, acting: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    choose(qtbot, acting, three[0])
    (made,) = delegations.page(checker.database)
    delegations.end(checker, made.id, reason="back again")
    acting.renew()
    qtbot.waitUntil(lambda: acting.delegations.isHidden() and numbers(acting) == [])
    at_rest(qtbot, acting)
    assert acting.foot.reason == "needs role approver"
    acting.request.show_number(three[0])
    at_rest(qtbot, acting)
    assert acting.request.foot.reason == "needs role approver"
    assert not acting.request.foot.approve_button.isEnabled()


def test_it_ends_by_itself_without_being_told(qtbot: QtBot, acting: ApprovalsDesk, three: list[int]) -> None:
    rights = acting.context.session.rights
    assert rights.acting_for == ("t_approver",)
    choose(qtbot, acting, three[0])
    rights.acting.until = {"t_approver": datetime.now(UTC) - timedelta(seconds=1)}
    acting.renewal.due.emit()
    assert acting.delegations.words == ""
    at_rest(qtbot, acting)
    assert acting.request.foot.reason == "needs role approver"
    for made in (acting.request.foot.approve_button, acting.request.foot.reject_button):
        assert not made.isEnabled()
    assert "needs role approver" in acting.foot.approve_button.toolTip()


def test_one_who_acts_is_no_second_voice(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot,
    context_of: Contexts,
    show: Desks,
    acting: ApprovalsDesk,
    checker: Ledger,
    ledger_of: Callable[[str], Ledger],
) -> None:
    set_rule(ledger_of("t_admin"), "transfer", CURRENCY, 1, 2, reason="for a test")
    maker = ledger_of("t_operator")
    asked = commands.submit(maker, Transfer("alice", "bob", CURRENCY, 500, "r-9"), reason=WHY)
    commands.approve(checker, asked.request, asked.content)
    acting.request.show_number(asked.request)
    at_rest(qtbot, acting)
    assert acting.request.foot.reason == "t_approver, for whom you decide, submitted or approved it"
    # Nor the other way round.
    asked = commands.submit(maker, Transfer("alice", "bob", CURRENCY, 600, "r-8"), reason=WHY)
    commands.approve(acting.context.ledger, asked.request, asked.content)
    desk = show(context_of("t_approver"))
    desk.request.show_number(asked.request)
    at_rest(qtbot, desk)
    assert desk.request.foot.reason == "you have approved it; another checker must too"


def test_a_checker_delegates_and_ends_it_by_the_keyboard(
    qtbot: QtBot, desk: ApprovalsDesk, formats: Formats, checker: Ledger
) -> None:
    assert desk.delegations.isHidden()
    dialog = listed(qtbot, desk)
    assert dialog.list.table.words.startswith("Nobody decides for anybody")
    dialog.list.add_button.setFocus()
    QTest.keyClick(dialog.list.add_button, Qt.Key.Key_Space)
    deed = dialog_of(dialog)
    form = deed.form
    assert isinstance(form, DelegateForm)
    assert deed.refusal == "fill in: who decides for you"
    assert "It is your right to decide" in deed._deed.words
    assert "can end it at any time" in " ".join(deed._deed.words.split())
    qtbot.waitUntil(lambda: form.who.count() > 0)
    names = [form.who.itemText(at) for at in range(form.who.count())]
    assert "t_viewer" in names
    assert "t_approver" not in names
    edit = form.who.lineEdit()
    assert edit is not None
    qtbot.waitUntil(lambda: focused() in {form.who, edit})
    # What is typed is completed to the one name that begins so.
    QTest.keyClicks(edit, "t_view")
    assert edit.text() == "t_viewer"
    assert do(qtbot, deed) == (
        f"t_viewer decides for you until {day_words(formats.today() + timedelta(days=7))}."
    )
    qtbot.waitUntil(lambda: len(cells(dialog)) == 1)
    assert cells(dialog)[0][:4] == [
        "t_viewer", "t_approver", day_words(formats.today() + timedelta(days=7)), "open",
    ]  # fmt: skip
    (made,) = delegations.page(checker.database)
    assert (made.delegate, made.reason) == ("t_viewer", WHY)

    dialog.list.table.setFocus()
    dialog.list.table.select_place(0)
    QTest.keyClick(dialog.list.table, Qt.Key.Key_Return)
    assert do(qtbot, dialog_of(dialog)) == "t_viewer decides no longer for t_approver."
    qtbot.waitUntil(lambda: cells(dialog)[0][3].startswith("ended by t_approver, "))
    assert not dialog.list.deed_buttons[0].isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.delegations.dialog is None


def test_the_ledgers_refusal_is_said_and_the_form_stays(qtbot: QtBot, desk: ApprovalsDesk) -> None:
    desk.delegations.delegate()
    deed = dialog_of(desk)
    form = deed.form
    assert isinstance(form, DelegateForm)
    form.who.setEditText("t_approver")
    assert deed.refusal == "that is yourself: name another operator"
    form.who.setEditText("nobody.here")
    assert "there is no such operator in this ledger" in refused(qtbot, deed)
    assert form.who.currentText() == "nobody.here"


def test_the_last_day_is_within_ninety(
    qtbot: QtBot, desk: ApprovalsDesk, formats: Formats, checker: Ledger
) -> None:
    desk.delegations.delegate()
    form = dialog_of(desk).form
    assert isinstance(form, DelegateForm)
    form.day.set_day(formats.today() + timedelta(days=300))
    assert form.day.day() == formats.today() + timedelta(days=89)
    form.who.setEditText("t_viewer")
    do(qtbot, dialog_of(desk))
    assert len(delegations.page(checker.database, only_open=True)) == 1


def test_who_is_no_checker_sees_all_and_ends_only_their_own(
    qtbot: QtBot, acting: ApprovalsDesk, checker: Ledger, until: str
) -> None:
    delegations.delegate(checker, "t_support", datetime.now(UTC) + timedelta(days=1), reason="the other")
    dialog = listed(qtbot, acting)
    assert not dialog.list.add_button.isEnabled()
    assert "needs role approver" in dialog.list.add_button.accessibleDescription()
    names = [row[0] for row in cells(dialog)]
    assert names == ["t_support", "t_viewer"]
    (end,) = dialog.list.deed_buttons
    dialog.list.table.select_place(0)
    assert not end.isEnabled()
    assert "only t_approver, t_support or an administrator ends it" in end.accessibleDescription()
    dialog.list.table.select_place(1)
    end.click()
    do(qtbot, dialog_of(dialog))
    # The desk behind it has nothing to decide on any more.
    qtbot.waitUntil(lambda: acting.delegations.words == "" and numbers(acting) == [])


def test_commands_lead_there(qtbot: QtBot, acting: ApprovalsDesk) -> None:
    found = {
        one.title: one.refusal
        for words in ("who decides for whom", "let somebody decide")
        for one in acting.context.commands.find(words)
    }
    assert found["Delegations: who decides for whom"] == ""
    assert found["Let somebody decide for you"] == "needs role approver"


def test_a_checker_is_shown_no_line_and_decides_by_their_own_right(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], until: str
) -> None:
    desk = show(context_of("t_approver"))
    at_rest(qtbot, desk)
    assert desk.delegations.isHidden()
    assert numbers(desk) == three
    open_view(qtbot, desk, View.MINE)
    assert numbers(desk) == []


def test_rights_of_one_who_acts(formats: Formats) -> None:
    end = end_of(datetime(2030, 12, 3, tzinfo=UTC).date(), formats.zone)
    assert end is not None
    within = datetime(2031, 1, 5, 12, 30, tzinfo=formats.zone)
    rights = Rights("mara", frozenset({"ledger_viewer"}), acting=Acting({"karl": end}))
    assert acting_words(rights, formats) == "You decide for karl until 3 Dec 2030."
    assert no_deciding(rights) == ""
    assert no_approval(rights, "otto", ()) == ""
    assert no_approval(rights, "mara", ()).startswith("you submitted it")
    assert no_approval(rights, "karl", ()) == "karl, for whom you decide, submitted or approved it"
    assert no_approval(rights, "otto", ("karl",)) == "karl, for whom you decide, submitted or approved it"
    assert no_approval(rights, "otto", ("mara", "karl")).startswith("you have approved it")
    rights.acting.until = {"karl": end, "noor": within}
    assert acting_words(rights, formats) == (
        "You decide for karl until 3 Dec 2030 and for noor until 5 Jan 2031 12:30."
    )
    assert no_approval(rights, "karl", ()) == ""
    rights.acting.until = {"karl": datetime.now(UTC) - timedelta(seconds=1)}
    assert (rights.acting_for, rights.decides, acting_words(rights, formats)) == ((), False, "")
    assert no_deciding(rights) == "needs role approver"
    checker = Rights("karl", frozenset({"ledger_approver"}), acting=Acting({"noor": end}))
    assert (checker.acting_for, checker.decides) == ((), True)
    assert no_approval(checker, "otto", ("mara", "karl")).startswith("you have approved it")


def test_words_of_a_delegation(formats: Formats) -> None:
    now = datetime.now(UTC)

    def row(*, open_: bool, stands: bool, by: str | None = None) -> DelegationRow:
        ended = None if by is None else now - timedelta(days=3)
        return DelegationRow(1, "karl", "mara", "why", now, now, by, ended, open_, stands)

    admin = Rights("boss", frozenset({"ledger_admin"}))
    other = Rights("noor", frozenset({"ledger_operator"}))
    lasting = row(open_=True, stands=True)
    assert state_words(lasting, formats) == "open"
    assert state_words(row(open_=True, stands=False), formats) == "decides nothing: karl is no checker now"
    assert state_words(row(open_=False, stands=False), formats) == "its time is over"
    ended = row(open_=False, stands=False, by="mara")
    assert state_words(ended, formats).startswith("ended by mara, 20")
    assert no_end(ended, admin) == "it has ended"
    assert no_end(lasting, admin) == ""
    assert no_end(lasting, other) == "only karl, mara or an administrator ends it"
    for name in ("karl", "mara"):
        assert no_end(lasting, Rights(name, frozenset({"ledger_viewer"}))) == ""
