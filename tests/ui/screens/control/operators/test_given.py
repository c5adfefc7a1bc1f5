"""What an operator is given on the screen: a code to set a password by, and other roles."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
from pydantic import SecretStr
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from console.ledger.operators.orders import code_until
from console.ledger.operators.sign_in import redeem
from console.monitor.recording.recorder import Recorder
from tests.cluster import PASSWORD, connected
from tests.ui.screens.control.hands import dialog_of, do, refused
from tests.ui.screens.control.operators.hands import becomes, choose, row_of
from ui.screens.control.operators.code_dialog import COPIED, CodeDialog
from ui.screens.control.operators.forms import HowPassword, NewOperator, OtherRoles
from ui.screens.control.operators.words import facts

if TYPE_CHECKING:
    from uuid import UUID

    import pytest
    from pytestqt.qtbot import QtBot

    from tests.operators import Staff
    from ui.screens.control.operators.screen import OperatorsScreen


def code_of(qtbot: QtBot, screen: OperatorsScreen) -> CodeDialog:
    def open_ones() -> list[CodeDialog]:
        return [one for one in screen.findChildren(CodeDialog) if one.isVisible()]

    qtbot.waitUntil(lambda: len(open_ones()) == 1)
    return open_ones()[0]


def opens(staff: Staff, name: str, password: str = PASSWORD) -> bool:
    try:
        with connected(staff.url(name, password)):
            return True
    except psycopg.OperationalError:
        return False


def set_by(staff: Staff, name: str, code: str, password: str = PASSWORD) -> None:
    redeem(staff.gate_url, name, code, SecretStr(password), Recorder(capacity=20))


def test_a_new_operator_gets_a_code_that_is_shown_once(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    name = staff.new_name()
    screen.add_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, NewOperator)
    assert form.passwords.by_code.isChecked()
    assert form.passwords.fields.isHidden()
    form.name.setText(name)
    form.roles.boxes["viewer"].click()
    assert dialog.refusal == "give a reason"
    said = do(qtbot, dialog)
    assert said == f"{name} may sign in as viewer, once they have set their password by the code."
    shown = code_of(qtbot, screen)
    code = shown.code.text()
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", code)
    until = code_until(screen.context.database, name)
    assert until is not None
    assert f"good once, until {screen.context.formats.timestamp(until)}." in shown.words.text()
    assert f"{name} presses \N{LEFT DOUBLE QUOTATION MARK}I have a code" in shown.words.text()
    assert shown.code.hasFocus() or not shown.isActiveWindow()
    assert shown.code.selectedText() == code
    qtbot.waitUntil(lambda: row_of(screen, name) is not None)
    row = row_of(screen, name)
    assert row is not None
    told = facts(row, screen.context.formats, told=True)
    assert f"Has a code that is good until {screen.context.formats.timestamp(until)} and was not used" in told
    over = facts(replace(row, code_until=until - timedelta(days=8)), screen.context.formats, told=True)
    assert "Has no password: the code was not used in time" in over
    shown.copy_button.click()
    assert QGuiApplication.clipboard().text() == code
    assert shown.copied.text() == COPIED
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not screen.findChildren(CodeDialog))
    set_by(staff, name, code)
    assert opens(staff, name)


def test_a_code_takes_the_place_of_a_forgotten_password(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    screen.panel.password_button.click()
    assert do(qtbot, dialog_of(screen)) == f"{name} has a code, and no password until it is set by it."
    assert not opens(staff, name)
    set_by(staff, name, code_of(qtbot, screen).code.text(), "another-password")
    assert opens(staff, name, "another-password")


def test_a_password_that_is_set_now_shows_no_code(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    screen.panel.password_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, HowPassword)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    form.setFocus()
    assert form.by_code.hasFocus()
    low = dialog.height()
    QTest.keyClick(form.by_code, Qt.Key.Key_Right)
    assert form.now.isChecked()
    assert dialog.height() > low
    assert "at least 12" in dialog.refusal
    for line in (form.fields.first, form.fields.second):
        QTest.keyClicks(line, "another-password")
    assert do(qtbot, dialog) == f"{name} has a new password."
    assert screen.findChildren(CodeDialog) == []
    assert opens(staff, name, "another-password")


def test_in_doubt_the_code_that_was_given_is_the_one_that_is_shown(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    ledger = screen.context.ledger
    call, keys = ledger.call, []

    def lost(operation: object, key: UUID, **options: object) -> object:
        keys.append(key)
        answer = call(operation, key, **options)  # type: ignore[arg-type]  # handed on as it came
        if len(keys) == 1:
            raise OutcomeUnknownError(str(key))
        return answer

    monkeypatch.setattr("console.writes.ledger.retried", lambda once, *_rest, **_options: once())
    monkeypatch.setattr(type(ledger), "call", lambda _self, *given, **options: lost(*given, **options))
    screen.panel.password_button.click()
    dialog = dialog_of(screen)
    assert "Press it again to ask" in refused(qtbot, dialog)
    assert screen.findChildren(CodeDialog) == []
    with qtbot.waitSignal(dialog.ended):
        dialog.deed_button.click()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    set_by(staff, name, code_of(qtbot, screen).code.text())
    assert opens(staff, name)


def test_roles_are_changed_and_said_before(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("operator", "support")
    choose(qtbot, screen, name)
    screen.panel.roles_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, OtherRoles)
    assert form.roles == ("support", "operator")
    assert (dialog.refusal, form.comes_to.text()) == (
        "tick or untick a role",
        "Nothing is given or taken yet.",
    )
    form.boxes["operator"].setFocus()
    QTest.keyClick(form.boxes["operator"], Qt.Key.Key_Space)
    assert form.comes_to.text() == "Takes operator."
    QTest.keyClick(form.boxes["approver"], Qt.Key.Key_Space)
    assert form.comes_to.text() == "Gives approver. Takes operator."
    assert dialog.refusal == "give a reason"
    assert do(qtbot, dialog) == f"{name} has approver, support; before: operator, support."

    def stands() -> bool:
        row = row_of(screen, name)
        return row is not None and set(row.groups) == {"approver", "support"}

    qtbot.waitUntil(stands)


def test_nobody_loses_all_roles(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    screen.panel.roles_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, OtherRoles)
    form.boxes["viewer"].click()
    assert dialog.refusal == "tick a role"


def test_whose_roles_are_not_changed_here_is_said(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    name = staff.hire("viewer")
    button = screen.panel.roles_button
    choose(qtbot, screen, screen.context.session.operator)
    assert button.accessibleDescription() == "nobody changes their own roles"
    choose(qtbot, screen, "t_auditor")
    assert button.accessibleDescription().startswith("made by hand in the server")
    with connected(staff.ledger_url) as connection:
        connection.execute("SELECT ledger.disable_operator(gen_random_uuid(), %s, 'has left')", [name])
    choose(qtbot, screen, name)
    becomes(qtbot, screen, name, "disabled")
    qtbot.waitUntil(lambda: button.accessibleDescription() == "it is disabled; enable it first")
    row = row_of(screen, name)
    assert row is not None
    refusals = {action.title: action.refusal for action in screen._row_actions(row)}
    assert refusals["Change roles\N{HORIZONTAL ELLIPSIS}"] == "it is disabled; enable it first"
