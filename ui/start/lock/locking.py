"""Locks the ledger's window and opens it again for the same operator; work goes on behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr
from PySide6.QtCore import QObject, Signal

from console.errors import AccessDeniedError, ConsoleError
from console.ledger.operators.credentials import Credentials
from ui.start.lock.curtain import Curtain
from ui.start.lock.idle import Idle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.postgres.database import SessionFacts
    from console.workspace.workspace import Workspace
    from console.writes.settling import Settled
    from ui.start.lock.page import LockPage
    from ui.start.start_window import StartWindow
    from ui.window.main_window import MainWindow


class Locking(QObject):
    """The lock of one window: by key, after a time without hands, and when the computer wakes.

    What runs goes on: a posting is not held up by somebody's lunch. It stays locked until the server has
    said that the password is right; a server that is not there opens nothing.
    """

    changed = Signal(bool)
    switch_wanted = Signal()

    def __init__(self, window: MainWindow, start: StartWindow, workspace: Workspace, place: str) -> None:
        """`place` is where the ledger is, in words."""
        super().__init__(window)
        self._window = window
        self._start = start
        self._workspace = workspace
        self._place = place
        self._curtain: Curtain | None = None
        self._news: list[str] = []
        context = window.context
        self._asks = workspace.remembered != workspace.facts.operator
        self._idle = Idle(self, context.settings.lock_after_min * 60)
        self._idle.idle.connect(partial(self.lock, "nobody was here"))
        page = self._page
        page.submitted.connect(self._try)
        page.switch_wanted.connect(self._leave)
        start.closing.connect(self._close)

    @property
    def locked(self) -> bool:
        """Whether the window is out of sight."""
        return self._curtain is not None

    @property
    def _page(self) -> LockPage:
        return self._start.lock

    def lock(self, why: str = "") -> None:
        """Hide everything of the ledger's, and ask for the password; what was typed stays as it is."""
        if self._curtain is not None:
            return
        self._news, context = [], self._window.context
        operator = self._workspace.facts.operator
        since = context.formats.timestamp(datetime.now(UTC))[11:16]
        because = f", {why}" if why else ""
        how = "" if self._asks else " This computer keeps the password, so it asks for none."
        self._page.lock(
            self._place, f"{operator}, locked since {since}{because}.{how}", asks=self._asks,
            identity=context.session.identity,
        )  # fmt: skip
        self._curtain = Curtain(self._window)
        self._start.setCurrentWidget(self._page)
        # First: with the last window out of sight the program would end.
        self._start.take_back(self._window.saveGeometry())
        self._start.setWindowTitle("Locked \N{EN DASH} Ledger Console")
        self._curtain.draw(spare=self._start)
        self.changed.emit(True)

    def tell(self, settled: Iterable[Settled]) -> None:
        """Say on the locked page what became of what was in doubt, without anybody's name."""
        if self._curtain is None:
            return
        from ui.acts.outcome.settling import discreet  # noqa: PLC0415 - with the database's libraries, a second's work

        self._news += discreet(settled, self._window.context.formats)
        self._page.tell(self._news)

    def _try(self, password: str) -> None:
        credentials = Credentials(self._workspace.facts.operator, SecretStr(password))
        confirm = self._workspace.confirm
        self._window.context.worker.run(
            lambda _cancel: confirm(credentials),
            done=self._open,
            failed=self._refuse,
            owner=self,
            replaces="unlock",
        )

    def _open(self, facts: SessionFacts) -> None:
        curtain, self._curtain = self._curtain, None
        if curtain is None:
            return
        self._idle.touch()
        self._window.restoreGeometry(self._start.saveGeometry())
        curtain.open()
        self._start.hand_over()
        self._start.setWindowTitle("Ledger Console")
        self.changed.emit(False)
        if facts.rights != self._workspace.facts.rights:
            self._window.context.notices.warn(
                "Your groups were changed while it was locked. Sign in again to work by them.", key="groups"
            )

    def _refuse(self, error: ConsoleError) -> None:
        denied = isinstance(error, AccessDeniedError)
        self._page.refuse(str(error) if denied else f"{error} It stays locked; try again.")

    def _leave(self) -> None:
        if self._curtain is not None:
            self._curtain = None
            self._start.setWindowTitle("Ledger Console")
            self.switch_wanted.emit()

    def _close(self) -> None:
        """Close the window behind the page too, or the program would run on out of sight."""
        if self._curtain is not None:
            self._curtain = None
            self._window.close()
