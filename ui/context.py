"""Everything a screen is given, by its constructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget

    from console.money import Currency
    from console.monitor.recording.recorder import Recorder
    from console.postgres.database import Database
    from console.settings import Settings
    from ui.kit.commands import Commands
    from ui.kit.formats import Formats
    from ui.kit.notices import Notices
    from ui.kit.table.view import LedgerTable
    from ui.kit.theme.icons import Icons
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker
    from ui.screen import Navigator


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
        from ui.kit.table.view import LedgerTable  # noqa: PLC0415 - at the top it would make ui.context need widgets

        return LedgerTable(
            name,
            theme=self.theme,
            store=self.store,
            notice=self.notices.warn,
            ground=ground,
            parent=parent,
        )
