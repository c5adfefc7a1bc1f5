"""The screens of the window, in the order of its navigation; a new screen is one line here."""

from __future__ import annotations

from typing import Final

from ui.icons import Glyph
from ui.navigation import ScreenEntry
from ui.screens.balances import Balances
from ui.screens.batches import Batches
from ui.screens.console_page import ConsolePage
from ui.screens.queries import Queries
from ui.screens.server import Server
from ui.screens.transactions import Transactions

SCREENS: Final[tuple[ScreenEntry, ...]] = (
    ScreenEntry("transactions", "Transactions", "Ledger", Glyph.TRANSACTIONS, Transactions),
    ScreenEntry("balances", "Balances", "Ledger", Glyph.BALANCES, Balances),
    ScreenEntry("batches", "Batches", "Work", Glyph.BATCHES, Batches),
    ScreenEntry("queries", "Queries", "Insight", Glyph.QUERIES, Queries),
    ScreenEntry("server", "Server", "Insight", Glyph.SERVER, Server),
    ScreenEntry("console", "Console", "Insight", Glyph.CONSOLE, ConsolePage),
)
