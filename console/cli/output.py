"""Data on standard output: as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from console.errors.problem import as_read
from console.files.days import until_words
from console.files.exports import Column, Kind, currency_place, guarded, named_columns
from console.money import PLAIN, Currency, NumberStyle, format_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.errors.problem import Problem

_STYLE = NumberStyle()
_GAP = "  "
_WORDS = frozenset({Kind.TEXT, Kind.ACCOUNT})


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
    zone: tzinfo = UTC
    """In which people read moments, and the days at whose end something ends."""

    def rows(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """Write any number of rows under the columns' names."""
        if self.format is Format.JSON:
            _write_json([_record(columns, row) for row in rows])
        elif self.format is Format.CSV:
            _write_csv(columns, rows)
        else:
            _write_table(columns, rows, self.zone)

    def record(self, columns: Sequence[Column], row: Sequence[Any]) -> None:
        """Write one row; people get a line a column."""
        if self.format is Format.JSON:
            _write_json(_record(columns, row))
        elif self.format is Format.CSV:
            _write_csv(columns, [row])
        else:
            width = max(len(column.name) for column in columns)
            cells = _shown_row(columns, row, self.zone)
            for column, value, cell in zip(columns, row, cells, strict=True):
                if value is not None:
                    sys.stdout.write(f"{column.name:<{width}}{_GAP}{cell}\n")

    def problems(self, problems: Sequence[Problem]) -> None:
        """Write one row for each thing to fix; people read an account that is shut once."""
        listed = as_read(problems) if self.format is Format.TABLE else problems
        rows = ((one.line, one.column, one.code, one.value, one.message) for one in listed)
        self.rows(PROBLEM_COLUMNS, rows)


PROBLEM_COLUMNS = named_columns("line:integer, column, code, value, message")


def say(sentence: str) -> None:
    """Tell the person something that is not data."""
    sys.stderr.write(f"{sentence}\n")


def amount(minor: int, currency: Currency) -> str:
    """Return an amount as people read it, with its currency."""
    return f"{format_amount(minor, currency.exponent, _STYLE)} {currency.code}"


def amounts(of_each: Mapping[Currency, int]) -> str:
    """Return the amounts of several currencies, which are never added up."""
    return " and ".join(amount(minor, currency) for currency, minor in of_each.items()) or "nothing"


def _write_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], zone: tzinfo) -> None:
    """Write aligned columns, numbers to the right; never cut or wrapped, since a pipe has no width."""
    names = [column.name for column in columns]
    shown = [_shown_row(columns, row, zone) for row in rows]
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
    place = currency_place(columns)
    for row in rows:
        currency = None if place is None else row[place]
        writer.writerow([
            guarded(value, column.kind) if column.kind in _WORDS and value is not None
            else _plain(column, value, currency)
            for column, value in zip(columns, row, strict=True)
        ])  # fmt: skip


def _write_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _record(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    place = currency_place(columns)
    currency = None if place is None else row[place]
    return {
        column.name.replace(" ", "_"): None if value is None else _plain(column, value, currency)
        for column, value in zip(columns, row, strict=True)
    }


def _plain(column: Column, value: Any, currency: Currency | None) -> Any:
    """Return what a program reads; whole numbers stay numbers."""
    if value is None:
        return ""
    if column.kind is Kind.AMOUNT and currency is not None:
        return format_amount(value, currency.exponent, PLAIN)
    if isinstance(value, Currency):
        return value.code
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _shown_row(columns: Sequence[Column], row: Sequence[Any], zone: tzinfo) -> list[str]:
    place = currency_place(columns)
    currency = None if place is None else row[place]
    return [_shown(column, value, currency, zone) for column, value in zip(columns, row, strict=True)]


def _shown(column: Column, value: Any, currency: Currency | None, zone: tzinfo) -> str:
    """Return what a person reads."""
    if value is None:
        return ""
    if column.kind is Kind.AMOUNT and currency is not None:
        return format_amount(value, currency.exponent, _STYLE)
    if isinstance(value, Currency):
        return value.code
    if column.kind is Kind.UNTIL and isinstance(value, datetime):
        return until_words(value, zone)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    # A note of several lines would make lines that look like rows.
    return " ".join(str(value).splitlines())
