"""Everything a screen is given, by its constructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget

    from console.config import Settings
    from console.database import Database
    from console.money import Currency
    from console.monitor.recorder import Recorder
    from ui.commands import Commands
    from ui.icons import Icons
    from ui.notices import Notices
    from ui.numbers import Formats
    from ui.screen import Navigator
    from ui.table import LedgerTable
    from ui.theme import Theme
    from ui.worker import Worker


@dataclass(frozen=True, slots=True)
class Context:
    """The parts that all screens share; one per window.

    environment: the word shown, such as `production`; `production` alone decides the red frame.
    store: geometry, column layouts and keys, nothing else. rights: the ledger's groups that the session
    is in; `role` is the word for the most of them.
    """

    database: Database
    recorder: Recorder
    settings: Settings
    profile: str
    environment: str
    production: bool
    operator: str
    role: str
    currency: Currency
    formats: Formats
    worker: Worker
    theme: Theme
    icons: Icons
    commands: Commands
    notices: Notices
    navigator: Navigator
    store: QSettings
    rights: frozenset[str] = frozenset()

    def table(self, name: str, *, ground: str = "page", parent: QWidget | None = None) -> LedgerTable:
        """Return a table whose layout is kept under `name`; `ground` is what lies behind its corners."""
        from ui.table import LedgerTable  # noqa: PLC0415 - at the top it would make ui.context need widgets

        return LedgerTable(
            name,
            theme=self.theme,
            store=self.store,
            notice=self.notices.warn,
            ground=ground,
            parent=parent,
        )
