"""The tour's stops at the accounts: the list, those with a name, one account, its timeline and a term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.accounts.timeline.page import TimelineKind
from ui.kit.table.paged_model import State
from ui.screens.accounts.account.tabs import NOTES_TAB, TIMELINE_TAB
from ui.screens.accounts.screen import Accounts
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.scenes.listed import write
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QListWidgetItem

    from ui.screens.accounts.account.page import AccountPage
    from ui.tour.walk import Walk

_SELECTED = 4
_FLAG = "Ask for a copy of the passport"


def accounts(walk: Walk) -> None:
    """Open the list, and select the first few rows."""
    go(walk, "accounts")
    shown = screen(walk, Accounts)
    walk.wait(lambda: shown.list.model.state is State.READY, "the accounts")
    expect(shown.list.model.rowCount() > _SELECTED, "there are too few accounts")
    shown.list.table.setFocus()
    shown.list.table.select_place(0)
    for _ in range(_SELECTED - 1):
        QTest.keyClick(shown.list.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    selected = shown.list.part.selected
    expect(selected is not None and bool(selected.words), "the rows selected are not summed")


def found(walk: Walk) -> None:
    """Look for the accounts with a part of a name in it."""
    shown = screen(walk, Accounts)
    name = shown.list.model.rows[0].username

    def only_that() -> bool:
        return shown.list.model.state is State.READY and all(
            name in row.username for row in shown.list.model.rows
        )

    expect(not only_that(), "every account has that name")
    write(shown.list.filters.name, name)
    walk.wait(only_that, "those found")


def account(walk: Walk) -> None:
    """Open an account by the keyboard: its balance is explained, and nothing of it is left unexplained."""
    shown = screen(walk, Accounts)
    shown.list.table.setFocus()
    shown.list.table.select_place(0)
    QTest.keyClick(shown.list.table, Qt.Key.Key_Return)
    page = _page(walk)
    walk.wait(lambda: page.reading is not None, "the account")
    if page.reading is not None:
        expect(page.reading.account.equation.unexplained == 0, "a balance is not explained")


def happened(walk: Walk) -> None:
    """Read all that happened to the account, in one order."""
    page = _page(walk)
    page.tabs.show_tab(TIMELINE_TAB)
    shown = page.tabs.timeline
    walk.wait(lambda: shown.model.state is State.READY, "all that happened")
    kinds = {row.kind for row in shown.model.rows}
    expect(TimelineKind.MOVEMENT in kinds, "nothing has moved in the account")


def term(walk: Walk) -> None:
    """Press the first term of the equation: the statement lists its rows alone."""
    page = _page(walk)
    first = next(iter(page.equation.terms.buttons.values()), None)
    expect(first is not None, "nothing has moved in the account")
    if first is not None:
        press(first)
    walk.wait(lambda: bool(page.tabs.statement.words), "the term's rows")
    walk.wait(lambda: page.tabs.statement.model.state is State.READY, "the term's rows")


def flag(walk: Walk) -> None:
    """Flag the account for whoever comes first, and follow it: its head says so, and its note waits."""
    page = _page(walk)
    notes = page.tabs.notes
    page.tabs.show_tab(NOTES_TAB)
    notes.edit.setFocus()
    QTest.keyClicks(notes.edit, _FLAG)
    QTest.keyClick(notes.flag_box, Qt.Key.Key_Space)
    press(notes.add_button)
    walk.wait(lambda: _FLAG in page.head.flag, "the flag")
    if page.head.follow.text() == "Follow":
        press(page.head.follow)
    walk.wait(lambda: page.head.follow.text() == "Unfollow", "that the account is followed")


def credit(walk: Walk) -> None:
    """Search for the first credit by its number: its account's page opens at what it paid for."""
    palette = window_of(walk).palette_dialog
    window_of(walk).open_palette()
    QTest.keyClicks(palette.field, "1")

    def found() -> list[QListWidgetItem]:
        return palette.matches.findItems("Credit 1 of ", Qt.MatchFlag.MatchStartsWith)

    walk.wait(lambda: bool(found()), "the credit")
    palette.matches.setCurrentItem(found()[0])
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    walk.wait(lambda: bool(_page(walk).tabs.credits.uses.model.rows), "what it paid for")


def dark_account(walk: Walk) -> None:
    """See the account in the dark."""
    go(walk, "accounts")
    walk.wait(lambda: _page(walk).reading is not None, "the account")


def _page(walk: Walk) -> AccountPage:
    """Return the account that is open."""
    page = screen(walk, Accounts).account_page
    if page is None:
        raise TourError("no account is open")
    return page


def dark_accounts(walk: Walk) -> None:
    """See the whole list in the dark."""
    shown = screen(walk, Accounts)
    shown.show_list()
    shown.list.filters.clear_all()
    shown.list.filters.settle()
    walk.wait(lambda: shown.list.model.rowCount() > _SELECTED, "the whole list")
    shown.list.table.select_place(3)


ACCOUNT_STOPS: Final = (
    Stop("accounts", accounts), Stop("accounts-found", found), Stop("account", account),
    Stop("account-timeline", happened), Stop("account-term", term), Stop("account-flag", flag),
    Stop("account-credits", credit),
)  # fmt: skip
DARK_ACCOUNTS: Final = (Stop("account-dark", dark_account), Stop("accounts-dark", dark_accounts))
