"""The tour's pictures: written on a thread of their own while the tour goes on, and then let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject

from ui.kit.worker import Worker
from ui.tour.walk import TourError

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from console.errors import ConsoleError

WAITING_AT_MOST: Final = 2
"""Pictures held, the one being written among them; one has 5 MB and takes 50 ms to compress."""


class Pictures(QObject):
    """Writes pictures into a folder; to compress one on the GUI thread would count as the window's lag."""

    def __init__(self, folder: Path) -> None:
        """Make the folder; raises TourError when that fails."""
        super().__init__()
        self._folder = folder
        self._trouble: ConsoleError | None = None
        # Not the session's worker: the window shows what that one does.
        self._worker = Worker(self._note, threads=1)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TourError(f"The tour cannot be written to {folder}: {error.strerror}.") from None

    @property
    def waiting(self) -> int:
        """How many pictures are held."""
        return self._worker.active

    def keep(self, name: str, image: QImage) -> None:
        """Have a picture written, once there is room for it; raises TourError for one that was not."""
        self._wait(WAITING_AT_MOST - 1)
        path = self._folder / name
        self._worker.run(lambda _cancel: _save(image, path), done=lambda _saved: None, owner=self)

    def finish(self) -> None:
        """Wait for the last picture; raises TourError for one that was not written."""
        self._wait(0)

    def _wait(self, at_most: int) -> None:
        while self.waiting > at_most:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if self._trouble is not None:
            raise self._trouble

    def _note(self, error: ConsoleError) -> None:
        self._trouble = error


def _save(image: QImage, path: Path) -> None:
    if not image.save(str(path)):
        raise TourError(f"The picture {path} cannot be written.")
