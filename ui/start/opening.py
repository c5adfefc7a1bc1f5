"""Opens the ledger on a pool thread, and leaves it at the end."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from console.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.ledger.operators.credentials import Credentials
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.steps import Step
    from console.settings import Paths, Settings
    from console.workspace.identity import Identity
    from console.workspace.workspace import Workspace
    from ui.kit.worker import Worker


@dataclass(frozen=True, slots=True)
class Target:
    """The ledger that is to be opened; demo: how many users and transactions an empty embedded one gets.

    identity: what its profile calls it. currency: what a new embedded one begins with, if not with credits.
    """

    settings: Settings
    paths: Paths
    demo: tuple[int, int] | None = None
    identity: Identity | None = None
    currency: Currency | None = None


class Opening(QObject):
    """Holds the open ledger; `close` is safe at any moment, also while it is being opened."""

    opened = Signal(object)
    failed = Signal(object)
    progressed = Signal(object)

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._guard = threading.Lock()
        self._held = ExitStack()
        self._closed = False

    def open(self, target: Target, credentials: Credentials | None) -> None:
        """Open a ledger for who claims to sign in; a signal tells how that went."""

        def work(cancel: Cancellation, report: Callable[[Step], None]) -> Workspace:
            # The database's libraries take a second to load; the window is there meanwhile.
            from console.workspace.demo import plan  # noqa: PLC0415 - see above
            from console.workspace.own_ledger import FIRST_CURRENCY  # noqa: PLC0415 - see above
            from console.workspace.workspace import open_workspace  # noqa: PLC0415 - see above

            def progress(step: Step) -> None:
                cancel.check()
                report(step)

            with ExitStack() as stack:
                workspace = stack.enter_context(
                    open_workspace(
                        target.settings,
                        target.paths,
                        credentials=credentials,
                        demo=None if target.demo is None else plan(*target.demo),
                        progress=progress,
                        identity=target.identity,
                        currency=target.currency or FIRST_CURRENCY,
                    )
                )
                # Refused here and not by the window: a ledger without a currency has nothing to show.
                if not workspace.books.currencies:
                    raise UsageError(
                        "This ledger has no currency yet. Add one with: ledgerctl currency add EUR"
                    )
                self._keep(stack.pop_all())
            return workspace

        self._worker.run_reporting(
            work,
            progress=self.progressed.emit,
            done=self.opened.emit,
            failed=self._tell,
            owner=self,
            replaces="open",
        )

    def release(self) -> None:
        """Leave the ledger on a pool thread, for another operator may open it."""

        def work(_cancel: Cancellation) -> None:
            held.close()

        with self._guard:
            held = self._held.pop_all()
        self._worker.run(work, done=lambda _left: None, failed=lambda _error: None, owner=self)

    def close(self) -> None:
        """Close the database and leave the embedded server, which stops when nobody else uses it."""
        with self._guard:
            self._closed = True
            held = self._held.pop_all()
        held.close()

    def _keep(self, stack: ExitStack) -> None:
        """Take over what was opened; what comes after the end is left at once."""
        with self._guard:
            if not self._closed:
                self._held, stack = stack, self._held
        stack.close()

    def _tell(self, error: ConsoleError) -> None:
        self.failed.emit(error)
