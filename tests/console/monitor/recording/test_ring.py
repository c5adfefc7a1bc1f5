"""The ring: what it forgets, what it finds, how much it holds."""

from __future__ import annotations

import math
import time

import pytest

from console.monitor.recording.fingerprint import Fingerprint
from console.monitor.recording.ring import OTHER, Failure, Record, Ring


def record(age_s: float = 0.0, *, number: int = 0, duration_ms: float = 0.0, failure: str = "") -> Record:
    name = f"{number:04}"
    return Record(
        started=(time.perf_counter() - age_s, 1_000.0 - age_s),
        duration_ms=duration_ms,
        rows=number,
        run=number,
        fingerprint=Fingerprint(name, name, name, housekeeping=False),
        action=f"screen.{name}",
        screen="screen",
        failure=Failure(failure, "57014") if failure else None,
    )


@pytest.mark.parametrize("written", [0, 1, 9, 10, 11, 15, 20, 27])
def test_the_last_ones_stay_in_order(written: int) -> None:
    ring = Ring(10)
    for number in range(written):
        ring.append(record(written - number, number=number))
    snapshot = ring.snapshot(math.inf)
    assert snapshot.rows.tolist() == list(range(max(0, written - 10), written))
    assert ring.written == written
    assert ring.lot(4).rows.tolist() == snapshot.rows.tolist()[-4:]


@pytest.mark.parametrize("written", [5, 10, 14, 20])
@pytest.mark.parametrize("wanted", [0, 1, 3, 5])
def test_a_window_holds_what_ended_in_it(written: int, wanted: int) -> None:
    ring = Ring(10)
    for number in range(written):
        ring.append(record((written - number) * 100.0, number=number))
    snapshot = ring.snapshot(wanted * 100.0 + 50)
    assert snapshot.rows.tolist() == list(range(written - wanted, written))


def test_a_statement_counts_when_it_ends() -> None:
    ring = Ring(10)
    ring.append(record(100, duration_ms=99_000))
    assert len(ring.snapshot(10)) == 1


def test_threads_out_of_order_do_not_break_the_window() -> None:
    ring = Ring(10)
    for age_s in (30, 10, 20, 5):
        ring.append(record(age_s))
    assert len(ring.snapshot(15)) == 3
    assert len(ring.snapshot(7)) == 1


def test_the_snapshot_says_how_far_back_it_reaches() -> None:
    ring = Ring(3)
    for age_s in (400, 300, 200):
        ring.append(record(age_s))
    assert math.isinf(ring.snapshot(10).covers_s)
    ring.append(record(100))
    assert ring.snapshot(10).covers_s == pytest.approx(300, abs=1)


def test_a_snapshot_is_a_copy() -> None:
    ring = Ring(3)
    ring.append(record(number=1))
    snapshot = ring.snapshot(10)
    for number in range(2, 9):
        ring.append(record(number=number))
    assert snapshot.rows.tolist() == [1]
    assert snapshot.fingerprints[snapshot.fingerprint[0]].id == "0001"
    assert snapshot.actions[snapshot.action[0]] == "screen.0001"
    assert snapshot.screens[snapshot.screen[0]] == "screen"


def test_names_beyond_the_limit_fall_together() -> None:
    ring = Ring(3_000)
    for number in range(3_000):
        ring.append(record(number=number, failure=f"Error{number}"))
    snapshot = ring.snapshot(math.inf)
    assert len(snapshot.fingerprints) == 1_000
    assert snapshot.fingerprints[snapshot.fingerprint[-1]] == OTHER
    assert snapshot.failed.all()
    last = snapshot.failures[snapshot.failure[-1]]
    assert last is not None
    assert last.text == "other"


def test_a_failure_is_named_by_class_and_state() -> None:
    assert Failure("QueryCanceled", "57014").text == "QueryCanceled 57014"
    assert Failure("OperationalError", None).text == "OperationalError"
