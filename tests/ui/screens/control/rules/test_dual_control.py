"""Dual control on the screen of rules: turned on by a request; what gives is submitted in the same dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.approvals import commands
from console.ledger.approvals.page import page
from console.ledger.approvals.rules.commands import set_rule
from console.ledger.approvals.rules.controls import dual_control, dual_control_turned
from console.ledger.approvals.rules.in_force import rules
from tests.cluster import CURRENCY
from tests.ui.screens.control.hands import WHY, decide, dialog_of, do, refused
from ui.screens.control.rules.forms import RuleForm
from ui.screens.control.rules.screen import RULES, RulesScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from ui.context import Context


@pytest.fixture
def screen(qtbot: QtBot, boss_context: Context, second: Ledger) -> RulesScreen:
    """Show the screen to an administrator, with one rule."""
    set_rule(boss_context.ledger, "transfer", CURRENCY, 50_000, 2, reason=WHY)
    made = RulesScreen(boss_context)
    qtbot.addWidget(made)
    made.resize(1188, 780)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    qtbot.waitUntil(lambda: made.found is not None)
    return made


@pytest.fixture
def dual(screen: RulesScreen, second: Ledger, qtbot: QtBot) -> None:
    """Turn dual control on."""
    wanted = dual_control_turned(on=True, reason=WHY)
    asked = commands.submit(screen.context.ledger, wanted, reason=WHY).request
    decide(second, screen.context.ledger, asked)
    screen.refresh()
    qtbot.waitUntil(lambda: screen.found is not None and screen.found.dual.is_on)


def test_it_is_turned_on_by_a_request(qtbot: QtBot, screen: RulesScreen, second: Ledger) -> None:
    assert "Dual control is off" in screen.dual.text()
    assert screen.dual_button.text().startswith("Turn on")
    screen.dual_button.click()
    dialog = dialog_of(screen)
    assert dialog.deed_button.text() == "Submit"
    assert do(qtbot, dialog) == "Submitted as request 1: another administrator decides on it."
    assert not dual_control(second.database).is_on
    decide(second, screen.context.ledger, 1)
    screen.refresh()
    qtbot.waitUntil(lambda: "Dual control is on" in screen.dual.text())
    assert screen.dual_button.text().startswith("Turn off")


def loosen(screen: RulesScreen) -> RuleForm:
    """Open the dialog of the rule that is there, and ask for one checker less."""
    listed = screen.lists[RULES]
    listed.table.setFocus()
    listed.table.select_place(0)
    listed.deed_buttons[0].click()
    form = dialog_of(screen).form
    assert isinstance(form, RuleForm)
    form.approvals.setValue(1)
    return form


def test_what_loosens_a_rule_is_submitted_from_the_same_dialog(
    qtbot: QtBot, screen: RulesScreen, dual: None, second: Ledger
) -> None:
    form = loosen(screen)
    dialog = dialog_of(screen)
    assert "another administrator must agree" in refused(qtbot, dialog)
    assert dialog.deed_button.text() == "Submit"
    # Another value may be what one does alone.
    form.approvals.setValue(3)
    assert dialog.deed_button.text() == "Set"
    form.approvals.setValue(1)
    dialog.outcome.say("")
    assert "another administrator must agree" in refused(qtbot, dialog)
    said: list[str] = []
    dialog.ended.connect(said.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["Submitted as request 2: another administrator decides on it."]
    assert [one.approvals for one in rules(second.database)] == [2]
    [row] = page(second.database).rows
    assert (row.kind, row.is_control, row.reason) == ("set_approval_rule", True, WHY)
    decide(second, screen.context.ledger, 2)
    assert [one.approvals for one in rules(second.database)] == [1]


def test_what_tightens_is_done_at_once(qtbot: QtBot, screen: RulesScreen, dual: None) -> None:
    loosen(screen).approvals.setValue(3)
    assert do(qtbot, dialog_of(screen)) == "A transfer needs 3 checkers from 500.00 CR on."


def test_only_an_admin_turns_it(qtbot: QtBot, context_of: Callable[..., Context], second: Ledger) -> None:
    made = RulesScreen(context_of("t_viewer"))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.found is not None)
    assert not made.dual_button.isEnabled()
    assert "needs role admin" in made.dual_button.toolTip()
