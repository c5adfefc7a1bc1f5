"""What is wrong with one cell of a file or one line of a batch."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override


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
