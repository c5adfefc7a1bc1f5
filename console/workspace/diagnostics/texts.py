"""One file of the diagnostics, and how its lines are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class DiagnosticFile:
    """A file by its name in the archive, in a few words what it is, and its whole text."""

    name: str
    about: str
    text: str


def pairs(found: Iterable[tuple[str, object]]) -> str:
    """Return a line a fact, the names of one width."""
    listed = [(name, str(value)) for name, value in found]
    width = max((len(name) for name, _value in listed), default=0)
    return "".join(f"{name:<{width}}  {value}".rstrip() + "\n" for name, value in listed)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows under their heads, each column as wide as its widest cell but the last."""
    shown = [tuple(heads), *(tuple("" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in shown
    )


def moment(at: datetime | float | None) -> str:
    """Return a moment in UTC to the second; of a number, seconds of the epoch; of None, a dash."""
    if at is None:
        return "\N{EN DASH}"
    found = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return found.astimezone(UTC).isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")


def yes(value: object) -> str:
    """Return yes or no."""
    return "yes" if value else "no"
