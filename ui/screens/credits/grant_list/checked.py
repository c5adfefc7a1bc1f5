"""A list of names held against the ledger: who can get credit, who cannot, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.ledger.balances.lookup import lookup
from models.account import AccountStatus
from ui.kit.table.columns import Column
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.balances.lookup import BalanceRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Unfit:
    """A name that can get no credit, and why."""

    name: str
    why: str


UNFIT_COLUMNS: Final[tuple[Column[Unfit], ...]] = (
    Column("name", "Name", stretch=True, width=140),
    Column("why", "Why not", muted=True, width=160, tone=lambda _row: Tone.ERROR),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a list of names came to: each name once, in the order given."""

    ready: tuple[str, ...]
    unfit: tuple[Unfit, ...]
    repeated: int


def check(
    database: Database, names: Sequence[str], currency: str, *, cancel: Cancellation | None = None
) -> Checked:
    """Look up all names by one statement; on a pool thread."""
    once = tuple(dict.fromkeys(names))
    rows = lookup(database, once, currency, cancel=cancel)
    ready, unfit = [], []
    for row in rows:
        why = _why_not(row, currency)
        if why:
            unfit.append(Unfit(row.name, why))
        else:
            ready.append(row.name)
    return Checked(tuple(ready), tuple(unfit), len(names) - len(once))


def _why_not(row: BalanceRow, currency: str) -> str:
    if not row.found:
        return f"no account in {currency}"
    if row.available is None:
        return "an account of the ledger itself"
    return "the account is closed" if row.status is AccountStatus.CLOSED else ""
