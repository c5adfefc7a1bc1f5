"""The start of a file as it stands and as a mapping reads it, for the mapping dialog."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from console.errors.problem import Problem
from console.files.lines.reader import Reading, missing_columns, read_header
from console.files.lines.terms import Terms
from console.files.mappings.suggestion import suggest
from console.files.reading.dialect import sniff
from console.files.reading.layout import Dialect, Layout
from console.files.reading.records import Records
from console.files.reading.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from console.files.lines.draft import DraftLine
    from console.files.mappings.mapping import Mapping


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` are (line, cells) as read; `mapping` is the given one, or a proposal, or None if none fits."""

    dialect: Dialect
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    mapping: Mapping | None
    lines: tuple[DraftLine, ...]
    problems: tuple[Problem, ...]


_NOTHING_STATED = Layout()


def preview(
    path: Path,
    mapping: Mapping | None,
    terms: Terms,
    limit: int = 50,
    *,
    stated: Layout = _NOTHING_STATED,
) -> Preview:
    """Read the first `limit` records; raises FileRefusedError when the file itself is broken there.

    terms: what the amounts may mean, with all the currencies of the ledger. A proposal takes the currency
    from the file where it says so.
    `stated` is what is known of the layout while there is no mapping. Columns that the mapping needs and
    the file has not are problems here, so that the dialog can offer others; `lines` is then empty.
    """
    dialect = sniff(path, stated if mapping is None else mapping)
    source = Source(path, dialect.charset)
    records = iter(Records(source, dialect.delimiter, dialect.quote, skip=max(0, dialect.header_line - 1)))
    header, first = read_header(records, dialect, source)
    rows = [] if first is None else [first]
    rows += islice(records, limit - len(rows))
    if not rows:
        raise source.refuse("there is a header, but no line after it.")
    chosen = mapping
    if chosen is None:
        chosen = suggest(header, [cells for _, cells in rows])
        chosen = chosen and _with_currency(chosen, header, rows, terms)
    missing = () if chosen is None else missing_columns(chosen, header)
    problems = [_missing(column, dialect, header) for column in missing]
    lines: list[DraftLine] = []
    if chosen is not None and not missing:
        reading = Reading(Source(path, dialect.charset), chosen, dialect, terms_of(chosen, terms))
        lines = list(islice(reading, len(rows)))
        reading.close()
        problems = list(reading.problems)
    shown_rows = tuple((line, tuple(cells)) for line, cells in rows)
    return Preview(dialect, header, shown_rows, chosen, tuple(lines), tuple(problems))


def _with_currency(
    mapping: Mapping, header: tuple[str, ...], rows: list[tuple[int, list[str]]], terms: Terms
) -> Mapping:
    """Return the proposal with the one currency that the lines name, or a draft for each of several."""
    if mapping.currency_column is None or not terms.others:
        return mapping
    place = header.index(mapping.currency_column)
    named = {cells[place].strip(" ").upper() for _line, cells in rows if place < len(cells)}
    known = named & {one.code for one in terms.currencies}
    if len(known) == 1 and known == named:
        return mapping.model_copy(update={"currency": known.pop()})
    return mapping.model_copy(update={"each_currency": len(known) > 1})


def terms_of(mapping: Mapping, terms: Terms) -> Terms:
    """Return what a mapping's amounts mean; the first currency is looked at while nobody chose."""
    if mapping.each_currency:
        return terms
    found = next((one for one in terms.currencies if one.code == mapping.currency), terms.currency)
    return Terms(found, terms.zone)


def _missing(column: str, dialect: Dialect, header: tuple[str, ...]) -> Problem:
    line = dialect.header_line or 1
    if column in header:
        message = "This column stands there more than once; rename all but one."
        return Problem(line, column, "column.repeated", column, message)
    message = f"This column is missing. Present are: {', '.join(header[:30])}."
    return Problem(line, column, "column.missing", column, message)
