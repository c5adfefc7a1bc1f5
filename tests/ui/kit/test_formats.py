"""Figures, times and durations as they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QLocale

from console.money import AmountError, Currency
from ui.kit.formats import MINUS, Formats

CR, YEN, BITS = Currency("CR", 2), Currency("JPY", 0), Currency("BTC", 8)


def test_a_locale_gives_its_separators() -> None:
    german = Formats.of(UTC, QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert german.amount(-123_456_789, CR) == f"{MINUS}1.234.567,89"
    assert german.plain_amount(-123_456_789, CR) == "-1234567,89"
    assert german.integer(1_000_000) == "1.000.000"
    assert german.parse("1.234,5", CR) == 123_450


def test_other_exponents_are_written_with_their_own_decimals(formats: Formats) -> None:
    assert formats.amount(1234, YEN) == "1,234"
    assert formats.amount(1, BITS) == "0.00000001"
    assert formats.spoken_amount(-5, YEN) == "minus 5 JPY"


def test_signs_are_true_ones(formats: Formats) -> None:
    assert [formats.amount(value, CR, signed=True) for value in (1, 0, -1)] == [
        "+0.01",
        "0.00",
        f"{MINUS}0.01",
    ]


def test_spaces_are_read_where_the_locale_groups_with_spaces_nobody_can_type() -> None:
    french = Formats(UTC, ",", "\N{NARROW NO-BREAK SPACE}")
    assert french.parse("1 204,10", CR) == 120_410
    assert french.parse(french.amount(120_410, CR), CR) == 120_410


@pytest.mark.parametrize("text", ["1e3", "NaN", "1_000", "12.345", "\N{FULLWIDTH DIGIT ONE}", "--1", "1,2,3"])
def test_what_is_no_amount_is_refused(formats: Formats, text: str) -> None:
    with pytest.raises(AmountError):
        formats.parse(text, CR)


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0.04, "0.0 ms"),
        (2.34, "2.3 ms"),
        (182.4, "182 ms"),
        (1_440, "1.4 s"),
        (192_000, "3 min 12 s"),
        (7_500_000, "2 h 5 min"),
    ],
)
def test_durations_are_as_exact_as_one_reads_them(formats: Formats, milliseconds: float, words: str) -> None:
    assert formats.duration(milliseconds) == words


def test_times_are_shown_in_the_zone_asked_for() -> None:
    moment = datetime(2026, 11, 21, 14, 32, 4, tzinfo=UTC)
    assert Formats(UTC).timestamp(moment) == "2026-11-21 14:32:04"
    assert Formats(ZoneInfo("Asia/Tokyo")).timestamp(moment) == "2026-11-21 23:32:04"


def test_large_counts_are_short(formats: Formats) -> None:
    assert [formats.about(n) for n in (999, 12_345, 84_213_377, 2 * 10**9)] == [
        "999",
        "12,345",
        "84.2 M",
        "2.0 G",
    ]


@pytest.mark.parametrize(
    ("step_s", "written"),
    [(0.2, "08:00:00.34"), (0.5, "08:00:00.3"), (1, "08:00:00"), (60, "08:00"), (86_400, "2027-01-15")],
)
def test_a_moment_is_as_fine_as_its_step(step_s: float, written: str) -> None:
    assert Formats(UTC).moment(1_800_000_000.345, step_s) == written


@pytest.mark.parametrize(
    ("milliseconds", "written"), [(100.0, "100 ms"), (2.0, "2 ms"), (2.4, "2.4 ms"), (1_500.0, "1.5 s")]
)
def test_a_threshold_has_no_idle_decimals(formats: Formats, milliseconds: float, written: str) -> None:
    assert formats.threshold(milliseconds) == written
