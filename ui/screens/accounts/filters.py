"""The filters over the accounts: what the chips ask for together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.accounts.page import AccountFilter
from models.account import AccountStatus
from ui.kit.days import reading_note
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.filter_row import FilterRow
from ui.kit.widgets.checked_filters import CheckedChip, ShortText
from ui.kit.widgets.filters import OneChoice

if TYPE_CHECKING:
    from ui.context import Context
    from ui.routes import OpenAccounts

_TRUST_LEVELS = range(10)
# What the chips say when they are chosen.
_OPEN, _MINE, _BY_ME = "open", "for me", "by me"


class AccountFilters(FilterRow):
    """Chips for what can be asked of the accounts."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.currency = CurrencyChip("accounts", context.session.currencies, context.store)
        self.username = CheckedChip("Username", ShortText("how it begins"))
        self.name = CheckedChip("Name", ShortText("how its words begin, from 3 letters"))
        self.email = CheckedChip("E-mail", ShortText("the whole address"))
        self.trust_level = CheckedChip(
            "Trust level", OneChoice([(str(level), str(level)) for level in _TRUST_LEVELS])
        )
        self.status = CheckedChip("Status", OneChoice([(one.value, one.value) for one in AccountStatus]))
        every = "All accounts"
        flags = [(_OPEN, "With an open flag"), (_MINE, "With one for me or anyone")]
        self.flag = CheckedChip("Flag", OneChoice(flags, all_title=every))
        self.followed = CheckedChip("Followed", OneChoice([(_BY_ME, "Followed by me")], all_title=every))
        self.show_chips(
            self.currency, self.username, self.name, self.email, self.trust_level, self.status, self.flag,
            self.followed, note=reading_note(context.formats, context.session.currencies),
        )  # fmt: skip

    def show_only(self, route: OpenAccounts) -> None:
        """Ask for what a route names and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.currency.choose(route.currency)
        self.status.put(route.status or None)
        self.trust_level.put(None if route.trust_level is None else str(route.trust_level))
        self.followed.put(_BY_ME if route.followed else None)
        self._changed()
        self.settle()

    def wanted(self) -> AccountFilter:
        """Return what the chips ask for; what is half typed into an open editor is not in it."""
        trust, status = self.trust_level.applied_value, self.status.applied_value
        return AccountFilter(
            prefix=str(self.username.applied_value or ""),
            words=str(self.name.applied_value or ""),
            email=str(self.email.applied_value or ""),
            trust_level=None if trust is None else int(str(trust)),
            status=None if status is None else AccountStatus(str(status)),
            currency=self.currency.code,
            flagged=self.flag.applied_value == _OPEN,
            mine=self.flag.applied_value == _MINE,
            followed=self.followed.applied_value == _BY_ME,
        )
