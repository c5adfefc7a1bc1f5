"""The console's figures over time in words, from samples that a test makes up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ui.kit.sampling.sampler import Sample
from ui.screens.health import courses

if TYPE_CHECKING:
    from ui.kit.formats import Formats

MB: Final = 1024 * 1024
ONE: Final = Sample(busy=1, breaker="closed", retries=0, lag_ms=2.0, memory_bytes=180 * MB, statements=3)
QUIET: Final = (None, ONE, ONE)
BUSY: Final = (
    None,
    ONE,
    None,
    replace(ONE, busy=3, breaker="open", retries=2, lag_ms=140.4, memory_bytes=200 * MB, statements=1_200),
    replace(ONE, breaker="half-open", retries=1),
)


def test_what_stays_as_it_was_is_said_once(formats: Formats) -> None:
    assert courses.pool(QUIET, 8).words == "1 of 8"
    assert courses.breaker(QUIET, formats).words == "closed all the time"
    assert courses.retries(QUIET, formats).words == "none"
    assert courses.lag(QUIET, formats).words == "at most 2 ms"
    assert courses.memory(QUIET, formats).words == "180.0 MB"
    assert courses.statements(QUIET, formats).words == "6 in all, at most 3 a second"


def test_what_changed_is_said_from_the_lowest_to_the_highest(formats: Formats) -> None:
    assert courses.pool(BUSY, 8).words == "1 to 3 of 8"
    assert courses.breaker(BUSY, formats).words == "not closed for 2.0 s"
    assert courses.retries(BUSY, formats).words == "3"
    # The picture is cut off at its top, the words are not.
    assert courses.lag(BUSY, formats).words == "at most 140 ms"
    assert courses.memory(BUSY, formats).words == "180.0 MB to 200.0 MB"
    assert courses.statements(BUSY, formats).words == "1,206 in all, at most 1,200 a second"


def test_a_picture_has_a_place_for_each_second_and_a_gap_for_one_unknown() -> None:
    found = courses.pool(BUSY, 8)
    assert list(found.values) == [None, 1, None, 3, 1]
    assert (found.scale.floor, found.scale.ceiling) == (0, 8)


def test_of_nothing_measured_nothing_is_said(formats: Formats) -> None:
    assert courses.memory((None, None), formats).words == "nothing measured yet"
