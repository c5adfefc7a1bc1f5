"""Everything a screen is given, by its constructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget

    from console.ledger.books.currencies import Books
    from console.ledger.operators.rights import Rights
    from console.money import Currency
    from console.monitor.recording.recorder import Recorder
    from console.postgres.database import Database
    from console.settings import Paths, Settings
    from console.workspace.identity import Identity
    from console.writes.ledger import Ledger
    from ui.kit.commands import Commands
    from ui.kit.formats import Formats
    from ui.kit.notices import Notices
    from ui.kit.sampling.lag import LagSampler
    from ui.kit.sampling.sampler import ConsoleSampler
    from ui.kit.table.view import LedgerTable
    from ui.kit.theme.icons import Icons
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker
    from ui.routes import Navigator


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and where.

    identity: how the ledger is told from others. books: its currencies by code, and the zone of its business
    day.
    """

    identity: Identity
    rights: Rights
    books: Books

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self.rights.operator

    @property
    def currencies(self) -> tuple[Currency, ...]:
        """The ledger's, by code, also those that are closed."""
        return self.books.currencies


@dataclass(frozen=True, slots=True)
class Context:
    """The parts that all screens share; one per window.

    database answers questions, ledger writes. store: geometry, column layouts and keys, nothing else.
    """

    session: Session
    database: Database
    ledger: Ledger
    recorder: Recorder
    settings: Settings
    paths: Paths
    formats: Formats
    worker: Worker
    lag: LagSampler
    sampler: ConsoleSampler
    theme: Theme
    icons: Icons
    commands: Commands
    notices: Notices
    navigator: Navigator
    store: QSettings

    def table(
        self, name: str, spoken: str, *, ground: str = "page", parent: QWidget | None = None
    ) -> LedgerTable:
        """Return a table whose layout is kept under `name`, and whose name in words is `spoken`.

        ground: the token of what lies behind its corners.
        """
        from ui.kit.table.view import LedgerTable  # noqa: PLC0415 - at the top it would make ui.context need widgets

        key = f"table.{name}"
        made = LedgerTable(
            name,
            theme=self.theme,
            store=self.store,
            notice=lambda words: self.notices.warn(words, key=key),
            ground=ground,
            parent=parent,
        )
        made.copied.connect(lambda words: self.notices.inform(words, key="copied"))
        made.recovered.connect(lambda: self.notices.withdraw(key))
        made.setAccessibleName(spoken)
        return made
