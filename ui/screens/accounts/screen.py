"""Accounts: who has money here, and one account, to which every username leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from console.ledger.audit.news import Topic
from ui.acts.act import Subject
from ui.kit.widgets.placing import Pages
from ui.routes import OpenAccount, OpenAccounts, OpenCredit, OpenHold
from ui.screen import Screen
from ui.screens.accounts.account.page import AccountPage
from ui.screens.accounts.list import AccountList, ListAsLeft
from ui.waiting import count_waiting

if TYPE_CHECKING:
    from console.ledger.accounts.page import AccountRow
    from ui.context import Context
    from ui.routes import Route


KEPT: Final = 8
"""Pages that are kept for a way back, with their tab, filter and place; those before are read anew."""


class Accounts(Screen):
    """The list of customers' accounts, and the pages of those that were shown last, each as it was left."""

    topics = frozenset({Topic.ACCOUNTS, Topic.HOLDS})

    def __init__(self, context: Context) -> None:
        """Begin with the list."""
        super().__init__(context)
        self.list = AccountList(context)
        self._stack = Pages()
        self._stack.addWidget(self.list)
        self.page.addWidget(self._stack, 1)
        # The one shown last comes last.
        self._pages: list[AccountPage] = []
        self.list.opened.connect(self._open_row)
        self._stack.currentChanged.connect(lambda _place: self.renamed.emit())
        self.list.refresh()

    @property
    def account_page(self) -> AccountPage | None:
        """The account that is open."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, AccountPage) else None

    @property
    def acts_on(self) -> Subject:
        """The account that is open, and the holds that are chosen on its page."""
        page = self.account_page
        if page is None:
            return Subject()
        chosen = page.tabs.chosen_holds
        return page.subject if chosen is None else replace(page.subject, holds=chosen.holds)

    @property
    @override
    def subject(self) -> str:
        return "" if self.account_page is None else self.account_page.username

    @override
    def refresh(self) -> None:
        if self.account_page is not None:
            self.account_page.reload()
        else:
            self.list.refresh()
        count_waiting(self.context, "accounts", self)

    @override
    def renew(self) -> None:
        if self.account_page is None:
            self.list.renewed.renew()

    @override
    def focus_filter(self) -> None:
        if self.account_page is not None:
            self.account_page.focus_start()
        else:
            self.list.focus_filter()

    @property
    @override
    def place(self) -> Route:
        page = self.account_page
        return self.list.place if page is None else OpenAccount(page.username, page.currency)

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenAccounts):
            self._stack.setCurrentWidget(self.list)
            self.list.filters.show_only(route)
            self.list.table.setFocus()
        if not isinstance(route, OpenAccount | OpenHold | OpenCredit):
            return
        account = OpenAccount(route.username, route.currency)
        known = self._page_of(account)
        if known is not None and known is not self.account_page and not known.pending:
            self._drop(known)
        page = self._open(account)
        if isinstance(route, OpenHold | OpenCredit):
            page.go_to(route)

    @override
    def show_again(self, place: Route | None) -> None:
        if isinstance(place, OpenAccount):
            self._open(place)
        elif isinstance(place, ListAsLeft):
            self._stack.setCurrentWidget(self.list)
            self.list.show_again(place)
            self.list.table.setFocus()

    @override
    def show_start(self) -> None:
        self.show_list()

    def show_list(self) -> None:
        """Show the list as it is now."""
        self._stack.setCurrentWidget(self.list)
        self.list.refresh()
        self.list.table.setFocus()

    def _open_row(self, row: AccountRow) -> None:
        self.leaving.emit()
        self.follow(OpenAccount(row.username, row.currency.code))

    def _leave_page(self) -> None:
        self.leaving.emit()
        self.show_again(self.list.place)

    def _open(self, account: OpenAccount) -> AccountPage:
        page = self._page_of(account)
        if page is None:
            page = AccountPage(self.context, account.username, account.currency)
            page.back_wanted.connect(self._leave_page)
            self._stack.addWidget(page)
        else:
            self._pages.remove(page)
        self._pages.append(page)
        self._stack.setCurrentWidget(page)
        for other in [one for one in self._pages[:-KEPT] if not one.pending]:
            self._drop(other)
        page.reload()
        page.focus_start()
        return page

    def _page_of(self, account: OpenAccount) -> AccountPage | None:
        """Return the page of an account; a route without a currency takes the one that is there."""
        of_it = (one for one in self._pages if one.username == account.username)
        return next((one for one in of_it if account.currency in {"", one.currency}), None)

    def _drop(self, page: AccountPage) -> None:
        self._pages.remove(page)
        self._stack.removeWidget(page)
        page.hide()
        page.deleteLater()
