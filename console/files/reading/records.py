"""CSV records with the true number of the line each begins in, strict and of bounded size."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from console.files.reading.source import RECORD_LIMIT

if TYPE_CHECKING:
    from _csv import Reader as CsvReader
    from collections.abc import Iterable, Iterator

    from console.errors import FileRefusedError
    from console.files.reading.source import Source

FIELD_LIMIT = 1 << 16
"""Characters that one cell may have. The csv module's own limit is twice that and the whole process's."""


def csv_reader(lines: Iterable[str], delimiter: str, quote: str) -> CsvReader:
    """Return the strict reader of the standard library; an empty `quote` means that no cell is quoted."""
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)


class Records:
    """Gives (line, cells) for each record that is not blank; `blank` counts the others."""

    def __init__(self, source: Source, delimiter: str, quote: str, *, skip: int = 0) -> None:
        """Leave out the first `skip` lines; an empty `quote` means that no cell is quoted."""
        self.blank = 0
        self._source = source
        self._delimiter = delimiter
        self._quote = quote
        self._skip = skip
        self._record: list[str] = []  # the lines of the record being read
        self._size = 0  # and their characters

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv_reader(self._lines(), self._delimiter, self._quote)
        following = self._skip + 1
        line = following
        try:
            for cells in reader:
                line, following = following, self._skip + reader.line_num + 1
                if self._size > FIELD_LIMIT and any(len(cell) > FIELD_LIMIT for cell in cells):
                    raise self._source.refuse(f"a cell is longer than {FIELD_LIMIT:,} characters.", line)
                self._record.clear()
                self._size = 0
                if any(cells):
                    yield line, cells
                else:
                    self.blank += 1
        except csv.Error as error:
            raise self._refusal(error, following) from error

    def _lines(self) -> Iterator[str]:
        for line in islice(self._source.lines(), self._skip, None):
            self._record.append(line)
            self._size += len(line)
            if self._size > RECORD_LIMIT:
                raise csv.Error("record larger than the limit")
            yield line

    def _refusal(self, error: csv.Error, line: int) -> FileRefusedError:
        """Say what is wrong with the record that begins in `line`."""
        reason = str(error)
        if "record larger" in reason:
            advice = "A quotation mark may be missing."
            reason = f"the record that begins here is longer than {RECORD_LIMIT:,} characters. {advice}"
            return self._source.refuse(reason, line)
        opened = _open_quote("".join(self._record), self._delimiter, self._quote)
        if opened is not None:
            where = "the end of the file" if "end of data" in reason else "the largest size of a cell"
            advice = "Close it, or double it if it is part of the text."
            reason = f"a quotation mark is opened here and not closed before {where}. {advice}"
            return self._source.refuse(reason, line + opened)
        if "field larger" in reason:
            return self._source.refuse(f"a cell is longer than {FIELD_LIMIT:,} characters.", line)
        if "expected after" in reason:
            reason = "text follows a closing quotation mark. Double each mark that is part of the text."
        return self._source.refuse(reason, line + len(self._record) - 1)


def _open_quote(text: str, delimiter: str, quote: str) -> int | None:
    """Return how many lines into the record the quotation mark stands that is not closed, or None."""
    if not quote:
        return None
    opened: int | None = None
    at_start = True
    position = 0
    while position < len(text):
        character = text[position]
        if opened is not None:
            if character == quote:
                if text[position + 1 : position + 2] == quote:
                    position += 1
                else:
                    opened = None
        elif character == quote and at_start:
            opened = position
        at_start = opened is None and character == delimiter
        position += 1
    if opened is None:
        return None
    return len(StringIO(text[: opened + 1], newline="").readlines()) - 1
