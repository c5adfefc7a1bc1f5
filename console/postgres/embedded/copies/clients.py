"""PostgreSQL's own clients that copy a database, with pipes to and from them: nothing is whole in memory."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, cast

import psycopg

from console.errors import CancelledError, ConsoleError
from console.postgres.embedded.binaries import program
from console.postgres.embedded.cluster import OWNER_ROLE, reason_in
from console.postgres.embedded.folder import unusable
from console.postgres.embedded.postmaster import LOOPBACK
from console.postgres.embedded.programs import clean_environment, creation_flags
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.postgres.cancellation import Cancellation
    from console.postgres.embedded.folder import Folder
    from console.postgres.embedded.postmaster import Postmaster

_REPORT_BYTES: Final = 64 * 1024
_END_TIMEOUT_S: Final = 600
# The superuser is made with each cluster and has that cluster's password.
_MADE_WITH_THE_CLUSTER: Final = (f"CREATE ROLE {OWNER_ROLE};", f"ALTER ROLE {OWNER_ROLE} WITH ")


class CopyFailedError(ConsoleError):
    """One of PostgreSQL's programs could not read or fill a database."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"PostgreSQL's {name} failed: {reason}")


@dataclass(frozen=True, slots=True)
class Clients:
    """The programs of one installation, as the superuser of one running server.

    folder: where the password is kept for them; on a command line or in the environment others could read it.
    cancel: what ends a program that runs.
    """

    installation: Path
    folder: Folder
    server: Postmaster
    password: str
    cancel: Cancellation | None = None

    def roles(self, *, with_passwords: bool) -> bytes:
        """Return the statements that make the server's roles anew, all but its superuser.

        Without passwords nobody but the superuser can sign in where they are run.
        """
        options = [] if with_passwords else ["--no-role-passwords"]
        with self._running("pg_dumpall", "--globals-only", *options, stdout=subprocess.PIPE) as process:
            script = _of(process.stdout).read()
        kept = [line for line in script.decode().splitlines() if not line.startswith(_MADE_WITH_THE_CLUSTER)]
        return "\n".join([*kept, ""]).encode()

    def run_script(self, script: bytes) -> None:
        """Run what `roles` gave, all of it or nothing.

        By the driver and not by psql, which brings GNU Readline and its licence into every installer.
        """
        lines = script.decode().splitlines()
        # What begins with a backslash is for psql alone.
        statements = "\n".join(line for line in lines if not line.startswith("\\"))
        try:
            with self.server.connect(OWNER_ROLE, self.password, "postgres") as connection:
                connection.execute(statements.encode())
        except psycopg.Error as error:
            reason = error.diag.message_primary or type(error).__name__
            raise CopyFailedError("roles", f"they could not be made: {reason}.") from None

    @contextmanager
    def dumped(
        self, database: str, *, snapshot: str | None = None, compressed: bool = True
    ) -> Iterator[IO[bytes]]:
        """Yield a database's dump to read to its end; `snapshot` is one that another session has exported."""
        options = [] if snapshot is None else [f"--snapshot={snapshot}"]
        # Level 6 wrote the demo of 60,000 transactions in 0.4 s; the wheel's builds know no other way.
        options.append("--compress=6" if compressed else "--compress=0")
        arguments = ("--format=custom", *options, f"--dbname={database}")
        with self._running("pg_dump", *arguments, stdout=subprocess.PIPE) as process:
            yield _of(process.stdout)

    @contextmanager
    def filling(self, database: str) -> Iterator[IO[bytes]]:
        """Yield where to write a dump that fills an empty database; what failed is raised at the end."""
        arguments = ("--exit-on-error", "--single-transaction", f"--dbname={database}")
        with self._running("pg_restore", *arguments, stdin=subprocess.PIPE) as process:
            yield _of(process.stdin)

    @contextmanager
    def _running(
        self, name: str, *arguments: str, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program beside the block and end it with the block; raises CopyFailedError."""
        with tempfile.TemporaryFile() as report:
            process = self._start(name, *arguments, stdin=stdin, stdout=stdout, stderr=report)
            try:
                if self.cancel is not None:
                    self.cancel.attach(process.kill)
                broken = _used(process)
                try:
                    with broken:
                        yield process
                finally:
                    if self.cancel is not None:
                        self.cancel.detach()
                code = process.wait(_END_TIMEOUT_S)
            finally:
                _end(process)
            if self.cancel is not None and self.cancel.cancelled:
                raise CancelledError
            if code != 0 or broken.happened:
                report.seek(0)
                said = report.read(_REPORT_BYTES).decode("utf-8", "replace")
                raise CopyFailedError(name, reason_in(said, self.folder))

    def _start(
        self, name: str, *arguments: str, stdin: int, stdout: int, stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        passwords = self.folder.path / "owner.pgpass"
        try:
            write_private(passwords, f"*:*:*:{OWNER_ROLE}:{self.password}\n")
        except OSError as error:
            raise unusable(self.folder.path, error) from None
        command = [
            str(program(self.installation, name)), *arguments, "--no-password", f"--username={OWNER_ROLE}",
            f"--host={self.server.sockets or LOOPBACK}", f"--port={self.server.port}",
        ]  # fmt: skip
        try:
            return subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=self.folder.path,
                env=clean_environment() | {"PGPASSFILE": str(passwords), "PGCONNECT_TIMEOUT": "10"},
                # Ctrl+C in a terminal is for the console, which ends its programs itself.
                start_new_session=True,
                creationflags=creation_flags(),
            )
        except OSError as error:
            raise CopyFailedError(name, f"it cannot be run: {error.strerror or error}.") from None


class _used:  # noqa: N801 - a context manager, used like a function
    """Remembers that a program's pipe broke: the program's own report says why."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.happened = False
        self._process = process

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except BrokenPipeError:
            self.happened = True
        if isinstance(error, BrokenPipeError):
            self.happened = True
            return True
        return False


def _of(pipe: IO[bytes] | None) -> IO[bytes]:
    """Return the pipe that was asked for when the program was started."""
    return cast("IO[bytes]", pipe)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no program behind, and no pipe."""
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
