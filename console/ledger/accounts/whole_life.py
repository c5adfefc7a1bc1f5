"""A balance explained from the account's first movement on, however many there are, piece by piece."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - part of a private row
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.accounts.equation import MOVEMENT, WHOLE_LIFE, balanced, summed, terms_in
from console.ledger.accounts.walk import ACCOUNT, walk
from console.money import currency_of
from console.postgres.page import asked_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.ledger.accounts.equation import Equation, Term
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

PIECE: Final = 50_000
"""How many movements a statement adds up: about 0.1 s, so that one may cancel and sees how far it is."""

_MOVEMENTS: Final = walk(
    *MOVEMENT, descending=False, limit="CAST(:piece AS bigint)",
    condition="(t.posted_at, t.id) > (coalesce(CAST(:at AS timestamptz), '-infinity'), CAST(:id AS bigint))",
)  # fmt: skip

_PIECE = text(f"""
    WITH {ACCOUNT}, movement AS MATERIALIZED (
        SELECT found.* FROM account CROSS JOIN LATERAL ({_MOVEMENTS}) found
    ), term AS (
        SELECT movement.kind, movement.delta > 0 AS incoming, sum(movement.delta) AS amount,
            count(*) AS movements
        FROM movement GROUP BY 1, 2
    ), counted AS (
        SELECT coalesce(sum(term.movements), 0)::bigint AS movements, json_agg(json_build_array(
            term.kind, term.incoming, term.amount::text, term.movements)) AS terms
        FROM term
    )
    SELECT account.currency, account.exponent, account.version, counted.movements, counted.terms,
        last.posted_at, last.id,
        CASE WHEN account.kind = 'customer' THEN account.balance
            WHEN counted.movements < :piece THEN ledger.system_balance(account.id) END AS balance
    FROM account CROSS JOIN counted LEFT JOIN LATERAL (
        SELECT movement.posted_at, movement.id FROM movement
        ORDER BY movement.posted_at DESC, movement.id DESC LIMIT 1) last ON true""")  # noqa: S608 - texts of ours


def whole_life(
    database: Database,
    username: str,
    currency: str,
    *,
    progress: Callable[[int, int], None],
    cancel: Cancellation | None = None,
) -> Equation:
    """Explain a balance by all movements there are, in one snapshot; nothing waits for it.

    progress: told after each piece how many movements are added up, of about how many; for a system account
    as many as there are so far. Raises UsageError when there is no such account, CancelledError when it was
    cancelled.
    """
    values = {"username": asked_name(username), "currency": currency, "piece": PIECE}

    def ask(session: Session) -> Equation:
        parts: tuple[tuple[Term, int, int], ...] = ()
        at: datetime | None = None
        number = done = 0
        while True:
            piece = _piece(session, values | {"at": at, "id": number})
            parts, done = summed((*parts, *terms_in(piece.terms))), done + piece.movements
            progress(done, max(done, piece.version))
            if cancel is not None:
                cancel.check()
            if piece.movements < PIECE:
                break
            at, number = piece.posted_at, piece.id
        money = currency_of(piece.currency, piece.exponent)
        return balanced(money, WHOLE_LIFE, parts, opening=0, balance=int(piece.balance), cut=False)

    return database.snapshot("account.whole-life", ask, cancel=cancel)


def _piece(session: Session, values: dict[str, Any]) -> Row[Any]:
    row = session.execute(_PIECE, values).one_or_none()
    if row is None:
        raise UsageError(f"There is no account {values['username']!r} in {values['currency']}.")
    return row
