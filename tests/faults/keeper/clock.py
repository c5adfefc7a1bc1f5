"""A server whose clock a test moves while it runs, by libfaketime: nothing in the ledger knows of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from console.postgres.embedded.account import account_for
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.embedded.sockets import socket_folder
from tests.cluster import Cluster, data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIBRARY: Final = "*/faketime/libfaketime.so.1"


class Clock:
    """The server's clock, kept in a file: it goes on by itself from wherever it is set."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def set(self, moment: datetime) -> None:
        """Move the clock, to a moment of any zone, for all that asks for it from now on."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        # In one step, and for the server's account to read: every process of the server looks each time.
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+.3f}", encoding="ascii")
        written.chmod(0o644)
        written.replace(self._file)

    @property
    def settings(self) -> list[str]:
        """What the server's environment must say; what waits or measures goes by the real clock."""
        return [
            f"LD_PRELOAD={library()}",
            f"FAKETIME_TIMESTAMP_FILE={self._file}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "NO_FAKE_STAT=1",
        ]


def library() -> Path:
    """Return libfaketime; the test is skipped where it is not installed."""
    found = sorted(Path("/usr/lib").glob(_LIBRARY))
    if not found:
        pytest.skip("there is no libfaketime here; on Debian and Ubuntu: apt install libfaketime")
    return found[0]


@contextmanager
def server_with_clock(disk: Path, moment: datetime) -> Iterator[tuple[Cluster, Clock]]:
    """Lend a server that was started at a moment of its own clock."""
    library()
    with data_folder(disk) as data, EmbeddedServer(data) as server:
        folder = Folder.of(data)
        clock = Clock(folder.path / "clock")
        clock.set(moment)
        account = account_for(folder.pgdata)
        sockets = socket_folder(folder, account)
        programs = Programs.find(folder, account, sockets)
        # Behind what makes root the server's account, if there is such: whoever starts with the library
        # owns the memory that it shares.
        moved = replace(programs, prefix=(*programs.prefix, "env", *clock.settings))
        Running(folder, programs, sockets).stop()
        Running(folder, moved, sockets).ensure()
        server.revive()
        yield Cluster(server.owner_url), clock
