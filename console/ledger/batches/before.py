"""Whether a file, or the same lines in another one, became a batch before: asked before it does so again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from os import fstat
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.files.days import day_of, day_words
from console.files.lines.reader import file_sha256
from console.files.places import opened
from models.batch import BatchStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

LOOKED_AT_MOST = 1 << 30
"""Bytes of a file that is hashed before it is loaded; of a larger one the loading itself finds out."""

# No index: a hundred thousand batches are read through in 7 ms, once a file.
_SAME_FILE = text("""
    SELECT to_jsonb(one) FROM (
        SELECT o.id AS batch, o.status, o.file_name, o.created_by, o.created_at, true AS same_file,
            count(*) OVER () - 1 AS others
        FROM ledger.batches o WHERE o.file_sha256 = :sha256
        ORDER BY o.status = 'posted' DESC, o.id DESC LIMIT 1
    ) one""")

BEFORE = """
    SELECT mine.batch, to_jsonb(old) AS held
    FROM (SELECT DISTINCT c.batch, c.content_hash FROM checked c) mine
    JOIN ledger.batches b ON b.id = mine.batch
    CROSS JOIN LATERAL (
        SELECT o.id AS batch, o.status, o.file_name, o.created_by, o.created_at,
            coalesce(o.file_sha256 = b.file_sha256, false) AS same_file, count(*) OVER () - 1 AS others
        FROM ledger.batches o
        WHERE o.id <> ALL (:batches) AND o.currency = b.currency AND (
            o.file_sha256 = b.file_sha256
            OR coalesce(o.content_hash, CASE WHEN EXISTS (
                SELECT FROM ledger.batch_lines theirs JOIN ledger.batch_lines ours USING (line_no)
                WHERE theirs.batch_id = o.id AND ours.batch_id = b.id AND ours.reference = theirs.reference
                    AND line_no = (SELECT min(l.line_no) FROM ledger.batch_lines l WHERE l.batch_id = b.id)
                ) THEN ledger.batch_content_hash(o.id) END) = mine.content_hash)
        ORDER BY same_file DESC, o.status = 'posted' DESC, o.id DESC LIMIT 1
    ) old"""
"""Of each fresh draft of `checked` the batch that holds the same: posted before others, the newest first.

A draft has no hash yet: it is taken of those alone that begin with the same reference.
"""


@dataclass(frozen=True, slots=True)
class LoadedBefore:
    """A batch of the same file, or of the same lines in another; `others` are more of them."""

    batch: int
    status: BatchStatus
    file_name: str
    created_by: str
    created_at: datetime
    same_file: bool
    others: int

    def words(self, zone: tzinfo) -> str:
        """Say it in one sentence, with the business day in this zone."""
        what = (
            "This file was loaded" if self.same_file else f"The same lines were loaded from {self.file_name}"
        )
        state = "a draft" if self.status is BatchStatus.DRAFT else self.status.value
        more = f" ({self.others:,} more like it)" if self.others else ""
        day = day_words(day_of(self.created_at, zone))
        return f"{what} on {day} by {self.created_by} as batch {self.batch}, {state}{more}."


def loaded_before(
    database: Database, path: Path, *, cancel: Cancellation | None = None
) -> LoadedBefore | None:
    """Return the batch that this very file became before, by its SHA-256 and one statement.

    None also for a file of more than LOOKED_AT_MOST bytes. Raises FileRefusedError when it cannot be read.
    """
    with opened(path) as file:
        if fstat(file.fileno()).st_size > LOOKED_AT_MOST:
            return None
    sha256 = bytes.fromhex(file_sha256(path, cancel=cancel))

    def ask(session: Session) -> LoadedBefore | None:
        found = session.scalar(_SAME_FILE, {"sha256": sha256})
        return None if found is None else before_of(found)

    return database.read("batch.before", ask, cancel=cancel)


def before_of(written: Mapping[str, Any]) -> LoadedBefore:
    """Read what both statements give."""
    return LoadedBefore(**{
        **written,
        "status": BatchStatus(written["status"]),
        "created_at": datetime.fromisoformat(written["created_at"]),
    })  # fmt: skip
