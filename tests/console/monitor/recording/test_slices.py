"""The last hour in slices: at any rate it keeps its size and its percentiles."""

from __future__ import annotations

import time

import numpy as np
import pytest

from console.monitor.recording.fingerprint import fingerprint
from console.monitor.recording.recorder import Recorder
from console.monitor.recording.ring import Lot
from console.monitor.recording.slices import SLICE_S, Slices

NAMES = tuple(fingerprint(f"SELECT a FROM t{number}") for number in range(1_000))
ACTIONS = tuple(f"screen.{number}" for number in range(1_000))


def lot(ended: np.ndarray, duration_ms: np.ndarray, shapes: np.ndarray | int = 0, action: int = 0) -> Lot:
    size = len(ended)
    numbers = np.zeros(size, np.int32) + np.asarray(shapes, np.int32)
    no = np.zeros(size, np.bool_)
    actions = np.full(size, action, np.int32)
    return Lot(ended, duration_ms, np.ones(size, np.int64), numbers, actions, no, no)


def test_a_window_beyond_the_ring_has_all_that_was_recorded() -> None:
    recorder = Recorder(capacity=1_024)
    durations_ms = np.random.default_rng(5).lognormal(1, 1.5, 20_000)
    for ms in durations_ms.tolist():
        recorder.record("SELECT a FROM b", (time.perf_counter() - ms / 1_000, time.time() - ms / 1_000), 1)
    assert len(recorder.snapshot()) == 1_024
    found = recorder.figures(60).overall
    expected = np.percentile(durations_ms, [50, 95, 99])
    assert found.count == 20_000
    assert [found.p50_ms, found.p95_ms, found.p99_ms] == pytest.approx(expected.tolist(), rel=0.02)


def test_windows_slide() -> None:
    slices = Slices()
    now = 1_000_000.0
    ages = np.array([5.0, 50.0, 70.0, 800.0, 1_000.0, 3_500.0])
    slices.absorb(lot(now - ages, np.array([1.0] * 6)))
    counts = [
        slices.within(within_s, now).figures(NAMES, ACTIONS).overall.count for within_s in (60, 900, 3_600)
    ]
    assert counts == [2, 4, 6]


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    slices = Slices()
    ended = np.arange(0, 3 * 3_600, SLICE_S, dtype=np.float64)
    for one in np.split(ended, 30):
        slices.absorb(lot(one, np.ones(len(one))))
    assert len(slices._parts) <= 3_600 // SLICE_S + 13
    assert slices.within(3_600, ended[-1]).counts.sum() == 3_600 // SLICE_S


def test_the_size_is_fixed_and_nothing_is_lost_from_the_whole() -> None:
    slices = Slices()
    random = np.random.default_rng(1)
    total = 0
    for action in range(40):
        size = 5_000
        durations_ms = random.lognormal(1, 2, size)
        slices.absorb(lot(np.full(size, 100.0), durations_ms, random.integers(0, 900, size), action))
        total += size
    (part,) = slices._parts.values()
    assert len(part.keys) <= 8_192 + 4_500
    assert len(part.pairs) <= 1_024
    assert part.sums[:, 0].sum() == part.counts.sum() == total
    assert part.figures(NAMES, ACTIONS).overall.count == total


def test_a_minute_told_gets_nothing_more() -> None:
    slices = Slices()
    slices.absorb(lot(np.array([30.0, 90.0]), np.array([1.0, 2.0])))
    slices.seal(1)
    told = slices.minutes(0, 1, NAMES, ACTIONS)
    slices.absorb(lot(np.array([31.0]), np.array([3.0])))
    assert slices.minutes(0, 1, NAMES, ACTIONS)[0].calls == told[0].calls == 1
    (later,) = slices.minutes(1, 2, NAMES, ACTIONS)
    assert later.calls == 2
    assert later.total_ms == pytest.approx(5.0)
