"""The window's frame on a ledger of four currencies: the zone it names, and a change of either meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from tests.cluster import connected
from ui.kit.theme.icons import Glyph
from ui.screen import ScreenEntry
from ui.screens.balances.screen import Balances
from ui.window.live_status import LiveStatus
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.conftest import Contexts
    from ui.kit.notices import Notice


def test_a_change_of_the_business_day_is_told(qtbot: QtBot, context_of: Contexts, ledger_url: str) -> None:
    """Days and decimals are read once, and the window must not go on by others without a word."""
    context = context_of("t_operator")
    window = MainWindow(context, (ScreenEntry("balances", "Balances", "Ledger", Glyph.BALANCES, Balances),))
    qtbot.addWidget(window)
    status = LiveStatus(window, context.database, context.worker)
    notices: list[Notice] = []
    context.notices.posted.connect(notices.append)
    assert "UTC" in [part.text() for part in window.status_bar.findChildren(QLabel)]
    status.look_at_books()
    qtbot.waitUntil(lambda: context.worker.active == 0)
    assert notices == []
    with connected(ledger_url) as ledger:
        ledger.execute("SELECT ledger.set_business_zone(gen_random_uuid(), 'Asia/Tokyo', 'for a test')")
    status.look_at_books()
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[0].text.startswith("The ledger's currencies or its business day were changed.")
