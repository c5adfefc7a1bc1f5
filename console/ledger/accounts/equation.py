"""Why a balance is what it is: what was there before a period, what moved in it, what nothing explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of public rows
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.accounts.walk import ACCOUNT, BALANCE_AFTER, PERIOD, walk
from console.money import Currency, currency_of
from console.postgres.page import asked_name
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST_MOVEMENTS: Final = 5_000
"""How many movements one statement adds up; the newest count, and a longer period begins later."""


class Term(StrEnum):
    """What changed a balance, in the order of the equation; each movement is of exactly one."""

    DEPOSITED = "deposited"
    GRANTED = "granted"
    RECEIVED = "received"
    SENT = "sent"
    PAID_OUT = "paid out"
    CAPTURED = "captured"
    EXPIRED = "expired"
    REVERSED = "reversed"
    ADJUSTED = "adjusted"


# By kind: the term of a movement that comes in, and of one that goes out. A hold may be captured for another
# customer, who has then received; a reversal is one whichever kind it gives back.
_TERMS: Final[Mapping[TransactionKind, tuple[Term, Term]]] = {
    TransactionKind.TRANSFER: (Term.RECEIVED, Term.SENT),
    TransactionKind.DEPOSIT: (Term.DEPOSITED, Term.DEPOSITED),
    TransactionKind.PAYOUT: (Term.PAID_OUT, Term.PAID_OUT),
    TransactionKind.GRANT: (Term.GRANTED, Term.GRANTED),
    TransactionKind.CAPTURE: (Term.RECEIVED, Term.CAPTURED),
    TransactionKind.EXPIRY: (Term.EXPIRED, Term.EXPIRED),
    TransactionKind.REVERSAL: (Term.REVERSED, Term.REVERSED),
    TransactionKind.ADJUSTMENT: (Term.ADJUSTED, Term.ADJUSTED),
}


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (None: from the first movement on) to before `until` (None: to now), and its name.

    first: the lowest transaction that counts of those posted at `since` itself; 0 for all of them.
    """

    since: datetime | None
    until: datetime | None
    name: str
    first: int = 0


WHOLE_LIFE: Final = Period(None, None, "whole life")


@dataclass(frozen=True, slots=True)
class Equation:
    """opening + terms + unexplained == balance, in minor units; unexplained is 0 where all is well.

    since: where the movements begin; cut: later than was asked for, since there are more than are added up.
    terms: each with its signed sum and how many movements that is; those without movements are left out.
    balance: as it is stored, at the end of the period. counted: the period of exactly these movements, by
    which each term opens its rows. A system account stores no balance, so its opening is derived.
    """

    currency: Currency
    since: datetime | None
    movements: int
    cut: bool
    opening: int
    terms: tuple[tuple[Term, int, int], ...]
    unexplained: int
    balance: int
    counted: Period


MOVEMENT: Final = (
    "t.posted_at, t.id, t.kind, -t.amount AS delta",
    "t.posted_at, t.id, t.kind, t.amount",
)
"""What is walked for the terms."""

_MOVEMENTS: Final = walk(
    *MOVEMENT, condition=PERIOD, limit="CAST(:most AS bigint)",
)  # fmt: skip
_OPENING: Final = walk(*BALANCE_AFTER, condition="(t.posted_at, t.id) < (start.at, start.id)", limit="1")
_CLOSING: Final = walk(*BALANCE_AFTER, condition="t.posted_at < CAST(:until AS timestamptz)", limit="1")

# What is stored before the first movement that counts also tells whether others of the period were left out.
EQUATION: Final = f"""
    WITH {ACCOUNT}, movement AS (
        SELECT found.* FROM account CROSS JOIN LATERAL ({_MOVEMENTS}) found
    ), term AS (
        SELECT movement.kind, movement.delta > 0 AS incoming, sum(movement.delta) AS amount,
            count(*) AS movements, min(movement.posted_at) AS first_at, min(movement.id) AS first_id
        FROM movement GROUP BY 1, 2
    ), counted AS (
        SELECT coalesce(sum(term.movements), 0) AS movements, min(term.first_at) AS first_at,
            min(term.first_id) AS first_id, json_agg(json_build_array(
                term.kind, term.incoming, term.amount::text, term.movements)) AS terms
        FROM term
    ), asked AS (
        SELECT coalesce(CAST(:since AS timestamptz), '-infinity') AS at, CAST(:first AS bigint) AS id
    ), start AS (
        SELECT CASE WHEN counted.movements < :most THEN asked.at ELSE counted.first_at END AS at,
            CASE WHEN counted.movements < :most THEN asked.id ELSE counted.first_id END AS id
        FROM counted CROSS JOIN asked
    )
    SELECT account.currency, account.exponent, account.kind = 'customer' AS customer,
        CASE account.kind WHEN 'customer' THEN account.balance
            ELSE ledger.system_balance(account.id) END AS balance,
        nullif(start.at, '-infinity') AS first_at, start.id AS first_id, counted.terms,
        opening.after AS opening, closing.after AS closing,
        coalesce((opening.posted_at, opening.id) >= (asked.at, asked.id), false) AS cut
    FROM account CROSS JOIN counted CROSS JOIN asked CROSS JOIN start
    LEFT JOIN LATERAL ({_OPENING}) opening ON true
    LEFT JOIN LATERAL ({_CLOSING}) closing ON CAST(:until AS timestamptz) IS NOT NULL"""  # noqa: S608 - texts of ours

_EQUATION = text(EQUATION)


def equation(
    database: Database,
    username: str,
    currency: str,
    period: Period,
    *,
    cancel: Cancellation | None = None,
) -> Equation:
    """Explain a balance by one statement, so that all of it is of one moment.

    Raises UsageError when there is no such account, or when it is a system account and the period has ended.
    """
    values = equation_values(username, currency, period)

    def ask(session: Session) -> Equation:
        row = session.execute(_EQUATION, values).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        return equation_in(row, period)

    return database.read("account.equation", ask, cancel=cancel)


def equation_values(username: str, currency: str, period: Period) -> dict[str, Any]:
    """Return what EQUATION asks for by name."""
    return {
        "username": asked_name(username), "currency": currency, "most": MOST_MOVEMENTS,
        **period_values(period),
    }  # fmt: skip


def period_values(period: Period) -> dict[str, Any]:
    """Return what PERIOD asks for by name."""
    return {"since": period.since, "first": period.first, "until": period.until}


def equation_in(row: Row[Any], period: Period) -> Equation:
    """Read a row of EQUATION that was asked for a period; raises UsageError where it cannot be answered."""
    if period.until is not None and not row.customer:
        raise UsageError("A system account stores no balance to end with; ask for a period until now.")
    terms = summed(terms_in(row.terms))
    counted = Period(row.first_at, period.until, period.name, row.first_id) if row.cut else period
    return balanced(
        currency_of(row.currency, row.exponent),
        counted,
        terms,
        opening=(row.opening or 0) if row.customer else None,
        balance=int(row.balance if period.until is None else row.closing or 0),
        cut=row.cut,
    )


def terms_in(rows: Iterable[Sequence[Any]] | None) -> Iterator[tuple[Term, int, int]]:
    """Read sums by kind and side: kind, whether it came in, the sum, how many movements."""
    for kind, incoming, amount, movements in rows or ():
        yield term_of(kind, incoming=incoming), int(amount), movements


def balanced(
    currency: Currency,
    counted: Period,
    terms: tuple[tuple[Term, int, int], ...],
    *,
    opening: int | None,
    balance: int,
    cut: bool,
) -> Equation:
    """Return the equation with what its terms leave unexplained; an opening of None is derived."""
    moved = sum(amount for _term, amount, _movements in terms)
    before = balance - moved if opening is None else opening
    return Equation(
        currency, counted.since, sum(movements for _term, _amount, movements in terms), cut, before, terms,
        balance - before - moved, balance, counted,
    )  # fmt: skip


def term_of(kind: str, *, incoming: bool) -> Term:
    """Return the one term of a movement, by its kind and by whether it adds to the balance."""
    return _TERMS[TransactionKind(kind)][not incoming]


def kinds_of(term: Term, *, incoming: bool) -> tuple[TransactionKind, ...]:
    """Return the kinds of the movements of a term on one side; none where it has none there."""
    return tuple(kind for kind in TransactionKind if term_of(kind, incoming=incoming) is term)


def summed(parts: Iterable[tuple[Term, int, int]]) -> tuple[tuple[Term, int, int], ...]:
    """Add up parts by their term, in the order of the equation."""
    found = dict.fromkeys(Term, (0, 0))
    for term, amount, movements in parts:
        found[term] = found[term][0] + amount, found[term][1] + movements
    return tuple((term, *sums) for term, sums in found.items() if sums[1])
