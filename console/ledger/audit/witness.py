"""The console as a witness: it remembers how far it saw each audit chain, and looks whether that stands."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from filelock import FileLock, Timeout
from sqlalchemy import text

from console.errors import UnavailableError
from console.ledger.audit.verify.head import HEAD, head_in
from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

    from console.ledger.audit.verify.check import Head
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_LOCK_TIMEOUT_S: Final = 10.0

# Hashes are compared here and not by the server, whose operators a superuser can replace.
_LOOK: Final = text(f"""
    SELECT head.*, memory.ordinality AS memory, e.hash AS event_hash, s.hash AS seal_hash
    FROM ({HEAD}) head
    LEFT JOIN unnest(CAST(:ledgers AS uuid[]), CAST(:places AS text[]), CAST(:ids AS bigint[]),
            CAST(:seals AS bigint[])) WITH ORDINALITY memory (ledger, place, id, sealed_to)
        ON memory.ledger = head.ledger OR memory.place = head.place
    LEFT JOIN ledger.audit_events e ON e.id = memory.id
    LEFT JOIN ledger.seals s ON s.last_id = memory.sealed_to""")  # noqa: S608 - a constant of this package


@dataclass(frozen=True, slots=True)
class Memory:
    """The last event of one ledger's audit chain that this console found good, and the last seal."""

    ledger: str
    place: str
    id: int
    hash: str
    sealed_to: int | None
    seal: str | None
    seen_at: str

    @classmethod
    def of(cls, head: Head) -> Self:
        """Return what there is to remember of a head."""
        seal = head.seal
        return cls(
            str(head.ledger), head.place, head.id, head.hash.hex(), None if seal is None else seal.last_id,
            None if seal is None else seal.hash.hex(), datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that was begun on this computer: the head that its ledger has after it, and why."""

    after: Memory
    reason: str

    @property
    def ledger(self) -> str:
        """Which ledger it is."""
        return self.after.ledger


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file holds."""

    memories: tuple[Memory, ...] = ()
    restored: tuple[Restored, ...] = ()

    def without(self, ledger: str) -> _Kept:
        """Return the same with nothing of one ledger."""
        return _Kept(
            tuple(memory for memory in self.memories if memory.ledger != ledger),
            tuple(restored for restored in self.restored if restored.ledger != ledger),
        )

    def also(self, fresh: Memory) -> _Kept:
        """Return the same with one memory more."""
        return _Kept((*self.memories, fresh), self.restored)


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """What the witness has to say: the head now, the one it remembers, and every way they disagree.

    remembered is None for a ledger that this console has not verified before.
    """

    head: Head
    remembered: Memory | None
    objections: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether all that was remembered still stands."""
        return not self.objections


class Witness:
    """One data folder's memory of ledgers; any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.file: Final = folder / "witness.json"

    def check(self, database: Database, *, cancel: Cancellation | None = None) -> WitnessReport:
        """Look in one statement whether the event and the seal last remembered stand as they were."""
        kept = self._kept()
        memories = [*kept.memories, *(restored.after for restored in kept.restored)]
        values = {
            "ledgers": [UUID(memory.ledger) for memory in memories],
            "places": [memory.place for memory in memories],
            "ids": [memory.id for memory in memories],
            "seals": [memory.sealed_to for memory in memories],
        }
        rows = database.read(
            "audit.glance", lambda session: session.execute(_LOOK, values).all(), cancel=cancel
        )
        if not rows:
            raise UnavailableError(
                "This ledger does not say which it is: the row of ledger.identity is gone."
            )
        head = head_in(rows[0])
        met = {row.memory - 1: row for row in rows if row.memory is not None}
        said = {place: tuple(_objections(memories[place], head, row)) for place, row in met.items()}
        # What was restored on purpose is told apart: either the state before it stands, or the one after.
        for number, restored in enumerate(kept.restored, len(kept.memories)):
            before = next((i for i, one in enumerate(kept.memories) if one.ledger == restored.ledger), None)
            if number not in said or (before is not None and before not in said):
                continue
            # A ledger that was never verified here has nothing before it: then any state before it is good.
            if before is None:
                said = {place: words for place, words in said.items() if place != number or not words}
            else:
                said.pop(before if said[before] and not said[number] else number)
        own = next((memories[place] for place in said if memories[place].ledger == str(head.ledger)), None)
        return WitnessReport(head, own, tuple(words for found in said.values() for words in found))

    def remember(self, head: Head) -> Memory:
        """Keep a head whose chain was verified, unless a later one is kept; returns what is kept now."""
        with self._alone():
            kept = self._kept()
            fresh = Memory.of(head)
            before = next((memory for memory in kept.memories if memory.ledger == fresh.ledger), None)
            was_restored = any(
                one.ledger == fresh.ledger and one.after.id <= fresh.id for one in kept.restored
            )
            if was_restored:
                self._write(kept.without(fresh.ledger).also(fresh))
                return fresh
            if before is not None and (before.id, before.sealed_to or 0) >= (fresh.id, fresh.sealed_to or 0):
                return before
            self._write(kept.without(fresh.ledger).also(fresh))
            return fresh

    def remembered(self, ledger: str) -> Memory | None:
        """Return what is remembered of one ledger."""
        return next((memory for memory in self._kept().memories if memory.ledger == ledger), None)

    def foretell(self, head: Head, reason: str) -> None:
        """Say before a restore which head the ledger will have: until it is there, either one is good."""
        with self._alone():
            kept = self._kept()
            others = tuple(one for one in kept.restored if one.ledger != str(head.ledger))
            self._write(_Kept(kept.memories, (*others, Restored(Memory.of(head), reason))))

    def forget(self, ledger: str) -> None:
        """Take back what foretell() said: the restore was not carried out."""
        with self._alone():
            kept = self._kept()
            left = tuple(one for one in kept.restored if one.ledger != ledger)
            if left != kept.restored:
                self._write(_Kept(kept.memories, left))

    def accept(self, head: Head) -> None:
        """Remember a restored head in place of whatever was remembered of its ledger, for it is there now."""
        with self._alone():
            fresh = Memory.of(head)
            self._write(self._kept().without(fresh.ledger).also(fresh))

    def _write(self, kept: _Kept) -> None:
        content: dict[str, Any] = {"ledgers": [asdict(memory) for memory in kept.memories]}
        if kept.restored:
            content["restored"] = [asdict(restored) for restored in kept.restored]
        write_private(self.file, json.dumps(content, indent=2) + "\n")

    def _kept(self) -> _Kept:
        try:
            found = json.loads(self.file.read_text("utf-8"))
            return _Kept(
                tuple(Memory(**memory) for memory in found["ledgers"]),
                tuple(
                    Restored(Memory(**restored["after"]), restored["reason"])
                    for restored in found.get("restored", ())
                ),
            )
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValueError, TypeError, KeyError) as error:
            # Not taken for an empty memory: whoever spoils the file must not get rid of the witness.
            raise UnavailableError(
                f"What this console remembers of its ledgers, {self.file}, cannot be read ({error}). "
                "Restore the file, or remove it to begin anew."
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes out."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.file.with_suffix(".lock"), mode=0o600, thread_local=False)
            lock.acquire(timeout=_LOCK_TIMEOUT_S)
        except Timeout:
            raise UnavailableError(
                f"Another console holds {self.file} locked; end it and try again."
            ) from None
        except OSError as error:
            raise UnavailableError(f"{self.file} cannot be written: {error.strerror or error}.") from None
        try:
            yield
        finally:
            lock.release()


def _objections(memory: Memory, head: Head, row: Row[Any]) -> Iterator[str]:
    """Say how a head disagrees with what is remembered of its ledger, or of its place."""
    if memory.ledger != str(head.ledger):
        yield (
            f"In this database stood the ledger {memory.ledger}, seen {memory.seen_at}; now it says "
            f"that it is {head.ledger}. Its identity has been changed, so as to be taken for a new one."
        )
        return
    seen = f"event {memory.id:,} with hash {memory.hash}, seen {memory.seen_at}"
    now = f"its head now is event {head.id:,} with hash {head.hash.hex()}"
    if head.id < memory.id:
        yield (
            f"The audit chain ended at {seen}; {now}. Its tail has been cut off, or an older copy of the "
            "ledger has been put in its place."
        )
    elif memory.id > 0 and row.event_hash is None:
        yield f"The audit chain had {seen}, which is gone; {now}."
    elif memory.id > 0 and bytes(row.event_hash).hex() != memory.hash:
        yield (
            f"The audit chain had {seen}; that event now has hash {bytes(row.event_hash).hex()}, and {now}. "
            "The chain has been written anew from there or before, or this is a copy that went its own way."
        )
    if memory.sealed_to is not None and (row.seal_hash is None or bytes(row.seal_hash).hex() != memory.seal):
        found = "gone" if row.seal_hash is None else f"now {bytes(row.seal_hash).hex()}"
        yield (
            f"The seal that ends with transaction {memory.sealed_to:,} had hash {memory.seal}, seen "
            f"{memory.seen_at}; it is {found}. Sealed transactions have been sealed anew."
        )
