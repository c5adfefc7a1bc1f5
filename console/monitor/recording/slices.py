"""The last hour in slices of ten seconds, of a fixed size at any rate of statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from console.monitor.recording.percentiles import (
    BUCKETS,
    Figures,
    Percentiles,
    bucket_us,
    buckets,
    percentiles_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from console.monitor.recording.fingerprint import Fingerprint
    from console.monitor.recording.ring import Lot

SLICE_S: Final = 10
_SLICES_A_MINUTE: Final = 60 // SLICE_S
# An hour, the slice that is being filled, and the minute that the history has not taken yet.
_SLICES: Final = 3_600 // SLICE_S + 1 + 2 * _SLICES_A_MINUTE
# 16 bytes each: at most 49 MB for the hour, however many statements; a desk at work has some 100 KB.
_ENTRIES: Final = 8_192
_PAIRS: Final = 1_024
# Fingerprints and actions have numbers below this.
_NUMBERS: Final = 1_024


@dataclass(frozen=True, slots=True)
class MinuteFigures:
    """What one statement of one action did in one minute of the epoch; its durations by bucket."""

    minute: int
    fingerprint: Fingerprint
    action: str
    calls: int
    failures: int
    rows: int
    total_ms: float
    buckets: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def times(self) -> Percentiles:
        """The percentiles."""
        return percentiles_of(bucket_us(self.buckets), self.counts)


@dataclass(frozen=True, slots=True)
class Part:
    """What some slices hold, sorted and without repetition.

    `keys` are fingerprint, action and bucket in one number and `counts` how often each was met; `pairs` are
    fingerprint and action, and `sums` their calls, failures, rows and milliseconds.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]
    pairs: NDArray[np.int64]
    sums: NDArray[np.float64]

    def figures(self, fingerprints: Sequence[Fingerprint], actions: Sequence[str]) -> Figures:
        """Return the percentiles, given what the numbers mean."""
        is_commit = np.array([shape.housekeeping for shape in fingerprints], np.bool_)
        number = self.keys // BUCKETS // _NUMBERS
        asked = ~is_commit[number]
        by_action = self.keys // BUCKETS % _NUMBERS
        return Figures(
            self._times(asked),
            {fingerprints[one].id: self._times(number == one) for one in np.unique(number).tolist()},
            {
                actions[one]: self._times(asked & (by_action == one))
                for one in np.unique(by_action[asked]).tolist()
            },
        )

    def minute(
        self, minute: int, fingerprints: Sequence[Fingerprint], actions: Sequence[str]
    ) -> list[MinuteFigures]:
        """Return one row a pair."""
        starts = np.searchsorted(self.keys, self.pairs * BUCKETS)
        ends = np.searchsorted(self.keys, (self.pairs + 1) * BUCKETS)
        rows = []
        places = zip(self.pairs.tolist(), self.sums.tolist(), starts, ends, strict=True)
        for pair, (calls, failures, read, total_ms), start, end in places:
            rows.append(
                MinuteFigures(
                    minute,
                    fingerprints[pair // _NUMBERS],
                    actions[pair % _NUMBERS],
                    int(calls),
                    int(failures),
                    int(read),
                    total_ms,
                    self.keys[start:end] % BUCKETS,
                    self.counts[start:end],
                )
            )
        return rows

    def _times(self, wanted: NDArray[np.bool_]) -> Percentiles:
        return percentiles_of(bucket_us(self.keys[wanted] % BUCKETS), self.counts[wanted])


NOTHING: Final = Part(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 4), np.float64)
)


class Slices:
    """The slices of the last hour by the wall clock. Not locked: its owner holds a lock around each call."""

    def __init__(self) -> None:
        self._parts: dict[int, Part] = {}
        self._first_open = 0

    def absorb(self, lot: Lot) -> None:
        """Add records; what ended in a minute that was told already falls into the first one that was not."""
        slot = np.maximum((lot.ended // SLICE_S).astype(np.int64), self._first_open)
        for one in np.unique(slot).tolist():
            fresh = _part_of(lot.only(slot == one))
            known = self._parts.get(one)
            self._parts[one] = fresh if known is None else _limited(merged((known, fresh)))
        for gone in sorted(self._parts)[:-_SLICES]:
            del self._parts[gone]

    def within(self, within_s: float, now: float) -> Part:
        """Return what ended within the last seconds, to the next slice."""
        first = int((now - within_s) // SLICE_S) + 1
        return merged([part for slot, part in self._parts.items() if slot >= first])

    def minutes(
        self, since: int, until: int, fingerprints: Sequence[Fingerprint], actions: Sequence[str]
    ) -> tuple[MinuteFigures, ...]:
        """Return what the minutes of the epoch from `since` to before `until` held."""
        found: list[MinuteFigures] = []
        for minute in sorted({slot // _SLICES_A_MINUTE for slot in self._parts}):
            if since <= minute < until:
                first = minute * _SLICES_A_MINUTE
                slots = range(first, first + _SLICES_A_MINUTE)
                part = merged([self._parts[slot] for slot in slots if slot in self._parts])
                found += part.minute(minute, fingerprints, actions)
        return tuple(found)

    def seal(self, minute: int) -> None:
        """Add nothing more to the minutes before this one."""
        self._first_open = max(self._first_open, minute * _SLICES_A_MINUTE)


def merged(parts: Sequence[Part]) -> Part:
    """Return several parts as one."""
    if not parts:
        return NOTHING
    keys, counts = _summed([part.keys for part in parts], [part.counts for part in parts])
    pairs, place = np.unique(np.concatenate([part.pairs for part in parts]), return_inverse=True)
    sums = np.zeros((len(pairs), 4))
    np.add.at(sums, place, np.concatenate([part.sums for part in parts]))
    return Part(keys, counts, pairs, sums)


def _summed(
    keys: Sequence[NDArray[np.int64]], counts: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys and the sum of each one's counts."""
    found, place = np.unique(np.concatenate(keys), return_inverse=True)
    sums = np.bincount(place, weights=np.concatenate(counts), minlength=len(found))
    return found, sums.astype(np.int64)


def _part_of(lot: Lot) -> Part:
    """Return the records of one slice, counted."""
    pair = lot.fingerprint.astype(np.int64) * _NUMBERS + lot.action
    keys, counts = np.unique(pair * BUCKETS + buckets(lot.duration_ms), return_counts=True)
    pairs, place = np.unique(pair, return_inverse=True)
    sums = np.zeros((len(pairs), 4))
    figures = (np.ones(len(pair)), lot.failed, np.maximum(lot.rows, 0), lot.duration_ms)
    np.add.at(sums, place, np.stack(figures, axis=1))
    return _limited(Part(keys, counts, pairs, sums))


def _limited(part: Part) -> Part:
    """Return the part within its size: the pairs with the fewest calls fall together as number 0, others."""
    if len(part.keys) <= _ENTRIES and len(part.pairs) <= _PAIRS:
        return part
    kept: set[int] = set()
    entries = 0
    spread = np.bincount(np.searchsorted(part.pairs, part.keys // BUCKETS), minlength=len(part.pairs))
    for place in np.argsort(-part.sums[:, 0], kind="stable").tolist():
        entries += int(spread[place])
        # Those that fall together need room too.
        if entries > _ENTRIES - BUCKETS // 2 or len(kept) >= _PAIRS - 1:
            break
        kept.add(int(part.pairs[place]))
    stays = np.isin(part.pairs, list(kept))
    pairs = np.where(stays, part.pairs, 0)
    own = np.isin(part.keys // BUCKETS, list(kept))
    keys, counts = _summed([np.where(own, part.keys, part.keys % BUCKETS)], [part.counts])
    found, place_of = np.unique(pairs, return_inverse=True)
    sums = np.zeros((len(found), 4))
    np.add.at(sums, place_of, part.sums)
    return Part(keys, counts, found, sums)


def together(rows: Iterable[MinuteFigures]) -> tuple[MinuteFigures, ...]:
    """Return one entry a minute and statement, whichever actions sent it."""
    apart: dict[tuple[int, str], list[MinuteFigures]] = {}
    for row in rows:
        apart.setdefault((row.minute, row.fingerprint.id), []).append(row)
    return tuple(
        replace(
            same[0],
            action="",
            calls=sum(row.calls for row in same),
            failures=sum(row.failures for row in same),
            rows=sum(row.rows for row in same),
            total_ms=sum(row.total_ms for row in same),
            buckets=np.concatenate([row.buckets for row in same]),
            counts=np.concatenate([row.counts for row in same]),
        )
        for _key, same in sorted(apart.items())
    )
