"""The way to write to the ledger: whole transactions, each operation once under its key."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

from psycopg import Error as DriverError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from console.errors import ConsoleError, OutcomeUnknownError
from console.errors.refusals import accepted
from console.postgres.driver_errors import is_unreachable
from console.writes.retry import retried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.operation import Operation
    from console.writes.outbox import Outbox

Answer = TypeVar("Answer")


class Ledger:
    """Writes through `database`, the primary; safe on any thread. Every call blocks: none on the GUI thread.

    outbox: where each operation is kept until its outcome is known; None for a ledger opened without one.
    """

    def __init__(self, database: Database, outbox: Outbox | None = None) -> None:
        self.database = database
        self.outbox = outbox
        self._counting = threading.Lock()
        self._retries = 0

    @property
    def retries(self) -> int:
        """How many writes were sent again since the start, because the reason of their failure passes."""
        return self._retries

    @property
    def batch_timeout_s(self) -> int:
        """How long a batch may take, in seconds."""
        return self.database.settings.batch_timeout_s

    def write(
        self,
        action: str,
        work: Callable[[Session], Answer],
        *,
        cancel: Cancellation | None = None,
        timeout_s: int | None = None,
        key: UUID | None = None,
    ) -> Answer:
        """Run work in one transaction and commit it; any exception rolls all of it back.

        Raises OutcomeUnknownError when the answer to COMMIT is lost and `key` can resolve it.
        """
        with self.database.transaction(action, cancel=cancel) as session:
            _allow(session, timeout_s)
            answer = work(session)
            try:
                session.commit()
            except (DBAPIError, DriverError) as error:
                if key is not None and is_unreachable(error):
                    raise OutcomeUnknownError(str(key)) from error
                raise
            return answer

    def rehearse(
        self,
        action: str,
        work: Callable[[Session], Answer],
        *,
        cancel: Cancellation | None = None,
        timeout_s: int | None = None,
    ) -> Answer:
        """Run work in one transaction and roll it back: what would have happened."""
        with self.database.transaction(action, cancel=cancel) as session:
            _allow(session, timeout_s, rehearsed=True)
            try:
                return work(session)
            finally:
                session.rollback()

    def perform(
        self,
        operation: Operation,
        *,
        key: UUID | None = None,
        cancel: Cancellation | None = None,
        timeout_s: int | None = None,
    ) -> dict[str, Any]:
        """Do it once, however often it is sent, and return its outcome, with its key under "key".

        The outbox holds it from before it is sent until its outcome is known. Raises RefusedError when the
        ledger refused it, and OutcomeUnknownError when no try told whether an earlier one was committed.
        """
        key = uuid4() if key is None else key
        tries = count()

        def once() -> dict[str, Any]:
            if next(tries):
                with self._counting:
                    self._retries += 1
            return self.call(operation, key, cancel=cancel, timeout_s=timeout_s)

        with self._in_outbox(key, operation) as in_doubt:
            outcome = retried(once, key, cancel, in_doubt=in_doubt)
        return {**accepted(outcome), "key": key}

    def call(
        self,
        operation: Operation,
        key: UUID,
        *,
        cancel: Cancellation | None = None,
        timeout_s: int | None = None,
    ) -> dict[str, Any]:
        """Send an operation once and return its outcome, a refusal too; `perform` is what callers want."""
        statement, values = operation.statement, {**operation.values, "key": key}

        def work(session: Session) -> dict[str, Any]:
            return cast("dict[str, Any]", session.execute(statement, values).scalar_one())

        return self.write(operation.action, work, cancel=cancel, timeout_s=timeout_s, key=key)

    @contextmanager
    def _in_outbox(self, key: UUID, operation: Operation) -> Iterator[bool]:
        """Keep an operation on disk while nobody knows its outcome; yields whether it was in doubt before."""
        outbox = self.outbox
        if outbox is None:
            yield False
            return
        entry, in_doubt = outbox.note(key, operation)
        known = False
        try:
            yield in_doubt
            known = True
        except OutcomeUnknownError:
            raise
        except ConsoleError:
            # Anything else that ends this block, a bug or a second Ctrl+C, may have come after the sending.
            known = True
            raise
        finally:
            outbox.done(entry, known=known)


def _allow(session: Session, timeout_s: int | None, *, rehearsed: bool = False) -> None:
    """Give this transaction longer than the session's own timeout; SET LOCAL ends with it.

    rehearsed: says so in the same round trip, and nobody is told of a posting that is none.
    """
    if timeout_s is not None:
        said = "; SET LOCAL ledger.rehearsal = 'on'" if rehearsed else ""
        session.execute(text(f"SET LOCAL statement_timeout = '{timeout_s}s'{said}"))
