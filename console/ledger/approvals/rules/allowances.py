"""Allowances: what passes without a checker, so much at once and a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.approvals.rules.controls import Change, change
from console.money import Currency, currency_of
from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

ALLOWED: Final = ("grant_credit", "reverse_transaction")
"""The kinds of operation that an allowance is for."""

_LIST = text("""
    SELECT a.holder, a.kind, a.currency, c.exponent, a.per_operation, a.per_day
    FROM ledger.allowances a JOIN ledger.currencies c ON c.code = a.currency
    WHERE :currency = '' OR a.currency = :currency
    ORDER BY a.currency, a.holder, a.kind""")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of a kind each operator of a role, or one by name, does without a checker, in minor units.

    Neither amount: it is taken away.
    """

    holder: str
    kind: str
    currency: str
    per_operation: int | None
    per_day: int | None


@dataclass(frozen=True, slots=True)
class AllowanceRow:
    """One allowance that is in force; amounts in minor units."""

    holder: str
    kind: str
    currency: Currency
    per_operation: int
    per_day: int


def set_allowance(
    ledger: Ledger,
    wanted: Allowance,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """Set an allowance, or take it away."""
    change(ledger, allowance_set(wanted, reason=reason), key=key, cancel=cancel)


def allowance_set(wanted: Allowance, *, reason: str) -> Change:
    """Return the change that `set_allowance` does."""
    return Change(Operation("allowance.set", "set_allowance", {**asdict(wanted), "reason": reason}))


def allowances(
    database: Database, *, currency: str = "", cancel: Cancellation | None = None
) -> tuple[AllowanceRow, ...]:
    """Return every allowance, by currency and holder; those of one currency when its code is given."""

    def ask(session: Session) -> tuple[AllowanceRow, ...]:
        rows = session.execute(_LIST, {"currency": currency})
        return tuple(
            AllowanceRow(
                row.holder, row.kind, currency_of(row.currency, row.exponent), row.per_operation, row.per_day
            )
            for row in rows
        )

    return database.read("allowances.list", ask, cancel=cancel)
