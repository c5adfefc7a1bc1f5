"""The outbox: operations on disk from before they are sent until their outcome is known."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from console.errors import UnavailableError
from console.writes.json_values import plain, restored
from console.writes.outbox_file import Entry, OutboxFile

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from console.writes.operation import Operation

logger = logging.getLogger(__name__)


class Outbox:
    """One ledger's outbox, shared by all consoles of this user; safe for several processes and threads."""

    def __init__(self, path: Path, *, profile: str, operator: str) -> None:
        self._file = OutboxFile(path)
        self._profile = profile
        self._operator = operator
        self._threads = threading.Lock()
        self._sending: list[Entry] = []
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        # Whoever holds this lock is alive: the system frees it, whatever ends the process.
        self._alive = FileLock(self._sign_of(self._process), mode=0o600, thread_local=False)

    @property
    def operator(self) -> str:
        """Who sends through this outbox."""
        return self._operator

    def note(self, key: UUID, operation: Operation) -> tuple[Entry, bool]:
        """Put an operation on disk, for good; also tell whether the same is there from before.

        Raises UnavailableError when that cannot be done: then nothing may be sent.
        """
        entry = Entry(
            key, operation.action, operation.function, restored(plain(dict(operation.arguments))),
            self._operator, self._profile, datetime.now(UTC), self._process,
        )  # fmt: skip
        try:
            with self._threads, self._file.alone():
                if not self._alive.is_locked:
                    self._alive.acquire(timeout=0)
                again = any(other.request == entry.request for other in self._file.entries())
                self._file.add(entry)
                self._sending.append(entry)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            self._file.sync()
        except OSError as error:
            self.done(entry, known=not again)
            raise self._unusable(error) from None
        return entry, again

    def done(self, entry: Entry, *, known: bool) -> None:
        """End the sending; what is known needs no asking at the next start."""
        with self._threads:
            self._sending.remove(entry)
        if known:
            self.forget(entry)

    def forget(self, entry: Entry) -> None:
        """Drop an entry, and earlier tries of the same."""
        try:
            with self._threads, self._file.alone():
                self._file.strike(entry.request)
        except (OSError, UnavailableError):
            # The outcome is known, and that is what counts; the next start asks for it once more.
            logger.warning("An outcome could not be noted in the outbox", exc_info=True)

    def doubts(self) -> tuple[Entry, ...]:
        """Return the entries that no living process is sending, oldest first."""
        if not self._file.path.exists():
            return ()
        try:
            # All of it alone: who has struck its entry may go, and must not be taken for dead before.
            with self._threads, self._file.alone():
                return tuple(entry for entry in self._file.entries() if not self._is_sent(entry))
        except OSError as error:
            raise self._unusable(error) from None

    def close(self) -> None:
        """Leave it to others to settle what this console left in doubt."""
        with self._threads:
            if self._alive.is_locked:
                self._alive.release()
                with suppress(OSError):
                    self._sign_of(self._process).unlink(missing_ok=True)

    def _is_sent(self, entry: Entry) -> bool:
        if entry.process == self._process:
            return entry in self._sending
        sign = self._sign_of(entry.process)
        if not sign.exists():
            return False
        lock = FileLock(sign, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
        with suppress(OSError):
            sign.unlink(missing_ok=True)
        return False

    def _sign_of(self, process: str) -> Path:
        return self._file.path.with_name(f"{self._file.path.name}.{process}.alive")

    def _unusable(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            f"The outbox {self._file.path} cannot be used ({error.strerror or error}), and without it "
            "nothing is sent: free some space or make it writable."
        )
