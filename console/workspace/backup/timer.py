"""An open console makes the backups that are due: a thread that looks every minute."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from console.errors import CancelledError, ConsoleError
from console.postgres.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.settings import Paths, Settings
    from console.workspace.backup.making import BackupReport

    Told = Callable[[BackupReport | ConsoleError], None]

logger = logging.getLogger(__name__)

TICK_S: Final = 60.0
# After a failure, such as a disk that is not plugged in, one more try an hour is enough.
_PAUSE_S: Final = 3_600.0
_LEAVING_S: Final = 2.0


class BackupTimer:
    """Makes backups while a console is open; starts nothing where the settings want none."""

    def __init__(self, settings: Settings, paths: Paths, *, told: Told | None = None) -> None:
        """`told` hears of each backup and of each failure, on the timer's thread."""
        self.told = told
        self._settings = settings
        self._paths = paths
        self._stopped = threading.Event()
        self._cancel = Cancellation()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look from now on, if backups are wanted."""
        if self._settings.backup_every_h and self._thread is None:
            self._thread = threading.Thread(target=self.run, name="backups", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End what runs, which leaves no half a backup; blocks for two seconds at most."""
        self._stopped.set()
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join(_LEAVING_S)

    def run(self) -> None:
        """Look on this thread until it is stopped."""
        from console.workspace.backup.schedule import back_up_if_due  # noqa: PLC0415 - most consoles never do

        pause = TICK_S
        while not self._stopped.wait(pause):
            pause = TICK_S
            try:
                report = back_up_if_due(self._settings, self._paths, cancel=self._cancel)
            except CancelledError:
                return
            except ConsoleError as error:
                logger.warning("no backup was made: %s", error)
                pause = _PAUSE_S
                self._tell(error)
            else:
                if report is not None:
                    logger.info("a backup of %d bytes was made: %s", report.bytes, report.file.name)
                    self._tell(report)

    def _tell(self, what: BackupReport | ConsoleError) -> None:
        if self.told is not None:
            self.told(what)
