"""What is said of a transaction that was given back."""

from __future__ import annotations

import pytest

from console.ledger.transactions.words import reversal_words


@pytest.mark.parametrize(
    ("reverses", "part", "given_back", "expected"),
    [
        (None, None, 0, ""), (None, None, 30, "30 of 80"), (None, None, 80, "given back"),
        (4711, 2, 0, "of 4711, part 2"), (4711, None, 0, "of 4711"),
    ],
)  # fmt: skip
def test_it_says_of_which_or_how_much(
    reverses: int | None, part: int | None, given_back: int, expected: str
) -> None:
    assert reversal_words(reverses, part, given_back, 80, str) == expected
