"""Transactions put under seal: from then on a change to any of them is found and named."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

RANGE_ROWS: Final = 100_000

_SEAL: Final = text("SELECT ledger.seal(:rows)")
# Each asking waits for a second by itself.
_PAUSES_S: Final = (0.1, 0.4)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A transaction that is not what its operation asked for, and so is not sealed: both, in words."""

    transaction: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Sealing:
    """What was put under seal: rows and ranges, and how far the seals go.

    waits_for: process numbers of sessions whose open transactions may still add to what was posted.
    stopped_at: what no seal may launder; an auditor acknowledges it, or it is put right.
    """

    rows: int
    ranges: int
    sealed_to: int
    waits_for: tuple[int, ...] = ()
    stopped_at: Contradiction | None = None


def seal(
    ledger: Ledger,
    *,
    rows: int = RANGE_ROWS,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sealing:
    """Seal all that was posted before this call, a range of at most `rows` a statement.

    Each range is a transaction of its own and nobody waits for it; `progress` is told the rows so far.
    """
    done = ranges = 0
    pauses = iter(_PAUSES_S)
    while True:
        answer = _seal_range(ledger, rows, cancel)
        done += answer["rows"]
        ranges += answer["rows"] > 0
        if progress is not None:
            progress(done)
        if answer["status"] == "waiting":
            pause = next(pauses, None)
            if pause is None:
                return Sealing(done, ranges, answer["sealed_to"], waits_for=tuple(answer["pids"]))
            _wait(pause, cancel)
        elif answer["status"] == "stopped":
            wrong = Contradiction(answer["transaction"], answer["expected"], answer["found"])
            return Sealing(done, ranges, answer["sealed_to"], stopped_at=wrong)
        elif not answer["more"]:
            return Sealing(done, ranges, answer["sealed_to"])


def acknowledge(
    ledger: Ledger,
    transaction: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Contradiction:
    """Let a transaction that is not what was asked for go under seal; verify names it for ever."""
    arguments = {"transaction": transaction, "reason": reason}
    operation = Operation("audit.acknowledge", "acknowledge_transaction", arguments)
    done = ledger.perform(operation, key=key, cancel=cancel)
    return Contradiction(done["acknowledged"], done["expected"], done["found"])


def _seal_range(ledger: Ledger, rows: int, cancel: Cancellation | None) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        found: dict[str, Any] = session.execute(_SEAL, {"rows": rows}).scalar_one()
        return found

    return ledger.write("audit.seal", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def _wait(seconds: float, cancel: Cancellation | None) -> None:
    """Wait, or less: raises CancelledError at once."""
    woken = threading.Event()
    if cancel is not None:
        cancel.attach(woken.set)
    try:
        woken.wait(seconds)
    finally:
        if cancel is not None:
            cancel.detach()
    if cancel is not None:
        cancel.check()
