"""Starting and stopping the server of one data folder; the caller sees to it that nobody else does."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from console.errors import EmbeddedServerError
from console.postgres.embedded.cluster import reason_in
from console.postgres.embedded.folder import give, unusable
from console.postgres.embedded.postmaster import Postmaster, cluster_name, misleading_files, processes_of
from console.postgres.embedded.sockets import PORT, forget_short_folder
from console.postgres.embedded.tuning import Listening, Machine, settings_text
from console.settings.private import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.embedded.folder import Folder
    from console.postgres.embedded.programs import Outcome, Programs

_START_TIMEOUT_S: Final = 60
_TRIES: Final = 2
_STOP_TIMEOUT_S: Final = 30
_GRACE_S: Final = 5
_POLL_S: Final = 0.05
_LOG_BYTES_MAX: Final = 4 * 1024 * 1024
_LOG_BYTES_KEPT: Final = 256 * 1024
# What another server that is just ending still holds; each passes by itself.
_PASSING: Final = ("pre-existing shared memory block", "Address already in use", "could not bind")


@dataclass(frozen=True, slots=True)
class Running:
    """Start and stop."""

    folder: Folder
    programs: Programs
    sockets: Path | None

    def ensure(self) -> Postmaster:
        """Return the live server, started if need be; raises EmbeddedServerError after 60 s at most."""
        give_up_at = time.monotonic() + _START_TIMEOUT_S
        self._trim_log()
        # One that a client was stopping when it was killed is gone after a moment, and is started anew.
        for _ in range(_TRIES):
            server = self._ready(self._up(give_up_at), give_up_at)
            if server is not None:
                return server
        raise EmbeddedServerError(
            f"The database in {self.folder.pgdata} ended while it started: "
            f"{reason_in(self._report(0), self.folder)}"
        )

    def _up(self, give_up_at: float) -> Postmaster:
        """Return the server of this folder, perhaps not ready yet, started if there is none."""
        pgdata = self.folder.pgdata
        passing_until = time.monotonic() + _GRACE_S
        while (server := Postmaster.running(pgdata)) is None:
            self._clear_the_way()
            report = self._start(give_up_at)
            now = time.monotonic()
            if report is None or Postmaster.running(pgdata) is not None:
                # It runs: ours, or that of a client which was killed while starting one.
                retry_until = give_up_at
            elif any(words in report for words in _PASSING):
                retry_until = passing_until
            else:
                retry_until = now
            if now >= retry_until:
                raise EmbeddedServerError(
                    f"The database in {pgdata} did not start: {reason_in(report or '', self.folder)} "
                    f"The whole report is in {self.folder.log}."
                )
            time.sleep(_POLL_S if report else 0)
        return server

    def stop(self) -> None:
        """Stop the server if it runs; one that still recovers is left to it, or it would begin anew."""
        pgdata = self.folder.pgdata
        server = Postmaster.running(pgdata)
        if server is not None and not server.ready:
            return
        # An immediate stop loses nothing either: the next start replays the log.
        for mode, timeout_s in (("fast", _STOP_TIMEOUT_S), ("immediate", _GRACE_S)):
            if Postmaster.running(pgdata) is not None:
                self._pg_ctl("stop", f"--mode={mode}", timeout_s=timeout_s)
        if Postmaster.running(pgdata) is not None:
            raise EmbeddedServerError(f"The database in {pgdata} did not stop; see {self.folder.log}.")
        forget_short_folder(self.folder)

    def _start(self, give_up_at: float) -> str | None:
        """Start once; return what was reported if that failed."""
        already_reported = self._prepare_log()
        self._write_settings()
        outcome = self._pg_ctl(
            "start",
            f"--log={self.folder.log.name}",
            f"--options=-c cluster_name={cluster_name(self.folder.pgdata)}",
            timeout_s=max(1, int(give_up_at - time.monotonic())),
        )
        if outcome.code == 0:
            return None
        return self._report(already_reported) + outcome.output

    def _ready(self, server: Postmaster, give_up_at: float) -> Postmaster | None:
        """Wait for a server that another client started, or that recovers after a crash; None if it ended."""
        current: Postmaster | None = server
        while current is not None and not current.ready:
            if time.monotonic() > give_up_at:
                raise EmbeddedServerError(
                    f"The database in {self.folder.pgdata} recovers for over {_START_TIMEOUT_S} seconds; it "
                    f"goes on by itself, so try again in a few minutes. Its report is in {self.folder.log}."
                )
            time.sleep(_POLL_S)
            current = Postmaster.running(self.folder.pgdata)
        return current

    def _clear_the_way(self) -> None:
        """Remove files that would keep the server out in the name of a process that is not the server."""
        pgdata = self.folder.pgdata
        misleading = misleading_files(pgdata, self.sockets)
        give_up_at = time.monotonic() + _GRACE_S
        # Children outlive a killed server for a moment; a new one beside them would destroy the data.
        while misleading and (left := processes_of(pgdata)):
            if time.monotonic() > give_up_at:
                raise EmbeddedServerError(
                    f"Processes of an earlier database server still use {pgdata}; "
                    f"end {', '.join(map(str, left))} and try again."
                )
            time.sleep(_POLL_S)
        for file in misleading:
            file.unlink(missing_ok=True)

    def _pg_ctl(self, action: str, *options: str, timeout_s: int) -> Outcome:
        # Relative paths: pg_ctl puts them into a shell's command line without proper quoting.
        arguments = (action, "--pgdata=pgdata", "--wait", f"--timeout={timeout_s}", "--silent", *options)
        return self.programs.run("pg_ctl", *arguments, folder=self.folder, timeout_s=timeout_s + _GRACE_S)

    def _write_settings(self) -> None:
        configured = self.programs.run("pg_config", "--configure", folder=self.folder, timeout_s=_GRACE_S)
        machine = Machine(
            memory_bytes=psutil.virtual_memory().total,
            free_disk_bytes=self.folder.free_bytes(),
            lz4="--with-lz4" in configured.output,
        )
        if self.sockets is None:
            listening = Listening(None, _free_port())
        else:
            listening = Listening(str(self.sockets), PORT)
        file = self.folder.pgdata / "postgresql.conf"
        try:
            write_private(file, settings_text(machine, listening), owner=self.programs.account)
        except OSError as error:
            raise unusable(self.folder.pgdata, error) from None

    def _prepare_log(self) -> int:
        """Make the log, private and the server's; return its length."""
        try:
            descriptor = os.open(self.folder.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.close(descriptor)
            give(self.folder.log, self.programs.account)
            return self.folder.log.stat().st_size
        except OSError as error:
            raise unusable(self.folder.path, error) from None

    def _trim_log(self) -> None:
        """Keep the end of a long log; safe under a running server, which appends."""
        with suppress(OSError), self.folder.log.open("r+b") as file:
            if file.seek(0, os.SEEK_END) > _LOG_BYTES_MAX:
                file.seek(-_LOG_BYTES_KEPT, os.SEEK_END)
                end = file.read()
                file.seek(0)
                file.truncate()
                file.write(end)

    def _report(self, offset: int) -> str:
        try:
            with self.folder.log.open("rb") as file:
                file.seek(offset)
                return file.read(_LOG_BYTES_KEPT).decode("utf-8", "replace")
        except OSError:
            return ""


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
