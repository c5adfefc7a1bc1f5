"""The bulk transfer: load a file as a draft, check it, rehearse it, post it as one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import text

from console.errors import FileRefusedError, LinesRefusedError, LoadedBeforeError, RefusedError, UsageError
from console.errors.refusals import accepted
from console.files.lines.reader import currencies_in, file_sha256, read_lines
from console.files.lines.terms import Terms
from console.ledger.batches.checks import CHECK, FRESH, REVIEW, check, check_one
from console.ledger.batches.drafts import copy_lines, create_drafts, news_of, repeated_between
from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.files.mappings.mapping import Mapping
    from console.ledger.batches.checks import BatchCheck, BatchSummary
    from console.ledger.books.currencies import Books
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

NAME_LENGTH = 200
"""Of a batch's name, as the database has it."""

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
class LoadedBatch:
    """A draft that was loaded without a problem."""

    batch_id: int
    summary: BatchSummary


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
class SetAside:
    """A draft and what is left in it, and the new one with what was set aside; totals in minor units.

    Lines without an amount count as lines and add nothing.
    """

    batch: int
    left_lines: int
    left_total: int
    aside: int
    lines: int
    total: int
    key: UUID


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
    terms: Terms,
    *,
    name: str,
    again: bool = False,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LoadedBatch:
    """Make a draft from a file in one transaction; a wrong line anywhere means no draft.

    again: whether the same file or the same lines may have been loaded before. Raises FileRefusedError for a
    file that cannot be read, LoadedBeforeError unless `again`, and LinesRefusedError with all problems, the
    file's and the ledger's.
    """
    names = {terms.currency: name}
    (loaded,) = _load(ledger, path, mapping, terms, names, again=again, cancel=cancel, progress=progress)
    return loaded


def load_each(
    ledger: Ledger,
    path: Path,
    mapping: Mapping,
    books: Books,
    *,
    name: str,
    again: bool = False,
    cancel: Cancellation | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[LoadedBatch, ...]:
    """Make a draft for each currency that the file names, all in one transaction, named after it.

    A wrong line anywhere means no draft at all. Raises as `load` does, and UsageError when no column of the
    mapping tells the currency.
    """
    if mapping.currency_column is None:
        raise UsageError("A draft for each currency needs a mapping with a currency column.")
    named = currencies_in(path, mapping, cancel=cancel)
    each = [one for one in books.open_currencies if one.code in named]
    if not each:
        raise FileRefusedError(
            str(path), f"its column {mapping.currency_column} names no currency that is open."
        )
    first, *_rest = each
    others = tuple(one for one in books.open_currencies if one is not first)
    names = {one: f"{name[: NAME_LENGTH - len(one.code) - 1]} {one.code}" for one in each}
    terms = Terms(first, books.zone, others)
    return _load(ledger, path, mapping, terms, names, again=again, cancel=cancel, progress=progress)


def _load(
    ledger: Ledger,
    path: Path,
    mapping: Mapping,
    terms: Terms,
    names: dict[Currency, str],
    *,
    again: bool,
    cancel: Cancellation | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[LoadedBatch, ...]:
    """Make a draft of each currency's name from one reading of the file."""
    # Before a connection is taken: a file that is not there or not text needs none.
    sha256 = file_sha256(path, cancel=cancel)

    def work(session: Session) -> tuple[LoadedBatch, ...]:
        reading = read_lines(path, mapping, terms, cancel=cancel, progress=progress)
        try:
            drafts = create_drafts(session, path, mapping, names, sha256=sha256)
            copy_lines(session, ledger, drafts, reading, terms)
            if reading.totals.sha256 != sha256:
                raise FileRefusedError(str(path), "it was changed while it was read. Read it again.")
            checks = check(session, list(drafts.values()), CHECK if again else FRESH)
        finally:
            reading.close()
        before = next((made.before for made in checks if made.before is not None), None)
        if before is not None:
            # First: of what was posted already each line would be a problem.
            raise LoadedBeforeError(before.batch, before.words(terms.zone))
        found = [problem for made in checks for problem in made.problems]
        if len(drafts) > 1:
            found += repeated_between(session, list(drafts.values()))
        news = news_of(found, reading.problems)
        if reading.problem_count or news:
            raise LinesRefusedError(
                sorted([*reading.problems, *news], key=lambda problem: problem.line or 0),
                reading.problem_count + len(news),
            )
        return tuple(
            LoadedBatch(batch, made.summary) for batch, made in zip(drafts.values(), checks, strict=True)
        )

    action = "batch.load" if len(names) == 1 else "batch.load-each"
    return ledger.write(action, work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def validate(ledger: Ledger, batch_id: int, *, cancel: Cancellation | None = None) -> BatchCheck:
    """Check all lines of a draft against the ledger as it is now, by one statement."""
    return ledger.database.tried(
        "batch.validate", lambda session: check_one(session, batch_id), cancel=cancel
    )


def review(database: Database, batch_id: int, *, cancel: Cancellation | None = None) -> BatchCheck:
    """Check as `validate` does, by a role that may read and nothing else."""
    return database.read(
        "batch.validate", lambda session: check_one(session, batch_id, REVIEW), cancel=cancel
    )


def dry_run(
    ledger: Ledger, batch_id: int, content_hash: bytes, *, cancel: Cancellation | None = None
) -> DryRun:
    """Post for real, read each account's balance before and after, and roll all of it back."""

    def work(session: Session) -> DryRun:
        posting = _posting(batch_id, content_hash)
        values = {**posting.values, "key": uuid4()}
        posted = _posted(session.execute(posting.statement, values).scalar_one())
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
    posting = _posting(batch_id, content_hash)
    try:
        return _posted(ledger.perform(posting, key=key, cancel=cancel, timeout_s=ledger.batch_timeout_s))
    except RefusedError as refused:
        raise _explained(ledger, batch_id, refused, cancel) from refused


def discard(ledger: Ledger, batch_id: int) -> None:
    """Throw a draft of one's own away, with its lines."""
    ledger.write(
        "batch.discard",
        lambda session: session.execute(text("SELECT ledger.discard_batch(:batch)"), {"batch": batch_id}),
    )


def offset(
    ledger: Ledger,
    batch_id: int,
    reversed_batch: int,
    *,
    on: bool = True,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """Let a draft of one's own take what an earlier batch did not get back, when it is posted; or no longer.

    Of each account no more than the draft pays it.
    """
    arguments = {"batch": batch_id, "reversed": reversed_batch, "offset": on}
    ledger.perform(Operation("batch.offset", "offset_batch", arguments), key=key, cancel=cancel)


def set_aside(
    ledger: Ledger,
    batch_id: int,
    lines: Sequence[int],
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> SetAside:
    """Put lines of a draft of one's own, by their numbers, into a new draft; at most 10,000.

    Raises RefusedError, also where no line would be left.
    """
    operation = Operation(
        "batch.set-aside", "set_aside", {"batch": batch_id, "lines": list(lines), "reason": reason},
        {"lines": "integer[]"},
    )  # fmt: skip
    done = ledger.perform(operation, key=key, cancel=cancel)
    total, before = int(done["total"]), int(done["before_total"])
    return SetAside(
        done["batch"], done["before_lines"] - done["lines"], before - total, done["aside"], done["lines"],
        total, done["key"],
    )  # fmt: skip


def _posting(batch_id: int, content_hash: bytes) -> Operation:
    return Operation("batch.post", "post_batch", {"batch": batch_id, "content_hash": content_hash})


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
