"""A session to be pictured: in folders of its own, and each of its pictures in every look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import keyring
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from console.settings import Paths, Settings
from tests.console.settings.profiles.keyrings import MemoryKeyring
from ui.kit.theme.theme import Mode, Theme
from ui.kit.widgets.basics import bring_into_view
from ui.start.crash import CrashReporter
from ui.start.session import OperatorSession
from ui.tour.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

WIDE: Final = (1440, 900)
SMALL: Final = (800, 500)
LOOKS: Final = (("light", Mode.LIGHT, WIDE), ("dark", Mode.DARK, WIDE), ("small", Mode.LIGHT, SMALL))
_PATIENCE_MS: Final = 20_000


class Album:
    """Walks through one session after another, and keeps pictures as `01-welcome-light.png` in a folder."""

    def __init__(self, application: QApplication, folder: Path, scratch: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._scratch = scratch
        self._count = 0
        self.theme = Theme(application, Mode.LIGHT)
        self._reporter = CrashReporter(application)
        self._reporter.install()
        self._reporter.theme = self.theme
        self._walk: Walk | None = None
        keyring.set_keyring(MemoryKeyring())

    @property
    def walk(self) -> Walk:
        """The walk of the session that goes on."""
        assert self._walk is not None
        return self._walk

    @property
    def session(self) -> OperatorSession:
        """The session that goes on."""
        return self.walk.session

    @property
    def paths(self) -> Paths:
        """The folders of all sessions."""
        return Paths(*(self._scratch / name for name in ("data", "config", "state", "log")))

    def begin(self, name: str = "") -> OperatorSession:
        """Begin a session as the command would, with the ledgers that are known here."""
        self.end()
        store = QSettings(str(self._scratch / "window.ini"), QSettings.Format.IniFormat)
        settings = Settings.model_construct(theme="light")
        session = OperatorSession(self.theme, settings, self.paths, store, home=True, profile=name)
        session.start_window.resize(*WIDE)
        self._walk = Walk(session, self._reporter)
        session.begin()
        return session

    def end(self) -> None:
        """End the session that goes on."""
        if self._walk is None:
            return
        session, self._walk = self._walk.session, None
        for window in (session.window, session.start_window):
            if window is not None:
                window.close()
                window.deleteLater()
        assert session.leave()
        QCoreApplication.processEvents()

    def wait(self, until: Callable[[], bool], what: str) -> None:
        """Let the windows live until something holds."""
        self.walk.wait(until, what, _PATIENCE_MS)

    def page(self, shown: QWidget) -> None:
        """Wait until the start window shows a page, and nothing runs."""
        start = self.session.start_window
        self.wait(lambda: start.isVisible() and start.currentWidget() is shown, type(shown).__name__)
        self.walk.settle()

    def opened(self) -> None:
        """Wait until a ledger's window is open, and nothing runs."""
        self.wait(lambda: self.session.window is not None, "the ledger's window")
        self.walk.settle()
        QTest.qWait(300)
        self.walk.settle()

    def press_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        """Press a key in the ledger's window, made the active one: nothing else does it here."""
        window = self.session.window
        assert window is not None
        window.activateWindow()
        self.wait(window.isActiveWindow, "the active window")
        QTest.keyClick(window, key, modifiers)

    def keep(self, name: str, near: QWidget | None = None) -> None:
        """Take the pictures of what is seen now; where that has to scroll, of what is `near` a widget."""
        self._count += 1
        window = self.walk.seen
        for look, mode, size in LOOKS:
            self.theme.set_mode(mode)
            window.resize(*size)
            if not any(
                isinstance(one, QDialog) and one.isVisible() for one in QApplication.topLevelWidgets()
            ):
                window.activateWindow()
            for turn in range(4):
                if near is not None and turn == 1:
                    bring_into_view(near)
                QCoreApplication.sendPostedEvents()
                QCoreApplication.processEvents()
            path = self._folder / f"{self._count:02}-{name}-{look}.png"
            assert self.walk.picture().save(str(path)), path
        self.theme.set_mode(Mode.LIGHT)
        window.resize(*WIDE)
        QCoreApplication.processEvents()
