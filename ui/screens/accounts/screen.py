"""Accounts: who has money here, and one account, to which every username leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from typing_extensions import override

from ui.kit.widgets.placing import Pages
from ui.routes import OpenAccount
from ui.screen import Screen
from ui.screens.accounts.account.page import AccountPage
from ui.screens.accounts.list import AccountList

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from console.ledger.accounts.page import AccountRow
    from ui.context import Context
    from ui.routes import Route


class Accounts(Screen):
    """The list of customers' accounts, and the pages of those that were asked for, one behind the other."""

    def __init__(self, context: Context) -> None:
        """Begin with the list."""
        super().__init__(context)
        self.list = AccountList(context)
        self._stack = Pages()
        self._stack.addWidget(self.list)
        self.page.addWidget(self._stack, 1)
        self._pages: dict[OpenAccount, AccountPage] = {}
        # The accounts one came through since the list, or since another screen led here.
        self._trail: list[OpenAccount] = []
        self._from_outside = False
        self._was_hidden = True
        self.list.opened.connect(self._open_row)
        self.list.refresh()

    @property
    def account_page(self) -> AccountPage | None:
        """The account that is open."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, AccountPage) else None

    @override
    def refresh(self) -> None:
        if self.account_page is not None:
            self.account_page.reload()
        else:
            self.list.refresh()

    @override
    def focus_filter(self) -> None:
        if self.account_page is not None:
            self.account_page.focus_start()
        else:
            self.list.focus_filter()

    @override
    def follow(self, route: Route) -> None:
        if not isinstance(route, OpenAccount):
            return
        if self._was_hidden:
            self._trail.clear()
            self._from_outside = True
        self._open(route)

    @override
    def go_back(self) -> bool:
        """Return to the account before, then to the list or to the screen that led here."""
        if self._trail:
            self._trail.pop()
        if self._trail:
            self._open(self._trail.pop())
            return True
        if self._from_outside or self._stack.currentWidget() is self.list:
            self._from_outside = False
            return False
        self.show_list()
        return True

    @override
    def show_start(self) -> None:
        self.show_list()

    def show_list(self) -> None:
        """Show the list as it is now."""
        self._from_outside = False
        self._trail.clear()
        self._stack.setCurrentWidget(self.list)
        self.list.refresh()
        self.list.table.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # A route that led here is followed at once; one that comes later begins here.
        QTimer.singleShot(0, self, self._note_shown)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._was_hidden = True

    def _note_shown(self) -> None:
        self._was_hidden = not self.isVisible()

    def _open_row(self, row: AccountRow) -> None:
        self._from_outside = False
        self._trail.clear()
        self._open(OpenAccount(row.username, row.currency.code))

    def _open(self, account: OpenAccount) -> None:
        for known, other in list(self._pages.items()):
            if known != account and not other.pending:
                self._drop(known)
        if account not in self._pages:
            made = AccountPage(self.context, account.username, account.currency)
            made.back_wanted.connect(self.show_list)
            self._pages[account] = made
            self._stack.addWidget(made)
        page = self._pages[account]
        if self._trail[-1:] != [account]:
            self._trail.append(account)
        self._stack.setCurrentWidget(page)
        page.reload()
        page.focus_start()

    def _drop(self, account: OpenAccount) -> None:
        page = self._pages.pop(account)
        self._stack.removeWidget(page)
        page.hide()
        page.deleteLater()
