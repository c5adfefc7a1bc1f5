"""How the overview says days, ages and figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from console.ledger.books.overview.figures import Since
from console.money import Currency
from ui.kit.days import age
from ui.screens.overview.words import changed, named, short_amount, since_words

if TYPE_CHECKING:
    from ui.kit.formats import Formats

CR, JPY = Currency("CR", 2), Currency("JPY", 0)
NOW = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 min"),
        (-5, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (26 * 3_600, "26 h"),
        (49 * 3_600, "2 days"),
    ],
)
def test_an_age_is_as_rough_as_one_asks(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_days_are_named_as_people_name_them() -> None:
    today = date(2026, 11, 21)
    assert [since_words(since, today) for since in Since] == ["yesterday", "last Saturday", "22 Oct"]


@pytest.mark.parametrize(
    ("names", "words"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c", "d"), "a and 3 others")],
)
def test_a_few_are_named(names: tuple[str, ...], words: str) -> None:
    assert named(names) == words


def test_a_change_has_its_share_of_what_was(formats: Formats) -> None:
    minus = "\N{MINUS SIGN}"
    assert changed(8_354_410_120, 66_927_590, CR, formats) == "+669,275.90, 0.8 %"
    assert changed(1_000, -5, CR, formats) == f"{minus}0.05, 0.5 %"
    assert changed(2**63, 2**62, CR, formats).endswith("50.0 %")
    assert changed(0, 5, CR, formats) == "+0.05"


def test_an_axis_has_decimals_only_where_they_are_needed(formats: Formats) -> None:
    minus = "\N{MINUS SIGN}"
    assert short_amount(4_000_000, 4_000_000, CR, formats) == "40,000"
    assert short_amount(-120_000_000, 4_000_000, CR, formats) == f"{minus}1.2 M"
    assert short_amount(5, 5, CR, formats) == "0.05"
    assert short_amount(-5, 5, JPY, formats) == f"{minus}5"
    assert short_amount(0, 4_000_000, CR, formats) == "0"
