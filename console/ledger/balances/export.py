"""Balances as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.files.exports import ExportResult, export_csv, named_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from console.ledger.balances.lookup import BalanceRow
    from console.postgres.cancellation import Cancellation

UNKNOWN: Final = "unknown"

_COLUMNS: Final = named_columns(
    "username:account, name, status, currency:currency, balance:amount:summed, granted:amount:summed,"
    " reserved:amount:summed, expired:amount:summed, overdraft limit:amount:summed, available:amount:summed"
)


def status_word(row: BalanceRow) -> str:
    """Return an account's status, or that there is none of this name."""
    return row.status.value if row.found and row.status is not None else UNKNOWN


def export_balances(
    path: Path,
    rows: Sequence[BalanceRow],
    *,
    zone: tzinfo,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write rows in the order given; an unknown name has no figures."""
    cells = (
        (
            row.name, row.display_name, status_word(row), row.currency, row.balance, row.granted,
            row.reserved, row.dead, row.overdraft_limit, row.available,
        )
        for row in rows
    )  # fmt: skip
    return export_csv(path, _COLUMNS, cells, zone=zone, cancel=cancel, progress=progress)
