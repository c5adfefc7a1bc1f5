"""A console in a process of its own, with the approvals desk open; nobody touches it.

python -m tests.ui.screens.approvals.desk_process URL FOLDER {hints,hint-alone,pooled} PARENT
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from pydantic import SecretStr
from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QApplication

from console.settings import Paths, Settings
from tests.models.approvals.races.process import child, orders, say
from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode, Theme
from ui.kit.worker import Collector
from ui.screens.approvals.screen import ApprovalsDesk
from ui.start.session import OperatorSession
from ui.window import hints

_LOOK_MS: Final = 5
_NEVER_MS: Final = 3_600_000


class Orders(QObject):
    """Hears what the desk is to show, and says when it does; `given` comes with it, None at the end."""

    given = Signal(object)

    def __init__(self, session: OperatorSession) -> None:
        super().__init__()
        self._session = session
        self._wanted: dict[str, Any] | None = None
        self._beside: dict[str, int | None] = {}
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self._look)
        self.given.connect(self._take)
        session.entered.connect(self._enter)

    @property
    def _shown(self) -> dict[str, Any]:
        """What the desk shows: its list, its count, the number beside the screen; and whether hints pass."""
        window = self._session.window
        assert window is not None
        desk = window.current_screen
        assert isinstance(desk, ApprovalsDesk)
        ready = desk.model.state in {State.READY, State.EMPTY}
        return {
            "listed": [row.request.id for row in desk.model.rows] if ready else None,
            "for_me": desk.counts.for_me if desk.counts is not None else None,
            "button": next(iter(desk.views.buttons.values())).accessibleName(),
            "beside": self._beside.get("approvals"),
            "heard": window.findChildren(hints.Hints)[0].is_heard,
        }

    def _enter(self) -> None:
        window = self._session.window
        assert window is not None
        window.context.navigator.counted.connect(lambda screen, count: self._beside.update({screen: count}))
        window.open_screen("approvals")
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        for order in orders():
            self.given.emit(order)
        self.given.emit(None)

    def _take(self, order: dict[str, Any] | None) -> None:
        if order is None:
            QApplication.quit()
            return
        self._wanted = order
        self._looking.start()
        self._look()

    def _look(self) -> None:
        shown = self._shown
        if self._wanted is not None and self._wanted.items() <= shown.items():
            self._wanted = None
            self._looking.stop()
            say(**shown, at=time.monotonic())


def main() -> int:
    """Open the window and keep it until there are no more orders."""
    with child() as (url, folder, way):
        if way == "hint-alone":
            hints._HEARD_MS = hints._AFTER_MS = _NEVER_MS  # type: ignore[misc]  # for a test
        application = QApplication([])
        collector = Collector()
        home = Path(folder)
        settings = Settings.model_construct(database_url=SecretStr(url), keeper=False, pooled=way == "pooled")
        paths = Paths(home / "data", home / "config", home / "state", home / "log")
        store = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
        session = OperatorSession(Theme(application, Mode.LIGHT), settings, paths, store)
        hearing = Orders(session)
        session.begin()
        application.exec()
        ended = session.leave()
        collector.end()
        hearing.deleteLater()
    sys.stdout.flush()
    # Nothing of Qt is torn down in an order that the interpreter chooses.
    os._exit(0 if ended else 1)


if __name__ == "__main__":
    main()
