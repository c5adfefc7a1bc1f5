"""What can be done with one batch, each on a pool thread, cancellable, and with one clear end."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from console.errors import ConsoleError, RefusedError
from console.ledger.batches import commands
from console.ledger.batches.detail import detail
from ui.kit.keyed_write import LATE, KeyedWrite
from ui.screens.batches.state import BatchState, Rehearsed, check_now, read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from uuid import UUID

    from console.ledger.batches.commands import PostedBatch
    from console.ledger.batches.detail import BatchDetail
    from console.monitor.recording.cost import ActionCost
    from console.monitor.recording.recorder import Recorder
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.screens.batches.state import Checked

    T = TypeVar("T")

_POST: Final = ("post",)
_CANCELLED: Final = "Cancelled. Nothing was changed."


@dataclass(frozen=True, slots=True)
class _Posted:
    """What a posting came to; without `detail` the batch could not be read again."""

    done: PostedBatch
    cost: ActionCost | None
    detail: BatchDetail | None


class BatchWork(QObject):
    """Reads, checks, rehearses, posts and discards one batch, and writes what is decided; one at a time."""

    read_done = Signal(object)
    checked = Signal(object)
    rehearsed = Signal(object)
    posted = Signal(object, bool)
    refused = Signal(object, object)
    failed = Signal(object)
    cancelled = Signal(str)
    discarded = Signal(object)
    decided = Signal(str)
    undecided = Signal(object)
    busy_changed = Signal(str)

    def __init__(self, context: Context, batch_id: int, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._ledger = context.ledger
        self._batch_id = batch_id
        self._rights = context.session.rights
        self._one = KeyedWrite(context.worker, self)
        self._one.busy_changed.connect(self.busy_changed)

    @property
    def _writes(self) -> bool:
        """Whether a check may keep the wallets that it finds, as who operates does; others only look."""
        return self._rights.operates and not self._rights.no_writing()

    @property
    def busy(self) -> str:
        """What is under way, in a word or two."""
        return self._one.busy

    @property
    def unknown(self) -> bool:
        """Whether a posting ended without the server's answer."""
        return self._one.in_doubt(_POST)

    @property
    def pending(self) -> bool:
        """Whether a write runs or has no answer yet."""
        return self._one.pending

    def cancel(self) -> None:
        """Ask the server to stop what runs."""
        self._one.cancel()

    def read(self) -> None:
        """Read the batch, and check it while it can be posted."""
        ledger, batch_id, writes = self._ledger, self._batch_id, self._writes
        self._ask(
            "Reading", lambda cancel: read_state(ledger, batch_id, cancel, writes=writes), self._tell_read
        )

    def check(self, state: BatchState) -> None:
        """Check all lines against the ledger as it is now."""
        ledger, batch_id, writes = self._ledger, self._batch_id, self._writes

        def done(checked: Checked) -> None:
            self.checked.emit(replace(state, checked=checked))

        self._ask("Checking", lambda cancel: check_now(ledger, batch_id, cancel, writes=writes), done)

    def rehearse(self, state: BatchState) -> None:
        """Post for real and roll it back; a refusal comes with every problem."""
        ledger, batch_id = self._ledger, self._batch_id

        def work(cancel: Cancellation) -> BatchState:
            try:
                run, cost = _measured(
                    ledger.database.recorder, "batch.dry-run",
                    lambda: commands.dry_run(ledger, batch_id, state.content, cancel=cancel),
                )  # fmt: skip
            except RefusedError as error:
                if not error.problems:
                    raise
                return replace(state, rehearsed=Rehearsed(None, error.problems, None, datetime.now(UTC)))
            return replace(state, rehearsed=Rehearsed(run, (), cost, datetime.now(UTC)))

        def done(rehearsed: BatchState) -> None:
            tell = self.checked if rehearsed.problems else self.rehearsed
            tell.emit(rehearsed)

        self._ask("Dry run", work, done)

    def post(self, state: BatchState) -> None:
        """Post what was checked, or ask for the outcome of the attempt whose answer was lost."""
        ledger, batch_id = self._ledger, self._batch_id

        def call(key: UUID, cancel: Cancellation) -> _Posted:
            posted, cost = _measured(
                ledger.database.recorder, "batch.post",
                lambda: commands.post(ledger, batch_id, state.content, key=key, cancel=cancel),
            )  # fmt: skip
            try:
                return _Posted(posted, cost, detail(ledger.database, batch_id))
            except ConsoleError:
                return _Posted(posted, cost, None)

        def done(came_to: _Posted, late: bool) -> None:  # noqa: FBT001 - told by position
            if came_to.detail is None:
                # Posted all the same: the batch is read anew, and says so itself.
                self.read()
                return
            seen = replace(
                state, detail=came_to.detail, posted=came_to.done, posting_cost=came_to.cost
            )  # fmt: skip
            self.posted.emit(seen, late)

        def failed(error: ConsoleError) -> None:
            if not isinstance(error, RefusedError) or self.unknown:
                self.failed.emit(error)
                return
            problems = Rehearsed(None, error.problems, None, datetime.now(UTC))
            self.refused.emit(error, replace(state, rehearsed=problems) if error.problems else state)

        def cancelled() -> None:
            unknown = "Unconfirmed: asking was cancelled."
            self.cancelled.emit(unknown if self.unknown else "Cancelled. Nothing was posted.")

        self._one.write(_POST, "Posting", call, done, failed=failed, cancelled=cancelled)

    def decide(
        self,
        act: Hashable,
        words: str,
        said: str | Callable[[Any], str],
        call: Callable[[UUID, Cancellation], object],
    ) -> None:
        """Write a decision under a key of its own, and say it once it is known, or what came of it."""

        def done(came_to: object, late: bool) -> None:  # noqa: FBT001 - told by position
            told = said if isinstance(said, str) else said(came_to)
            self.decided.emit(f"{LATE} {told}" if late else told)

        def cancelled() -> None:
            # The server may have been quicker: what the batch is now says so.
            self.cancelled.emit("Cancelled.")
            self.read()

        self._one.write(act, words, call, done, failed=self.undecided.emit, cancelled=cancelled)

    def discard(self) -> None:
        """Throw the draft away."""
        ledger, batch_id = self._ledger, self._batch_id

        def done(_nothing: None) -> None:
            self._context.notices.inform(f"Draft #{batch_id} was discarded.")
            self.discarded.emit(batch_id)

        self._ask("Discarding", lambda _cancel: commands.discard(ledger, batch_id), done)

    def _ask(self, words: str, work: Callable[[Cancellation], T], done: Callable[[T], None]) -> None:
        self._one.ask(
            words, work, done, failed=self.failed.emit, cancelled=lambda: self.cancelled.emit(_CANCELLED)
        )

    def _tell_read(self, state: BatchState) -> None:
        if not state.open:
            # Whatever answer was lost, the ledger has given it now.
            self._one.forget(_POST)
        self.read_done.emit(state)


def _measured(recorder: Recorder, action: str, work: Callable[[], T]) -> tuple[T, ActionCost | None]:
    """Return what the work gives and what its action cost; on a pool thread."""
    here = threading.get_ident()
    costs: list[ActionCost] = []

    def note(cost: ActionCost) -> None:
        if threading.get_ident() == here and cost.action == action:
            costs.append(cost)

    forget = recorder.on_action(note)
    try:
        result = work()
    finally:
        forget()
    return result, costs[-1] if costs else None
