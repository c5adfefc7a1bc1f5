"""What verify finds on a ledger."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from console.ledger.audit.verify.questions import verify
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import LiteralString

    from console.ledger.audit.verify.check import Check
    from tests.bookkeeping import Connection


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Lend the console's way to a ledger."""
    database = Database(url, Recorder(capacity=100), Settings.model_construct())
    try:
        yield database
    finally:
        database.close()


def broken(url: str) -> dict[str, Check]:
    """Return the promises that do not hold, as somebody who may read everything."""
    with opened(url) as database:
        report = verify(database)
    assert not [check.code for check in report.checks if check.unread]
    return {check.code: check for check in report.checks if not check.passed}


def value(connection: Connection, question: LiteralString) -> object:
    """Return the one value that a question has."""
    row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]
