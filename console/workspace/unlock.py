"""A production ledger is written to for a time, by somebody who says why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from console.errors import OpenedReadOnlyError
from console.writes.operation import Operation

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.workspace.workspace import Workspace

MOST_MINUTES: Final = 480
"""What ledger.unlock_writing lets through: one working day."""


def unlock(workspace: Workspace, minutes: int, reason: str, *, cancel: Cancellation | None = None) -> None:
    """Let a read-only production ledger be written to; the reason is in its audit trail before anything is.

    Raises OpenedReadOnlyError for a ledger that is read-only for good, RefusedError for no reason or no time
    that can be, and whatever keeps the reason from being written: then nothing is unlocked.
    """
    if not workspace.identity.read_only:
        return
    if not workspace.identity.can_unlock:
        raise OpenedReadOnlyError
    database = workspace.database
    # Open for the one call that says why: it is a write too.
    database.unlock(time.monotonic() + database.settings.statement_timeout_s)
    try:
        workspace.ledger.perform(
            Operation("session.unlock", "unlock_writing", {"reason": reason, "minutes": minutes}),
            cancel=cancel,
        )
    except BaseException:
        database.lock()
        raise
    database.unlock(time.monotonic() + minutes * 60)
