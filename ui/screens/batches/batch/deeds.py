"""What can be done with one batch, each on a pool thread, cancellable, and with one clear end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from console.errors import OutcomeUnknownError, RefusedError
from console.ledger.batches import commands as batches
from console.ledger.batches.detail import detail
from ui.screens.batches.state import Attempt, BatchState, Rehearsed, check_now, measured, read_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.ledger.batches.commands import PostedBatch
    from console.ledger.batches.detail import BatchDetail
    from console.monitor.recording.cost import ActionCost
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.screens.batches.state import Checked

_CANCELLED = "Cancelled. Nothing was changed."


@dataclass(slots=True)
class _Posting:
    """What a posting came to, kept by the thread itself: a cancel may come when all is done."""

    was_unknown: bool = False
    done: PostedBatch | None = None
    cost: ActionCost | None = None
    unknown: OutcomeUnknownError | None = None


class BatchDeeds(QObject):
    """Reads, checks, rehearses, posts and discards one batch; one deed at a time."""

    read_done = Signal(object)
    checked = Signal(object)
    rehearsed = Signal(object)
    posted = Signal(object, bool)
    refused = Signal(object, object)
    failed = Signal(object)
    cancelled = Signal(str)
    discarded = Signal(object)
    busy_changed = Signal(str)

    def __init__(self, context: Context, batch_id: int, parent: QObject, *, writes: bool) -> None:
        """With `writes` a check keeps the wallets that it finds, which not every role may."""
        super().__init__(parent)
        self._context = context
        self._batch_id = batch_id
        self._writes = writes
        self._busy = ""
        self._attempt: Attempt | None = None
        self._unknown = False

    @property
    def busy(self) -> str:
        """What is under way, in a word or two."""
        return self._busy

    @property
    def unknown(self) -> bool:
        """Whether a posting ended without the server's answer."""
        return self._unknown

    @property
    def pending(self) -> bool:
        """Whether a posting runs or has no answer yet."""
        return self._unknown or (bool(self._busy) and self._attempt is not None)

    def cancel(self) -> None:
        """Ask the server to stop what runs."""
        self._context.worker.cancel(self)

    def read(self) -> None:
        """Read the batch, and check it while it can be posted."""
        database, batch_id, writes = self._context.database, self._batch_id, self._writes
        if not self._busy:
            self.run(
                "Reading",
                lambda cancellation: read_state(database, batch_id, cancellation, writes=writes),
                self._tell_read,
            )

    def check(self, state: BatchState) -> None:
        """Check all lines against the ledger as it is now."""
        database, batch_id, writes = self._context.database, self._batch_id, self._writes

        def done(checked: Checked) -> None:
            self.checked.emit(replace(state, checked=checked))

        self.run(
            "Checking", lambda cancellation: check_now(database, batch_id, cancellation, writes=writes), done
        )

    def rehearse(self, state: BatchState) -> None:
        """Post for real and roll it back; a refusal comes with every problem."""
        if state.checked is None:
            return
        database, batch_id = self._context.database, self._batch_id
        content = state.checked.check.summary.content_hash

        def work(cancellation: Cancellation) -> BatchState:
            try:
                run, cost = measured(
                    database, "batch.dry-run",
                    lambda: batches.dry_run(database, batch_id, content, cancel=cancellation),
                )  # fmt: skip
            except RefusedError as error:
                if not error.problems:
                    raise
                return replace(state, rehearsed=Rehearsed(None, error.problems, None, datetime.now(UTC)))
            return replace(state, rehearsed=Rehearsed(run, (), cost, datetime.now(UTC)))

        def done(rehearsed: BatchState) -> None:
            if rehearsed.problems:
                self.checked.emit(rehearsed)
            else:
                self.rehearsed.emit(rehearsed)

        self.run("Dry run", work, done)

    def post(self, state: BatchState) -> None:
        """Post, or ask again with the key of the attempt whose answer was lost."""
        if self._attempt is None:
            if state.checked is None:
                return
            self._attempt = Attempt(uuid4(), state.checked.check.summary.content_hash)
        attempt, came_to = self._attempt, _Posting(was_unknown=self._unknown)
        database, batch_id = self._context.database, self._batch_id

        def work(cancellation: Cancellation) -> BatchDetail:
            try:
                came_to.done, came_to.cost = measured(
                    database, "batch.post",
                    lambda: batches.post(
                        database, batch_id, attempt.content_hash, key=attempt.key, cancel=cancellation
                    ),
                )  # fmt: skip
            except OutcomeUnknownError as error:
                came_to.unknown = error
                raise
            return detail(database, batch_id)

        def done(found: BatchDetail) -> None:
            self._settle()
            self._tell_posted(state, found, came_to, late=False)

        self.run(
            "Asking" if came_to.was_unknown else "Posting", work, done,
            failed=lambda error: self._posting_failed(state, error, came_to),
            cancelled=lambda: self._posting_cancelled(state, came_to),
        )  # fmt: skip

    def discard(self) -> None:
        """Throw the draft away."""
        database, batch_id = self._context.database, self._batch_id

        def done(_nothing: None) -> None:
            self._context.notices.inform(f"Draft #{batch_id} was discarded.")
            self.discarded.emit(batch_id)

        self.run("Discarding", lambda _cancellation: batches.discard(database, batch_id), done)

    def _tell_read(self, state: BatchState) -> None:
        if not state.open:
            # Whatever answer was lost, the ledger has given it now.
            self._settle()
        self.read_done.emit(state)

    def _tell_posted(self, state: BatchState, found: BatchDetail, came_to: _Posting, *, late: bool) -> None:
        posted = replace(state, detail=found, posted=came_to.done, posting_cost=came_to.cost)
        self.posted.emit(posted, late)

    def _posting_failed(self, state: BatchState, error: ConsoleError, came_to: _Posting) -> None:
        if came_to.done is not None:
            # Posted, but the batch could not be read again: it is read anew, and says so itself.
            self._settle()
            self.read()
            return
        answered = isinstance(error, RefusedError)
        if isinstance(error, OutcomeUnknownError) or (came_to.was_unknown and not answered):
            # Only an answer from the ledger ends the doubt: the attempt keeps its key.
            self._unknown = True
            self.busy_changed.emit("")
            self.failed.emit(error)
            return
        self._settle()
        if isinstance(error, RefusedError):
            problems = Rehearsed(None, error.problems, None, datetime.now(UTC))
            self.refused.emit(error, replace(state, rehearsed=problems) if error.problems else state)
        else:
            self.failed.emit(error)

    def _posting_cancelled(self, state: BatchState, came_to: _Posting) -> None:
        if came_to.unknown is not None:
            self._posting_failed(state, came_to.unknown, came_to)
            return
        if came_to.done is None and came_to.was_unknown:
            self.cancelled.emit("Not yet known: asking was cancelled.")
            return
        self._settle()
        if came_to.done is None:
            self.cancelled.emit("Cancelled. Nothing was posted.")
            return
        database, batch_id = self._context.database, self._batch_id
        self.run(
            "Reading",
            lambda cancellation: detail(database, batch_id, cancel=cancellation),
            lambda found: self._tell_posted(state, found, came_to, late=True),
        )

    def _settle(self) -> None:
        """Forget the attempt: it has its answer, and the next posting is another one."""
        self._attempt = None
        self._unknown = False
        self.busy_changed.emit("")

    def run(
        self,
        words: str,
        work: Callable[[Cancellation], object],
        done: Callable[..., None],
        *,
        failed: Callable[[ConsoleError], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Begin a deed unless another is under way; exactly one of the three is called at its end."""
        if self._busy:
            return
        self._busy = words
        self.busy_changed.emit(words)

        def ended(then: Callable[..., None], *answer: object) -> None:
            self._busy = ""
            self.busy_changed.emit("")
            then(*answer)

        tell_failure = self.failed.emit if failed is None else failed
        tell_cancel = (lambda: self.cancelled.emit(_CANCELLED)) if cancelled is None else cancelled
        self._context.worker.run(
            work,
            done=lambda answer: ended(done, answer),
            failed=lambda error: ended(tell_failure, error),
            cancelled=lambda: ended(tell_cancel),
            owner=self,
            replaces="deed",
        )
