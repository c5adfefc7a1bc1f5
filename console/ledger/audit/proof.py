"""An exported file of audit events, reckoned anew from its own cells: no ledger and no network is asked."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final

from console.errors import FileRefusedError
from console.files.exports import FORMULA_STARTS
from console.ledger.audit.export import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# What ledger.audit_link has before the hash of the event before.
_LINK: Final = b"ledger chain 2"
_BEGINNING: Final = hashlib.sha256(b"ledger").hexdigest()
# The largest a detail can be, and room for its quotes.
_LONGEST_CELL: Final = 4 * 1024 * 1024
MOST_OBJECTIONS: Final = 20
"""So many are told; a file of another ledger would tell one a row."""


@dataclass(frozen=True, slots=True)
class FileProof:
    """What a file says by itself: its events, how many follow one another, and what does not fit.

    head: the head's number and hash that stand beside it. whole: all is there, from the first event to it.
    """

    events: int
    joined: int
    head: tuple[int, str]
    whole: bool
    objections: tuple[str, ...]


def check_file(path: Path) -> FileProof:
    """Reckon each event's hash from its cells, and compare it with the hash before of the one after.

    Raises FileRefusedError for a file that is no such export.
    """
    beside = path.with_name(f"{path.name}.totals.json")
    try:
        told = json.loads(beside.read_text("utf-8"))
        chain, digest = told["audit_chain"], told["sha256"]
        head = int(chain["head_event"]), str(chain["head_hash"])
        rows, found = _checked(path, head), _sha256(path)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FileRefusedError(
            str(path), f"it is no export of the audit with its .totals.json beside it: {reason}"
        ) from None
    objections = list(rows.objections)
    if found != digest:
        objections.insert(0, "The file's SHA-256 is not the one beside it.")
    if rows.events != chain["events"]:
        objections.append(f"There are {rows.events:,} events in it; beside it stand {chain['events']:,}.")
    whole = bool(rows.events) and rows.joined == rows.events - 1 and rows.first == 1 and rows.last == head[0]
    return FileProof(rows.events, rows.joined, head, whole and not objections, tuple(objections))


class _Seen:
    """What passed, the newest first: counts, the ends, and what does not fit."""

    def __init__(self) -> None:
        self.events = self.joined = 0
        self.first = self.last = 0
        self.objections: list[str] = []

    def object(self, words: str) -> None:
        """Note what does not fit, up to MOST_OBJECTIONS."""
        if len(self.objections) < MOST_OBJECTIONS:
            self.objections.append(words)


def _checked(path: Path, head: tuple[int, str]) -> _Seen:
    seen, after = _Seen(), None
    for row in _rows(path):
        number = int(row["event"])
        seen.events += 1
        seen.first = number
        seen.last = seen.last or number
        due, *others = map(_hash, _meant(row))
        if row["hash"] not in {due, *others}:
            seen.object(f"Event {number:,}: its hash should be {due}, and is {row['hash']}.")
        if number == 1 and row["previous hash"] != _BEGINNING:
            seen.object("Event 1 does not hold the hash of a chain's beginning.")
        if number == head[0] and row["hash"] != head[1]:
            seen.object(f"Event {number:,} is the head, and has not the head's hash.")
        if after is not None:
            if int(after["event"]) <= number:
                seen.object(f"Event {number:,} stands after event {after['event']}.")
            elif int(after["event"]) == number + 1:
                seen.joined += 1
                if after["previous hash"] != row["hash"]:
                    seen.object(f"Event {number + 1:,} does not hold the hash of event {number:,}.")
        after = row
    return seen


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != [column.name for column in COLUMNS]:
            raise ValueError("its columns are others")
        for row in reader:
            if not all(isinstance(cell, str) for cell in row.values()):
                raise ValueError("a line has more or fewer cells than the first")
            yield row


def _meant(row: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield what a row can mean: an apostrophe before a formula's sign is the guard, or was there."""
    guarded = [name for name, cell in row.items() if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS)]
    for count in range(len(guarded), -1, -1):
        for chosen in combinations(guarded, count):
            yield row | {name: row[name][1:] for name in chosen}


def _hash(row: dict[str, str]) -> str:
    """Reckon an event's hash as ledger.audit_digest and ledger.audit_link do."""
    at = (datetime.fromisoformat(row["at"]) - _EPOCH) // _MICROSECOND
    fields = [
        row["event"], str(at), row["operator"], row["kind"], row["subject"], row["outcome"], row["reason"],
        row["detail"], *([row["ticket"]] if row["ticket"] else []),
    ]  # fmt: skip
    content = "".join(f"{len(one.encode())}:{one}" for one in fields).encode()
    previous = bytes.fromhex(row["previous hash"])
    if row["format"] == "1":
        return hashlib.sha256(previous + content).hexdigest()
    return hashlib.sha256(_LINK + previous + hashlib.sha256(content).digest()).hexdigest()
