"""One streaming pass over a CSV file: draft lines out, problems and control totals kept."""

from __future__ import annotations

import hashlib
from itertools import chain
from os import fstat
from typing import TYPE_CHECKING

from console.files.lines.cells import Cells
from console.files.lines.draft import ControlTotals, DraftLine, ProblemLog
from console.files.lines.shapes import shape_for
from console.files.places import opened
from console.files.reading.dialect import sniff
from console.files.reading.records import Records
from console.files.reading.source import PIECE_SIZE, Source
from console.files.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from console.errors.problem import Problem
    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Mapping
    from console.files.reading.layout import Dialect
    from console.postgres.cancellation import Cancellation

COLUMN_LIMIT = 1_000
STEM_LENGTH = 12
GENERATED_STEM = "file"
"""Stands in generated references where nobody waited for the file's SHA-256: in a preview."""
_SHOWN_COLUMNS = 30
_LONGEST_CODE, _MOST_CODES = 20, 1_000


class Reading:
    """An iterator of DraftLines; `problems`, `problem_count` grow with it, `totals` are there at its end.

    Every line of the file comes out, also the wrong ones: look at `problem_count` before anything is
    posted. Repeated references are the database's to find.
    """

    def __init__(
        self,
        source: Source,
        mapping: Mapping,
        dialect: Dialect,
        terms: Terms,
        known_sha256: str | None = None,
    ) -> None:
        """`known_sha256` is what the whole file must turn out to have, and begins generated references."""
        self.dialect = dialect
        self._source = source
        self._known_sha256 = known_sha256
        self._log = ProblemLog()
        skip = max(0, dialect.header_line - 1)
        self._records = Records(source, dialect.delimiter, dialect.quote, skip=skip)
        rows = iter(self._records)
        self.header, self._first = read_header(rows, dialect, source)
        missing = missing_columns(mapping, self.header)
        if missing:
            raise source.refuse(_missing_reason(missing, self.header), dialect.header_line or 1)
        stem = GENERATED_STEM if known_sha256 is None else known_sha256[:STEM_LENGTH]
        cells = Cells(mapping, dialect, terms, self._log)
        self._shape = shape_for(mapping, self.header, cells, self._log, stem)
        self._totals: ControlTotals | None = None
        self._lines = self._read(rows)

    def __iter__(self) -> Iterator[DraftLine]:
        return self._lines

    def __next__(self) -> DraftLine:
        return next(self._lines)

    def close(self) -> None:
        """Let go of the file before its end; at the end that has happened already."""
        self._lines.close()

    @property
    def problems(self) -> Sequence[Problem]:
        """The problems found so far, at most 100,000."""
        return self._log.kept

    @property
    def problem_count(self) -> int:
        """How many problems were found so far, kept or not."""
        return self._log.total

    @property
    def totals(self) -> ControlTotals:
        """What the whole file holds; only once all lines were taken."""
        if self._totals is None:
            raise RuntimeError("the file was not read to its end")
        return self._totals

    def _read(self, rows: Iterator[tuple[int, list[str]]]) -> Generator[DraftLine]:
        width = len(self.header)
        draft = self._shape.draft
        count = 0
        if self._first is not None:
            count = 1
            yield draft(*self._first)
        for line, cells in rows:
            count += 1
            if len(cells) == width:
                yield draft(line, cells)
            else:
                yield self._ragged(line, cells)
        if count == 0:
            raise self._source.refuse("there is a header, but no line after it.")
        if self._known_sha256 not in (None, self._source.sha256):
            raise self._source.refuse("it was changed while it was read. Read it again.")
        source = self._source
        self._totals = ControlTotals(
            source.sha256, source.size, count, self._records.blank, self._shape.of_each()
        )

    def _ragged(self, line: int, cells: Sequence[str]) -> DraftLine:
        """Note a record with too few or too many cells; none of them can be trusted to be in its place."""
        width = len(self.header)
        if len(cells) < width:
            column, value = self.header[len(cells)], ""
        else:
            column, value = f"column {width + 1}", cells[width]
        message = (
            f"This line has {len(cells)} cells and the header {width}; add or remove delimiters or quotes."
        )
        self._log.add(line, column, "row.cells", value, message)
        return DraftLine(line, None, None, None, None, None, None)


def read_lines(
    path: Path,
    mapping: Mapping,
    terms: Terms,
    *,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Open a file for reading; raises FileRefusedError, also while lines are taken.

    `progress` gets bytes read and bytes in all. When no reference column is mapped the file is read twice,
    since references are made from the SHA-256 of all of it; `progress` counts both.
    """
    dialect = sniff(path, mapping)
    twice = mapping.reference_column is None
    with opened(path) as file:
        total = fstat(file.fileno()).st_size * (2 if twice else 1)
    done_before = total // 2 if twice else 0

    def advance(size: int) -> None:
        if progress is not None:
            progress(done_before + size, total)

    known_sha256 = file_sha256(path, cancel=cancel, progress=progress, total=total) if twice else None
    source = Source(path, dialect.charset, cancel=cancel, progress=advance)
    return Reading(source, mapping, dialect, terms, known_sha256)


def read_header(
    rows: Iterator[tuple[int, list[str]]], dialect: Dialect, source: Source
) -> tuple[tuple[str, ...], tuple[int, list[str]] | None]:
    """Return the columns' names, and the first record when the file has no header line."""
    first = next(rows, None)
    if first is None:
        raise source.refuse("there is no line to take the header from.")
    line, cells = first
    if len(cells) > COLUMN_LIMIT:
        raise source.refuse(f"there are more than {COLUMN_LIMIT:,} columns.", line)
    if dialect.header_line == 0:
        return tuple(f"column {number}" for number in range(1, len(cells) + 1)), first
    return tuple(shown(cell.strip()) for cell in cells), None


def currencies_in(path: Path, mapping: Mapping, *, cancel: Cancellation | None = None) -> dict[str, int]:
    """Return what stands in the mapping's currency column, in capitals, and on how many lines.

    Empty without such a column; raises FileRefusedError as a reading of the file does.
    """
    if mapping.currency_column is None:
        return {}
    dialect = sniff(path, mapping)
    source = Source(path, dialect.charset, cancel=cancel)
    records = iter(Records(source, dialect.delimiter, dialect.quote, skip=max(0, dialect.header_line - 1)))
    header, first = read_header(records, dialect, source)
    missing = missing_columns(mapping, header)
    if missing:
        raise source.refuse(_missing_reason(missing, header), dialect.header_line or 1)
    place = header.index(mapping.currency_column)
    found: dict[str, int] = {}
    for _line, cells in chain(() if first is None else (first,), records):
        if len(cells) == len(header):
            code = cells[place].strip(" ").upper()[:_LONGEST_CODE]
            found[code] = found.get(code, 0) + 1
            if len(found) > _MOST_CODES:
                raise source.refuse(
                    f"its column {mapping.currency_column} names more than {_MOST_CODES} currencies."
                )
    return found


def missing_columns(mapping: Mapping, header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that the mapping needs and the header has not, or has twice."""
    return tuple(column for column in mapping.columns if header.count(column) != 1)


def _missing_reason(missing: Sequence[str], header: Sequence[str]) -> str:
    twice = [column for column in missing if column in header]
    if twice:
        return f"these columns stand there more than once: {', '.join(twice)}. Rename all but one."
    present = ", ".join(header[:_SHOWN_COLUMNS]) + (", …" if len(header) > _SHOWN_COLUMNS else "")
    noun = "this column is" if len(missing) == 1 else "these columns are"
    return f"{noun} missing: {', '.join(missing)}. Present are: {present}."


def file_sha256(
    path: Path,
    *,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
    total: int = 0,
) -> str:
    """Return the file's SHA-256 in hex; raises FileRefusedError when it cannot be read."""
    digest = hashlib.sha256()
    done = 0
    with opened(path) as file:
        while piece := file.read(PIECE_SIZE):
            if cancel is not None:
                cancel.check()
            digest.update(piece)
            done += len(piece)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()
