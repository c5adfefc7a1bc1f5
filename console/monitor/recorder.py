"""Records every statement the console sends, and adds up what each action costs."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from console.monitor.cost import Action, ActionCost
from console.monitor.fingerprint import Fingerprints
from console.monitor.percentiles import Lifetime, Percentiles
from console.monitor.ring import Failure, Record, Ring, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

logger = logging.getLogger(__name__)

# The histograms since the start are fed in lots of this size, which must fit into the smallest ring.
_LOT = 1_024


class _Here(threading.local):
    """What runs on this thread: the start of its statement, on both clocks, and its action."""

    started: tuple[float, float] | None = None
    action: Action | None = None


class Running:
    """A statement that runs outside SQLAlchemy; set `rows` when it ends."""

    def __init__(self) -> None:
        self.rows = -1


class Recorder:
    """The last `capacity` statements in fixed memory; safe on any thread, about 10 µs a statement.

    BEGIN, COMMIT, SET and the pool's ping are not recorded: budgets are about questions asked.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        self._lock = threading.Lock()
        self._ring = Ring(max(capacity, _LOT))
        self._fingerprints = Fingerprints()
        self._lifetime = Lifetime()
        self._absorbed = 0
        self._runs = 0
        self._here = _Here()
        self._listeners: tuple[Callable[[ActionCost], None], ...] = ()

    def attach(self, engine: Engine) -> None:
        """Record every statement of the engine from now on."""
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "handle_error", self._failed)

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
    def statement(self, kind: str, text: str = "") -> Iterator[Running]:
        """Record what does not go through a SQLAlchemy cursor: COPY, a cancel."""
        shown = text if text.upper().startswith(kind.upper()) else f"{kind} {text}"
        running = Running()
        started = _now()
        try:
            yield running
        except BaseException as error:
            self._record(shown, started, running.rows, _failure(error))
            raise
        self._record(shown, started, running.rows, None)

    def on_action(self, callback: Callable[[ActionCost], None]) -> Callable[[], None]:
        """Call back with each finished action's cost, on the thread that ran it; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, callback)

        def forget() -> None:
            with self._lock:
                self._listeners = tuple(kept for kept in self._listeners if kept is not callback)

        return forget

    def snapshot(self, since_s: float = float("inf")) -> Snapshot:
        """Return the statements that ended within the last seconds, as arrays."""
        with self._lock:
            return self._ring.snapshot(since_s)

    def since_start(self) -> tuple[Percentiles, dict[int, Percentiles]]:
        """Return the percentiles of all statements ever, overall and by the fingerprint's number."""
        with self._lock:
            self._absorb()
            return self._lifetime.overall(), self._lifetime.by_fingerprint()

    def _before(self, *_event: Any) -> None:
        """Note the start of a statement."""
        self._here.started = _now()

    def _after(
        self,
        _connection: Connection,
        cursor: Any,
        statement: str,
        _parameters: Any,
        _context: Any,
        _many: Any,
    ) -> None:
        """Record a statement that succeeded."""
        started, self._here.started = self._here.started, None
        if started is not None:
            self._record(statement, started, cursor.rowcount, None)

    def _failed(self, context: ExceptionContext) -> None:
        """Record a statement that failed; other errors of the engine belong to no statement."""
        started, self._here.started = self._here.started, None
        if started is not None and context.statement is not None:
            self._record(context.statement, started, -1, _failure(context.original_exception))

    def _record(self, text: str, started: tuple[float, float], rows: int, failure: Failure | None) -> None:
        """Write one statement into the ring and into its action."""
        duration_ms = (time.perf_counter() - started[0]) * 1_000
        fingerprint = self._fingerprints.of(text)
        if fingerprint.housekeeping:
            return
        action = self._here.action
        run, name, screen = 0, "", ""
        if action is not None:
            action.add(fingerprint.id, duration_ms, rows)
            run, name, screen = action.run, action.name, action.screen
        record = Record(started, duration_ms, rows, run, fingerprint, name, screen, failure)
        with self._lock:
            self._ring.append(record)
            if self._ring.written - self._absorbed >= _LOT:
                self._absorb()

    def _absorb(self) -> None:
        """Feed the histograms since the start with what they have not seen."""
        self._lifetime.absorb(*self._ring.last(self._ring.written - self._absorbed))
        self._absorbed = self._ring.written

    def _tell(self, cost: ActionCost) -> None:
        """Call the listeners; one that fails is logged, for the action itself may have been committed."""
        for listener in self._listeners:
            try:
                listener(cost)
            except Exception:
                logger.exception("A listener failed on %s", cost.action)


def _now() -> tuple[float, float]:
    """Return the monotonic and the wall clock in seconds."""
    return time.perf_counter(), time.time()


def _failure(error: BaseException) -> Failure:
    """Return the class and SQLSTATE of an error of the driver."""
    return Failure(type(error).__name__, getattr(error, "sqlstate", None))
