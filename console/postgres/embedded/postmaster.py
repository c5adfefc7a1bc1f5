"""Which process is the server of a data folder, told from processes that only bear its number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import psutil
import psycopg

LOOPBACK: Final = "127.0.0.1"

_CONNECT_TIMEOUT_S: Final = 10
_MARK: Final = "cluster_name="
_PID_FILE: Final = "postmaster.pid"
_PORT_LINE: Final = 3
_SOCKETS_LINE: Final = 4
_STATUS_LINE: Final = 7
_PID_MAX: Final = 2**31 - 1


def cluster_name(pgdata: Path) -> str:
    """Return the name that the folder's server bears on its command line and in its children's titles."""
    status = pgdata.stat()
    # Not the path: the folder may be moved while the server runs, and a copy of it is another folder.
    return "ledger-" + hashlib.sha256(f"{status.st_dev}:{status.st_ino}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its postmaster.pid describes it."""

    pid: int
    port: int
    sockets: str
    ready: bool

    @classmethod
    def running(cls, pgdata: Path) -> Self | None:
        """Return the live server of this data folder."""
        lines = _lines(pgdata / _PID_FILE)
        pid = _pid(lines)
        if pid is None or not _is_server_of(pid, pgdata):
            return None
        lines += [""] * (_STATUS_LINE + 1 - len(lines))
        port = lines[_PORT_LINE].strip()
        return cls(
            pid=pid,
            port=int(port) if port.isdecimal() else 0,
            sockets=lines[_SOCKETS_LINE].rstrip("\r"),
            ready=lines[_STATUS_LINE].strip() == "ready",
        )

    def connect(self, user: str, password: str, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the bare driver, each statement committed; raises the driver's errors."""
        return psycopg.connect(
            host=self.sockets or LOOPBACK,
            port=self.port,
            user=user,
            password=password,
            dbname=database,
            connect_timeout=_CONNECT_TIMEOUT_S,
            autocommit=True,
        )

    def url_for(self, user: str, password: str, database: str) -> str:
        """Return a URL that SQLAlchemy and, without +psycopg, libpq read alike: a space is %20, never +."""
        role = f"{quote(user, safe='')}:{quote(password, safe='')}"
        name = quote(database, safe="")
        if self.sockets:
            where = f"/{name}?host={quote(self.sockets, safe='')}&port={self.port}"
        else:
            where = f"{LOOPBACK}:{self.port}/{name}"
        return f"postgresql+psycopg://{role}@{where}"


def misleading_files(pgdata: Path, sockets: Path | None) -> list[Path]:
    """Return lock files that would keep the server out although their number is another process's.

    A number that belongs to nobody is no obstacle: PostgreSQL sees that itself, and more safely.
    """
    files = [pgdata / _PID_FILE]
    if sockets is not None:
        files += sockets.glob(".s.PGSQL.*.lock")
    return [file for file in files if file.exists() and _misleads(file, pgdata)]


def is_halted(pid: int) -> bool:
    """Whether a process is there and stopped, by a signal or a debugger."""
    try:
        status: str = psutil.Process(pid).status()
    except psutil.Error:
        return False
    return status in {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP}


def processes_of(pgdata: Path) -> list[int]:
    """Return every process that bears the name of this folder's server."""
    name = cluster_name(pgdata)
    return [process.pid for process in psutil.process_iter() if _bears(_command(process), name)]


def _misleads(file: Path, pgdata: Path) -> bool:
    pid = _pid(_lines(file))
    return pid is None or (psutil.pid_exists(pid) and not _is_server_of(pid, pgdata))


def _bears(command: list[str], name: str) -> bool:
    return _MARK + name in command or any(word.startswith(f"postgres: {name}: ") for word in command[:1])


def _is_server_of(pid: int, pgdata: Path) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or "postgres" not in process.name().lower():
            return False
        command: list[str] = process.cmdline()
    except psutil.Error:
        return False  # gone, or another user's: the server is ours or we are root
    if command and command[0].startswith("postgres: "):
        return False  # a child, by chance with the number of an older server
    marks = [argument for argument in command if argument.startswith(_MARK)]
    if marks:
        return marks[-1] == _MARK + cluster_name(pgdata)
    try:
        # Started by hand. If that cannot be told, hold it for ours: two servers on one folder destroy it.
        return Path(process.cwd()).samefile(pgdata)
    except (psutil.Error, OSError):
        return True


def _command(process: psutil.Process) -> list[str]:
    try:
        command: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return command


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        return []


def _pid(lines: list[str]) -> int | None:
    # A server in single-user mode writes its number negated.
    number = lines[0].strip().removeprefix("-") if lines else ""
    if not (number.isascii() and number.isdecimal()):
        return None
    return int(number) if 0 < int(number) <= _PID_MAX else None
