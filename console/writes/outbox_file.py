"""The outbox on disk: one line an entry, one line when its outcome is known."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from filelock import FileLock, Timeout

from console.errors import UnavailableError
from console.settings.private import sync_folder, write_private
from console.writes.json_values import plain, restored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LOCK_TIMEOUT_S: Final = 10.0
_POLL_S: Final = 0.002
# With more lines than this beyond the open entries, the file is written anew.
_STALE_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation that was going to be sent; `process` names whoever was going to send it."""

    key: UUID
    action: str
    function: str
    arguments: Mapping[str, Any]
    operator: str
    profile: str
    when: datetime
    process: str

    @property
    def request(self) -> str:
        """What is the same when the same operation is sent again: its key and all it asks for."""
        asked = [self.key.hex, self.function, plain(dict(self.arguments))]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def line(self) -> str:
        """Return the entry as JSON."""
        return json.dumps({
            "key": self.key.hex, "action": self.action, "function": self.function,
            "arguments": plain(dict(self.arguments)), "operator": self.operator, "profile": self.profile,
            "when": self.when.isoformat(), "process": self.process,
        })  # fmt: skip

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Self:
        """Return the entry of a line."""
        return cls(
            UUID(found["key"]), found["action"], found["function"], restored(found["arguments"]),
            found["operator"], found["profile"], datetime.fromisoformat(found["when"]), found["process"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """The file and its lock; all but `alone` and `sync` are called alone."""

    path: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads and processes out; raises UnavailableError when they do not leave."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A new object each time: one lock object may be entered twice, two on one file exclude each other.
        lock = FileLock(self.path.with_name(f"{self.path.name}.lock"), mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=_LOCK_TIMEOUT_S, poll_interval=_POLL_S)
        except Timeout:
            raise UnavailableError(
                f"Another console has held {self.path} for {_LOCK_TIMEOUT_S:.0f} seconds; "
                "end it and try again. Nothing was sent."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def entries(self) -> list[Entry]:
        """Return the open entries, oldest first."""
        return self._read()[0]

    def add(self, entry: Entry) -> None:
        """Write an entry; `sync` makes it safe."""
        is_new = not self.path.exists()
        self._append(entry.line())
        if is_new:
            for folder in (self.path.parent, self.path.parent.parent):
                sync_folder(folder)

    def sync(self) -> None:
        """Make what was added survive a power cut; safe at any time, for an open entry is never dropped."""
        descriptor = os.open(self.path, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def strike(self, request: str) -> None:
        """Say that a request's outcome is known. The word may be lost: then it is asked for once more."""
        entries, lines = self._read()
        kept = [entry for entry in entries if entry.request != request]
        if not kept:
            os.truncate(self.path, 0)
        elif lines > len(kept) + _STALE_LINES:
            write_private(self.path, "".join(f"{entry.line()}\n" for entry in kept))
        else:
            self._append(json.dumps({"known": request}))

    def _append(self, line: str) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            written = f"{line}\n".encode()
            if file.seek(0, os.SEEK_END) > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    written = b"\n" + written  # what a power cut left half written must not swallow this
            file.seek(0, os.SEEK_END)
            file.write(written)

    def _read(self) -> tuple[list[Entry], int]:
        """Return the open entries and the number of lines; what was half written was never sent."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return [], 0
        entries: list[Entry] = []
        for line in lines:
            try:
                found = json.loads(line)
                known = found.get("known")
                if known is None:
                    entries.append(Entry.read(found))
            except (ValueError, LookupError, TypeError, AttributeError):
                continue
            entries = [entry for entry in entries if known is None or entry.request != known]
        return entries, len(lines)
