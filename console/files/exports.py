"""Rows to a CSV file that is there whole or not at all, with its control totals and checksum beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from console.errors import FileRefusedError
from console.files.places import refuse_other_than_file
from console.files.text import is_name
from console.money import PLAIN, Currency, format_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import tzinfo

    from console.postgres.cancellation import Cancellation

ROWS_BETWEEN_CHECKS = 1_000

# A spreadsheet takes a cell that begins so for a formula. Text cells get an apostrophe before it; numbers
# never do, they must stay numbers, and accounts' names have a kind of their own.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Kind(StrEnum):
    """What a column holds, and so how its cells are written."""

    TEXT = "text"
    ACCOUNT = "account"
    """The name of an account: one that the ledger's grammar allows is no formula, and stays as it is."""
    CURRENCY = "currency"
    AMOUNT = "amount"
    INTEGER = "integer"
    TIMESTAMP = "timestamp"
    UNTIL = "until"
    """A moment at which something ends; people read the day at whose end it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header and kind; amounts are minor units of the currency that stands in the same row.

    summed: whether an export has a control total of these amounts. A column says so itself, since the sum of
    balances after one transaction and another is no figure of anything.
    """

    name: str
    kind: Kind
    summed: bool = False

    def __post_init__(self) -> None:
        if self.summed and self.kind is not Kind.AMOUNT:
            raise ValueError(f"{self.name}: only amounts are summed")


def named_columns(named: str) -> tuple[Column, ...]:
    """Return the columns of "name, name:kind, name:amount:summed, …": text where no kind is said."""
    columns = tuple(_named_column(*one.strip().split(":")) for one in named.split(","))
    currency_place(columns)
    return columns


def _named_column(name: str, kind: str = Kind.TEXT, summed: str = "") -> Column:
    if summed not in {"", "summed"}:
        raise ValueError(f"{name}: a column is summed or not, but never {summed}")
    return Column(name, Kind(kind), summed=bool(summed))


def currency_place(columns: Sequence[Column]) -> int | None:
    """Return where a row says its currency; raises ValueError when there are amounts and no such column."""
    places = [place for place, column in enumerate(columns) if column.kind is Kind.CURRENCY]
    if len(places) > 1 or (not places and any(column.kind is Kind.AMOUNT for column in columns)):
        raise ValueError("rows with amounts say their currency in one column")
    return places[0] if places else None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written; `control_totals` are minor units, by currency, by the name of the summed column."""

    path: Path
    rows: int
    control_totals: dict[str, dict[Currency, int]]
    sha256: str


def export_csv(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    zone: tzinfo,
    bom: bool = False,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
    beside: Callable[[], dict[str, Any]] | None = None,
) -> ExportResult:
    """Write rows as RFC 4180 CSV in UTF-8, NULL as an empty cell, with `.sha256` and `.totals.json` beside.

    Moments are written in UTC; `zone`, in which the ledger counts its days, is named beside the totals.
    `progress` gets the number of rows written so far. `beside` is asked after the last row for what else
    stands with the totals, by a name of its own. Raises FileRefusedError when the disk refuses, and
    WrongFileError when something that is no file stands at one of the three paths; whatever goes wrong, the
    target and its neighbours are then as they were before.
    """
    if len({column.name for column in columns}) < len(columns):
        raise ValueError("two columns of one name")
    sidecars = (path.with_name(f"{path.name}.sha256"), path.with_name(f"{path.name}.totals.json"))
    with ExitStack() as files:
        # Left in reverse order: the CSV is renamed first, since a spreadsheet may hold that one locked.
        checksum, totals = (files.enter_context(replacing(sidecar)) for sidecar in sidecars)
        target = files.enter_context(replacing(path))
        result = _write(path, target, columns, rows, bom=bom, cancel=cancel, progress=progress)
        with refusing(path):
            checksum.write(_checksum_line(result).encode())
            totals.write(_totals_text(result, zone, {} if beside is None else beside()).encode())
        if cancel is not None:
            cancel.check()
    return result


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that takes `path`'s place when the block ends well, and vanishes when it does not.

    The file is on the disk before it is renamed. Only its owner may read it: exports hold personal data.
    Raises WrongFileError when something that is no file stands at the path.
    """
    refuse_other_than_file(path)
    with refusing(path):
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed below, before it is renamed)
            dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part", delete=False
        )
    try:
        with file:
            yield file
            with refusing(path):
                file.flush()
                os.fsync(file.fileno())
        with refusing(path):
            Path(file.name).replace(path)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise
    with suppress(OSError):  # the file is in place; some network drives cannot do this last step
        _sync_folder(path.parent)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileRefusedError(str(path), f"it cannot be written: {reason}. Nothing was changed.") from error


def _write(
    path: Path,
    target: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    bom: bool,
    cancel: Cancellation | None,
    progress: Callable[[int], None] | None,
) -> ExportResult:
    writers = [_writer(column) for column in columns]
    summed = [index for index, column in enumerate(columns) if column.summed]
    place = currency_place(columns)
    sums: dict[Currency, list[int]] = {}
    digest = hashlib.sha256()
    text = io.StringIO(newline="")
    csv_writer = csv.writer(text, lineterminator="\r\n")
    if bom:
        text.write("\ufeff")
    csv_writer.writerow([guarded(column.name) for column in columns])
    count = 0
    source = iter(rows)
    while True:
        if cancel is not None:
            cancel.check()
        batch = list(islice(source, ROWS_BETWEEN_CHECKS))
        for row in batch:
            currency = None if place is None else row[place]
            csv_writer.writerow([write(value, currency) for write, value in zip(writers, row, strict=True)])
            if currency is not None:
                so_far = sums.setdefault(currency, [0] * len(summed))
                for at, index in enumerate(summed):
                    so_far[at] += row[index] or 0
        count += len(batch)
        data = text.getvalue().encode()
        text.seek(0)
        text.truncate()
        digest.update(data)
        with refusing(path):
            target.write(data)
        if not batch:
            break
        if progress is not None:
            progress(count)
    known = sorted(sums, key=lambda currency: currency.code)
    totals = {
        columns[index].name: {currency: sums[currency][at] for currency in known}
        for at, index in enumerate(summed)
    }
    return ExportResult(path, count, totals, digest.hexdigest())


def guarded(text: str, kind: Kind = Kind.TEXT) -> str:
    """Return text, or an account's name, that no spreadsheet runs as a formula."""
    if not text.startswith(FORMULA_STARTS) or (kind is Kind.ACCOUNT and is_name(text)):
        return text
    return f"'{text}"


def _writer(column: Column) -> Callable[[Any, Currency | None], str]:
    """Return the function that writes a cell in its row's currency; TypeError on another kind's value."""
    if column.kind is Kind.AMOUNT:
        return lambda value, currency: "" if value is None else _amount(column, value, currency)
    write = {
        Kind.TEXT: _text,
        Kind.ACCOUNT: _text,
        Kind.INTEGER: _integer,
        Kind.TIMESTAMP: _timestamp,
        Kind.UNTIL: _timestamp,
        Kind.CURRENCY: _currency,
    }
    one = write[column.kind]
    return lambda value, _currency: "" if value is None else one(column, value)


def _text(column: Column, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{column.name} is a text column, not for {type(value).__name__}")
    return guarded(value, column.kind)


def _integer(column: Column, value: object) -> str:
    return str(_whole(column, value))


def _amount(column: Column, value: object, currency: Currency | None) -> str:
    if currency is None:
        raise TypeError(f"{column.name} is an amount of no currency")
    return format_amount(_whole(column, value), currency.exponent, PLAIN)


def _currency(column: Column, value: object) -> str:
    if not isinstance(value, Currency):
        raise TypeError(f"{column.name} is a currency column, not for {type(value).__name__}")
    return value.code


def _timestamp(column: Column, value: object) -> str:
    """Write UTC with microseconds, so that all cells are of one length and sort as text."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{column.name} needs timestamps with a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{column.name} is a timestamp column, not for {type(value).__name__}")


def _whole(column: Column, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{column.name} holds whole numbers, not {type(value).__name__}")
    return value


def _checksum_line(result: ExportResult) -> str:
    """Return the line that `sha256sum --check` reads, with its own escape for odd file names."""
    name = result.path.name
    plain = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if plain == name else chr(92)}{result.sha256}  {plain}\n"


def _totals_text(result: ExportResult, zone: tzinfo, beside: dict[str, Any]) -> str:
    """Return the totals as decimal strings: a JSON number above 2^53 is rounded by many readers."""
    totals = {
        name: {money.code: format_amount(total, money.exponent, PLAIN) for money, total in of_each.items()}
        for name, of_each in result.control_totals.items()
    }
    content = {
        "file": result.path.name,
        "rows": result.rows,
        "sha256": result.sha256,
        "control_totals": totals,
        "moments": "UTC",
        "business_zone": str(zone),
        **beside,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _sync_folder(folder: Path) -> None:
    """Put the rename itself on the disk; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
