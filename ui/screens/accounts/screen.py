"""Accounts: who has money here, found by name, address, trust level or status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from ui.routes import OpenAccount, OpenUserTransactions
from ui.screen import Screen
from ui.screens.accounts.list import AccountList

if TYPE_CHECKING:
    from console.ledger.accounts.page import AccountRow
    from ui.context import Context
    from ui.routes import Route


class Accounts(Screen):
    """The list of customers' accounts, and the way to one of them."""

    def __init__(self, context: Context) -> None:
        """Begin with the list."""
        super().__init__(context)
        self.list = AccountList(context)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self.page.addWidget(self._stack, 1)
        self.list.opened.connect(self._open_row)
        self.list.refresh()

    @override
    def refresh(self) -> None:
        self.list.refresh()

    @override
    def focus_filter(self) -> None:
        self.list.focus_filter()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenAccount):
            self._open(route)

    def _open_row(self, row: AccountRow) -> None:
        self._open(OpenAccount(row.username, row.currency.code))

    def _open(self, account: OpenAccount) -> None:
        self.context.navigator.go(OpenUserTransactions(account.username))
