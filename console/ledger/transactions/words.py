"""What is said of a transaction that was given back, and of one that gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def reversal_words(
    reverses: int | None, part: int | None, given_back: int, amount: int, write: Callable[[int], str]
) -> str:
    """Say which transaction one reverses, as which part; or how much of it was given back, if anything was.

    given_back, amount: minor units, as `write` writes them.
    """
    if reverses is not None:
        return f"of {reverses}" if part is None else f"of {reverses}, part {part}"
    if not given_back:
        return ""
    return "given back" if given_back == amount else f"{write(given_back)} of {write(amount)}"
