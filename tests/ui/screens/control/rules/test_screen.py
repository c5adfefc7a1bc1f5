"""The screen of rules on a real server: lists, warnings, an operation to try, and what is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest

from console.ledger.approvals.rules.allowances import Allowance, allowances, set_allowance
from console.ledger.approvals.rules.commands import set_limit, set_rule
from console.ledger.approvals.rules.in_force import limits, rules
from console.ledger.audit.page import AuditFilter
from console.ledger.audit.page import page as audit_page
from console.ledger.books.currencies import books
from console.ledger.transactions.transfer import Transfer
from console.ledger.transactions.transfer import post as pay
from console.writes.ledger import Ledger
from tests.cluster import CURRENCY
from tests.ui.screens.control.hands import WHY, dialog_of, do, refused
from ui.kit.table.paged_model import State
from ui.screens.control.rules.columns import draw_used
from ui.screens.control.rules.forms import CurrencyForm, HolderForm, RuleForm, TermsForm
from ui.screens.control.rules.screen import ALLOWANCES, CURRENCIES, LIMITS, RULES, TERMS, RulesScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.postgres.database import Database
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from ui.acts.deeds.deed_list import RuleList
    from ui.context import Context
    from ui.kit.theme.theme import Theme

# Rules, limits, allowances, terms, books, operators and dual control, a statement each.
READINGS = 7


@pytest.fixture
def show(qtbot: QtBot) -> Callable[..., RulesScreen]:
    """Show the screen once it has read everything."""

    def make(context: Context, *, width: int = 1188) -> RulesScreen:
        made = RulesScreen(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made.found is not None)
        return made

    return make


@pytest.fixture
def ruled(boss_context: Context, operator_database: Database, open_accounts: Callable[..., None]) -> None:
    """Set two tiers, a limit of which half is used, and an allowance."""
    open_accounts({"alice": 1_000_000, "bob": 0})
    ledger = boss_context.ledger
    set_rule(ledger, "transfer", CURRENCY, 50_000, 1, reason=WHY)
    set_rule(ledger, "transfer", CURRENCY, 200_000, 2, reason=WHY)
    set_rule(ledger, "grant_credit", CURRENCY, 0, 1, reason=WHY)
    set_limit(ledger, "ledger_operator", "transfer", CURRENCY, per_operation=None, per_day=80_000, reason=WHY)
    set_allowance(ledger, Allowance("ledger_support", "grant_credit", CURRENCY, 1_000, 5_000), reason=WHY)
    pay(Ledger(operator_database), Transfer("alice", "bob", CURRENCY, 40_000, "r-1", "for May"))


@pytest.fixture
def screen(boss_context: Context, show: Callable[..., RulesScreen], ruled: None) -> RulesScreen:
    """Show the screen to an administrator."""
    return show(boss_context)


def listed(screen: RulesScreen, tab: int) -> RuleList:
    screen.tabs.setCurrentIndex(tab)
    return screen.lists[tab]


def cells(of: RuleList) -> list[list[str]]:
    return [[cell.text for cell in of.model.row_cells(at)] for at in range(of.model.rowCount())]


def choose(of: RuleList, place: int) -> None:
    of.table.setFocus()
    of.table.select_place(place)


def holds(qtbot: QtBot, screen: RulesScreen, tab: int, count: int) -> None:
    qtbot.waitUntil(lambda: screen.lists[tab].model.rowCount() == count)


def test_what_needs_whom_stands_in_lists(screen: RulesScreen) -> None:
    assert [screen.tabs.tabText(at) for at in range(screen.tabs.count())] == [
        "Rules  3", "Limits  1", "Allowances  1", "Terms  1", "Currencies  1",
    ]  # fmt: skip
    assert cells(listed(screen, RULES)) == [
        ["grant", "CR", "0.00", "1 checker"],
        ["transfer", "CR", "500.00", "1 checker"],
        ["transfer", "CR", "2,000.00", "2 checkers"],
    ]
    assert cells(listed(screen, LIMITS)) == [
        ["ledger_operator", "transfer", "CR", "", "800.00", "400.00 t_operator"]
    ]
    assert cells(listed(screen, ALLOWANCES)) == [["ledger_support", "grant", "CR", "10.00", "50.00"]]
    assert cells(listed(screen, CURRENCIES))[0][:4] == ["CR", "Credits", "2", "open"]


def test_ways_around_are_said_until_they_are_closed(qtbot: QtBot, screen: RulesScreen) -> None:
    lines = screen.warnings.splitlines()
    assert lines[0] == (
        "A grant needs 1 checker from 0.00 CR on; the same money goes by a batch or a capture of a hold "
        "without a rule or a limit a day."
    )
    assert lines[1].startswith("A transfer needs 1 checker from 500.00 CR on; the same money goes by a batch")
    assert "2 ways around" in screen.title._subtitle.text()
    set_limit(
        screen.context.ledger,
        "ledger_operator",
        "*",
        CURRENCY,
        per_operation=None,
        per_day=9_000_000,
        reason=WHY,
    )
    screen.refresh()
    qtbot.waitUntil(screen.around.isHidden)


def test_a_refresh_is_a_statement_a_list(qtbot: QtBot, screen: RulesScreen, statements: Statements) -> None:
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    with statements.counted() as sent:
        screen.refresh()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert len(sent) == READINGS


def test_an_operation_is_tried_and_nothing_is_asked(
    qtbot: QtBot, screen: RulesScreen, statements: Statements
) -> None:
    tried = screen.tried
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    with statements.counted() as sent:
        assert tried.who.currentText() == "someone with the role operator"
        tried.amount.setText("499.99")
        assert tried.words == "It is done at once: no rule catches it."
        tried.amount.setText("500")
        assert tried.words == "1 checker must agree: the rule from 500.00 CR on. Then it is carried out."
        tried.amount.setText("2000")
        assert tried.words == (
            "2 checkers must agree: the rule from 2,000.00 CR on. Even then the limit of ledger_operator for "
            "transfer refuses it: at most 800.00 CR a day, of which 800.00 CR is left."
        )
        tried.who.setCurrentIndex(tried.who.findText("t_operator (operator)"))
        tried.amount.setText("400.01")
        assert "of which 400.00 CR is left" in tried.words
        tried.who.setCurrentIndex(tried.who.findText("someone with the role support"))
        tried.kind.setCurrentIndex(tried.kind.findData("grant_credit"))
        tried.amount.setText("10")
        assert "The allowance of ledger_support lets it pass at once" in tried.words
        tried.amount.setText("10.01")
        assert tried.words.startswith("They may only ask for it. 1 checker must agree")
        tried.who.setCurrentIndex(tried.who.findText("someone with the role viewer"))
        assert tried.words.startswith("They may neither do this nor ask for it")
        tried.amount.setText("x")
        assert tried.needed is None
    assert sent == []


def test_a_rule_is_added_changed_and_taken_away(qtbot: QtBot, screen: RulesScreen) -> None:
    of = listed(screen, RULES)
    of.add_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, RuleForm)
    form.kind.setCurrentIndex(form.kind.findData("post_batch"))
    assert dialog.refusal == "fill in: from this amount on"
    QTest.keyClicks(form.amount, "500")
    assert do(qtbot, dialog) == "A batch needs 1 checker from 500.00 CR on."
    holds(qtbot, screen, RULES, 4)
    choose(of, 1)
    of.deed_buttons[0].click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, RuleForm)
    assert dialog.refusal == "it needs so many already"
    # Another kind, currency or amount is another rule.
    assert not any(part.isEnabled() for part in (form.kind, form.currency, form.amount))
    form.approvals.setValue(3)
    assert do(qtbot, dialog) == "A batch needs 3 checkers from 500.00 CR on."
    database = screen.context.database
    assert [row.approvals for row in rules(database) if row.kind == "post_batch"] == [3]
    choose(of, 1)
    of.deed_buttons[1].click()
    do(qtbot, dialog_of(screen))
    holds(qtbot, screen, RULES, 3)
    events = audit_page(database, AuditFilter(actions=("set_approval_rule",))).rows
    reasons = [event.reason for event in events]
    assert reasons == [WHY] * 6


def test_a_limit_and_an_allowance_are_set_and_taken_away(qtbot: QtBot, screen: RulesScreen) -> None:
    of = listed(screen, LIMITS)
    of.add_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, HolderForm)
    assert dialog.refusal == "fill in: whose"
    form.holder.setEditText("nobody.here")
    assert dialog.refusal == "a limit needs an amount, at once or a day"
    QTest.keyClicks(form.day, "7.50")
    assert "no such role or operator" in refused(qtbot, dialog)
    form.holder.setEditText("t_operator2")
    assert do(qtbot, dialog, "") == "The limit of t_operator2 is set."
    holds(qtbot, screen, LIMITS, 2)
    database = screen.context.database
    assert [(row.kind, row.per_day) for row in limits(database) if row.holder == "t_operator2"] == [
        ("*", 750)
    ]
    choose(of, 1)
    of.deed_buttons[1].click()
    do(qtbot, dialog_of(screen))
    holds(qtbot, screen, LIMITS, 1)
    of = listed(screen, ALLOWANCES)
    choose(of, 0)
    of.deed_buttons[0].click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, HolderForm)
    assert not any(part.isEnabled() for part in (form.holder, form.kind, form.currency))
    form.day.setText("5")
    assert dialog.refusal == "a day is at least as much as at once"
    form.day.setText("60")
    do(qtbot, dialog)
    assert allowances(database)[0].per_day == 6_000


def test_terms_are_changed(qtbot: QtBot, screen: RulesScreen) -> None:
    of = listed(screen, TERMS)
    assert cells(of) == [["CR", "14 days", "", "as at the start"]]
    assert of.add_button.isHidden()
    choose(of, 0)
    of.deed_buttons[0].click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, TermsForm)
    assert dialog.refusal == "it is so already"
    form.days.setValue(3)
    QTest.keyClicks(form.typed_from, "1000")
    assert do(qtbot, dialog) == "The terms of CR are set."
    qtbot.waitUntil(lambda: cells(of) == [["CR", "3 days", "1,000.00", ""]])


def test_currencies_are_added_corrected_closed_and_reopened(qtbot: QtBot, screen: RulesScreen) -> None:
    of = listed(screen, CURRENCIES)
    of.add_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, CurrencyForm)
    QTest.keyClicks(form.code, "cr")
    assert dialog.refusal == "the ledger has this currency already"
    form.code.setText("jpy")
    assert form.decimals.value() == 0
    form.decimals.setValue(1)
    assert "usually has 0" in form._decimals_field._below.text()
    assert not dialog.refusal
    said: list[str] = []
    dialog.ended.connect(said.append)
    dialog.deed_button.click()
    holds(qtbot, screen, CURRENCIES, 2)
    assert said[0].startswith("The ledger has JPY with 1 decimals.")
    choose(of, 1)
    of.deed_buttons[1].click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, CurrencyForm)
    form.decimals.setValue(0)
    do(qtbot, dialog)
    qtbot.waitUntil(lambda: of.model.rows[1].currency.exponent == 0)
    choose(of, 1)
    of.deed_buttons[0].click()
    assert do(qtbot, dialog_of(screen)) == "JPY is closed."
    qtbot.waitUntil(lambda: of.model.rows[1].closed_at is not None)
    choose(of, 1)
    assert of.deed_buttons[1].accessibleDescription() == "it is closed"
    of.deed_buttons[0].click()
    assert do(qtbot, dialog_of(screen)) == "JPY is open again."
    qtbot.waitUntil(lambda: not books(screen.context.database).closed)
    choose(of, 0)
    of.deed_buttons[0].click()
    assert "empty them first" in refused(qtbot, dialog_of(screen))


def test_everyone_may_look_and_only_an_administrator_acts(
    context_of: Contexts, show: Callable[..., RulesScreen], ruled: None
) -> None:
    screen = show(context_of("t_viewer"))
    assert screen.why.text() == "Needs role admin."
    for of in screen.lists:
        choose(of, 0)
        for made in (of.add_button, *of.deed_buttons):
            assert not made.isEnabled()
            assert made.accessibleDescription() == "needs role admin"
    screen.tried.amount.setText("2000")
    assert "2 checkers" in screen.tried.words


def test_back_shows_the_list_that_was_open(screen: RulesScreen) -> None:
    listed(screen, ALLOWANCES)
    left = screen.place
    screen.show_start()
    assert screen.tabs.currentIndex() == RULES
    screen.show_again(left)
    assert screen.tabs.currentIndex() == ALLOWANCES


def test_an_empty_ledger_says_what_to_do(boss_context: Context, show: Callable[..., RulesScreen]) -> None:
    screen = show(boss_context)
    assert screen.lists[RULES].table.list_state is State.EMPTY
    assert screen.lists[RULES].table.words.startswith("No rules")
    assert screen.around.isHidden()


def test_enter_changes_the_rule_that_is_chosen(qtbot: QtBot, screen: RulesScreen) -> None:
    of = listed(screen, RULES)
    choose(of, 2)
    QTest.keyClick(of.table, Qt.Key.Key_Return)
    form = dialog_of(screen).form
    assert isinstance(form, RuleForm)
    assert form.chosen[2:] == (200_000, 2)
    qtbot.waitUntil(form.approvals.hasFocus)


def test_narrow_the_trial_stands_under_the_lists(
    boss_context: Context, show: Callable[..., RulesScreen], ruled: None
) -> None:
    screen = show(boss_context, width=700)
    assert screen.tried.y() > screen.lists[RULES].y()
    assert screen.tried.width() > screen.width() / 2


def test_a_bar_is_as_long_as_what_is_used(theme: Theme) -> None:
    def painted(share: float) -> int:
        canvas = QPixmap(230, 28)
        canvas.fill(QColor(theme.tokens.surface))
        painter = QPainter(canvas)
        draw_used(painter, canvas.rect(), theme.tokens, share=share, words="")
        painter.end()
        image = canvas.toImage()
        ink = {QColor(theme.tokens.accent).name(), QColor(theme.tokens.warning).name()}
        return sum(image.pixelColor(x, 14).name() in ink for x in range(image.width()))

    assert painted(0) == 0
    assert painted(0.5) == pytest.approx(42, abs=2)
    assert painted(1) == pytest.approx(84, abs=2)
