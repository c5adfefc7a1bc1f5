"""Percentiles against numpy's, with hdrhistogram and without."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.monitor.recording.lifetime import Lifetime
from console.monitor.recording.percentiles import Histogram, LogBuckets, Percentiles, histogram_maker
from console.monitor.recording.ring import Lot

MAKERS = [pytest.param(histogram_maker(), id="hdrhistogram"), pytest.param(LogBuckets, id="log buckets")]


def lot(durations_ms: np.ndarray, fingerprints: np.ndarray | None = None) -> Lot:
    size = len(durations_ms)
    numbers = np.zeros(size, np.int32) if fingerprints is None else fingerprints
    no = np.zeros(size, np.bool_)
    return Lot(np.zeros(size), durations_ms, np.zeros(size, np.int64), numbers, numbers, no, no)


def percentiles_of(durations_ms: np.ndarray, make: type[Histogram]) -> Percentiles:
    lifetime = Lifetime(make)
    lifetime.absorb(lot(durations_ms))
    return lifetime.overall()


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("spread", [0.1, 1.0, 2.5])
def test_within_two_percent_of_numpy(make: type[Histogram], spread: float) -> None:
    durations_ms = np.random.default_rng(7).lognormal(0.5, spread, 50_000)
    found = percentiles_of(durations_ms, make)
    expected = np.percentile(durations_ms, [50, 95, 99])
    assert found.count == 50_000
    assert [found.p50_ms, found.p95_ms, found.p99_ms] == pytest.approx(expected.tolist(), rel=0.02)


@pytest.mark.parametrize("make", MAKERS)
@given(durations_ms=st.lists(st.floats(min_value=0.1, max_value=1e6), min_size=1, max_size=200))
def test_any_durations_give_the_value_at_the_rank(make: type[Histogram], durations_ms: list[float]) -> None:
    found = percentiles_of(np.array(durations_ms), make)
    ordered = sorted(durations_ms)
    for quantile, value in ((50, found.p50_ms), (95, found.p95_ms), (99, found.p99_ms)):
        rank = max(1, int(quantile / 100 * len(ordered) + 0.5))
        assert value == pytest.approx(ordered[rank - 1], rel=0.02)


@pytest.mark.parametrize("make", MAKERS)
def test_the_ends_of_the_scale_are_clipped(make: type[Histogram]) -> None:
    found = percentiles_of(np.array([0.0, 1e12]), make)
    assert found.p50_ms == pytest.approx(0.001, rel=0.02)
    assert found.p99_ms == pytest.approx(3_600_000, rel=0.02)


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_has_no_percentiles(make: type[Histogram]) -> None:
    assert percentiles_of(np.array([]), make) == Percentiles()


def test_lots_and_fingerprints_add_up() -> None:
    lifetime = Lifetime()
    lifetime.absorb(lot(np.array([1.0, 10.0, 1.0]), np.array([1, 2, 1], np.int32)))
    lifetime.absorb(lot(np.array([10.0]), np.array([2], np.int32)))
    apart = {number: lifetime.of_fingerprint(number) for number in lifetime.fingerprints}
    assert lifetime.overall().count == 4
    assert {number: times.count for number, times in apart.items()} == {1: 2, 2: 2}
    assert apart[1].p99_ms == pytest.approx(1, rel=0.02)
    assert apart[2].p50_ms == pytest.approx(10, rel=0.02)


def test_without_the_module_there_are_log_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hdrh.histogram", None)
    assert histogram_maker() is LogBuckets
