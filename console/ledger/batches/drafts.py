"""From the lines of a file to drafts in the ledger's tables, and what the ledger finds wrong in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import text

from console.errors.problem import Problem
from console.errors.refusals import sentence
from console.files.days import start_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from pathlib import Path

    from psycopg import Connection as Driver
    from sqlalchemy.orm import Session

    from console.files.lines.draft import DraftLine
    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Mapping
    from console.money import Currency
    from console.writes.ledger import Ledger

_CREATE = text("""
    SELECT ledger.create_batch(draft.name, draft.currency, :file_name, :sha256, :create_missing, :prefix)
    FROM unnest(CAST(:names AS text[]), CAST(:currencies AS text[])) WITH ORDINALITY
        draft (name, currency, place)
    ORDER BY draft.place""")

_COPY = (
    "COPY ledger.batch_lines"
    " (batch_id, line_no, from_name, to_name, amount, reference, description, effective_at,"
    " lot_source, lot_expires_at) FROM STDIN"
)


_REPEATED = text("""
    SELECT seen.line_no, seen.reference, seen.first_line
    FROM (
        SELECT l.batch_id, l.line_no, l.reference, first_value(l.batch_id) OVER same AS first_batch,
            first_value(l.line_no) OVER same AS first_line
        FROM ledger.batch_lines l WHERE l.batch_id = ANY (:batches) AND l.reference IS NOT NULL
        WINDOW same AS (PARTITION BY l.reference ORDER BY l.line_no)
    ) seen
    WHERE seen.batch_id <> seen.first_batch ORDER BY seen.line_no""")


def create_drafts(
    session: Session, path: Path, mapping: Mapping, names: dict[Currency, str], *, sha256: str
) -> dict[Currency, int]:
    """Make the drafts, by one statement; return their numbers by currency."""
    values = {
        "names": list(names.values()),
        "currencies": [one.code for one in names],
        "file_name": path.name,
        "sha256": bytes.fromhex(sha256),
        "create_missing": mapping.create_missing,
        "prefix": mapping.account_prefix,
    }
    return dict(zip(names, session.scalars(_CREATE, values).all(), strict=True))


def copy_lines(
    session: Session, ledger: Ledger, drafts: dict[Currency, int], lines: Iterable[DraftLine], terms: Terms
) -> None:
    """Stream the lines into the table, each to its currency's draft; the file is never held in memory."""
    driver = cast("Driver[Any]", session.connection().connection.driver_connection)
    # A line in no currency is a problem already; it stands where the first draft's lines stand.
    first = drafts[terms.currency]
    with (
        ledger.database.recorder.statement("COPY", _COPY) as running,
        driver.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        count = 0
        for line in lines:
            batch_id = first if line.currency is None else drafts[line.currency]
            copy.write_row((
                batch_id, line.line, line.from_name, line.to_name, line.amount, line.reference,
                line.description or "", _moment(line.effective_at, terms.zone), line.lot_source,
                line.lot_expires_at,
            ))  # fmt: skip
            count += 1
        running.rows = count


def _moment(value: date | datetime | None, zone: tzinfo) -> datetime | None:
    """Return the moment of a date: the first of that business day."""
    return value if value is None or isinstance(value, datetime) else start_of(value, zone)


def repeated_between(session: Session, batch_ids: list[int]) -> list[Problem]:
    """Return each line whose reference stands before it in another of these drafts."""
    return [
        Problem(
            row.line_no, "reference", "reference.repeated", row.reference,
            sentence("reference.repeated", {"line": row.first_line}),
        )
        for row in session.execute(_REPEATED, {"batches": batch_ids})
    ]  # fmt: skip


def news_of(ledger: Iterable[Problem], file: Iterable[Problem]) -> list[Problem]:
    """Return what the ledger found that the file's reading had not said already.

    A cell that could not be read arrives empty, sums with missing amounts prove no shortage, and a line
    without its parties may or may not be a grant.
    """
    ledger = list(ledger)
    said = {(problem.line, problem.code) for problem in file}
    lines = {line for line, _code in said}
    nameless = {problem.line for problem in ledger if problem.code == "user.empty"}
    return [
        problem
        for problem in ledger
        if (problem.line, problem.code) not in said
        and not (problem.code.endswith(".empty") and problem.line in lines)
        and not (problem.code == "funds.short" and lines)
        and not (problem.code == "source.kind" and problem.line in nameless)
    ]
