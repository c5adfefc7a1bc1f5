"""The screens of the window, in the order of its navigation; a new screen is one line here."""

from __future__ import annotations

from typing import Final

from ui.kit.theme.icons import Glyph
from ui.screen import ScreenEntry
from ui.screens.accounts.screen import Accounts
from ui.screens.approvals.screen import ApprovalsDesk
from ui.screens.balances.screen import Balances
from ui.screens.batches.screen import Batches
from ui.screens.credits.screen import Credits
from ui.screens.health.screen import Health
from ui.screens.holds.screen import HoldsDesk
from ui.screens.overview.screen import OverviewScreen
from ui.screens.queries.screen import Queries
from ui.screens.server.screen import Server
from ui.screens.transactions.screen import Transactions

SCREENS: Final[tuple[ScreenEntry, ...]] = (
    ScreenEntry("overview", "Overview", "", Glyph.OVERVIEW, OverviewScreen),
    ScreenEntry("transactions", "Transactions", "Ledger", Glyph.TRANSACTIONS, Transactions),
    ScreenEntry("accounts", "Accounts", "Ledger", Glyph.ACCOUNTS, Accounts),
    ScreenEntry("balances", "Balances", "Ledger", Glyph.BALANCES, Balances),
    ScreenEntry("credits", "Credits", "Ledger", Glyph.CREDITS, Credits),
    ScreenEntry("holds", "Holds", "Ledger", Glyph.HOLDS, HoldsDesk),
    ScreenEntry("batches", "Batches", "Work", Glyph.BATCHES, Batches),
    ScreenEntry("approvals", "Approvals", "Work", Glyph.APPROVALS, ApprovalsDesk),
    ScreenEntry("queries", "Queries", "Insight", Glyph.QUERIES, Queries, technical=True),
    ScreenEntry("server", "Server", "Insight", Glyph.SERVER, Server, technical=True),
    ScreenEntry("console", "Console", "Insight", Glyph.CONSOLE, Health),
)
