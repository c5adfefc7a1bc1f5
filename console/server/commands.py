"""Ending what another session does: its statement, or the session; with a reason, and in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.writes.operation import Operation

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

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
