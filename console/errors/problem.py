"""What is wrong with one cell of a file or one line of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHUT: Final = {
    "account.frozen": ("frozen", "Unfreeze it first."),
    "account.closed": ("closed", "Use another one."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix: where it stands, what stands there, and what to do.

    line: 1-based line of the file, the header being line 1; None when it concerns the whole.
    column: the column's name in the file, or the field's name (from, to, amount, reference, ...).
    code: stable and dotted, such as `amount.decimals`, `user.unknown`, `reference.repeated`.
    """

    line: int | None
    column: str
    code: str
    value: str
    message: str

    @override
    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line:,}, "
        shown = f' "{self.value}"' if self.value else ""
        return f"{where}{self.column}{shown}: {self.message}"


def as_read(problems: Sequence[Problem]) -> list[Problem]:
    """Return problems as people read them: a shut account once, where it is met first, its lines counted.

    Programs and exports get all of them, for what is to be done about a line stands beside each.
    """
    lines: dict[tuple[str, str], set[int | None]] = {}
    for one in problems:
        if one.code in _SHUT:
            lines.setdefault((one.code, one.value), set()).add(one.line)
    found = []
    for one in problems:
        met = lines.pop((one.code, one.value), None) if one.code in _SHUT else set()
        if met is None:
            continue
        found.append(_once(one, len(met)) if len(met) > 1 else one)
    return found


def _once(first: Problem, count: int) -> Problem:
    word, advice = _SHUT[first.code]
    where = "" if first.line is None else f", first line {first.line:,}"
    return replace(first, message=f"{first.value} is {word}: {count:,} lines{where}. {advice}")
