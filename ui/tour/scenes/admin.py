"""The tour's stops at what keeps the ledger in order: operators, and rules with an operation to try."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.approvals.rules.commands import set_limit, set_rule
from console.ledger.operators.rights import Rights
from console.postgres.database import Database
from console.writes.ledger import Ledger
from ui.acts.deeds.deed import DeedDialog
from ui.kit.theme.theme import Mode
from ui.screens.control.operators.code_dialog import CodeDialog
from ui.screens.control.operators.deeds import Deeds
from ui.screens.control.operators.forms import NewOperator
from ui.screens.control.operators.screen import OperatorsScreen
from ui.screens.control.rules.deeds import RuleDeeds
from ui.screens.control.rules.screen import LIMITS, RULES, RulesScreen
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.money import Currency
    from ui.context import Context
    from ui.tour.walk import Walk

_NEW: Final = "mara.okafor"
_REASON: Final = "joins the team on Monday, ticket HR-88"
# In whole units of whatever currency it is.
_RULED: Final = 500
_A_DAY: Final = 2_000


def operators(walk: Walk) -> None:
    """See who may sign in, as everybody may."""
    window_of(walk).context.theme.set_mode(Mode.LIGHT)
    go(walk, "operators")
    shown = screen(walk, OperatorsScreen)
    walk.wait(lambda: shown.found is not None, "the operators")
    expect(shown.model.rowCount() > 0, "nobody may sign in")
    expect(not shown.add_button.isEnabled(), "an operator is offered to add another")


def one(walk: Walk) -> None:
    """Choose oneself by the keyboard: rights in words, sessions, and what is left open."""
    shown = screen(walk, OperatorsScreen)
    own = window_of(walk).context.session.operator
    shown.table.setFocus()
    shown.table.select_place([row.name for row in shown.model.rows].index(own))
    walk.wait(lambda: shown.panel.found is not None, "what the operator leaves open")
    expect(bool(shown.panel.roles), "the operator has no role")


def new_operator(walk: Walk) -> None:
    """Fill in a new operator, as the owner of this ledger, who may what an administrator may."""
    shown = screen(walk, OperatorsScreen)
    form = _dialog_as_owner(walk, shown).form
    if not isinstance(form, NewOperator):
        raise TourError("the form of a new operator is not open")
    taken = {row.name for row in shown.model.rows}
    QTest.keyClicks(form.name, next(name for name in _names() if name not in taken))
    QTest.keyClicks(form.display_name, "Mara Okafor")
    like = [form.roles.like.itemText(at) for at in range(form.roles.like.count())]
    own = window_of(walk).context.session.operator
    form.roles.like.setCurrentIndex(next(at for at, words in enumerate(like) if words.startswith(f"{own} ")))
    dialog = _dialog(shown)
    QTest.keyClicks(dialog.reason, _REASON)
    expect(not dialog.refusal, dialog.refusal)


def added(walk: Walk) -> None:
    """Do it with Ctrl+Enter, and see the code by which the new one sets a password."""
    shown = screen(walk, OperatorsScreen)
    dialog = _dialog(shown)
    if not isinstance(dialog.form, NewOperator):
        raise TourError("the form of a new operator is not open")
    new = dialog.form.name.text()
    ended: list[str] = []
    dialog.ended.connect(ended.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    walk.wait(lambda: bool(ended), "the new operator")
    shown.refresh()
    walk.wait(lambda: new in [row.name for row in shown.model.rows], "the new operator in the list")
    shown.table.select_place([row.name for row in shown.model.rows].index(new))
    walk.wait(lambda: shown.panel.found is not None, "what the new operator leaves open")


def in_list(walk: Walk) -> None:
    """Hand the code over, and see the new one in the list."""
    shown = screen(walk, OperatorsScreen)
    for given in shown.findChildren(CodeDialog):
        press(given.close_button)
    walk.settle()


def ruled(walk: Walk) -> None:
    """See what needs whom, once a rule and a limit are set, and how the rule is walked around."""
    ledger, currency = _owner(walk), _currency(walk)
    code, unit = currency.code, 10**currency.exponent
    set_rule(ledger, "transfer", code, _RULED * unit, 1, reason=_REASON)
    set_rule(ledger, "transfer", code, 10 * _RULED * unit, 2, reason=_REASON)
    a_day = _A_DAY * unit
    set_limit(ledger, "ledger_operator", "transfer", code, per_operation=None, per_day=a_day, reason=_REASON)
    ledger.database.close()
    go(walk, "rules")
    shown = screen(walk, RulesScreen)
    walk.wait(lambda: shown.found is not None and len(shown.found.rules) > 1, "the rules")
    expect("the same money goes by" in shown.warnings, "no way around the rule is told")
    shown.lists[RULES].table.select_place(0)


def dual(walk: Walk) -> None:
    """Ask, as an administrator would, for dual control; another decides on it."""
    shown = screen(walk, RulesScreen)
    ledger, owned = _as_owner(walk)
    dialog = RuleDeeds(owned, shown, then=shown.refresh).turn_dual_control(on=True)
    dialog.destroyed.connect(ledger.database.close)
    QTest.keyClicks(dialog.reason, "agreed by the board on Monday")
    expect(not dialog.refusal, dialog.refusal)


def tried(walk: Walk) -> None:
    """Leave dual control, for this ledger has one administrator, and try an operation that nobody does."""
    shown = screen(walk, RulesScreen)
    for opened in shown.findChildren(DeedDialog):
        QTest.keyClick(opened, Qt.Key.Key_Escape)
    shown.tabs.setCurrentIndex(LIMITS)
    code = _currency(walk).code
    shown.tried.currency.setCurrentIndex(shown.tried.currency.findText(code))
    QTest.keyClicks(shown.tried.amount, "1200")
    expect("1 checker must agree" in shown.tried.words, shown.tried.words)


def dark_rules(walk: Walk) -> None:
    """See the rules in the dark."""
    go(walk, "rules")
    screen(walk, RulesScreen).tabs.setCurrentIndex(RULES)


def dark_operators(walk: Walk) -> None:
    """See the operators in the dark."""
    go(walk, "operators")
    shown = screen(walk, OperatorsScreen)
    walk.wait(lambda: shown.model.rowCount() > 1, "the operators")


def _currency(walk: Walk) -> Currency:
    """Return the currency that rules are shown in."""
    return min(window_of(walk).context.session.currencies, key=lambda one: one.code)


def _names() -> Iterator[str]:
    """Yield names for a new operator: on a ledger that was toured before the first is taken."""
    yield _NEW
    yield from (f"{_NEW}-{number}" for number in count(2))


def _owner(walk: Walk) -> Ledger:
    """Return the ledger as its owner has it, as ledgerctl does at a ledger of this computer's own."""
    workspace = walk.session.workspace
    if workspace is None:
        raise TourError("the ledger is not open")
    return Ledger(Database(workspace.admin_url, workspace.recorder, workspace.database.settings))


def _as_owner(walk: Walk) -> tuple[Ledger, Context]:
    """Return the ledger as its owner has it, and the window's context with the owner's rights."""
    ledger, context = _owner(walk), window_of(walk).context
    rights = Rights.of(ledger.database.session_facts())
    session = replace(context.session, rights=rights)
    return ledger, replace(context, session=session, database=ledger.database, ledger=ledger)


def _dialog_as_owner(walk: Walk, shown: OperatorsScreen) -> DeedDialog:
    ledger, owned = _as_owner(walk)
    dialog = Deeds(owned, shown, then=shown.refresh).add(shown.model.rows)
    dialog.destroyed.connect(ledger.database.close)
    return dialog


def _dialog(shown: OperatorsScreen) -> DeedDialog:
    for opened in shown.findChildren(DeedDialog):
        if opened.isVisible():
            return opened
    raise TourError("no dialog is open")


ADMIN_STOPS: Final = (
    Stop("operators", operators),
    Stop("operator", one),
    Stop("operator-new", new_operator),
    Stop("operator-code", added),
    Stop("operator-added", in_list),
    Stop("rules", ruled),
    Stop("rules-dual", dual),
    Stop("rules-tried", tried),
)

DARK_ADMIN: Final = (Stop("rules-dark", dark_rules), Stop("operators-dark", dark_operators))
