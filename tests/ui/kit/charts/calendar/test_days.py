"""What a calendar is made of: its extent, its weeks, and the five steps of its colour."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor

from ui.kit.charts.calendar.days import (
    Extent,
    bounds_of,
    contrast,
    inks_of,
    ranges,
    step_of,
    text_on,
    week_start_of,
)
from ui.kit.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda one: one.name)


@pytest.mark.parametrize(
    ("largest", "bounds"),
    [(10_000, (400, 1_600, 3_600, 6_400, 10_000)), (1, (1, 1, 1, 1, 1)), (2**62, None)],
)
def test_the_steps_end_at_the_largest_day(largest: int, bounds: tuple[int, ...] | None) -> None:
    found = bounds_of(largest)
    assert found[-1] == largest
    assert bounds is None or found == bounds


def test_one_great_day_leaves_the_others_apart() -> None:
    bounds = bounds_of(12_348_000)
    assert [step_of(amount, bounds) for amount in (0, 1, 300_000, 900_000, 3_000_000, 12_348_000)] == [
        0, 1, 1, 2, 3, 5,
    ]  # fmt: skip
    assert ranges(bounds_of(100), str) == ["up to 4", "5 to 16", "17 to 36", "37 to 64", "65 to 100"]


@THEMES
def test_a_step_differs_from_its_neighbour_and_carries_a_figure(tokens: Tokens) -> None:
    inks = inks_of(tokens)
    assert len({ink.name() for ink in inks}) == 6
    assert min(contrast(one, other) for one, other in pairwise(inks)) >= 1.15
    assert min(contrast(text_on(ink, tokens), ink) for ink in inks) >= 4.5
    assert contrast(inks[0], QColor(tokens.surface)) >= 1.1


@pytest.mark.parametrize(("locale", "start"), [("de_DE", 1), ("en_US", 7), ("ar_EG", 6)])
def test_weeks_begin_as_the_locale_has_them(locale: str, start: int) -> None:
    assert week_start_of(QLocale(locale)) == start
    sunday = date(2027, 1, 31)
    extent = Extent(sunday, sunday, start)
    assert extent.weekdays()[extent.row_of(sunday)] == 7
    assert extent.week_of(sunday).isoweekday() == start


def test_a_month_on_is_the_same_day_or_the_last() -> None:
    extent = Extent(date(2026, 11, 28), date(2027, 11, 28))
    assert extent.moved(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert extent.moved(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert extent.moved(date(2026, 12, 15), -1) == extent.first
    assert extent.moved(date(2027, 11, 15), 1) == extent.last
    assert extent.weeks == 53
    assert Extent(extent.first, extent.last, 7).weeks == 54
