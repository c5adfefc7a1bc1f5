"""Who uses the server: each client keeps a file locked, which the system unlocks if the client dies."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from filelock import FileLock, Timeout

from console.errors import EmbeddedServerError
from console.postgres.embedded.folder import unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK_TIMEOUT_S: Final = 180
_SUFFIX: Final = ".lease"


@contextmanager
def alone(lock_file: Path) -> Iterator[None]:
    """Keep other threads and processes out of the block; raises EmbeddedServerError after three minutes."""
    # A new object each time: one lock object may be entered twice, two on one file exclude each other.
    lock = FileLock(lock_file, mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=_LOCK_TIMEOUT_S)
    except Timeout:
        raise EmbeddedServerError(
            f"Another console has been starting or stopping the database in {lock_file.parent} for "
            f"{_LOCK_TIMEOUT_S // 60} minutes; end it and try again."
        ) from None
    except OSError as error:
        raise unusable(lock_file.parent, error) from None
    try:
        yield
    finally:
        lock.release()


class Lease:
    """One client's claim on the server."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Credentials the server; call it alone()."""
        # Random: a process may have several leases, and process ids come again.
        file = folder / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        lock = FileLock(file, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except OSError as error:
            raise unusable(folder, error) from None
        return cls(lock)

    @property
    def name(self) -> str:
        """The name of its file."""
        return Path(self._lock.lock_file).name

    def release(self) -> None:
        """Give the claim up, once; call it alone(), except when that lock cannot be had."""
        if self._lock.is_locked:
            self._lock.release()
            with suppress(OSError):
                Path(self._lock.lock_file).unlink()


def any_held(folder: Path) -> bool:
    """Whether a living client has a lease; removes those of dead clients. Call it alone()."""
    held = [_is_held(file) for file in folder.glob(f"*{_SUFFIX}")]  # all of them, to tidy up
    return any(held)


def others_hold(folder: Path, own: Lease) -> bool:
    """Whether a living client but this one has a lease. Call it alone()."""
    held = [_is_held(file) for file in folder.glob(f"*{_SUFFIX}") if file.name != own.name]
    return any(held)


def _is_held(file: Path) -> bool:
    lock = FileLock(file, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return True  # cannot tell: better a server too many than one stopped under somebody
    lock.release()
    with suppress(OSError):
        file.unlink()
    return False
