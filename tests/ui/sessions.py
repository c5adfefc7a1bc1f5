"""The whole console as a test starts it, and how it ends without leaving anything behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr
from PySide6.QtCore import QCoreApplication, QEvent

from console.settings import Paths, Settings
from ui.start.session import OperatorSession

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QSettings

    from ui.kit.theme.theme import Theme
    from ui.window.main_window import MainWindow


class Sessions:
    """Starts consoles on a URL, or without one on an embedded ledger of the test's own."""

    def __init__(self, theme: Theme, store: QSettings, folder: Path) -> None:
        self.paths = Paths(folder / "data", folder / "config", folder / "state", folder / "log")
        self._theme = theme
        self._store = store
        self._made: list[OperatorSession] = []

    def __call__(
        self,
        url: str | None,
        gate_password: str | None = None,
        *,
        demo: tuple[int, int] | None = None,
        home: bool = False,
        profile: str = "",
        file: Path | None = None,
    ) -> OperatorSession:
        """Start one; `demo` is how many users and transactions an embedded ledger gets.

        home: with the user's profiles, of which `profile` names one, as the command without options does.
        """
        settings = Settings.model_construct(
            database_url=None if url is None else SecretStr(url),
            gate_password=None if gate_password is None else SecretStr(gate_password),
        )
        session = OperatorSession(
            self._theme,
            settings,
            self.paths,
            self._store,
            demo=demo,
            home=home,
            profile=profile,
            file=file,
        )
        self._made.append(session)
        session.begin()
        return session

    def end(self) -> None:
        """End all of them."""
        while self._made:
            session = self._made.pop()
            assert session.leave()
            for shown in (session.window, session.start_window):
                if shown is not None:
                    shown.close()
                    shown.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def window_of(session: OperatorSession) -> MainWindow:
    """Return the ledger's window, which must be there."""
    assert session.window is not None
    return session.window
