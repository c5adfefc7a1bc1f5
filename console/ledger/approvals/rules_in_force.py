"""The rules that ask for approval, and the limits with what is used of them today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_RULES = text("""
    SELECT r.kind, r.currency, r.from_amount, r.approvals FROM ledger.approval_rules r
    ORDER BY r.currency, r.kind, r.from_amount""")

# As ledger.admit judges it: an operator's own row counts instead of those of the operator's roles.
_LIMITS = text("""
    SELECT l.holder, l.kind, l.currency, l.per_operation, l.per_day, used.list
    FROM ledger.limits l LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(u.operator, u.amount) ORDER BY u.operator) AS list
        FROM ledger.limit_usage u
        WHERE u.day = (now() AT TIME ZONE 'UTC')::date AND u.kind = l.kind AND u.currency = l.currency AND (
            u.operator = l.holder
            OR (pg_has_role(to_regrole(quote_ident(u.operator))::oid,
                    to_regrole(quote_ident(l.holder))::oid, 'MEMBER')
                AND NOT EXISTS (
                    SELECT FROM ledger.limits own WHERE own.holder = u.operator
                        AND own.kind = u.kind AND own.currency = u.currency)))
    ) used ON l.per_day IS NOT NULL
    ORDER BY l.currency, l.holder, l.kind""")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """From this amount on, in minor units, so many checkers must agree; the highest tier counts."""

    kind: str
    currency: str
    from_amount: int
    approvals: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What one operator has moved today (UTC) under a limit, in minor units."""

    operator: str
    amount: int


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What a role or an operator may move at once and a day, in minor units; kind '*' is any kind.

    used_today: of each operator whom the daily limit holds and who has moved something today.
    """

    holder: str
    kind: str
    currency: str
    per_operation: int | None
    per_day: int | None
    used_today: tuple[Usage, ...]


def rules(database: Database, *, cancel: Cancellation | None = None) -> tuple[RuleRow, ...]:
    """Return every rule, by currency, kind and amount."""

    def ask(session: Session) -> tuple[RuleRow, ...]:
        return tuple(RuleRow(*row) for row in session.execute(_RULES))

    return database.read("rules.list", ask, cancel=cancel)


def limits(database: Database, *, cancel: Cancellation | None = None) -> tuple[LimitRow, ...]:
    """Return every limit, by currency and holder, with today's usage."""

    def ask(session: Session) -> tuple[LimitRow, ...]:
        return tuple(
            LimitRow(
                row.holder,
                row.kind,
                row.currency,
                row.per_operation,
                row.per_day,
                tuple(Usage(operator, int(amount)) for operator, amount in row.list or ()),
            )
            for row in session.execute(_LIMITS)
        )

    return database.read("limits.list", ask, cancel=cancel)
