"""What a look-up of balances brings: rows, totals, the moment they held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.ledger.balances.lookup import BalanceRow, BalanceTotals, lookup, totals
from console.ledger.balances.names import repeated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Answer:
    """One look-up; `moment` (UTC) is when its one statement had answered, by this machine's clock."""

    names: tuple[str, ...]
    rows: tuple[BalanceRow, ...]
    totals: BalanceTotals
    repeated: int
    moment: datetime


def look_up(
    database: Database, names: Sequence[str], currency: str = "", *, cancel: Cancellation | None = None
) -> Answer:
    """Look up any number of names, by one statement; in all currencies, or the one of this code."""
    rows = lookup(database, names, currency, cancel=cancel)
    return Answer(tuple(names), rows, totals(rows), repeated(names), datetime.now(UTC))
