"""A production ledger is written to for a time, by somebody who says why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from console.errors import OpenedReadOnlyError, UsageError
from console.files.text import has_hidden
from console.writes.operation import Operation

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.workspace.workspace import Workspace

MOST_MINUTES: Final = 120
REASON_LENGTH: Final = 500
_ASKING_S: Final = 20.0


def unlock(workspace: Workspace, minutes: int, reason: str, *, cancel: Cancellation | None = None) -> None:
    """Let a read-only production ledger be written to; the reason is in its audit trail before anything is.

    Raises OpenedReadOnlyError for a ledger that is read-only for good, UsageError for no reason or no time
    that can be, and what a write raises; then it is as locked as before.
    """
    if not workspace.identity.read_only:
        return
    if not workspace.identity.can_unlock:
        raise OpenedReadOnlyError
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH or has_hidden(reason):
        raise UsageError(f"Say in 1 to {REASON_LENGTH} characters on one line why it is unlocked.")
    if not 1 <= minutes <= MOST_MINUTES:
        raise UsageError(f"A ledger is unlocked for 1 to {MOST_MINUTES} minutes.")
    before = workspace.database.unlocked_for
    # The note is a write itself.
    workspace.database.unlock(time.monotonic() + max(before, _ASKING_S))
    try:
        asked = Operation("session.unlock", "unlock_writing", {"reason": reason, "minutes": minutes})
        workspace.ledger.perform(asked, cancel=cancel)
    except BaseException:
        workspace.database.unlock(time.monotonic() + before)
        raise
    workspace.database.unlock(time.monotonic() + minutes * 60)
