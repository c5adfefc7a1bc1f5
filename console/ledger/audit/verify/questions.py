"""All questions to a ledger, put in one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.audit.verify.check import Report
from console.ledger.audit.verify.head import HEAD, head_in
from console.ledger.audit.verify.remarks import remarks
from console.ledger.audit.verify.rules import (
    accounts,
    approvals,
    batches,
    books,
    chain,
    guards,
    jobs,
    movements,
    operations,
    seals,
)
from console.ledger.audit.verify.rules.credits import ends, holds, lots

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from console.ledger.audit.verify.check import Check, Question
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# The cheap ones that say who was here first, then the books, then what the chain says was done.
QUESTIONS: Final[tuple[Question, ...]] = (
    *chain.QUESTIONS,
    *guards.QUESTIONS,
    *books.QUESTIONS,
    *movements.QUESTIONS,
    *lots.QUESTIONS,
    *holds.QUESTIONS,
    *ends.QUESTIONS,
    *batches.QUESTIONS,
    *approvals.QUESTIONS,
    *accounts.QUESTIONS,
    *operations.QUESTIONS,
    *seals.QUESTIONS,
    *jobs.QUESTIONS,
)
CHECKS: Final = {code: title for question in QUESTIONS for code, title in question.titles.items()}
"""What is checked, by a stable code."""

# Only the server's own functions are called, and they are called by that name whatever the database's
# settings say; a policy that hides rows from us is an error and not a smaller ledger.
_SETTINGS: Final = text("""
    SELECT set_config('statement_timeout', '0', true), set_config('work_mem', '128MB', true),
        set_config('search_path', 'pg_catalog, pg_temp', true), set_config('row_security', 'off', true),
        set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, MDY', true),
        set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)""")
_READABLE: Final = text("""
    SELECT c.relname FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind IN ('r', 'p')
        AND has_table_privilege(c.oid, 'SELECT')""")
_SIZE: Final = text("""
    SELECT (SELECT count(*) FROM ledger.transactions) AS transactions,
        (SELECT count(*) FROM ledger.wallets) AS wallets, now() AS at""")


def verify(
    database: Database,
    *,
    deep: bool = False,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check everything in one snapshot; ten million transactions take minutes, so it can be cancelled.

    deep: transactions under seal are compared with their operations, too, which their seal stands for.
    `progress` is told questions done and in all.
    """
    return database.snapshot(
        "ledger.verify", lambda session: look(session, progress, deep=deep), cancel=cancel
    )


def look(
    session: Session, progress: Callable[[int, int], None] | None = None, *, deep: bool = False
) -> Report:
    """Put all questions in the session's transaction; its settings are changed until that ends."""
    session.execute(_SETTINGS)
    readable = frozenset(session.scalars(_READABLE))
    checks: list[Check] = []
    for done, question in enumerate(QUESTIONS):
        if progress is not None:
            progress(done, len(QUESTIONS))
        checks += question.ask(session, readable, deep=deep)
    size = session.execute(_SIZE).one()
    head = head_in(session.execute(text(HEAD)).one())
    return Report(tuple(checks), size.transactions, size.wallets, size.at, head, remarks(session))
