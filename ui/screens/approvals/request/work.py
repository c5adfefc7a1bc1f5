"""Reads one request and what would come of it now, and writes what is decided; each with one clear end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from console.errors import OutcomeUnknownError
from console.ledger.approvals.page import OPEN, get
from console.ledger.approvals.since import since
from ui.acts.deciding.rights import NO_APPROVER, NO_OPERATOR
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from uuid import UUID

    from console.errors import ConsoleError
    from console.ledger.approvals.page import Request
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

PAUSE_MS: Final = 150
"""Only where the keyboard stays so long is a request read: a dry run takes the locks of what it moves."""

_NEITHER: Final = f"{NO_APPROVER} or {NO_OPERATOR.removeprefix('needs role ')}"


class RequestWork(QObject):
    """One request at a time is read; one decision at a time is written, also while another is read.

    unforeseen: why nobody knows what would happen now, in words. settled: a decision was written, or refused,
    with the request's number and what is said of it; in_doubt: one whose answer was lost.
    """

    read = Signal(object)
    unread = Signal(object)
    foreseen = Signal(object)
    unforeseen = Signal(str)
    decided = Signal(str)
    undecided = Signal(str, bool)
    busy_changed = Signal(str)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._number: int | None = None
        # A reading that is dropped must not take a decision under way with it.
        self._reads = QObject(self)
        self._one = KeyedWrite(context.worker, self)
        self._one.busy_changed.connect(self.busy_changed)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def busy(self) -> str:
        """What is being written, in a word or two."""
        return self._one.busy

    @property
    def pending(self) -> bool:
        """Whether a decision is written, or has no answer yet."""
        return self._one.pending

    def show_of(self, number: int | None, *, now: bool = False) -> None:
        """Read another request once the keyboard has stayed, or at once; None reads nothing any more."""
        self._number = number
        self._context.worker.drop(self._reads)
        self._pause.stop()
        if number is not None and now:
            self._ask()
        elif number is not None:
            self._pause.start()

    def forget(self, act: Hashable) -> None:
        """End the doubt about a decision: the request itself has told what became of it."""
        self._one.forget(act)

    def cancel(self) -> None:
        """Ask the server to stop what is written."""
        self._one.cancel()

    def decide(
        self, act: Hashable, words: str, said: str, call: Callable[[UUID, Cancellation], object]
    ) -> None:
        """Write a decision under a key of its own, and say it once it is known."""

        def done(_came_to: object, late: bool) -> None:  # noqa: FBT001 - told by position
            self.decided.emit(f"{LATE} {said}" if late else said)

        def failed(error: ConsoleError) -> None:
            unknown = self._one.in_doubt(act)
            lost = isinstance(error, OutcomeUnknownError)
            told = f"{error if lost else f'Unconfirmed still. {error}'} {AGAIN}" if unknown else str(error)
            self.undecided.emit(told, unknown)

        def cancelled() -> None:
            # The server may have been quicker: what the request is now says so.
            self.undecided.emit("Cancelled.", self._one.in_doubt(act))

        self._one.write(act, words, call, done, failed=failed, cancelled=cancelled)

    def _ask(self) -> None:
        number, database = self._number, self._context.database
        if number is None:
            return
        self._context.worker.run(
            lambda cancel: get(database, number, cancel=cancel),
            done=self._take, failed=self.unread.emit, owner=self._reads, replaces="request",
        )  # fmt: skip

    def _take(self, found: Request) -> None:
        self.read.emit(found)
        if found.row.status not in OPEN:
            return
        if refusal := self._no_dry_run():
            self.unforeseen.emit(refusal)
            return
        ledger, number = self._context.ledger, found.row.id
        batch = int(found.row.request["batch"]) if found.row.kind == "post_batch" else None
        self._context.worker.run(
            lambda cancel: since(ledger, number, batch=batch, cancel=cancel),
            done=self.foreseen.emit, failed=lambda error: self.unforeseen.emit(str(error)),
            owner=self._reads, replaces="since",
        )  # fmt: skip

    def _no_dry_run(self) -> str:
        """Say why this operator cannot see what would happen now; the database asks for the same."""
        rights = self._context.session.rights
        return rights.no_writing() if rights.operates or rights.decides else _NEITHER
