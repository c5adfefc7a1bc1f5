"""Transactions put under seal: from then on a change to any of them is found and named."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

RANGE_ROWS: Final = 100_000

_SEAL: Final = text("SELECT ledger.seal(:rows)")
_PAUSES_S: Final = (0.1, 0.2, 0.4, 0.8, 1.5)


@dataclass(frozen=True, slots=True)
class Sealing:
    """What was put under seal: rows and ranges, and how far the seals go.

    waiting: transactions of that time are still open, so what was posted beside them waits too.
    """

    rows: int
    ranges: int
    sealed_to: int
    waiting: bool


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
    short = 0
    while True:
        answer = _seal_range(ledger, rows, cancel)
        if answer["status"] == "waiting":
            pause = next(pauses, None)
            if pause is None:
                return Sealing(done, ranges, answer["sealed_to"], waiting=True)
            _wait(pause, cancel)
            continue
        done += answer["rows"]
        ranges += answer["rows"] > 0
        if progress is not None:
            progress(done)
        # A range that is not full ends at a mark: the first one's may be from before this call, the second's
        # is not. Who asked on would run after those who post for ever.
        short += answer["rows"] < rows
        if not answer["more"] or short > 1:
            return Sealing(done, ranges, answer["sealed_to"], waiting=False)


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
