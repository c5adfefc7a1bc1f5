"""Ending what another session does: its statement, or the session; with a reason, and in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from console.errors import RefusedError
from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose session was signalled; the server ends it in its own time, mostly at once."""

    pid: int
    operator: str
    status: str


def cancel_session(
    ledger: Ledger,
    pid: int,
    started_at: datetime,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Ended:
    """End the statement that a session runs; `started_at` is the session's own, for a pid is used again.

    Raises RefusedError, such as `session.unknown`, and AccessDeniedError for who is no administrator.
    """
    return _end(ledger, "cancel", pid, started_at, reason, key, cancel)


def terminate_session(
    ledger: Ledger,
    pid: int,
    started_at: datetime,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Ended:
    """End a session; what it had not committed is rolled back. Raises as cancel_session does."""
    return _end(ledger, "terminate", pid, started_at, reason, key, cancel)


def terminate_sessions(
    ledger: Ledger,
    sessions: Iterable[tuple[int, datetime]],
    *,
    reason: str,
    key: UUID,
    cancel: Cancellation | None = None,
) -> tuple[Ended, ...]:
    """End several sessions, each by its pid and start; one that has ended by itself is passed over.

    Each is an operation of its own under a key that follows from `key`, so that the same call again ends none
    twice. Raises as cancel_session does; what was ended before stays ended.
    """
    ended: list[Ended] = []
    for pid, started_at in sessions:
        own = uuid5(key, f"{pid} {started_at.isoformat()}")
        try:
            ended.append(terminate_session(ledger, pid, started_at, reason=reason, key=own, cancel=cancel))
        except RefusedError as refused:
            if refused.code != "session.unknown":
                raise
    return tuple(ended)


def _end(  # noqa: PLR0917 - handed on as they came
    ledger: Ledger,
    verb: str,
    pid: int,
    started_at: datetime,
    reason: str,
    key: UUID | None,
    cancel: Cancellation | None,
) -> Ended:
    arguments = {"pid": pid, "backend_start": started_at, "reason": reason}
    operation = Operation(f"activity.{verb}", f"{verb}_session", arguments)
    done = ledger.perform(operation, key=key, cancel=cancel)
    return Ended(done["pid"], done["operator"], done["status"])
