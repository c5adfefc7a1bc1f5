"""One thing at a time: questions, and writes whose key is kept until their outcome is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from console.errors import OutcomeUnknownError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from ui.kit.worker import Worker

T = TypeVar("T")

LATE: Final = "The cancel came too late."
AGAIN: Final = "Press it again to ask; it is done once."
_ASKING: Final = "Asking"


@dataclass(slots=True)
class _Attempt:
    """A write that was begun: the same key and content again give the first outcome."""

    call: Callable[[UUID, Cancellation], Any]
    key: UUID = field(default_factory=uuid4)
    in_doubt: bool = False


class KeyedWrite(QObject):
    """Runs one thing at a time on a pool thread; each ends in exactly one of its three callbacks.

    busy_changed carries what is under way in a word or two, empty when nothing is; it also comes when
    a doubt begins or ends.
    """

    busy_changed = Signal(str)

    def __init__(self, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker
        self._busy = ""
        self._writing: Hashable | None = None
        self._attempts: dict[Hashable, _Attempt] = {}

    @property
    def busy(self) -> str:
        """What is under way, in a word or two."""
        return self._busy

    @property
    def pending(self) -> bool:
        """Whether a write runs, or ended without an answer."""
        return bool(self._attempts)

    def in_doubt(self, act: Hashable) -> bool:
        """Whether a write ended without the server's answer."""
        attempt = self._attempts.get(act)
        return attempt is not None and attempt.in_doubt

    def cancel(self) -> None:
        """Ask what runs to end, on the server too."""
        self._worker.cancel(self)

    def forget(self, act: Hashable) -> None:
        """End the doubt about a write: its outcome was learned elsewhere, and the next one is another."""
        if act != self._writing and self._attempts.pop(act, None) is not None:
            self.busy_changed.emit(self._busy)

    def ask(
        self,
        words: str,
        work: Callable[[Cancellation], T],
        done: Callable[[T], None],
        *,
        failed: Callable[[ConsoleError], None],
        cancelled: Callable[[], None],
    ) -> None:
        """Begin what writes nothing that lasts, unless something is under way."""
        if self._busy:
            return
        self._begin(words)

        def ended(then: Callable[..., None], *answer: object) -> None:
            self._end()
            then(*answer)

        self._worker.run(
            work,
            done=lambda answer: ended(done, answer),
            failed=lambda error: ended(failed, error),
            cancelled=lambda: ended(cancelled),
            owner=self,
        )

    def write(
        self,
        act: Hashable,
        words: str,
        call: Callable[[UUID, Cancellation], T],
        done: Callable[[T, bool], None],
        *,
        failed: Callable[[ConsoleError], None],
        cancelled: Callable[[], None],
    ) -> None:
        """Begin a write, unless something is under way; in doubt, ask again for the first one's outcome.

        act: what makes it the same write when it is asked for again. `done` is also told whether a cancel
        came too late. After `failed`, `in_doubt(act)` says whether the outcome is known.
        """
        if self._busy:
            return
        attempt = self._attempts.setdefault(act, _Attempt(call))
        was_in_doubt = attempt.in_doubt
        self._writing = act
        self._begin(_ASKING if was_in_doubt else words)

        def settled(then: Callable[..., None], *answer: object) -> None:
            del self._attempts[act]
            self._end()
            then(*answer)

        def fail(error: ConsoleError) -> None:
            # Only an answer of the ledger's ends a doubt: until then the attempt keeps its key.
            unanswered = was_in_doubt and not isinstance(error, RefusedError)
            if isinstance(error, OutcomeUnknownError) or unanswered:
                attempt.in_doubt = True
                self._end()
                failed(error)
            else:
                settled(failed, error)

        def cancel() -> None:
            if was_in_doubt:
                self._end()
                cancelled()
            else:
                settled(cancelled)

        cancellation = self._worker.run(
            lambda cancellation: attempt.call(attempt.key, cancellation),
            done=lambda answer: settled(done, answer, cancellation.cancelled),
            failed=fail,
            cancelled=cancel,
            owner=self,
        )

    def _begin(self, words: str) -> None:
        self._busy = words
        self.busy_changed.emit(words)

    def _end(self) -> None:
        self._busy = ""
        self._writing = None
        self.busy_changed.emit("")
