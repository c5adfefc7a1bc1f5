"""Where acts are offered: what an operator, support and a viewer see of them, and the keys that open them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from console.ledger.transactions.reversal import Reversal, reverse_transaction
from tests.cluster import connected
from tests.ui.acts.conftest import NOOR
from tests.ui.acts.hands import REASON, do, ended, fill, focused, opened, seen, shown_form
from ui.acts import catalogue
from ui.acts.form import KEYS, ActForm
from ui.routes import OpenAccount, OpenTransaction
from ui.screens.accounts.screen import Accounts
from ui.screens.transactions.screen import Transactions
from ui.window.keys.fixed_keys import FIXED_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.ui.acts.conftest import Forms, Windows
    from tests.ui.conftest import Contexts
    from ui.kit.table.row_menu import RowAction
    from ui.screens.accounts.account.page import AccountPage
    from ui.window.main_window import MainWindow

OPERATOR, EITHER = "needs role operator", "needs role support or operator"


def account_page(qtbot: QtBot, window: MainWindow, username: str = NOOR) -> AccountPage:
    """Open an account and wait until it is read."""
    window.open_route(OpenAccount(username, "CR"))
    screen = window.current_screen
    assert isinstance(screen, Accounts)
    page = screen.account_page
    assert page is not None
    qtbot.waitUntil(lambda: page.reading is not None and bool(page.tabs.statement.model.rows))
    return page


def under_more(page: AccountPage) -> list[str]:
    """Return what the menu under More says, with what is greyed in brackets by the menu itself."""
    QTest.mouseClick(page.acts.more_button, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = [action.text().partition("\t")[0] for action in menu.actions()]
    assert [action.isEnabled() for action in menu.actions()] == ["(" not in words for words in found]
    menu.close()
    return found


@pytest.mark.parametrize(
    ("login", "four", "more"),
    [
        (
            "t_operator",
            ["Transfer…", "Grant…", "Hold…", "Freeze…"],
            ["Deposit…", "Pay out…", "Adjust…", "Note…", "Metadata…", "Overdraft limit…", "Open account…",
             "Close account…"],
        ),
        (
            "t_support",
            ["Ask for a transfer…", "Ask for a grant…", f"Hold… {OPERATOR}", "Freeze…"],
            ["Ask for a deposit…", "Ask for a payout…", "Ask for an adjustment…", "Note…", "Metadata…",
             "Ask for an overdraft limit…", "Open account…", "Close account…"],
        ),
        (
            "t_viewer",
            [f"Transfer… {OPERATOR}", f"Grant… {OPERATOR}", f"Hold… {OPERATOR}", f"Freeze… {EITHER}"],
            [f"Deposit…  ({OPERATOR})", f"Pay out…  ({OPERATOR})", f"Adjust…  ({OPERATOR})",
             f"Note…  ({EITHER})", f"Metadata…  ({EITHER})", f"Overdraft limit…  ({OPERATOR})",
             f"Open account…  ({EITHER})", f"Close account…  ({EITHER})"],
        ),
    ],
)  # fmt: skip
def test_each_act_is_live_or_asked_for_or_grey_with_its_reason(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str, login: str, four: list[str],
    more: list[str],
) -> None:  # fmt: skip
    page = account_page(qtbot, window_of(context_of(login)))
    assert [one.accessibleName() for one in page.acts.buttons] == four
    assert [one.isEnabled() for one in page.acts.buttons] == ["needs" not in words for words in four]
    assert under_more(page) == more


@pytest.mark.parametrize(
    ("key", "title"),
    [
        (Qt.Key.Key_T, "Transfer"), (Qt.Key.Key_D, "Deposit"), (Qt.Key.Key_O, "Pay out"),
        (Qt.Key.Key_G, "Grant"), (Qt.Key.Key_H, "Hold"), (Qt.Key.Key_F, "Freeze"), (Qt.Key.Key_N, "Note"),
        (Qt.Key.Key_R, "Reverse"),
    ],
)  # fmt: skip
def test_a_letter_opens_a_form_wherever_the_keyboard_is_on_the_page(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str, key: Qt.Key, title: str
) -> None:
    page = account_page(qtbot, window_of(context_of("t_operator")))
    page.tabs.statement.focus_rows()
    form = opened(qtbot, page, key)
    assert form.windowTitle() == title
    filled = "transaction" if title == "Reverse" else "username"
    expected = page.tabs.statement.model.rows[0].id if title == "Reverse" else noor
    assert form.blanks.edits[filled].value == expected


def test_a_letter_in_a_field_is_a_letter(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str
) -> None:
    page = account_page(qtbot, window_of(context_of("t_operator")))
    page.tabs.show_tab(4)
    page.tabs.notes.edit.setFocus()
    QTest.keyClicks(page.tabs.notes.edit, "trough")
    assert page.tabs.notes.edit.text() == "trough"
    assert page.findChildren(ActForm) == []


def test_a_letter_beside_the_page_opens_nothing(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str
) -> None:
    window = window_of(context_of("t_operator"))
    page = account_page(qtbot, window)
    beside = window.navigation.findChildren(QPushButton)[0]
    beside.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClick(beside, Qt.Key.Key_T)
    assert page.findChildren(ActForm) == []


def test_a_letter_of_what_is_not_allowed_says_why(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str
) -> None:
    context = context_of("t_viewer")
    said = list[str]()
    context.notices.posted.connect(lambda notice: said.append(notice.text))
    page = account_page(qtbot, window_of(context))
    QTest.keyClick(page.tabs.statement.table, Qt.Key.Key_T)
    QTest.keyClick(page.tabs.statement.table, Qt.Key.Key_F)
    assert said == [f"Transfer: {OPERATOR}", f"Freeze: {EITHER}"]
    assert page.findChildren(ActForm) == []


def test_what_was_done_shows_on_the_page_at_once(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str
) -> None:
    page = account_page(qtbot, window_of(context_of("t_operator")))
    form = opened(qtbot, page, Qt.Key.Key_F)
    fill(form, reason=REASON)
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    qtbot.waitUntil(lambda: page.acts.buttons[3].accessibleName() == "Unfreeze…")
    form.accept()
    assert opened(qtbot, page, Qt.Key.Key_F).windowTitle() == "Unfreeze"


def test_every_letter_is_listed_among_the_keys() -> None:
    listed = {key for _title, _place, keys in FIXED_KEYS for key in keys}
    assert {act.key for act in catalogue.ACTS if act.key} | {KEYS[0]} <= listed


def test_the_palette_opens_a_form_on_what_is_shown(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str
) -> None:
    context = context_of("t_operator")
    window = window_of(context)
    assert {f"act.{act.id}" for act in catalogue.ACTS} <= {one.id for one in context.commands.all()}
    assert context.commands.run("act.grant")
    form = shown_form(window)
    assert form.blanks.edits["username"].value is None
    form.reject()
    account_page(qtbot, window)
    assert context.commands.run("act.grant")
    assert shown_form(window).blanks.edits["username"].value == noor


def shows(screen: Transactions, number: int) -> bool:
    """Whether the detail of a transaction is open."""
    return screen.detail.row is not None and screen.detail.row.id == number


def reverse_action(screen: Transactions) -> RowAction:
    """Return what the menu of the first row says of its reversal."""
    actions = screen._row_actions(screen.model.rows[0])
    return next(one for one in actions if "everse" in one.title or "eversal" in one.title)


@pytest.mark.parametrize(
    ("login", "words", "refusal"),
    [
        ("t_operator", "Reverse…", ""),
        ("t_support", "Ask for the reversal…", ""),
        ("t_viewer", "Reverse…", OPERATOR),
    ],
)
def test_a_transaction_offers_its_reversal(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, window_of: Windows, noor: str, login: str, words: str, refusal: str
) -> None:
    window = window_of(context_of(login))
    window.open_route(OpenTransaction(4))
    screen = window.current_screen
    assert isinstance(screen, Transactions)
    qtbot.waitUntil(screen.detail.isVisible)
    made = screen.detail.reverse_button
    assert made.accessibleName() == f"{words} {refusal}".strip()
    assert (reverse_action(screen).title, reverse_action(screen).refusal) == (words, refusal)
    if refusal:
        QTest.keyClick(focused(), Qt.Key.Key_R)
        assert screen.findChildren(ActForm) == []
    else:
        form = opened(qtbot, screen, Qt.Key.Key_R)
        seen(qtbot, form)
        assert form.blanks.edits["transaction"].value == 4
        assert form.blanks.edits["amount"].written == "30.00 CR"


def test_support_passes_at_once_what_an_allowance_lets_pass(
    qtbot: QtBot,
    context_of: Contexts,
    form_of: Forms,
    balance: Callable[[str], int],
    as_role: Callable[[str], str],
) -> None:
    with connected(as_role("t_admin")) as ledger:
        row = ledger.execute(
            "SELECT ledger.set_allowance(gen_random_uuid(), 'ledger_support', 'grant_credit', 'CR', "
            "5000, 9000, 'small ones') ->> 'status'"
        ).fetchone()
    assert row == ("done",)
    form = form_of(catalogue.GRANT, shown_in=context_of("t_support"))
    fill(form, amount="30", source="goodwill", reason=REASON)
    seen(qtbot, form)
    assert form.preview.words == "The ledger would do it. An allowance lets it pass at once."
    assert form.deed_button.text() == "Ask for it"
    do(form)
    ended(qtbot, form)
    assert "An allowance let it pass without a checker." in form.end.words
    assert balance(NOOR) == 61_160


def test_what_was_given_back_whole_and_its_reversal_are_not_reversed(
    qtbot: QtBot, context_of: Contexts, window_of: Windows, operator_ledger: Ledger, noor: str
) -> None:
    done = reverse_transaction(operator_ledger, Reversal(3, REASON))
    reverse_transaction(operator_ledger, Reversal(4, REASON, 1_000))
    window = window_of(context_of("t_operator"))
    for number, refusal in ((3, "nothing is left of it"), (done.transaction, "it is a reversal itself")):
        window.open_route(OpenTransaction(number))
        screen = window.current_screen
        assert isinstance(screen, Transactions)
        qtbot.waitUntil(partial(shows, screen, number))
        assert screen.detail.reverse_button.accessibleName() == f"Reverse… {refusal}"
    page = account_page(qtbot, window)
    charged = next(place for place, row in enumerate(page.tabs.statement.model.rows) if row.id == 4)
    page.tabs.statement.table.setFocus()
    page.tabs.statement.table.select_place(charged)
    form = opened(qtbot, page, Qt.Key.Key_R)
    assert form.blanks.edits["amount"].written == "20.00 CR"
