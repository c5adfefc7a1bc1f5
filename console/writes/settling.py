"""What was in doubt is settled: its outcome is learned, or it is called off for ever."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.errors import ConsoleError, RefusedError, UnavailableError
from console.errors.refusals import words
from console.writes.operation import Operation
from console.writes.retry import retried

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger
    from console.writes.outbox_file import Entry

logger = logging.getLogger(__name__)

ABANDONED: Final = "operation.abandoned"
_SETTLE: Final = Operation("session.settle", "settle_operation", {})
# What names an operation to the person who sent it, the first that there is.
_NAMES: Final = ("reference", "reservation", "batch", "transaction", "request", "username", "holder")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an operation that was in doubt; without an outcome it still is, and `left` says why."""

    entry: Entry
    outcome: Mapping[str, Any] | None
    left: str = ""

    @property
    def action(self) -> str:
        """What the operation was."""
        return self.entry.action

    @property
    def when(self) -> datetime:
        """When it was going to be sent."""
        return self.entry.when

    @property
    def sentence(self) -> str:
        """Say it to the operator; the moment is for the caller to write."""
        named = next((name for name in _NAMES if self.entry.arguments.get(name)), None)
        what = self.action if named is None else f"{self.action} ({named} {self.entry.arguments[named]})"
        if self.outcome is None:
            return f"{what}: not yet known. {self.left}"
        if self.outcome["status"] != "refused":
            return f"{what}: it was done, though its answer was lost."
        if self.outcome["code"] == ABANDONED:
            return f"{what}: it never reached the ledger and never will. Do it again if it is still wanted."
        said = words(self.outcome["code"], self.outcome.get("detail") or {})
        return f"{what}: it was refused, {said}. Nothing was changed."


def settle(ledger: Ledger, entry: Entry, *, cancel: Cancellation | None = None) -> Settled:
    """Learn what became of an operation: its outcome, or from now on the promise that it never happens.

    Only who sent it may ask; to another it would be theirs to call off.
    """
    outbox = ledger.outbox
    if outbox is not None and entry.operator != outbox.operator:
        return Settled(entry, None, f"Only {entry.operator}, who sent it, can settle it.")
    try:
        outcome = retried(lambda: ledger.call(_SETTLE, entry.key, cancel=cancel), entry.key, cancel)
    except RefusedError:
        return Settled(entry, None, f"Only {entry.operator}, who sent it, can settle it.")
    except ConsoleError as error:
        return Settled(entry, None, str(error))
    if outbox is not None:
        outbox.forget(entry)
    return Settled(entry, outcome)


def settle_doubts(ledger: Ledger, *, repeated: UUID | None = None) -> tuple[Settled, ...]:
    """Settle all that is in doubt, but what is about to be sent again under its own key."""
    outbox = ledger.outbox
    if outbox is None:
        return ()
    try:
        doubts = outbox.doubts()
    except UnavailableError:
        # Reading goes on without it; the next write says what is wrong and is not sent.
        logger.warning("What is in doubt cannot be read", exc_info=True)
        return ()
    return tuple(settle(ledger, entry) for entry in doubts if entry.key != repeated)
