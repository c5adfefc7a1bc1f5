"""The hands and eyes of the tour: waiting for what must come, and pictures of what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QTemporaryDir, QTimer
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QDialog

from console.errors import ConsoleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from ui.start.crash import CrashReporter
    from ui.start.session import OperatorSession

SIZE: Final = (1440, 900)
PATIENCE_MS: Final = 15_000
_PULSE_MS: Final = 10
_DIMMED: Final = 70


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour: what is done there; the picture is taken when it has returned.

    several: whether it is left out where the ledger has one currency only.
    """

    name: str
    run: Callable[[Walk], None]
    several: bool = False


class TourError(ConsoleError):
    """A stop of the tour did not come to what it should."""


class Walk:
    """The hands and eyes of the tour: waits for what must come, and takes pictures."""

    def __init__(self, session: OperatorSession, reporter: CrashReporter) -> None:
        self.session = session
        self._reporter = reporter
        self._scratch = QTemporaryDir()
        self._pulse = QTimer(interval=_PULSE_MS)
        # Wakes the loop below when nothing else happens, so that a deadline is noticed.
        self._pulse.timeout.connect(lambda: None)
        self._pulse.start()
        self._interrupted = False

    @property
    def several(self) -> bool:
        """Whether the ledger has several currencies; False while it is not open."""
        workspace = self.session.workspace
        return workspace is not None and len(workspace.books.currencies) > 1

    @property
    def scratch(self) -> Path:
        """Where files of the tour's own may be written; gone afterwards."""
        return Path(self._scratch.path())

    def wait(self, until: Callable[[], bool], what: str, timeout_ms: int = PATIENCE_MS) -> None:
        """Let the window live until something holds; raises TourError when it does not in time."""
        deadline = QDeadlineTimer(timeout_ms)
        while not until():
            self.check()
            if deadline.hasExpired():
                raise TourError(f"{what} did not come within {timeout_ms / 1000:.0f} s")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self.check()

    def settle(self) -> None:
        """Wait until nothing runs any more and everything is laid out."""
        self.wait(lambda: self.session.worker.active == 0, "the end of what runs")
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()

    def interrupt(self) -> None:
        """Let the tour fail at its next wait."""
        self._interrupted = True

    def check(self) -> None:
        """Raise TourError for a wish to end, a fault of the program or a page that says what went wrong."""
        if self._interrupted:
            raise TourError("it was interrupted")
        crash = self._reporter.dialog
        if crash is not None:
            raise TourError(f"the console met a fault of its own: {crash.text.strip().splitlines()[-1]}")
        start = self.session.start_window
        if self.session.window is None and start.currentWidget() is start.trouble:
            raise TourError(" ".join(start.trouble.words.splitlines()))

    @property
    def seen(self) -> QWidget:
        """The window that is in sight: the ledger's, or the one before it, which stands for a locked one."""
        window = self.session.window
        return window if window is not None and window.isVisible() else self.session.start_window

    def picture(self) -> QImage:
        """Take a picture of the window with all that lies over it."""
        window = self.seen
        canvas: QPixmap = window.grab()
        painter = QPainter(canvas)
        for above in QApplication.topLevelWidgets():
            if isinstance(above, QDialog) and above.isVisible():
                _lay_over(painter, window, above)
        painter.end()
        self.session.lag.skip()
        return canvas.toImage()


def _lay_over(painter: QPainter, window: QWidget, dialog: QDialog) -> None:
    """Draw a dialog where a window system would put it: in the middle, before a dimmed window."""
    shade = QColor(window.palette().color(QPalette.ColorRole.Shadow))
    shade.setAlpha(_DIMMED)
    painter.fillRect(window.rect(), shade)
    place = dialog.rect()
    place.moveCenter(window.rect().center())
    painter.drawPixmap(place.topLeft(), dialog.grab())
