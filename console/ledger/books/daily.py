"""What was posted on each business day, and how it ended: one small read at any size of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.errors import UnavailableError
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# What the keeper has not counted yet is counted here, some minutes' postings; for half a million nobody wants
# to wait.
MOST_UNCOUNTED: Final = 500_000

_COUNTED_DAYS: Final = """mark AS MATERIALIZED (
        SELECT m.through_id, m.closed_through, k.zone, (now() AT TIME ZONE k.zone)::date AS today,
            coalesce((SELECT max(t.id) FROM ledger.transactions t), 0) AS newest,
            coalesce(m.zone, k.zone) = k.zone AND coalesce((SELECT max(t.id) FROM ledger.transactions t), 0)
                - m.through_id <= {most} AS is_counted
        FROM ledger.daily_mark m CROSS JOIN ledger.calendar k
    ), system AS MATERIALIZED (
        SELECT w.id FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id WHERE u.username LIKE '@%'
    ), since AS MATERIALIZED (
        -- In the order of the primary key: the planner takes it for a third of all rows.
        SELECT t.posted_at, t.currency, t.kind, t.amount, t.from_wallet, t.to_wallet
        FROM ledger.transactions t
        WHERE t.id > (SELECT mark.through_id FROM mark WHERE mark.is_counted) ORDER BY t.id
    ), moved AS MATERIALIZED (
        SELECT d.day, d.currency, d.kind, d.movements, d.amount, d.customers
        FROM ledger.daily_movements d, mark
        WHERE d.day >= least({first}, mark.closed_through + 1) OR mark.closed_through IS NULL
        UNION ALL
        SELECT (t.posted_at AT TIME ZONE mark.zone)::date, t.currency, t.kind, count(*), sum(t.amount),
            sum(t.amount * (
                (t.from_wallet IN (SELECT s.id FROM system s))::integer
                - (t.to_wallet IN (SELECT s.id FROM system s))::integer))
        FROM since t, mark GROUP BY 1, 2, 3
    ), open_day AS (
        SELECT part.day, part.currency, sum(part.customers) AS customers, sum(part.expired) AS expired
        FROM (
            SELECT m.day, m.currency, m.customers,
                CASE m.kind WHEN 'expiry' THEN m.amount ELSE 0 END AS expired
            FROM moved m
            UNION ALL SELECT mark.today, c.code, 0, 0 FROM ledger.currencies c, mark
        ) part, mark
        WHERE part.day > mark.closed_through OR mark.closed_through IS NULL GROUP BY part.day, part.currency
    ), ended AS (
        SELECT b.day, b.currency, b.held, b.on_hold, b.expired, true AS is_over
        FROM ledger.daily_balances b
        UNION ALL
        SELECT o.day, o.currency,
            coalesce(b.held, 0) + sum(o.customers) OVER (PARTITION BY o.currency ORDER BY o.day),
            CASE o.day WHEN mark.today THEN coalesce((
                SELECT sum(r.amount) FROM ledger.reservations r
                WHERE r.status = 'reserved' AND r.currency = o.currency), 0) END,
            o.expired, o.day < mark.today
        FROM open_day o CROSS JOIN mark
        LEFT JOIN ledger.daily_balances b ON b.day = mark.closed_through AND b.currency = o.currency
    )"""


def counted_days(first: str) -> str:
    """Return what a statement begins with to ask for days from `first` on, an expression that may name mark.

    mark: one row, how far they are counted and what day it is. moved: by day, currency and kind, some of them
    in several rows; ended: how each day ended, the one that goes on included.
    """
    return _COUNTED_DAYS.format(first=first, most=MOST_UNCOUNTED)


_DAILY: Final = text(f"""
    WITH {counted_days(":first")}
    SELECT e.day, e.currency, NULL AS kind, NULL::bigint AS movements, e.held, e.on_hold, e.expired,
        e.is_over, mark.through_id, mark.newest, mark.is_counted
    FROM mark LEFT JOIN ended e
        ON e.day BETWEEN :first AND :last AND (:currency = '' OR e.currency = :currency)
    UNION ALL
    SELECT m.day, m.currency, m.kind::text, sum(m.movements)::bigint, sum(m.amount),
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM moved m WHERE m.day BETWEEN :first AND :last AND (:currency = '' OR m.currency = :currency)
    GROUP BY m.day, m.currency, m.kind""")  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class Moved:
    """How many transactions of a kind there were, and their sum in minor units."""

    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One business day in one currency, in minor units; of a day that is not over, until now.

    held: what was held for customers at its end; on_hold: how much of that was set aside, None for a day that
    is over and not closed yet; expired: what expired on it. moved: by kind, those that occurred.
    """

    day: date
    currency: str
    held: int
    on_hold: int | None
    expired: int
    is_over: bool
    moved: Mapping[TransactionKind, Moved] = field(default_factory=dict)


def daily_figures(
    database: Database,
    first: date,
    last: date,
    *,
    currency: str = "",
    cancel: Cancellation | None = None,
) -> tuple[DayFigures, ...]:
    """Return the days from `first` to `last` that the ledger has something of, in one statement.

    Raises UnavailableError while the keeper still counts what was there before it.
    """

    def ask(session: Session) -> tuple[DayFigures, ...]:
        rows = session.execute(_DAILY, {"first": first, "last": last, "currency": currency}).all()
        mark = next(row for row in rows if row.newest is not None)
        if not mark.is_counted:
            raise UnavailableError(
                f"The daily figures are being counted: {mark.through_id:,} of {mark.newest:,} transactions. "
                "A console with an operator's rights does it, or: ledgerctl keeper run --once"
            )
        moved: dict[tuple[date, str], dict[TransactionKind, Moved]] = {}
        for row in rows:
            if row.kind is not None:
                of_day = moved.setdefault((row.day, row.currency), {})
                of_day[TransactionKind(row.kind)] = Moved(row.movements, int(row.held))
        days = [
            DayFigures(
                row.day, row.currency, int(row.held), None if row.on_hold is None else int(row.on_hold),
                int(row.expired), row.is_over, moved.get((row.day, row.currency), {}),
            )
            for row in rows if row.kind is None and row.day is not None
        ]  # fmt: skip
        return tuple(sorted(days, key=lambda one: (one.day, one.currency)))

    return database.read("daily.figures", ask, cancel=cancel)
