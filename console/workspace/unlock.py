"""A production ledger is written to for a time, by somebody who says why."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from console.errors import OpenedReadOnlyError, UnavailableError, UsageError
from console.files.text import has_hidden

if TYPE_CHECKING:
    from pathlib import Path

    from console.workspace.workspace import Workspace

MOST_MINUTES: Final = 120
REASON_LENGTH: Final = 500


class ReasonNotKeptError(UnavailableError):
    """Why a ledger was unlocked could not be written down, so it was not unlocked."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"{file}, where the reason is kept, cannot be written: {reason}. Nothing was unlocked."
        )


def unlock(workspace: Workspace, minutes: int, reason: str) -> None:
    """Let a read-only production ledger be written to; the reason is kept on this computer first.

    What is written meanwhile is in the ledger's own audit, as ever. Raises OpenedReadOnlyError for a ledger
    that is read-only for good, UsageError for no reason or no time that can be, ReasonNotKeptError.
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
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "operator": workspace.facts.operator,
        "profile": workspace.identity.name,
        "place": workspace.profile,
        "minutes": minutes,
        "reason": reason,
    }
    _append(workspace.unlocks, json.dumps(entry, ensure_ascii=False))
    workspace.database.unlock(time.monotonic() + minutes * 60)


def _append(file: Path, line: str) -> None:
    """Add a line to a private file, on the disk before this returns."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8"
        ) as opened:
            opened.write(f"{line}\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise ReasonNotKeptError(file, error.strerror or str(error)) from None
