"""The last statements in arrays of a fixed size, and frozen copies of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import numpy as np

from console.monitor.recording.fingerprint import Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

_T = TypeVar("_T")
_Number = TypeVar("_Number", np.float64, np.int64, np.int32, np.bool_)

_PENDING: Final = 256

OTHER: Final = Fingerprint(id="other", text="", label="other statements", housekeeping=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a statement failed: the driver's error class, and the SQLSTATE when the server gave one."""

    error: str
    sqlstate: str | None

    @property
    def text(self) -> str:
        """The class and the SQLSTATE, for people."""
        return f"{self.error} {self.sqlstate}" if self.sqlstate else self.error


class Record(NamedTuple):
    """One statement on its way into the ring; `started` is the monotonic and the wall clock."""

    started: tuple[float, float]
    duration_ms: float
    rows: int
    run: int
    fingerprint: Fingerprint
    action: str
    screen: str
    failure: Failure | None
    wait_ms: float = 0.0
    is_commit: bool = False


class Lot(NamedTuple):
    """The last records, for what adds them up: parallel arrays, oldest first; `ended` is the wall clock."""

    ended: NDArray[np.float64]
    duration_ms: NDArray[np.float64]
    rows: NDArray[np.int64]
    fingerprint: NDArray[np.int32]
    action: NDArray[np.int32]
    failed: NDArray[np.bool_]
    is_commit: NDArray[np.bool_]

    def only(self, wanted: NDArray[np.bool_]) -> Lot:
        """Return those that are wanted."""
        return Lot(
            self.ended[wanted],
            self.duration_ms[wanted],
            self.rows[wanted],
            self.fingerprint[wanted],
            self.action[wanted],
            self.failed[wanted],
            self.is_commit[wanted],
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen copy of the last statements, one element of each array a statement, in order of their end.

    `t` and `now` are seconds of the monotonic clock, `wall` seconds of the epoch; `fingerprint`, `action`,
    `screen` and `failure` are indexes into the tuples beside them; `rows` is -1 where unknown; `run` tells
    the runs of an action apart and is 0 outside one. `covers_s` says how far back the ring still reaches.
    `duration_ms` ends when execute does, `fetch_ms` is from there to the last row read, and `wait_ms` is what
    its connection was waited for; `is_commit` marks the COMMITs, where they were asked for.
    """

    now: float
    covers_s: float
    t: NDArray[np.float64]
    wall: NDArray[np.float64]
    duration_ms: NDArray[np.float64]
    fetch_ms: NDArray[np.float64]
    wait_ms: NDArray[np.float64]
    rows: NDArray[np.int64]
    run: NDArray[np.int64]
    fingerprint: NDArray[np.int32]
    action: NDArray[np.int32]
    screen: NDArray[np.int32]
    failure: NDArray[np.int32]
    failed: NDArray[np.bool_]
    is_commit: NDArray[np.bool_]
    fingerprints: tuple[Fingerprint, ...]
    actions: tuple[str, ...]
    screens: tuple[str, ...]
    failures: tuple[Failure | None, ...]

    def __len__(self) -> int:
        return len(self.t)


class Catalogue(Generic[_T]):
    """Numbers for things seen; when it is full, anything new gets the number 0 of `rest`."""

    def __init__(self, rest: _T, capacity: int) -> None:
        self._capacity = capacity
        self._numbers: dict[_T, int] = {rest: 0}

    def number(self, thing: _T) -> int:
        """Return the thing's number."""
        number = self._numbers.get(thing)
        if number is None:
            number = len(self._numbers) if len(self._numbers) < self._capacity else 0
            if number:
                self._numbers[thing] = number
        return number

    def things(self) -> tuple[_T, ...]:
        """Return the things in order of their numbers."""
        return tuple(self._numbers)


class Ring:
    """The last `capacity` statements. Not locked: its owner holds a lock around each call."""

    def __init__(self, capacity: int) -> None:
        self._size = capacity
        self._written = 0
        self._pending: list[Record] = []
        self._pending_limit = min(_PENDING, capacity)
        self._fetches: dict[int, float] = {}
        self._t = np.zeros(capacity)
        self._ended = np.zeros(capacity)
        self._wall = np.zeros(capacity)
        self._duration_ms = np.zeros(capacity)
        self._fetch_ms = np.zeros(capacity)
        self._wait_ms = np.zeros(capacity)
        self._rows = np.zeros(capacity, np.int64)
        self._run = np.zeros(capacity, np.int64)
        self._fingerprint = np.zeros(capacity, np.int32)
        self._action = np.zeros(capacity, np.int32)
        self._screen = np.zeros(capacity, np.int32)
        self._failure = np.zeros(capacity, np.int32)
        self._is_commit = np.zeros(capacity, np.bool_)
        self._fingerprints = Catalogue(OTHER, 1_000)
        self._actions = Catalogue("", 1_000)
        self._screens = Catalogue("", 200)
        self._failures: Catalogue[Failure | None] = Catalogue(None, 200)
        self._other_failure = self._failures.number(Failure("other", None))

    @property
    def written(self) -> int:
        """How many statements were ever written."""
        return self._written + len(self._pending)

    def append(self, record: Record) -> int:
        """Write one statement over the oldest; return its place among all ever written."""
        place = self._written + len(self._pending)
        self._pending.append(record)
        if len(self._pending) >= self._pending_limit:
            self._settle()
        return place

    def set_fetch(self, place: int, fetch_ms: float) -> None:
        """Say how long a statement's rows took, unless it was overwritten meanwhile."""
        if place >= self._written:
            self._fetches[place] = fetch_ms
        elif self._written - place <= self._size:
            self._fetch_ms[place % self._size] = fetch_ms

    def _settle(self) -> None:
        """Move what is pending into the arrays, together: one by one it costs three times as much."""
        if not self._pending:
            return
        (started, duration_ms, rows, run, shapes, actions, screens, failures, wait_ms, commits) = zip(
            *self._pending, strict=True
        )
        last_ended = self._ended[(self._written - 1) % self._size]
        at = np.arange(self._written, self._written + len(self._pending)) % self._size
        clocks = np.array(started)
        self._t[at], self._wall[at] = clocks[:, 0], clocks[:, 1]
        self._duration_ms[at] = duration_ms
        # Threads may come here in another order than their statements ended; the search needs them sorted.
        ended = clocks[:, 0] + self._duration_ms[at] / 1_000
        self._ended[at] = np.maximum.accumulate(np.maximum(ended, last_ended))
        self._fetch_ms[at] = 0.0
        self._wait_ms[at] = wait_ms
        self._rows[at] = rows
        self._run[at] = run
        self._fingerprint[at] = [self._fingerprints.number(shape) for shape in shapes]
        self._action[at] = [self._actions.number(action) for action in actions]
        self._screen[at] = [self._screens.number(screen) for screen in screens]
        self._failure[at] = [self._failure_number(failure) for failure in failures]
        self._is_commit[at] = commits
        for place, fetch_ms in self._fetches.items():
            self._fetch_ms[place % self._size] = fetch_ms
        self._written += len(self._pending)
        self._pending.clear()
        self._fetches.clear()

    def _failure_number(self, failure: Failure | None) -> int:
        return 0 if failure is None else self._failures.number(failure) or self._other_failure

    def lot(self, count: int) -> Lot:
        """Return the last records."""
        self._settle()
        count = min(count, self._written, self._size)
        duration_ms = self._copy(self._duration_ms, count)
        return Lot(
            ended=self._copy(self._wall, count) + duration_ms / 1_000,
            duration_ms=duration_ms,
            rows=self._copy(self._rows, count),
            fingerprint=self._copy(self._fingerprint, count),
            action=self._copy(self._action, count),
            failed=self._copy(self._failure, count) > 0,
            is_commit=self._copy(self._is_commit, count),
        )

    def names(self) -> tuple[tuple[Fingerprint, ...], tuple[str, ...]]:
        """Return the fingerprints and the actions in order of their numbers."""
        self._settle()
        return self._fingerprints.things(), self._actions.things()

    @property
    def covers_s(self) -> float:
        """How far back the ring still reaches."""
        return (
            time.perf_counter() - float(self._t[self._written % self._size]) if self._full else float("inf")
        )

    def snapshot(self, since_s: float, *, commits: bool = False) -> Snapshot:
        """Return the statements that ended within the last seconds, with the COMMITs or without."""
        self._settle()
        now = time.perf_counter()
        count = self._ended_since(now - since_s)
        is_commit = self._copy(self._is_commit, count)
        kept = None if commits or not is_commit.any() else ~is_commit

        def part(column: NDArray[_Number]) -> NDArray[_Number]:
            copied = self._copy(column, count)
            return copied if kept is None else copied[kept]

        failure = part(self._failure)
        return Snapshot(
            now=now,
            covers_s=self.covers_s,
            t=part(self._t),
            wall=part(self._wall),
            duration_ms=part(self._duration_ms),
            fetch_ms=part(self._fetch_ms),
            wait_ms=part(self._wait_ms),
            rows=part(self._rows),
            run=part(self._run),
            fingerprint=part(self._fingerprint),
            action=part(self._action),
            screen=part(self._screen),
            failure=failure,
            failed=failure > 0,
            is_commit=part(self._is_commit),
            fingerprints=self._fingerprints.things(),
            actions=self._actions.things(),
            screens=self._screens.things(),
            failures=self._failures.things(),
        )

    @property
    def _full(self) -> bool:
        """Whether something was overwritten."""
        return self._written > self._size

    def _ended_since(self, start: float) -> int:
        """Return how many of the last statements ended at this monotonic time or later."""
        head = self._written % self._size
        newer = head - int(np.searchsorted(self._ended[:head], start))
        if newer < head or self._written < self._size:
            return newer
        return newer + self._size - head - int(np.searchsorted(self._ended[head:], start))

    def _copy(self, column: NDArray[_Number], count: int) -> NDArray[_Number]:
        """Return a copy of the last elements of a column, oldest first."""
        head = self._written % self._size
        if count <= head:
            return column[head - count : head].copy()
        return np.concatenate((column[head - count :], column[:head]))
