"""A cluster made beside the one in use, to be filled and looked at before it takes that one's place."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from filelock import FileLock, Timeout

from console.postgres.embedded.account import account_for
from console.postgres.embedded.cluster import Cluster
from console.postgres.embedded.folder import Folder, unusable
from console.postgres.embedded.postmaster import Postmaster
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.sockets import socket_folder

if TYPE_CHECKING:
    from console.postgres.embedded.passwords import Passwords

_PREFIX: Final = ".incoming-"
_LOCK: Final = "in-use.lock"
# An initdb whose files are taken away ends soon; what is left after that waits for the next start.
_WRITES_ON_S: Final = 5


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder of its own below the server's; what dies half way is cleared away by the next start."""

    folder: Folder
    running: Running
    lock: FileLock

    @classmethod
    def make(cls, above: Folder) -> Self:
        """Make the folder and mark it as in use; call it alone()."""
        try:
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above.path))
            lock = FileLock(path / _LOCK, mode=0o600, thread_local=False)
            lock.acquire(timeout=0)
            if sys.platform != "win32" and os.geteuid() == 0:
                # As the folder above: root's server runs as another account, which must pass.
                path.chmod(0o711)
            folder = Folder(path)
            # The new server runs as whoever runs the one in use.
            account = account_for(above.pgdata)
            sockets = socket_folder(folder, account)
        except OSError as error:
            raise unusable(above.path, error) from None
        return cls(folder, Running(folder, Programs.find(folder, account, sockets), sockets), lock)

    def start(self, passwords: Passwords) -> Postmaster:
        """Make the cluster, with the superuser's password of the one in use, and start its server."""
        Cluster(self.folder, self.running.programs).ensure(passwords)
        return self.running.ensure()

    def stop(self) -> None:
        """Stop the server in order, so that all it holds is on the disk."""
        self.running.stop()

    def discard(self) -> None:
        """Stop what runs and remove the folder, whatever is still in it."""
        try:
            if self.folder.pgdata.exists():
                self.running.stop()
        finally:
            self.lock.release()
            shutil.rmtree(self.folder.path, ignore_errors=True)


def sweep(above: Folder) -> None:
    """Remove what killed consoles left half made; call it alone()."""
    for path in above.path.glob(f"{_PREFIX}*"):
        lock = FileLock(path / _LOCK, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue  # somebody is at work in it
        except OSError:
            continue  # cannot tell
        folder = Folder(path)
        if folder.pgdata.exists() and Postmaster.running(folder.pgdata) is not None:
            account = account_for(folder.pgdata)
            sockets = socket_folder(folder, account)
            Running(folder, Programs.find(folder, account, sockets), sockets).stop()
        with suppress(OSError):
            lock.release()
        _remove(path)


def _remove(path: Path) -> None:
    """Remove a folder in which an initdb of the killed console may still write."""
    until = time.monotonic() + _WRITES_ON_S
    shutil.rmtree(path, ignore_errors=True)
    while path.exists() and time.monotonic() < until:
        time.sleep(0.05)
        shutil.rmtree(path, ignore_errors=True)
