"""Operators in dual control: what gives is submitted from the same dialog, with a code; a password is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.approvals import commands
from console.ledger.approvals.page import get
from console.ledger.approvals.rules.controls import dual_control_turned
from console.ledger.operators.orders import code_until
from tests.cluster import PASSWORD
from tests.ui.screens.control.hands import WHY, decide, dialog_of, do, refused
from tests.ui.screens.control.operators.hands import becomes, choose, row_of
from ui.screens.control.operators.code_dialog import CodeDialog
from ui.screens.control.operators.forms import NewOperator, OtherRoles

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.operators import Staff
    from ui.acts.deeds.deed import DeedDialog
    from ui.context import Context
    from ui.screens.control.operators.screen import OperatorsScreen


@pytest.fixture
def left(staff: Staff) -> str:
    """Hire somebody before there is dual control."""
    return staff.hire("viewer")


@pytest.fixture
def dual(
    left: str, boss_context: Context, second: Ledger, show: Callable[..., OperatorsScreen]
) -> OperatorsScreen:
    """Show the screen in dual control."""
    wanted = dual_control_turned(on=True, reason=WHY)
    decide(second, boss_context.ledger, commands.submit(boss_context.ledger, wanted, reason=WHY).request)
    return show(boss_context)


def submitted(qtbot: QtBot, dialog: DeedDialog) -> str:
    """Have it refused, press Submit by the same keys, and return what was said."""
    assert "another administrator must agree" in refused(qtbot, dialog)
    assert dialog.deed_button.text() == "Submit"
    said: list[str] = []
    dialog.ended.connect(said.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    return said[0]


def test_a_new_operator_is_submitted_with_a_code(
    qtbot: QtBot, dual: OperatorsScreen, second: Ledger, staff: Staff
) -> None:
    name = staff.new_name()
    dual.add_button.click()
    dialog = dialog_of(dual)
    form = dialog.form
    assert isinstance(form, NewOperator)
    form.name.setText(name)
    form.roles.boxes["viewer"].click()
    assert submitted(qtbot, dialog) == "Submitted as request 2: another administrator decides on it."
    qtbot.waitUntil(lambda: bool([one for one in dual.findChildren(CodeDialog) if one.isVisible()]))
    [shown] = (one for one in dual.findChildren(CodeDialog) if one.isVisible())
    assert "for 7 days from when request 2 is carried out, and not before." in shown.words.text()
    shown.close_button.click()
    assert row_of(dual, name) is None
    decide(second, dual.context.ledger, 2)
    dual.refresh()
    qtbot.waitUntil(lambda: row_of(dual, name) is not None)
    assert code_until(second.database, name) is not None


def test_a_password_does_not_wait(qtbot: QtBot, dual: OperatorsScreen, staff: Staff) -> None:
    dual.add_button.click()
    dialog = dialog_of(dual)
    form = dialog.form
    assert isinstance(form, NewOperator)
    form.name.setText(staff.new_name())
    form.roles.boxes["viewer"].click()
    form.passwords.now.setChecked(True)
    for line in (form.passwords.fields.first, form.passwords.fields.second):
        line.setText(PASSWORD)
    assert "A password cannot wait for that: choose a code" in refused(qtbot, dialog)
    assert dialog.deed_button.text() == "Add"
    form.passwords.by_code.setChecked(True)
    dialog.outcome.say("")
    assert submitted(qtbot, dialog).startswith("Submitted as request 2")


def test_roles_are_given_by_two_and_taken_by_one(
    qtbot: QtBot, dual: OperatorsScreen, second: Ledger, left: str
) -> None:
    row = row_of(dual, left)
    assert row is not None
    dialog = dual.deeds.change_roles(row)
    form = dialog.form
    assert isinstance(form, OtherRoles)
    form.boxes["approver"].click()
    assert submitted(qtbot, dialog) == "Submitted as request 2: another administrator decides on it."
    assert get(second.database, 2).row.request["groups"] == ["ledger_approver", "ledger_viewer"]
    decide(second, dual.context.ledger, 2)


def test_a_disabled_operator_comes_back_by_two(
    qtbot: QtBot, dual: OperatorsScreen, second: Ledger, left: str
) -> None:
    choose(qtbot, dual, left)
    row = row_of(dual, left)
    assert row is not None
    dialog = dual.deeds.disable(row)
    qtbot.waitUntil(lambda: not dialog.form.problem)
    do(qtbot, dialog)
    becomes(qtbot, dual, left, "disabled")
    row = row_of(dual, left)
    assert row is not None
    assert submitted(qtbot, dual.deeds.enable(row)).startswith("Submitted as request 2")
    decide(second, dual.context.ledger, 2)
    dual.refresh()
    becomes(qtbot, dual, left, "active")
