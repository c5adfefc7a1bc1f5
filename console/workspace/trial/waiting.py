"""Work that may hang, each on a thread of its own: waited for up to a moment, or until it is cancelled."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.postgres.cancellation import Cancellation

Answer = TypeVar("Answer")

_STEP_S = 5.0
_WHOLE_S = 10.0


class Clock:
    """How long a trial may still take: five seconds a step, ten in all."""

    def __init__(self, cancel: Cancellation) -> None:
        self._ends = time.monotonic() + _WHOLE_S
        self._cancel = cancel

    @property
    def step_s(self) -> float:
        """How long the next step may take, in seconds."""
        return max(0.05, min(_STEP_S, self._ends - time.monotonic()))

    def one(self, work: Callable[[], Answer]) -> Answer:
        """Return what work answers; raises what it raises, TimeoutError, or CancelledError."""
        return settled(self.each([work])[0])

    def each(self, works: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
        """Do all of it at once; return each answer, or what kept it from one, a TimeoutError too.

        Nothing can end a look-up of a name, so a thread that hangs is left to its end.
        """
        found: dict[int, Answer | Exception] = {}
        woken = threading.Condition()

        def run(place: int) -> None:
            try:
                answer: Answer | Exception = works[place]()
            except Exception as error:  # noqa: BLE001 - handed to whoever waits
                answer = error
            with woken:
                found[place] = answer
                woken.notify()

        def wake() -> None:
            with woken:
                woken.notify()

        self._cancel.attach(wake)
        try:
            for place in range(len(works)):
                threading.Thread(target=run, args=(place,), name="trial", daemon=True).start()
            with woken:
                woken.wait_for(lambda: len(found) == len(works) or self._cancel.cancelled, self.step_s)
                answers = dict(found)
        finally:
            self._cancel.detach()
        self._cancel.check()
        return [answers.get(place, TimeoutError()) for place in range(len(works))]


def settled(answer: Answer | Exception) -> Answer:
    """Return an answer of Clock.each, or raise what stands in its place."""
    if isinstance(answer, Exception):
        raise answer
    return answer
