"""What a look-up of balances brings: rows, totals, the moment they held; as a table and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.files.exports import Column as FileColumn
from console.files.exports import ExportResult, export_csv
from console.files.exports import Kind as FileKind
from console.files.text import shown
from console.ledger.balances.lookup import BalanceRow, BalanceTotals, lookup, totals
from console.ledger.balances.names import repeated
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone, tone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One look-up; `moment` (UTC) is when its one statement had answered, by this machine's clock."""

    names: tuple[str, ...]
    rows: tuple[BalanceRow, ...]
    totals: BalanceTotals
    repeated: int
    moment: datetime


def look_up(
    database: Database, names: Sequence[str], currency: Currency, *, cancel: Cancellation | None = None
) -> Answer:
    """Look up any number of names, by one statement."""
    rows = lookup(database, names, currency.code, cancel=cancel)
    return Answer(tuple(names), rows, totals(rows), repeated(names), datetime.now(UTC))


def export_balances(
    path: Path,
    rows: Sequence[BalanceRow],
    currency: Currency,
    *,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write rows in the order given; an unknown name has no figures."""
    places = currency.exponent
    columns = (
        FileColumn("username", FileKind.TEXT),
        FileColumn("name", FileKind.TEXT),
        FileColumn("status", FileKind.TEXT),
        *(
            FileColumn(name, FileKind.AMOUNT, places)
            for name in ("balance", "granted", "reserved", "available")
        ),
    )
    cells = (
        (row.name, row.display_name, _status(row), row.balance, row.granted, row.reserved, row.available)
        for row in rows
    )
    return export_csv(path, columns, cells, cancel=cancel, progress=progress)


def _status(row: BalanceRow) -> str:
    return row.status.value if row.found and row.status is not None else UNKNOWN


def _tone(row: BalanceRow) -> Tone:
    return tone_of(_status(row)) if row.found else Tone.WARNING


def _muted(row: BalanceRow) -> Tone | None:
    return None if row.found else Tone.NEUTRAL


COLUMNS: tuple[Column[BalanceRow], ...] = (
    Column("position", "#", Kind.INTEGER, muted=True, sortable=True, width=72),
    Column("name", "Username", value=lambda row: shown(row.name), sortable=True, tone=_muted, width=140),
    Column("display_name", "Name", muted=True, sortable=True, stretch=True, width=120),
    Column("status", "Status", Kind.CHIP, value=_status, sortable=True, tone=_tone, width=88),
    Column("balance", "Balance", Kind.AMOUNT, sortable=True, width=116),
    Column("granted", "Granted", Kind.AMOUNT, muted=True, sortable=True, width=108),
    Column("reserved", "Reserved", Kind.AMOUNT, muted=True, sortable=True, width=108),
    Column("available", "Available", Kind.AMOUNT, sortable=True, width=116),
)
