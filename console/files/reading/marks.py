"""Which marks a column of written numbers uses; where nothing proves it, the plain ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPACES = "' \u2019\u00a0\u202f"
_NUMBER = re.compile(rf"[+\-\u2212]?[0-9]+(?:[.,{_SPACES}][0-9]+)*")
_MARK = re.compile(r"[^0-9+\-\u2212]")
_GROUP = 3
_MOSTLY = 0.8

Marks = tuple[str, str]
"""A decimal and a grouping mark; "" where it is not shown or not used."""


def is_number(text: str) -> bool:
    """Whether a cell is written like a number, whatever its marks."""
    return _NUMBER.fullmatch(text.strip(" ")) is not None


def find_marks(columns: Iterable[Sequence[str]]) -> Marks:
    """Return the decimal and the grouping mark that the numbers in these columns prove.

    "1,234" proves nothing, and a wrong guess is a factor of a thousand. So without proof, or with proof
    of both, the marks are "." and "": a number that does not fit them is refused, never misread.
    """
    decimals: set[str] = set()
    groupings: set[str] = set()
    for column in columns:
        written = [cell.strip(" ") for cell in column if cell.strip(" ")]
        numbers = [cell for cell in written if _NUMBER.fullmatch(cell)]
        if len(numbers) < _MOSTLY * len(written):
            continue
        proofs = [proof for cell in numbers if (proof := _proof(cell)) is not None]
        if len(proofs) < _MOSTLY * len(numbers):  # dates, versions: marks that no number has
            continue
        decimals |= {decimal for decimal, _ in proofs if decimal}
        groupings |= {grouping for _, grouping in proofs if grouping}
    if len(decimals) == 1 and not decimals & groupings:
        return decimals.pop(), groupings.pop() if len(groupings) == 1 else ""
    if not decimals and groupings in ({"."}, {","}):
        mark = groupings.pop()
        return "," if mark == "." else ".", mark
    return ".", groupings.pop() if not decimals and len(groupings) == 1 else ""


def _proof(number: str) -> Marks | None:
    """Return (decimal, grouping), each "" when this number does not show it; None when it is no number."""
    marks = _MARK.findall(number)
    if not marks:
        return "", ""
    pieces = _MARK.split(number.lstrip("+-\u2212"))
    last = marks[-1]
    if len(set(marks)) == 1 and last in ".,":
        if len(marks) == 1:
            return ("", "") if len(pieces[-1]) == _GROUP else (last, "")
        return ("", last) if _grouped(pieces) else None
    if len(set(marks)) == 1:
        return ("", last) if _grouped(pieces) else None
    if len(set(marks[:-1])) > 1 or marks[0] == last or last not in ".,":
        return None
    return (last, marks[0]) if _grouped(pieces[:-1]) else None


def _grouped(pieces: Sequence[str]) -> bool:
    return 1 <= len(pieces[0]) <= _GROUP and all(len(piece) == _GROUP for piece in pieces[1:])
