"""What currencies are called and how many decimals they usually have."""

from __future__ import annotations

import pytest

from console.ledger.books.names import currency_name, currency_words, usual_decimals


@pytest.mark.parametrize(
    ("code", "name", "decimals"),
    [
        ("JPY", "Japanese Yen", 0),
        ("EUR", "Euro", 2),
        ("BHD", "Bahraini Dinar", 3),
        ("CLF", "Chilean Unit of Account (UF)", 4),
        ("BTC", "Bitcoin", 8),
        ("CR", "Credits", 2),
        ("POINTS", "", None),
        ("jpy", "", None),
    ],
)
def test_a_currency_has_its_name_and_its_usual_decimals(code: str, name: str, decimals: int | None) -> None:
    """What the world knows has a name and decimals; of a code of one's own nothing is guessed."""
    assert currency_name(code) == name
    assert usual_decimals(code) == decimals


def test_a_choice_shows_the_code_and_the_name() -> None:
    """A code without a name stands alone, without a dash to nowhere."""
    assert currency_words("JPY") == "JPY \N{EN DASH} Japanese Yen"
    assert currency_words("POINTS") == "POINTS"


@pytest.mark.parametrize(("code", "decimals"), [("KWD", 3), ("CHF", 2), ("ISK", 0)])
def test_the_usual_decimals_are_those_of_the_standard(code: str, decimals: int) -> None:
    """CLDR's, which are those that prices have; others are taken with --unusual."""
    assert usual_decimals(code) == decimals
