"""The tour's stops at the accounts: the list, those of one trust level, and the list in the dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.kit.table.paged_model import State
from ui.screens.accounts.screen import Accounts
from ui.tour.hands import expect, go, screen
from ui.tour.listed import write
from ui.tour.walk import Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk

_SELECTED = 4


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


def dark_accounts(walk: Walk) -> None:
    """See the whole list in the dark."""
    go(walk, "accounts")
    shown = screen(walk, Accounts)
    shown.list.filters.clear_all()
    shown.list.filters.settle()
    walk.wait(lambda: shown.list.model.rowCount() > _SELECTED, "the whole list")
    shown.list.table.select_place(3)


ACCOUNT_STOPS: Final = (Stop("accounts", accounts), Stop("accounts-found", found))
DARK_ACCOUNTS: Final = Stop("accounts-dark", dark_accounts)
