"""Backups of the ledger that is open: offered in its window, and told of when one was due."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from console.errors import ConsoleError

if TYPE_CHECKING:
    from console.settings import Paths, Settings
    from console.workspace.backup.making import BackupReport
    from console.workspace.workspace import Workspace
    from ui.kit.notices import Notices
    from ui.window.main_window import MainWindow


class BackupOffer(QObject):
    """Outlives every window: the timer of a workspace tells it from a thread of its own."""

    _came = Signal(object)

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def make(self, window: MainWindow, workspace: Workspace, settings: Settings, paths: Paths) -> None:
        """Offer it where there is something to back up: a ledger of this computer's own."""
        if workspace.backups is not None:
            window.offer_backup(partial(_ask, window, settings, paths))
            workspace.backups.told = self._came.emit

    def _tell(self, what: BackupReport | ConsoleError) -> None:
        """Say that a backup was due and made, or why it was not."""
        if isinstance(what, ConsoleError):
            self._notices.warn(f"No backup was made. {what}", key="backup")
        else:
            self._notices.inform(f"Backed up into {what.file}.", key="backup")


def _ask(window: MainWindow, settings: Settings, paths: Paths) -> None:
    from ui.start.backup.make import open_backup  # noqa: PLC0415 - seldom asked

    open_backup(window, settings, paths)
