"""The last statements in arrays of a fixed size, and frozen copies of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import numpy as np

from console.monitor.fingerprint import Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

_T = TypeVar("_T")
_Number = TypeVar("_Number", np.float64, np.int64, np.int32)

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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen copy of the last statements, one element of each array a statement, in order of their end.

    `t` and `now` are seconds of the monotonic clock, `wall` seconds of the epoch; `fingerprint`, `action`,
    `screen` and `failure` are indexes into the tuples beside them; `rows` is -1 where unknown; `run` tells
    the runs of an action apart and is 0 outside one. `covers_s` says how far back the ring still reaches.
    """

    now: float
    covers_s: float
    t: NDArray[np.float64]
    wall: NDArray[np.float64]
    duration_ms: NDArray[np.float64]
    rows: NDArray[np.int64]
    run: NDArray[np.int64]
    fingerprint: NDArray[np.int32]
    action: NDArray[np.int32]
    screen: NDArray[np.int32]
    failure: NDArray[np.int32]
    failed: NDArray[np.bool_]
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
        self._t = np.zeros(capacity)
        self._ended = np.zeros(capacity)
        self._wall = np.zeros(capacity)
        self._duration_ms = np.zeros(capacity)
        self._rows = np.zeros(capacity, np.int64)
        self._run = np.zeros(capacity, np.int64)
        self._fingerprint = np.zeros(capacity, np.int32)
        self._action = np.zeros(capacity, np.int32)
        self._screen = np.zeros(capacity, np.int32)
        self._failure = np.zeros(capacity, np.int32)
        self._fingerprints = Catalogue(OTHER, 1_000)
        self._actions = Catalogue("", 1_000)
        self._screens = Catalogue("", 200)
        self._failures: Catalogue[Failure | None] = Catalogue(None, 200)
        self._other_failure = self._failures.number(Failure("other", None))

    @property
    def written(self) -> int:
        """How many statements were ever written."""
        return self._written

    def append(self, record: Record) -> None:
        """Write one statement over the oldest."""
        at = self._written % self._size
        self._t[at], self._wall[at] = record.started
        self._duration_ms[at] = record.duration_ms
        # Threads may come here in another order than their statements ended; the search needs them sorted.
        self._ended[at] = max(record.started[0] + record.duration_ms / 1_000, self._ended[at - 1])
        self._rows[at] = record.rows
        self._run[at] = record.run
        self._fingerprint[at] = self._fingerprints.number(record.fingerprint)
        self._action[at] = self._actions.number(record.action)
        self._screen[at] = self._screens.number(record.screen)
        failure = record.failure
        self._failure[at] = 0 if failure is None else self._failures.number(failure) or self._other_failure
        self._written += 1

    def last(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return the durations in ms and the fingerprints' numbers of the last statements, oldest first."""
        count = min(count, self._written, self._size)
        return self._copy(self._duration_ms, count), self._copy(self._fingerprint, count)

    def snapshot(self, since_s: float) -> Snapshot:
        """Return the statements that ended within the last seconds."""
        now = time.perf_counter()
        count = self._ended_since(now - since_s)
        failure = self._copy(self._failure, count)
        return Snapshot(
            now=now,
            covers_s=now - float(self._t[self._written % self._size]) if self._full else float("inf"),
            t=self._copy(self._t, count),
            wall=self._copy(self._wall, count),
            duration_ms=self._copy(self._duration_ms, count),
            rows=self._copy(self._rows, count),
            run=self._copy(self._run, count),
            fingerprint=self._copy(self._fingerprint, count),
            action=self._copy(self._action, count),
            screen=self._copy(self._screen, count),
            failure=failure,
            failed=failure > 0,
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
