"""What a restore would lose: what stands in the ledger's place, held against what a backup holds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import make_url

from console.postgres.driver_errors import translated
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.server import DATABASE
from console.workspace.backup.facts import after_transaction, facts_of, hash_of_event

if TYPE_CHECKING:
    from datetime import datetime

    from console.ledger.audit.witness import Memory
    from console.postgres.embedded.server import EmbeddedServer
    from console.workspace.backup.facts import Connection, Facts
    from console.workspace.backup.header import BackupHeader


@dataclass(frozen=True, slots=True)
class Standing:
    """The ledger that a restore would replace, and in words what of it the backup does not hold.

    facts: None where there is no ledger, or none that can be opened. lost: empty where nothing would be lost.
    """

    facts: Facts | None
    lost: str = ""


def standing(server: EmbeddedServer, header: BackupHeader) -> Standing:
    """Return what stands in a running server's database."""
    with _connected(server) as connection:
        facts = facts_of(connection)
        if facts is None or (facts.transactions == 0 and facts.event == 0):
            return Standing(facts)
        return Standing(facts, _lost(connection, facts, header))


def facts_now(server: EmbeddedServer) -> Facts | None:
    """Return the state of a running server's ledger."""
    with _connected(server) as connection:
        return facts_of(connection)


def lost_by_memory(memory: Memory | None, header: BackupHeader) -> str:
    """Return what this computer's record of the audit trail says would be lost, where the ledger is gone."""
    if memory is None or memory.id <= header.facts.event:
        return ""
    return (
        f"This computer has seen the ledger's audit trail up to event {memory.id:,} ({memory.seen_at}), and "
        f"the backup of {_moment(header.made_at)} ends with event {header.facts.event:,}: what came between "
        "would be lost."
    )


def went_its_own_way(restored: Connection, facts: Facts, header: BackupHeader) -> str:
    """Return what is lost when the ledger that stands is no earlier state of the restored one."""
    if facts.ledger is None or facts.event == 0:
        return ""
    if hash_of_event(restored, facts.event) == facts.event_hash:
        return ""
    return (
        f"The ledger and the backup of {_moment(header.made_at)} went different ways: the ledger's event "
        f"{facts.event:,} is not in the backup."
    )


def _lost(connection: Connection, facts: Facts, header: BackupHeader) -> str:
    saved = header.facts
    if facts.ledger != saved.ledger:
        return (
            f"Another ledger stands here ({facts.ledger or 'one of the first schema'}) with "
            f"{facts.transactions:,} transactions; the backup is of the ledger {saved.ledger}. All of it "
            "would be replaced."
        )
    parts = []
    count, first = after_transaction(connection, saved.last_transaction)
    if count:
        parts.append(f"{count:,} transactions, the first of {_moment(first)}")
    elif facts.transactions != saved.transactions:
        parts.append(f"{facts.transactions - saved.transactions:,} transactions")
    if facts.event > saved.event:
        parts.append(f"{facts.event - saved.event:,} events of the audit trail")
    if not parts:
        return ""
    kin = "an earlier state of the ledger"
    if (
        saved.event
        and facts.event >= saved.event
        and hash_of_event(connection, saved.event) != saved.event_hash
    ):
        kin = "a copy that went its own way"
    return (
        f"The backup of {_moment(header.made_at)} is {kin}; it would lose what was done since: "
        f"{' and '.join(parts)}."
    )


def _moment(at: datetime | None) -> str:
    """Write a moment as people here read it."""
    return "an unknown time" if at is None else at.astimezone().isoformat(sep=" ", timespec="seconds")


class _connected:  # noqa: N801 - a context manager, used like a function
    """Lends a connection as the superuser; the driver's errors become the console's."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server

    def __enter__(self) -> Connection:
        try:
            password = self._server.passwords.owner() or ""
            self._connection = self._server.postmaster.connect(OWNER_ROLE, password, DATABASE)
        except psycopg.Error as error:
            raise translated(error, make_url(self._server.url_for(OWNER_ROLE, ""))) from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with closing(self._connection):
            if isinstance(error, psycopg.Error):
                raise translated(error, make_url(self._server.url_for(OWNER_ROLE, ""))) from error
