"""Data on standard output: as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from console.files.exports import Column, Kind, guarded, named_columns
from console.money import PLAIN, NumberStyle, format_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.errors.problem import Problem

_STYLE = NumberStyle()
_GAP = "  "


class Format(StrEnum):
    """How data is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Output:
    """Writes rows whose cells are as an export's: amounts in minor units, moments with a zone.

    CSV and JSON hold amounts as plain decimals, in JSON as text: many readers round numbers above 2^53.
    """

    format: Format

    def rows(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """Write any number of rows under the columns' names."""
        if self.format is Format.JSON:
            _write_json([_record(columns, row) for row in rows])
        elif self.format is Format.CSV:
            _write_csv(columns, rows)
        else:
            _write_table(columns, rows)

    def record(self, columns: Sequence[Column], row: Sequence[Any]) -> None:
        """Write one row; people get a line a column."""
        if self.format is Format.JSON:
            _write_json(_record(columns, row))
        elif self.format is Format.CSV:
            _write_csv(columns, [row])
        else:
            width = max(len(column.name) for column in columns)
            for column, value in zip(columns, row, strict=True):
                if value is not None:
                    sys.stdout.write(f"{column.name:<{width}}{_GAP}{_shown(column, value)}\n")

    def problems(self, problems: Iterable[Problem]) -> None:
        """Write one row for each thing to mend."""
        rows = ((one.line, one.column, one.code, one.value, one.message) for one in problems)
        self.rows(PROBLEM_COLUMNS, rows)


PROBLEM_COLUMNS = named_columns("line:integer, column, code, value, message")


def say(sentence: str) -> None:
    """Tell the person something that is not data."""
    sys.stderr.write(f"{sentence}\n")


def amount(minor: int, exponent: int) -> str:
    """Return an amount as people read it."""
    return format_amount(minor, exponent, _STYLE)


def _write_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write aligned columns, numbers to the right; never cut or wrapped, since a pipe has no width."""
    names = [column.name for column in columns]
    shown = [[_shown(column, value) for column, value in zip(columns, row, strict=True)] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(names, *shown, strict=True)]
    right = [column.kind in {Kind.AMOUNT, Kind.INTEGER} for column in columns]
    for line in [names, *shown]:
        cells = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        )
        sys.stdout.write(_GAP.join(cells).rstrip() + "\n")


def _write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        cells = zip(columns, row, strict=True)
        writer.writerow([
            guarded(value) if column.kind is Kind.TEXT and value is not None else _plain(column, value)
            for column, value in cells
        ])  # fmt: skip


def _write_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _record(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    return {
        column.name.replace(" ", "_"): None if value is None else _plain(column, value)
        for column, value in zip(columns, row, strict=True)
    }


def _plain(column: Column, value: Any) -> Any:
    """Return what a program reads; whole numbers stay numbers."""
    if value is None:
        return ""
    if column.kind is Kind.AMOUNT:
        return format_amount(value, column.exponent, PLAIN)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _shown(column: Column, value: Any) -> str:
    """Return what a person reads."""
    if value is None:
        return ""
    if column.kind is Kind.AMOUNT:
        return format_amount(value, column.exponent, _STYLE)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    return str(value)
