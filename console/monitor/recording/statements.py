"""The statements of a snapshot as a table, one row a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from console.monitor.recording.percentiles import Percentiles, by_fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from console.monitor.recording.ring import Snapshot


@dataclass(frozen=True, slots=True)
class StatementRow:
    """What all runs of one statement cost; `per_action_max` above 1 is a loop around a statement."""

    fingerprint: str
    label: str
    text: str
    screens: tuple[str, ...]
    calls: int
    per_action_max: int
    rows: int
    total_ms: float
    mean_ms: float
    times: Percentiles
    failures: int
    last_error: str | None


def statements(snapshot: Snapshot) -> tuple[StatementRow, ...]:
    """Return one row a fingerprint, the most expensive in total first."""
    size = len(snapshot.fingerprints)
    number = snapshot.fingerprint
    calls = np.bincount(number, minlength=size)
    total_ms = np.bincount(number, weights=snapshot.duration_ms, minlength=size)
    rows = np.bincount(number, weights=np.maximum(snapshot.rows, 0), minlength=size)
    failures = np.bincount(number[snapshot.failed], minlength=size)
    per_action = _per_action_max(number, snapshot.run, size)
    times = by_fingerprint(snapshot)
    screens = _screens(snapshot)
    errors = _last_errors(snapshot)
    table = [
        StatementRow(
            fingerprint=snapshot.fingerprints[index].id,
            label=snapshot.fingerprints[index].label,
            text=snapshot.fingerprints[index].text,
            screens=tuple(screens[index]),
            calls=int(calls[index]),
            per_action_max=int(per_action[index]),
            rows=int(rows[index]),
            total_ms=float(total_ms[index]),
            mean_ms=float(total_ms[index] / calls[index]),
            times=times[index],
            failures=int(failures[index]),
            last_error=errors.get(index),
        )
        for index in np.flatnonzero(calls).tolist()
    ]
    return tuple(sorted(table, key=lambda row: -row.total_ms))


def _per_action_max(number: NDArray[np.int32], run: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return, by fingerprint, how often one run of an action sent it at most; outside actions it is once."""
    largest = np.zeros(size, np.int64)
    largest[number] = 1
    inside = run > 0
    pairs, counts = np.unique(run[inside] * size + number[inside], return_counts=True)
    np.maximum.at(largest, pairs % size, counts)
    return largest


def _screens(snapshot: Snapshot) -> dict[int, list[str]]:
    """Return the names of the screens each fingerprint was sent from, sorted."""
    found: dict[int, list[str]] = {}
    size = len(snapshot.screens)
    pairs = np.unique(snapshot.fingerprint.astype(np.int64) * size + snapshot.screen)
    for pair in pairs.tolist():
        names = found.setdefault(pair // size, [])
        if name := snapshot.screens[pair % size]:
            names.append(name)
    return {index: sorted(names) for index, names in found.items()}


def _last_errors(snapshot: Snapshot) -> dict[int, str]:
    """Return the last failure of each fingerprint that has one."""
    failed = np.flatnonzero(snapshot.failed)
    return {
        int(snapshot.fingerprint[index]): failure.text
        for index in failed.tolist()
        if (failure := snapshot.failures[snapshot.failure[index]]) is not None
    }
