"""The ends of the logs by their structure: when, how bad, where in our code, and which kind of error.

A message may hold a customer's name, an amount or a password, and no pattern finds all of them: so no
message is taken over, whatever it says.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from console.workspace.diagnostics.words import known_errors, known_modules, state_of

if TYPE_CHECKING:
    from pathlib import Path

_BYTES_READ: Final = 1 << 18
_ENTRIES_AT_MOST: Final = 400
_FRAMES_AT_MOST: Final = 24
_LEVELS: Final = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_HEAD: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} ([A-Z]+) ([\w.]+): ")
_FRAME: Final = re.compile(r'\bFile "([^"]+)", line (\d{1,5})\b')
_ERROR: Final = re.compile(r"[ |+-]*(?:\w+\.)*(\w+)(?::|$)")
# Every place that may begin a module's path: the folder around it may be called console too.
_OURS: Final = re.compile(r"(?=/((?:console|ui|models|resources)(?:/\w+)+)\.py$)")
_LIBRARY: Final = re.compile(r"/(psycopg|sqlalchemy|alembic|pybreaker|stamina|pydantic|sqlglot|shiboken6)/")
_LIBRARIES: Final = frozenset({"root", "qt", "py", "stamina", "psycopg", "sqlalchemy", "alembic", "keyring"})
# Our files have at most 400 lines; a longer number is no line of them.
_LINE_AT_MOST: Final = 999

_SERVER_HEAD: Final = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d{3} UTC \[\d+\] .*?\b(LOG|WARNING|ERROR|FATAL|PANIC):  (.*)"
)
SERVER_WORDS: Final = (
    "database system is ready to accept connections", "database system is shut down",
    "database system was shut down", "database system was interrupted",
    "database system was not properly shut down; automatic recovery in progress",
    "the database system is starting up", "the database system is shutting down",
    "the database system is in recovery mode", "redo starts", "redo done", "redo is not required",
    "received fast shutdown request", "received smart shutdown request",
    "received immediate shutdown request", "received SIGHUP, reloading configuration files",
    "aborting any active transactions", "starting PostgreSQL", "listening on Unix socket",
    "listening on IP", "checkpoint starting", "checkpoint complete", "shutting down", "server process",
    "terminating any other active server processes", "all server processes terminated; reinitializing",
    "terminating connection due to", "terminating connection because of crash of another server process",
    "could not write to file", "could not extend file", "could not fsync file", "could not open file",
    "could not receive data from client", "could not send data to client",
    "unexpected EOF on client connection", "background worker", "out of memory",
    "sorry, too many clients already", "remaining connection slots are reserved",
    "password authentication failed for user", "no pg_hba.conf entry", "role", "database",
    "permission denied", "deadlock detected", "canceling statement due to statement timeout",
    "canceling statement due to lock timeout", "canceling statement due to user request",
    "cannot execute", "could not serialize access", "duplicate key value violates unique constraint",
    "new row for relation", "insert or update on table", "null value in column", "invalid input syntax",
    "syntax error", "relation", "column", "function", "invalid page in block", "temporary file",
    "lock file", "could not bind", "could not create", "parameter", "SSL error", "SSL connection",
)  # fmt: skip
"""What the server says with nothing of a ledger in it, as it begins; what follows is left out."""


@dataclass(slots=True)
class _Entry:
    """One record of the console's log: what is taken of it."""

    head: str
    errors: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)

    def lines(self) -> str:
        """Return the head, then the errors and where they came from."""
        shown = self.head
        for error in self.errors:
            code = state_of(error)
            shown += f"\n    {error}{f' {code}' if code else ''}"
        if self.frames:
            shown += f"\n    {' > '.join(self.frames[-_FRAMES_AT_MOST:])}"
        return f"{shown}\n"


def console_log_text(file: Path) -> str:
    """Return the last entries of the console's log by their structure; raises OSError."""
    if not file.exists():
        return "No log.\n"
    kept: deque[_Entry] = deque(maxlen=_ENTRIES_AT_MOST)
    errors, modules = known_errors(), known_modules()
    for line in _end_of(file):
        head = _head(line, modules)
        if head is not None:
            kept.append(_Entry(head))
        elif kept:
            _add(kept[-1], line, errors, modules)
    return "".join(entry.lines() for entry in kept) or "Nothing in it.\n"


def server_log_text(file: Path) -> str:
    """Return the last lines of an own server's log: when, how bad, and words of PostgreSQL's own."""
    kept: deque[str] = deque(maxlen=_ENTRIES_AT_MOST)
    for line in _end_of(file):
        found = _SERVER_HEAD.match(line)
        when = None if found is None else _moment(found[1])
        if found is not None and when is not None:
            words = max((one for one in SERVER_WORDS if found[3].startswith(one)), key=len, default="")
            kept.append(f"{when} {found[2]} {words}".rstrip() + "\n")
    return "".join(kept) or "Nothing in it.\n"


def _end_of(file: Path) -> list[str]:
    """Return the last lines of a file, the first of them perhaps cut."""
    with file.open("rb") as opened:
        opened.seek(0, 2)
        opened.seek(max(0, opened.tell() - _BYTES_READ))
        return opened.read().decode("utf-8", "replace").splitlines()


def _head(line: str, modules: frozenset[str]) -> str | None:
    """Return what a record begins with; None for a line that goes on, or only looks like one."""
    found = _HEAD.match(line)
    if found is None or found[2] not in _LEVELS:
        return None
    logger = found[3] if found[3] in modules else found[3].partition(".")[0]
    # A message can have a line that looks like a head: a logger that nobody has is no head.
    if logger not in modules and logger not in _LIBRARIES:
        return None
    when = _moment(found[1])
    return None if when is None else f"{when} {found[2]} {logger}"


def _moment(written: str) -> str | None:
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").isoformat(sep=" ")  # noqa: DTZ007 - as the log has it
    except ValueError:
        return None


def _add(entry: _Entry, line: str, errors: frozenset[str], modules: frozenset[str]) -> None:
    """Take from a line of a traceback the frame or the error it tells of; nothing from any other."""
    frame = _FRAME.search(line)
    if frame is not None:
        place = _place(frame[1], int(frame[2]), modules)
        if place and entry.frames[-1:] != [place]:
            entry.frames.append(place)
        return
    found = _ERROR.match(line)
    if found is not None and found[1] in errors and found[1] not in entry.errors:
        entry.errors.append(found[1])


def _place(path: str, line: int, modules: frozenset[str]) -> str:
    """Return a file of ours with its line, or the library's name; nothing for any other file."""
    whole = f"/{path}".replace("\\", "/")
    library = _LIBRARY.search(whole)
    if library is not None:
        return library[1]
    if line > _LINE_AT_MOST:
        return ""
    for found in _OURS.finditer(whole):
        name = found[1].replace("/", ".").removesuffix(".__init__")
        if name in modules:
            return f"{found[1]}.py:{line}"
    return ""
