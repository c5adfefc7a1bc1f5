"""The console's figures once a second: each of its own second, and a gap where nothing was measured."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from console.ledger.jobs.states import job_states
from ui.kit.sampling.lag import INTERVAL_MS, LagSampler
from ui.kit.sampling.sampler import KEPT_S, ConsoleSampler

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.conftest import Statements


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def sampler(operator_ledger: Ledger, lag: LagSampler, clock: Clock) -> ConsoleSampler:
    """Return a sampler that the test drives."""
    return ConsoleSampler(operator_ledger, lag, clock=clock)


def known(sampler: ConsoleSampler) -> str:
    """Return which of the last six seconds are known, as `..xx.x`."""
    return "".join("." if one is None else "x" for one in sampler.samples[-6:])


def test_ten_minutes_end_now_and_begin_unknown(sampler: ConsoleSampler, clock: Clock) -> None:
    assert sampler.samples == (None,) * KEPT_S
    for _ in range(2):
        clock.now += 1.02
        sampler.take()
    assert len(sampler.samples) == KEPT_S
    assert known(sampler) == "....xx"


def test_a_window_that_stood_still_leaves_a_gap(sampler: ConsoleSampler, clock: Clock) -> None:
    for passed in (1.0, 3.1, 0.9):
        clock.now += passed
        sampler.take()
    assert known(sampler) == ".x..xx"
    clock.now += 2 * KEPT_S
    sampler.take()
    assert len(sampler.samples) == KEPT_S
    assert known(sampler) == ".....x"


def test_what_it_reads_sends_no_statement(sampler: ConsoleSampler, statements: Statements) -> None:
    with statements.counted() as sent:
        sampler.take()
    assert sent == []
    found = sampler.samples[-1]
    assert found is not None
    assert (found.busy, found.breaker, found.retries, found.statements) == (0, "closed", 0, 0)
    assert found.memory_bytes > 10_000_000


def test_connections_and_statements_are_of_the_second(
    sampler: ConsoleSampler, operator_ledger: Ledger
) -> None:
    database = operator_ledger.database
    job_states(database)
    job_states(database)
    release, held = threading.Event(), threading.Event()

    def hold(_session: object) -> None:
        held.set()
        release.wait(20)

    reader = threading.Thread(target=lambda: database.read("balances.lookup", hold))
    reader.start()
    try:
        assert held.wait(20)
        sampler.take()
    finally:
        release.set()
        reader.join(20)
    found = sampler.samples[-1]
    assert found is not None
    assert (found.busy, found.statements) == (1, 2)


def test_lag_is_the_longest_of_the_last_second(operator_ledger: Ledger, clock: Clock) -> None:
    lag = LagSampler(clock=clock)
    sampler = ConsoleSampler(operator_ledger, lag, clock=clock)
    lag.start()
    lag.stop()
    # In time, once 80 ms late, and then in time for more than a second.
    late = [0.0, 0.08, *[0.0] * (1_000 // INTERVAL_MS)]
    found: list[float] = []
    for by in late:
        clock.now += INTERVAL_MS / 1_000 + by
        lag._sample()
        sampler.take()
        one = sampler.samples[-1]
        assert one is not None
        found.append(round(one.lag_ms))
    assert found == [0, *[80] * (len(late) - 2), 0]


def test_it_samples_by_itself_until_it_is_stopped(
    operator_ledger: Ledger, lag: LagSampler, qtbot: QtBot
) -> None:
    sampler = ConsoleSampler(operator_ledger, lag)
    assert not sampler.running
    sampler.start()
    qtbot.waitUntil(lambda: sampler.samples[-1] is not None)
    sampler.stop()
    assert not sampler.running
