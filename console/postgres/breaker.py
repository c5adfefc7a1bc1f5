"""Keeps the console from knocking at a server that does not answer: connections only, never statements."""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from pybreaker import STATE_CLOSED, STATE_OPEN, CircuitBreaker, CircuitBreakerError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

_OPEN: Final = "{reason} {failures} connections in a row have failed; the next try is in {seconds} s."
_TRYING: Final = "{reason} One connection is trying again now."


class Breaker:
    """Opens after some failures in a row; after a pause one connection tries, and all others wait for it.

    pybreaker keeps the state. Its own call() holds a lock while it calls, so that of eight threads the last
    would wait for seven timeouts before its own: here connections are made outside and only told to it.
    """

    def __init__(self, failures: int, pause_s: float, is_failure: Callable[[Exception], bool]) -> None:
        """`is_failure` tells a server that is not there from one that answers and refuses."""
        self._lock = threading.Lock()
        self._circuit = CircuitBreaker(
            fail_max=failures,
            reset_timeout=pause_s,
            exclude=[lambda error: not is_failure(error)],
            throw_new_error_on_trip=False,
        )
        self._pause_s = pause_s
        self._tries_again_at = 0.0
        self._reason = ""
        self._trying = False

    @property
    def state(self) -> str:
        """`closed` when connections are made, `open` when none is, `half-open` while one tries."""
        return self._circuit.current_state

    @property
    def failures(self) -> int:
        """How many connections have failed since one was made."""
        return self._circuit.fail_counter

    @property
    def tries_again_in_s(self) -> float:
        """Seconds until a connection may try again; 0 when one may now."""
        if self._circuit.current_state != STATE_OPEN:
            return 0.0
        return max(0.0, self._tries_again_at - time.monotonic())

    def try_now(self) -> None:
        """Let the next connection try at once: somebody asks for it who can see what happens."""
        with self._lock:
            self._tries_again_at = 0.0

    def connect(self, make: Callable[[], Answer]) -> Answer:
        """Make a connection; raises CircuitBreakerError with the reason when none is to be tried now."""
        is_trial = self._admit()
        try:
            made = make()
        except Exception as error:
            self._tell(error)
            raise
        else:
            self._tell(None)
            return made
        finally:
            if is_trial:
                self._trying = False

    def _admit(self) -> bool:
        """Let one through; tell whether it is the one that tries."""
        with self._lock:
            state = self._circuit.current_state
            if state == STATE_CLOSED:
                return False
            if state == STATE_OPEN and self.tries_again_in_s > 0:
                seconds = math.ceil(self.tries_again_in_s)
                raise CircuitBreakerError(
                    _OPEN.format(reason=self._reason, failures=self.failures, seconds=seconds)
                )
            if self._trying:
                raise CircuitBreakerError(_TRYING.format(reason=self._reason))
            self._trying = True
            if state == STATE_OPEN:
                self._circuit.half_open()
            return True

    def _tell(self, error: Exception | None) -> None:
        with self._lock:
            before = self._circuit.current_state
            if error is None:
                # One that was under way when the others failed: it proves that the server is there.
                if before == STATE_OPEN:
                    self._circuit.half_open()
                self._circuit.call(lambda: None)
                return
            if before == STATE_OPEN:
                return  # it was under way when the breaker opened, and tells nothing new
            self._reason = f"{str(error).strip().partition(chr(10))[0].rstrip('.')}."
            with suppress(Exception):
                self._circuit.call(_raise, error)
            if self._circuit.current_state == STATE_OPEN:
                self._tries_again_at = time.monotonic() + self._pause_s


def _raise(error: Exception) -> None:
    raise error
