"""Who is named in a file, as a mapping reads it: each pair of names and on how many lines it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from console.files.lines.reader import Reading
from console.files.reading.dialect import sniff
from console.files.reading.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Mapping
    from console.postgres.cancellation import Cancellation

LINES_LOOKED_AT = 100_000
"""A file is looked into so far before it is loaded; loading reads all of it."""


@dataclass(frozen=True, slots=True)
class Parties:
    """`pairs` are lines by (currency's code, from, to) where all three could be read.

    lines: how many were read. whole: whether that is the file.
    """

    pairs: Counter[tuple[str, str, str]]
    lines: int
    whole: bool


def parties_in(
    path: Path,
    mapping: Mapping,
    terms: Terms,
    *,
    limit: int,
    cancel: Cancellation | None = None,
) -> Parties:
    """Read the first `limit` lines; raises FileRefusedError as a reading of the file does."""
    dialect = sniff(path, mapping)
    reading = Reading(Source(path, dialect.charset, cancel=cancel), mapping, dialect, terms)
    pairs: Counter[tuple[str, str, str]] = Counter()
    count = 0
    try:
        for line in islice(reading, limit):
            count += 1
            money = line.currency or (None if terms.others else terms.currency)
            if money is not None and line.from_name is not None and line.to_name is not None:
                pairs[money.code, line.from_name, line.to_name] += 1
        whole = next(reading, None) is None
    finally:
        reading.close()
    return Parties(pairs, count, whole)
