"""A client's journal: what it is about to ask, on disk before it is sent, and what it was answered."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    Outcome = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """One operation: `intent` names it for ever, also in the ledger's descriptions."""

    intent: str
    key: str
    kind: str
    arguments: list[Any]
    # What the ledger must hold afterwards and the arguments do not say: a batch's lines.
    expected: list[Any] = field(default_factory=list)
    outcome: Outcome | None = None
    sends: int = 0

    @property
    def done(self) -> bool:
        """Whether it took effect."""
        return self.outcome is not None and self.outcome["status"] != "refused"


class Outbox:
    """An append-only file of JSON lines; one that was torn by a kill was never sent and is dropped."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        self._file.seek(0)
        whole = self._file.read().rfind(b"\n") + 1
        self._file.truncate(whole)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def intend(self, entry: Entry) -> None:
        """Keep an operation, on the disk itself, before it is sent."""
        self._write({
            "intent": entry.intent, "key": entry.key, "kind": entry.kind,
            "arguments": entry.arguments, "expected": entry.expected,
        })  # fmt: skip
        os.fsync(self._file.fileno())

    def sent(self, intent: str) -> None:
        """Note that an answer is due."""
        self._write({"intent": intent, "sent": True})

    def answered(self, intent: str, outcome: Outcome) -> None:
        """Keep what the ledger acknowledged."""
        self._write({"intent": intent, "outcome": outcome})

    def rekeyed(self, entry: Entry) -> None:
        """Keep the key of an operation that is asked anew; only a client with a bug does."""
        self._write({"intent": entry.intent, "key": entry.key})

    def violated(self, what: str, **facts: object) -> None:
        """Keep what must not happen."""
        self._write({"violation": what, **facts})

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record).encode() + b"\n")
        self._file.flush()


class Journal:
    """What can be read of an outbox while its client still writes it."""

    def __init__(self, path: Path) -> None:
        self.entries: dict[str, Entry] = {}
        self.violations: list[str] = []
        self._path = path
        self._read = 0

    def read(self) -> list[Entry]:
        """Take in what was written since the last call; return what was answered since."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        new = new[: new.rfind(b"\n") + 1]
        self._read += len(new)
        return [entry for line in new.splitlines() if (entry := self._take(json.loads(line))) is not None]

    def _take(self, record: dict[str, Any]) -> Entry | None:
        if "violation" in record:
            self.violations.append(json.dumps(record))
        elif "sent" in record:
            self.entries[record["intent"]].sends += 1
        elif "outcome" in record:
            entry = self.entries[record["intent"]]
            entry.outcome = record["outcome"]
            return entry
        elif "kind" in record:
            self.entries[record["intent"]] = Entry(**record)
        else:
            self.entries[record["intent"]].key = record["key"]
        return None
