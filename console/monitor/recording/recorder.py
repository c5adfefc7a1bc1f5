"""Records every statement the console sends, and adds up what each action costs."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from console.monitor.recording.cost import Action, ActionCost
from console.monitor.recording.fingerprint import Fingerprint, Fingerprints
from console.monitor.recording.lifetime import Lifetime
from console.monitor.recording.percentiles import EVER, Figures, Percentiles, figures_of
from console.monitor.recording.ring import Failure, Record, Ring, Snapshot
from console.monitor.recording.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.monitor.recording.lifetime import Total
    from console.monitor.recording.slices import MinuteFigures, Part

    Clocks = tuple[float, float]

logger = logging.getLogger(__name__)

# The histograms are fed in lots of this size, which must fit into the smallest ring.
_LOT: Final = 1_024
_UNCOUNTED: Final = "CANCEL"
COMMIT: Final = "COMMIT"


class _Here(threading.local):
    """What runs on this thread: its action, and what it waited for a connection."""

    action: Action | None = None
    wait_ms: float = 0.0


class Running:
    """A statement that runs outside SQLAlchemy; set `rows` when it ends."""

    def __init__(self) -> None:
        self.rows = -1


class Recorder:
    """The last `capacity` statements in fixed memory; safe on any thread, some 10 µs a statement.

    BEGIN, SET and the pool's ping are not recorded: budgets are about questions asked. COMMITs are, since a
    slow disk shows there, but only those who ask for them see them, and no budget counts them.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        self._here = _Here()
        self._lock = threading.Lock()
        self._ring = Ring(max(capacity, _LOT))
        self._fingerprints = Fingerprints()
        self._lifetime = Lifetime()
        self._slices = Slices()
        self._absorbed = 0
        self._runs = 0
        self._listeners: tuple[Callable[[ActionCost], None], ...] = ()

    @contextmanager
    def action(self, name: str, *, screen: str = "") -> Iterator[Action]:
        """Count this thread's statements as one action; at its end the listeners are told its cost.

        Actions nest: the outer one counts the inner one's statements too and names its screen.
        """
        outer = self._here.action
        with self._lock:
            self._runs += 1
            run = self._runs
        inherited = outer.screen if outer is not None else name.partition(".")[0]
        action = Action(name, screen or inherited, run, outer)
        self._here.action = action
        try:
            yield action
        finally:
            self._here.action = outer
            self._tell(action.cost)

    @contextmanager
    def aside(self, name: str) -> Iterator[Action]:
        """Count this thread's statements as an action of its own: whatever it is at did not ask for them."""
        outer, self._here.action = self._here.action, None
        try:
            with self.action(name) as action:
                yield action
        finally:
            self._here.action = outer

    @contextmanager
    def statement(self, kind: str, text: str = "") -> Iterator[Running]:
        """Record what does not go through a SQLAlchemy cursor: COPY, or a cancel, which no budget counts."""
        shown = text if text.upper().startswith(kind.upper()) else f"{kind} {text}"
        is_counted = kind.upper() != _UNCOUNTED
        running = Running()
        started = _now()
        try:
            yield running
        except BaseException as error:
            self.record(shown, started, running.rows, error, is_counted=is_counted)
            raise
        self.record(shown, started, running.rows, is_counted=is_counted)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time the wait for a connection; it belongs to the action and to this thread's next statement."""
        started = time.perf_counter()
        try:
            yield
        finally:
            wait_ms = (time.perf_counter() - started) * 1_000
            self._here.wait_ms = wait_ms
            if self._here.action is not None:
                self._here.action.add_wait(wait_ms)

    def on_action(self, callback: Callable[[ActionCost], None]) -> Callable[[], None]:
        """Call back with each finished action's cost, on the thread that ran it; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, callback)

        def forget() -> None:
            with self._lock:
                self._listeners = tuple(kept for kept in self._listeners if kept is not callback)

        return forget

    def snapshot(self, since_s: float = float("inf"), *, commits: bool = False) -> Snapshot:
        """Return the statements that ended within the last seconds, as arrays; with the COMMITs if asked."""
        with self._lock:
            return self._ring.snapshot(since_s, commits=commits)

    def figures(self, within_s: float = EVER) -> Figures:
        """Return the percentiles of the last seconds, or since the start, overall and apart.

        An hour at most: longer is the history's. They come from the ring as long as it reaches back so far,
        and else from the histograms of ten seconds each, which any rate of statements leaves their size.
        """
        if within_s == EVER:
            return self._since_start()
        with self._lock:
            if self._ring.covers_s >= within_s:
                found: Snapshot | Part = self._ring.snapshot(within_s, commits=True)
            else:
                self._absorb()
                found = self._slices.within(within_s, time.time())
            names = self._ring.names()
        return figures_of(found) if isinstance(found, Snapshot) else found.figures(*names)

    def since_start(self) -> tuple[Percentiles, dict[int, Percentiles]]:
        """Return the percentiles of all statements ever, overall and by the fingerprint's number."""
        found = self._since_start()
        with self._lock:
            numbers = {shape.id: number for number, shape in enumerate(self._ring.names()[0])}
        return found.overall, {numbers[name]: times for name, times in found.by_fingerprint.items()}

    def totals(self) -> dict[str, Total]:
        """Return how often each action sent what since the start, by its name."""
        with self._lock:
            self._absorb()
            return {self._ring.names()[1][number]: total for number, total in self._lifetime.totals().items()}

    def minutes(self, *, whole: bool = True, since: int = 0) -> tuple[MinuteFigures, ...]:
        """Return what each minute of the last hour held, from minute `since` of the epoch on.

        With `whole` only the minutes that are over, and nothing recorded later is added to them.
        """
        with self._lock:
            self._absorb()
            now = int(time.time() // 60)
            if whole:
                self._slices.seal(now)
            return self._slices.minutes(since, now if whole else now + 1, *self._ring.names())

    def fingerprint(self, name: str) -> Fingerprint | None:
        """Return a fingerprint by its id, when it was seen since the start."""
        with self._lock:
            return next((shape for shape in self._ring.names()[0] if shape.id == name), None)

    def record(
        self,
        text: str,
        started: Clocks,
        rows: int,
        error: BaseException | None = None,
        *,
        is_counted: bool = True,
        ended: float | None = None,
    ) -> int:
        """Write one statement into the ring and its action; return its place, -1 when it is no question.

        It ended now, or at `ended` of the monotonic clock.
        """
        duration_ms = ((time.perf_counter() if ended is None else ended) - started[0]) * 1_000
        fingerprint = self._fingerprints.of(text)
        if fingerprint.housekeeping:
            return -1
        here = self._here
        action, wait_ms = here.action, here.wait_ms
        here.wait_ms = 0.0
        run, name, screen = 0, "", ""
        if action is not None:
            if is_counted:
                action.add(fingerprint, duration_ms, rows, failed=error is not None)
            run, name, screen = action.run, action.name, action.screen
        failure = None if error is None else _failure(error)
        return self._write(
            Record(started, duration_ms, rows, run, fingerprint, name, screen, failure, wait_ms)
        )

    def record_commit(self, started: Clocks, error: BaseException | None = None) -> None:
        """Write a COMMIT into the ring, and its time into its action."""
        duration_ms = (time.perf_counter() - started[0]) * 1_000
        action = self._here.action
        run, name, screen = 0, "", ""
        if action is not None:
            action.add_commit(duration_ms)
            run, name, screen = action.run, action.name, action.screen
        shape = self._fingerprints.of(COMMIT)
        failure = None if error is None else _failure(error)
        self._write(Record(started, duration_ms, -1, run, shape, name, screen, failure, 0.0, is_commit=True))

    def set_fetch(self, place: int, fetch_ms: float) -> None:
        """Say how long the rows of the statement at this place took to read."""
        with self._lock:
            self._ring.set_fetch(place, fetch_ms)

    def _write(self, record: Record) -> int:
        with self._lock:
            place = self._ring.append(record)
            if self._ring.written - self._absorbed >= _LOT:
                self._absorb()
        return place

    def _absorb(self) -> None:
        """Feed the histograms with what they have not seen."""
        if self._ring.written == self._absorbed:
            return
        lot = self._ring.lot(self._ring.written - self._absorbed)
        self._lifetime.absorb(lot)
        self._slices.absorb(lot)
        self._absorbed = self._ring.written

    def _since_start(self) -> Figures:
        """Ask one histogram after the other, so that nobody's statement waits for all of them."""
        with self._lock:
            self._absorb()
            overall = self._lifetime.overall()
            fingerprints, actions = self._ring.names()
            numbers, others = self._lifetime.fingerprints, self._lifetime.actions
        apart: dict[str, Percentiles] = {}
        by_action: dict[str, Percentiles] = {}
        for number in numbers:
            with self._lock:
                apart[fingerprints[number].id] = self._lifetime.of_fingerprint(number)
        for number in others:
            with self._lock:
                by_action[actions[number]] = self._lifetime.of_action(number)
        return Figures(overall, apart, by_action)

    def _tell(self, cost: ActionCost) -> None:
        """Call the listeners; one that fails is logged, for the action itself may have been committed."""
        for listener in self._listeners:
            try:
                listener(cost)
            except Exception:
                logger.exception("A listener failed on %s", cost.action)


def _now() -> Clocks:
    """Return the monotonic and the wall clock in seconds."""
    return time.perf_counter(), time.time()


def _failure(error: BaseException) -> Failure:
    """Return the class and SQLSTATE of an error of the driver."""
    return Failure(type(error).__name__, getattr(error, "sqlstate", None))
