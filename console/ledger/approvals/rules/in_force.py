"""The rules that ask for approval, and the limits with what is used of them today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.money import Currency, currency_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_RULES = text("""
    SELECT r.kind, r.currency, c.exponent, r.from_amount, r.approvals
    FROM ledger.approval_rules r JOIN ledger.currencies c ON c.code = r.currency
    WHERE :currency = '' OR r.currency = :currency
    ORDER BY r.currency, r.kind, r.from_amount""")

# As ledger.admit judges it: an operator's own row counts instead of those of the operator's roles.
_LIMITS = text("""
    SELECT l.holder, l.kind, l.currency, c.exponent, l.per_operation, l.per_day, used.list
    FROM ledger.limits l JOIN ledger.currencies c ON c.code = l.currency LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(u.operator, u.amount) ORDER BY u.operator) AS list
        FROM ledger.limit_usage u
        WHERE u.day = ledger.business_day(now()) AND u.kind = l.kind AND u.currency = l.currency AND (
            u.operator = l.holder
            OR (pg_has_role(to_regrole(quote_ident(u.operator))::oid,
                    to_regrole(quote_ident(l.holder))::oid, 'MEMBER')
                AND NOT EXISTS (
                    SELECT FROM ledger.limits own WHERE own.holder = u.operator
                        AND own.kind = u.kind AND own.currency = u.currency)))
    ) used ON l.per_day IS NOT NULL
    WHERE :currency = '' OR l.currency = :currency
    ORDER BY l.currency, l.holder, l.kind""")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """From this amount on, in minor units, so many checkers must agree; the highest tier counts."""

    kind: str
    currency: Currency
    from_amount: int
    approvals: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What one operator has moved on the business day that it is, under a limit, in minor units."""

    operator: str
    amount: int


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What a role or an operator may move at once and a day, in minor units; kind '*' is any kind.

    used_today: of each operator whom the daily limit holds and who has moved something today.
    """

    holder: str
    kind: str
    currency: Currency
    per_operation: int | None
    per_day: int | None
    used_today: tuple[Usage, ...]


def rules(
    database: Database, *, currency: str = "", cancel: Cancellation | None = None
) -> tuple[RuleRow, ...]:
    """Return every rule, by currency, kind and amount; those of one currency when its code is given."""

    def ask(session: Session) -> tuple[RuleRow, ...]:
        return tuple(
            RuleRow(kind, currency_of(code, exponent), *rest)
            for kind, code, exponent, *rest in session.execute(_RULES, {"currency": currency})
        )

    return database.read("rules.list", ask, cancel=cancel)


def limits(
    database: Database, *, currency: str = "", cancel: Cancellation | None = None
) -> tuple[LimitRow, ...]:
    """Return every limit, by currency and holder, with today's usage; of one currency by its code."""

    def ask(session: Session) -> tuple[LimitRow, ...]:
        return tuple(
            LimitRow(
                row.holder,
                row.kind,
                currency_of(row.currency, row.exponent),
                row.per_operation,
                row.per_day,
                tuple(Usage(operator, int(amount)) for operator, amount in row.list or ()),
            )
            for row in session.execute(_LIMITS, {"currency": currency})
        )

    return database.read("limits.list", ask, cancel=cancel)
