"""A write is tried again while the reason passes: this is the one place that does."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any, Final

import stamina

from console.errors import ConsoleError, OutcomeUnknownError, RefusedError
from console.postgres.driver_errors import is_passing

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from console.postgres.cancellation import Cancellation

TRIES: Final = 5
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 2.0


def retried(
    once: Callable[[], dict[str, Any]],
    key: UUID,
    cancel: Cancellation | None = None,
    *,
    in_doubt: bool = False,
) -> dict[str, Any]:
    """Return what `once` answers, asked again while the reason passes, five times at most.

    Once an answer to COMMIT was lost, now or before (`in_doubt`), only an outcome ends the doubt.
    """
    try:
        # The pauses are made here and not by stamina, whose sleep nothing could end.
        for attempt in stamina.retry_context(
            on=is_passing, attempts=TRIES, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
        ):
            with attempt:
                if attempt.num > 1:
                    _pause(attempt.num - 1, cancel)
                try:
                    return once()
                except OutcomeUnknownError:
                    in_doubt = True
                    raise
    except (RefusedError, OutcomeUnknownError):
        raise  # refused here: the key was used before with other content, so this never happened
    except ConsoleError as error:
        if in_doubt:
            raise OutcomeUnknownError(str(key)) from error
        raise
    raise AssertionError("stamina ends in an answer or an error")


def _pause(turn: int, cancel: Cancellation | None) -> None:
    """Wait for a random part of a growing time, so that those who met do not meet again."""
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (turn - 1))
    seconds = random.uniform(0, longest)  # noqa: S311 - nobody gains by foreseeing it
    woken = threading.Event()
    if cancel is None:
        woken.wait(seconds)
        return
    cancel.attach(woken.set)
    try:
        woken.wait(seconds)
    finally:
        cancel.detach()
    cancel.check()
