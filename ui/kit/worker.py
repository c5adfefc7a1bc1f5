"""Background work: the only place where threads meet Qt."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal, Slot
from shiboken6 import isValid

from console.errors import CancelledError, ConsoleError
from console.postgres.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
P = TypeVar("P")

PROGRESS_INTERVAL_MS = 50  # 20 a second; more than the eye follows would only load the GUI thread
SHUTDOWN_TIMEOUT_MS = 5_000
# All is collected after 1,200 of these at the soonest.
COLLECT_INTERVAL_MS = 1_000


@dataclass(slots=True, eq=False)
class _Job:
    """One run: what it does, whom it serves, and how it ended."""

    work: Callable[[Cancellation], Any]
    done: Callable[[Any], None]
    failed: Callable[[ConsoleError], None]
    cancelled: Callable[[], None] | None
    owner: QObject
    slot: tuple[int, str] | None
    cancellation: Cancellation = field(default_factory=Cancellation)
    reporter: _Reporter | None = None
    superseded: bool = False
    result: Any = None
    error: BaseException | None = None


class Worker(QObject):
    """Runs work on pool threads and hands each outcome to the GUI thread, once."""

    active_changed = Signal(object)
    _ended = Signal(object)

    def __init__(self, failed: Callable[[ConsoleError], None], *, threads: int = 8) -> None:
        """`failed` shows the errors of runs that have no place of their own for them."""
        super().__init__()
        self._failed = failed
        self._jobs: dict[int, _Job] = {}
        self._numbers = count()
        self._slots: dict[tuple[int, str], _Job] = {}
        self._watched: set[int] = set()
        self._closed = False
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(threads)
        # Cancelling takes a round trip and must not wait behind the work it is to end.
        self._cancellers = QThreadPool()
        self._cancellers.setMaxThreadCount(4)
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def active(self) -> int:
        """How many runs have not ended."""
        return len(self._jobs)

    def run(
        self,
        work: Callable[[Cancellation], T],
        *,
        done: Callable[[T], None],
        owner: QObject,
        failed: Callable[[ConsoleError], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        replaces: str | None = None,
    ) -> Cancellation:
        """Run `work` on a pool thread, then one of the callbacks on the GUI thread, by what happened.

        A new run with the same owner and `replaces` cancels the one before it, whose outcome is
        dropped; so is the outcome of a run whose owner is gone. `cancelled` is called only when the
        work was ended by a cancel: one that came too late is a success, and the cancellation returned
        says that it was asked for. An exception that is no ConsoleError is raised on the GUI thread.
        """
        slot = None if replaces is None else (id(owner), replaces)
        job = _Job(work, done, failed or self._failed, cancelled, owner, slot)
        self._start(job)
        return job.cancellation

    def run_reporting(
        self,
        work: Callable[[Cancellation, Callable[[P], None]], T],
        *,
        progress: Callable[[P], None],
        done: Callable[[T], None],
        owner: QObject,
        failed: Callable[[ConsoleError], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        replaces: str | None = None,
    ) -> Cancellation:
        """Run as `run` does; the work reports from its thread, `progress` sees at most 20 a second."""
        reporter = _Reporter(progress, owner)
        slot = None if replaces is None else (id(owner), replaces)
        job = _Job(
            lambda cancellation: work(cancellation, reporter.report),
            done,
            failed or self._failed,
            cancelled,
            owner,
            slot,
            reporter=reporter,
        )
        self._start(job)
        return job.cancellation

    def cancel(self, owner: QObject) -> int:
        """Ask what runs for an object or anything inside it to end; return how many runs that were."""
        chosen = self._of(owner)
        for job in chosen:
            self._cancel(job)
        return len(chosen)

    def drop(self, owner: QObject) -> None:
        """Cancel what runs for an object or anything inside it, and tell nobody how it ends."""
        for job in self._of(owner):
            job.superseded = True
            self._cancel(job)

    def shutdown(self, timeout_ms: int = SHUTDOWN_TIMEOUT_MS) -> bool:
        """Cancel everything, refuse new work and wait; False when something still runs.

        After False the process must leave by os._exit: Qt would wait for the thread for ever.
        """
        self._closed = True
        for job in list(self._jobs.values()):
            job.superseded = True
            self._cancel(job)
        deadline = time.monotonic() + timeout_ms / 1000
        ended = self._pool.waitForDone(timeout_ms)
        left_ms = max(0, int((deadline - time.monotonic()) * 1000))
        return self._cancellers.waitForDone(left_ms) and ended

    def _start(self, job: _Job) -> None:
        if self._closed:
            return
        if job.slot is not None:
            before = self._slots.get(job.slot)
            if before is not None:
                before.superseded = True
                self._cancel(before)
            self._slots[job.slot] = job
        self._watch(job.owner)
        number = next(self._numbers)
        self._jobs[number] = job
        self.active_changed.emit(len(self._jobs))
        self._pool.start(partial(_execute, self._jobs, number, self._ended))

    def _of(self, owner: QObject) -> list[_Job]:
        return [job for job in self._jobs.values() if isValid(job.owner) and _inside(job.owner, owner)]

    def _cancel(self, job: _Job) -> None:
        # Known here at once: whether the outcome came before or after the wish is a matter of this thread.
        job.cancellation.ask()
        self._cancellers.start(partial(_cancel_quietly, job.cancellation))

    def _watch(self, owner: QObject) -> None:
        if id(owner) not in self._watched:
            self._watched.add(id(owner))
            owner.destroyed.connect(partial(self._forget, id(owner)))

    def _forget(self, owner_id: int, _gone: object = None) -> None:
        self._watched.discard(owner_id)
        if not isValid(self):
            return
        for job in [job for job in self._jobs.values() if id(job.owner) == owner_id]:
            job.superseded = True
            self._cancel(job)

    # Declared: PySide adds a receiver that is not to its class while pool threads may use it (PYSIDE-3124).
    @Slot(object)
    def _deliver(self, number: int) -> None:
        job = self._jobs.pop(number)
        if job.slot is not None and self._slots.get(job.slot) is job:
            del self._slots[job.slot]
        if job.reporter is not None:
            job.reporter.close()
        self.active_changed.emit(len(self._jobs))
        if job.superseded or self._closed or not isValid(job.owner):
            return
        if job.error is None:
            job.done(job.result)
        elif isinstance(job.error, CancelledError):
            if job.cancelled is not None:
                job.cancelled()
        elif isinstance(job.error, ConsoleError):
            job.failed(job.error)
        else:
            raise job.error


class Collector(QObject):
    """Stands in for Python's own collector from now on, until `end`.

    Python collects on whichever thread makes the next object. A widget that refers to itself would be
    destroyed there, and Qt ends the process for that: with 8 pool threads within a second.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=COLLECT_INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def end(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose count is over Python's own threshold.

    All of them ten times more seldom than Python would: it takes the GUI thread a tenth of a second.
    """
    counts, (young, middle, old) = gc.get_count(), gc.get_threshold()
    thresholds = (young, middle, 10 * old)
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return


class _Reporter(QObject):
    """Carries the newest progress value to the GUI thread, and skips those nobody could see."""

    _woken = Signal()

    def __init__(self, shown: Callable[[Any], None], owner: QObject) -> None:
        super().__init__()
        self._shown = shown
        self._owner = owner
        self._lock = threading.Lock()
        self._latest: Any = None
        self._waiting = False
        self._open = True
        self._timer = QTimer(self, singleShot=True, interval=PROGRESS_INTERVAL_MS)
        self._timer.timeout.connect(self._show)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def report(self, value: Any) -> None:
        """Take a value from any thread."""
        with self._lock:
            self._latest = value
            if self._waiting:
                return
            self._waiting = True
        self._woken.emit()

    def close(self) -> None:
        """Show what is left and nothing after it."""
        self._timer.stop()
        with self._lock:
            left = self._waiting
        if left:
            self._show()
        self._open = False

    @Slot()
    def _wake(self) -> None:
        if self._open and not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        with self._lock:
            value, self._waiting = self._latest, False
        if self._open and isValid(self._owner):
            self._shown(value)


def _execute(jobs: dict[int, _Job], number: int, ended: Any) -> None:
    # Only the number goes along: a pool thread that still held the job when the GUI thread dropped it would
    # be the one to destroy its owner, and a widget destroyed off the GUI thread takes the process with it.
    _carry_out(jobs[number])
    try:
        ended.emit(number)
    except RuntimeError:
        # The worker was destroyed while the work ran: the program has ended and nobody listens.
        return


def _carry_out(job: _Job) -> None:
    try:
        job.cancellation.check()
        job.result = job.work(job.cancellation)
    except BaseException as error:  # noqa: BLE001 - every end of a run is told on the GUI thread
        job.error = error


def _cancel_quietly(cancellation: Cancellation) -> None:
    try:
        cancellation.cancel()
    except Exception:  # noqa: BLE001 - a connection that cannot be cancelled is already lost; the run reports it
        return


def _inside(owner: QObject, outer: QObject) -> bool:
    step: QObject | None = owner
    while step is not None:
        if step is outer:
            return True
        step = step.parent()
    return False
