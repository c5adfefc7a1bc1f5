"""Find out from the start of a file how it is laid out."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from console.files.reading.charset import detect_charset
from console.files.reading.dates import parse_date
from console.files.reading.layout import DELIMITERS, Dialect, Layout
from console.files.reading.marks import find_marks, is_number
from console.files.reading.records import csv_reader
from console.files.reading.source import RECORD_LIMIT, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SAMPLE_LINES = 500
HEADER_SEARCH_LINES = 50

_DOUBLE_QUOTED = re.compile(r'(?:^|[,;\t|])"')
_SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])'[^']*'(?:$|[,;\t|])")
_NOTHING_STATED = Layout()


def sniff(path: Path, stated: Layout = _NOTHING_STATED) -> Dialect:
    """Look at the first 500 lines, at most 1 MiB; what is stated is taken as it is.

    Raises FileRefusedError for an empty file, one that is no text, or one not in the stated encoding.
    """
    charset = detect_charset(path, stated.encoding)
    source = Source(path, charset)
    lines = _sample(source)
    if not any(line.strip() for line in lines):
        raise source.refuse("the file is empty.")
    quote = _find_quote(lines) if stated.quote is None else stated.quote
    delimiter = stated.delimiter or _find_delimiter(lines[: HEADER_SEARCH_LINES * 2], quote)
    records = _parsed(lines, delimiter, quote)
    header_line = _find_header(records) if stated.header_line is None else stated.header_line
    data = [cells for line, cells in records if line > header_line]
    decimal, grouping = find_marks(zip_longest(*data, fillvalue=""))
    if stated.decimal is not None:
        decimal, grouping = stated.decimal, "" if grouping == stated.decimal else grouping
    if stated.grouping is not None:
        grouping = stated.grouping
        if grouping == decimal:
            decimal = "," if grouping == "." else "."
    return Dialect(charset, delimiter, quote, header_line, decimal, grouping)


def _sample(source: Source) -> list[str]:
    lines: list[str] = []
    size = 0
    for line in source.lines():
        lines.append(line)
        size += len(line)
        if len(lines) == SAMPLE_LINES or size > RECORD_LIMIT:
            break
    return lines


def _parsed(lines: Sequence[str], delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """Return line and cells of the records up to the first that is broken: the reading itself will refuse."""
    reader = csv_reader(lines, delimiter, quote)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        pass
    return records


def _find_quote(lines: Sequence[str]) -> str:
    """Return the apostrophe only where most lines have cells between two, and no quotation mark opens one."""
    if any(_DOUBLE_QUOTED.search(line) for line in lines):
        return '"'
    single = sum(_SINGLE_QUOTED.search(line.rstrip("\r\n")) is not None for line in lines)
    return "'" if single * 2 > len(lines) else '"'


def _find_delimiter(lines: Sequence[str], quote: str) -> str:
    """Return the delimiter that cuts most records into one same number of cells, more than one."""

    def merit(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(cells) for _, cells in _parsed(lines, delimiter, quote))
        if not widths:
            return 0.0, 0
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        return (count / widths.total() if width > 1 else 0.0), width

    return max(DELIMITERS, key=merit)


def _find_header(records: Sequence[tuple[int, Sequence[str]]]) -> int:
    """Return the line of the first record as wide as most, or 0 when that one holds data already."""
    if not records:
        return 1
    widths = Counter(len(cells) for _, cells in records)
    usual = widths.most_common(1)[0][0]
    for line, cells in records:
        if line > HEADER_SEARCH_LINES:
            break
        if len(cells) >= usual:
            return 0 if line == records[0][0] and any(_is_value(cell) for cell in cells) else line
    return records[0][0]


def _is_value(cell: str) -> bool:
    if is_number(cell):
        return True
    try:
        parse_date(cell.strip(" "))
    except ValueError:
        return False
    return True
