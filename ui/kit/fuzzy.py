"""How well a few typed letters fit a title."""

from __future__ import annotations

_START = 3.0
_WORD = 2.0
_RUN = 1.5
_LETTER = 1.0
_WHOLE = 10.0


def score(typed: str, title: str) -> float | None:
    """Return how well every typed letter is found in order, None when one is missing; 0 for no text."""
    wanted = typed.casefold().replace(" ", "")
    text = title.casefold()
    if not wanted:
        return 0.0
    found = text.find(typed.casefold().strip())
    if found >= 0:
        at_word = found == 0 or not text[found - 1].isalnum()
        return (_WHOLE if at_word else _LETTER) + len(wanted) * _RUN - found / 100
    total, at, before = 0.0, 0, -2
    for letter in wanted:
        place = text.find(letter, at)
        if place < 0:
            return None
        if place == before + 1:
            total += _RUN
        elif place == 0:
            total += _START
        elif not text[place - 1].isalnum():
            total += _WORD
        else:
            total += _LETTER / (1 + place - at)
        before, at = place, place + 1
    return total - len(text) / 1000
