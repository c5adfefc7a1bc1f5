"""The bulk transfer: load a file as a draft, check it, rehearse it, post it as one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from sqlalchemy import text

from console.errors import FileRefusedError, LinesRefusedError, RefusedError, UsageError
from console.errors.problem import Problem
from console.errors.refusals import accepted, sentence
from console.files.lines.reader import file_sha256, read_lines
from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from uuid import UUID

    from psycopg import Connection as Driver
    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.files.lines.draft import DraftLine
    from console.files.mappings.mapping import Mapping
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

# The totals stand in every row, the problems are none or many: one statement for both.
_CHECK = text("SELECT * FROM ledger.check_batch(:batch)")

# The same without finding wallets anew, which is a write: for those who may only look.
_REVIEW = text("""
    SELECT s.*, c.exponent, p.*
    FROM ledger.batches b JOIN ledger.currencies c ON c.code = b.currency
    CROSS JOIN LATERAL ledger.batch_summary(b.id) s
    LEFT JOIN LATERAL ledger.batch_problems(b.id) p ON true
    WHERE b.id = :batch ORDER BY p.line_no, p.field""")

_CREATE = text("""
    SELECT ledger.create_batch(:name, :currency, :file_name, :sha256, :create_missing, :prefix)""")

_COPY = (
    "COPY ledger.batch_lines"
    " (batch_id, line_no, from_name, to_name, amount, reference, description, effective_at,"
    " lot_source, lot_expires_at) FROM STDIN"
)

_POST = text("SELECT ledger.post_batch(:key, :batch, :content_hash)")

# All that one posting or reversal moves has its moment: what expired on the way too.
_WALLET_CHANGES = text("""
    SELECT u.username, w.balance - sum(leg.delta), w.balance, count(*)
    FROM ledger.transactions t
    CROSS JOIN LATERAL (VALUES (t.from_wallet, -t.amount), (t.to_wallet, t.amount)) leg (wallet, delta)
    JOIN ledger.wallets w ON w.id = leg.wallet AND w.kind = 'customer'
    JOIN ledger.users u ON u.id = w.user_id
    WHERE t.posted_at = CAST(:posted_at AS timestamptz) AND t.operator = session_user
    GROUP BY u.username, w.balance ORDER BY u.username""")


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Control totals in minor units; `missing` accounts would be opened or are a problem."""

    lines: int
    total: int
    paid_in: int
    paid_out: int
    accounts: int
    missing: int
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """A draft that was loaded without a problem."""

    batch_id: int
    summary: BatchSummary


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """A draft's control totals and everything that keeps it from posting now."""

    summary: BatchSummary
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PostedBatch:
    """What one post_batch call did."""

    batch_id: int
    lines: int
    total: int
    opened: int
    first_id: int
    last_id: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class WalletChange:
    """One account's balance before and after the whole batch, in minor units, and how many lines move it."""

    username: str
    before: int
    after: int
    lines: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What posting did before it was rolled back."""

    posted: PostedBatch
    wallets: tuple[WalletChange, ...]


def load(
    ledger: Ledger,
    path: Path,
    mapping: Mapping,
    currency: Currency,
    *,
    name: str,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LoadedBatch:
    """Make a draft from a file in one transaction; a wrong line anywhere means no draft.

    Raises FileRefusedError for a file that cannot be read, LinesRefusedError with all problems, the
    file's and the ledger's.
    """
    # Before a connection is taken: a file that is not there or not text needs none.
    sha256 = file_sha256(path, cancel=cancel)

    def work(session: Session) -> LoadedBatch:
        reading = read_lines(path, mapping, currency, cancel=cancel, progress=progress)
        try:
            batch_id = _create(session, path, mapping, currency, name=name, sha256=sha256)
            _copy(session, ledger, batch_id, reading)
            if reading.totals.sha256 != sha256:
                raise FileRefusedError(str(path), "it was changed while it was read. Read it again.")
            check = _check(session, batch_id)
        finally:
            reading.close()
        news = news_of(check.problems, reading.problems)
        if reading.problem_count or news:
            raise LinesRefusedError(
                sorted([*reading.problems, *news], key=lambda problem: problem.line or 0),
                reading.problem_count + len(news),
            )
        return LoadedBatch(batch_id, check.summary)

    return ledger.write("batch.load", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def validate(ledger: Ledger, batch_id: int, *, cancel: Cancellation | None = None) -> BatchCheck:
    """Check all lines of a draft against the ledger as it is now, by one statement."""
    return ledger.database.read("batch.validate", lambda session: _check(session, batch_id), cancel=cancel)


def review(database: Database, batch_id: int, *, cancel: Cancellation | None = None) -> BatchCheck:
    """Check as `validate` does, by a role that may read and nothing else."""
    return database.read("batch.validate", lambda session: _check(session, batch_id, _REVIEW), cancel=cancel)


def dry_run(
    ledger: Ledger, batch_id: int, content_hash: bytes, *, cancel: Cancellation | None = None
) -> DryRun:
    """Post for real, read each account's balance before and after, and roll all of it back."""

    def work(session: Session) -> DryRun:
        values = {"key": uuid4(), "batch": batch_id, "content_hash": content_hash}
        posted = _posted(session.execute(_POST, values).scalar_one())
        return DryRun(posted, wallet_changes(session, posted.posted_at))

    try:
        return ledger.rehearse("batch.dry-run", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)
    except RefusedError as refused:
        raise _explained(ledger, batch_id, refused, cancel) from refused


def wallet_changes(session: Session, posted_at: datetime) -> tuple[WalletChange, ...]:
    """Return what this transaction's own posting or reversal, of this moment, has moved."""
    rows = session.execute(_WALLET_CHANGES, {"posted_at": posted_at})
    return tuple(WalletChange(name, int(before), after, n) for name, before, after, n in rows)


def post(
    ledger: Ledger,
    batch_id: int,
    content_hash: bytes,
    *,
    key: UUID,
    cancel: Cancellation | None = None,
) -> PostedBatch:
    """Post all lines as one transaction; the same key again answers with the first outcome.

    `content_hash` is that of the check the operator saw. Raises RefusedError with all problems, and
    OutcomeUnknownError when the answer to COMMIT was lost: call again with the same key.
    """
    operation = Operation("batch.post", "post_batch", {"batch": batch_id, "content_hash": content_hash})
    try:
        return _posted(ledger.perform(operation, key=key, cancel=cancel, timeout_s=ledger.batch_timeout_s))
    except RefusedError as refused:
        raise _explained(ledger, batch_id, refused, cancel) from refused


def discard(ledger: Ledger, batch_id: int) -> None:
    """Throw a draft of one's own away, with its lines."""
    ledger.write(
        "batch.discard",
        lambda session: session.execute(text("SELECT ledger.discard_batch(:batch)"), {"batch": batch_id}),
    )


def _create(
    session: Session, path: Path, mapping: Mapping, currency: Currency, *, name: str, sha256: str
) -> int:
    values = {
        "name": name,
        "currency": currency.code,
        "file_name": path.name,
        "sha256": bytes.fromhex(sha256),
        "create_missing": mapping.create_missing,
        "prefix": mapping.account_prefix,
    }
    return cast("int", session.execute(_CREATE, values).scalar_one())


def _copy(session: Session, ledger: Ledger, batch_id: int, lines: Iterable[DraftLine]) -> None:
    """Stream the lines into the table; the file is never held in memory."""
    driver = cast("Driver[Any]", session.connection().connection.driver_connection)
    with (
        ledger.database.recorder.statement("COPY", _COPY) as running,
        driver.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        count = 0
        for line in lines:
            copy.write_row((
                batch_id, line.line, line.from_name, line.to_name, line.amount, line.reference,
                line.description or "", _moment(line.effective_at), line.lot_source, line.lot_expires_at,
            ))  # fmt: skip
            count += 1
        running.rows = count


def _moment(value: date | datetime | None) -> datetime | None:
    """Return the moment of a date: its first, UTC."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def _check(session: Session, batch_id: int, statement: TextClause = _CHECK) -> BatchCheck:
    rows = session.execute(statement, {"batch": batch_id}).all()
    if not rows:
        raise UsageError(f"There is no batch {batch_id}.")
    head = rows[0]
    if head.lines == 0:
        raise UsageError(f"Batch {batch_id} has no lines.")
    summary = BatchSummary(
        head.lines, int(head.total), int(head.paid_in), int(head.paid_out), head.accounts, head.missing,
        bytes(head.content_hash),
    )  # fmt: skip
    return BatchCheck(summary, tuple(_problem(row) for row in rows if row.code is not None))


def _problem(row: Row[Any]) -> Problem:
    return Problem(
        row.line_no, row.field, row.code, row.value, sentence(row.code, row.detail, exponent=row.exponent)
    )


def _posted(outcome: dict[str, Any]) -> PostedBatch:
    """Read an outcome; raises RefusedError for a refusal."""
    accepted(outcome)
    return PostedBatch(
        outcome["batch"], outcome["lines"], int(outcome["total"]), outcome["opened"],
        outcome["first"], outcome["last"], datetime.fromisoformat(outcome["posted_at"]),
    )  # fmt: skip


def _explained(
    ledger: Ledger, batch_id: int, refused: RefusedError, cancel: Cancellation | None
) -> RefusedError:
    """Add every problem to a refusal; the posting function stops at the first."""
    if refused.code in {"batch.unknown", "batch.status", "batch.empty"} or refused.code.startswith(
        "operation."
    ):
        return refused
    return RefusedError(refused.code, str(refused), validate(ledger, batch_id, cancel=cancel).problems)


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
