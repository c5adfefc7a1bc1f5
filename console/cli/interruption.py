"""Ctrl+C ends the running statement on the server, and what has happened is told."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from console.postgres.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def interruptible() -> Iterator[Cancellation]:
    """Yield what the first Ctrl+C cancels; a second one ends the command there and then.

    A KeyboardInterrupt would do no better: raised while COMMIT is under way, it leaves unsaid whether
    the money moved. Cancelled, the command goes on to the server's answer.
    """
    cancel = Cancellation()

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if cancel.cancelled:
            signal.default_int_handler(number, frame)
        # On a thread of its own: the one interrupted here may hold the cancellation's lock.
        threading.Thread(target=cancel.cancel, name="cancel", daemon=True).start()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
