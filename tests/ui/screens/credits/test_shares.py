"""Amounts by source: how shares and short amounts are written, and which sources have a colour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from console.ledger.credits.ahead.calendar import CreditSum, DayExpiry, ExpiryCalendar
from console.money import Currency
from tests.ui.parts import make_formats
from ui.screens.credits.shares import OTHERS, drawn, shares_words, short_amount

DAY, NEXT = date(2027, 1, 31), date(2027, 2, 1)
NOTHING = CreditSum()


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ([], ""),
        ([("promo", 0)], ""),
        ([("promo", 5)], "promo 100 %"),
        ([("a", 1), ("b", 999)], "b 99 %, a <1 %"),
        ([("a", 50), ("b", 30), ("c", 10), ("d", 6), ("e", 4)], "a 50 %, b 30 %, c 10 %, other sources 10 %"),
        ([("a", 50), ("b", 30), ("c", 10), ("d", 10)], "a 50 %, b 30 %, c 10 %, d 10 %"),
        ([("a", 50), ("b", 30), ("c", 10), (None, 10)], "a 50 %, b 30 %, c 10 %, other sources 10 %"),
        ([("a", 50), (None, 40), ("b", 10)], "a 50 %, b 10 %, other sources 40 %"),
        ([("", 1)], "no source 100 %"),
        ([("<b>x\u202e", 1)], "<b>x\\u{202e} 100 %"),
        ([("huge", 2**62), ("huger", 3 * 2**62)], "huger 75 %, huge 25 %"),
    ],
)
def test_shares_are_written_the_largest_first(amounts: list[tuple[str | None, int]], words: str) -> None:
    assert shares_words(amounts, make_formats()) == words


@pytest.mark.parametrize(
    ("minor", "exponent", "words"),
    [
        (12_348_000, 2, "123 k"), (154_200, 2, "1.5 k"), (41_200, 2, "412"), (1, 2, "<1"), (0, 2, "0"),
        (84_200_000, 0, "84.2 M"), (999_999, 0, "999 k"), (1_500_000, 3, "1.5 k"),
    ],
)  # fmt: skip
def test_a_short_amount_fits_a_cell(minor: int, exponent: int, words: str) -> None:
    assert short_amount(minor, Currency("CR", exponent), make_formats()) == words


def test_the_largest_sources_have_a_colour_and_the_rest_one_together() -> None:
    names = [f"s{number}" for number in range(7)]
    days = [DayExpiry(DAY, name, 100 - at, 1) for at, name in enumerate(names)]
    found = ExpiryCalendar(
        Currency("CR", 2), ZoneInfo("UTC"), DAY, datetime.now(UTC), (*days, DayExpiry(NEXT, None, 7, 2)),
        tuple(names), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, (),
    )  # fmt: skip
    shown = drawn(found, make_formats())
    assert [part.name for part in shown.parts] == ["s0", "s1", "s2", "s3", "s4", OTHERS]
    first, last = shown.days
    assert first.amounts == (100, 99, 98, 97, 96, 95 + 94)
    assert last.amounts == (0, 0, 0, 0, 0, 7)
    assert last.words == "0.07 CR · 2 credits\nother sources 100 %"
    only = drawn(found, make_formats(), only="s6")
    assert [part.name for part in only.parts] == ["s6"]
    assert [day.amounts for day in only.days] == [(94,)]
