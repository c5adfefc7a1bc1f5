"""Restoring a backup: into a database of its own, held against the file's head, then put in its place."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy import text

from console.errors import ConsoleError, EmbeddedServerError, OpenedReadOnlyError, UnavailableError
from console.ledger.audit.verify.questions import verify
from console.ledger.audit.witness import Witness
from console.ledger.operators import enrolment
from console.monitor.recording.recorder import Recorder
from console.postgres.cancellation import Cancellation
from console.postgres.database import Database
from console.postgres.embedded.binaries import MAJOR_VERSION
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.copies.clients import Clients, CopyFailedError
from console.postgres.embedded.copies.exchange import put_in_place
from console.postgres.embedded.copies.staging import Staging
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.leases import alone, any_held
from console.postgres.embedded.passwords import Passwords
from console.postgres.embedded.server import DATABASE, EmbeddedServer, in_use
from console.postgres.schema import NewerSchemaError, is_newer
from console.postgres.steps import Step, untold
from console.workspace.backup.errors import NotOwnLedgerError, NotRestoredError, WouldLoseError
from console.workspace.backup.facts import facts_of
from console.workspace.backup.files import Content, check, reading
from console.workspace.backup.losses import (
    Standing,
    facts_now,
    lost_by_memory,
    standing,
    went_its_own_way,
)
from console.workspace.migrate import migrate
from console.workspace.own_ledger import as_admin, settle_in

if TYPE_CHECKING:
    from pathlib import Path

    from console.ledger.audit.verify.check import Report
    from console.postgres.embedded.postmaster import Postmaster
    from console.postgres.steps import Tell
    from console.settings import Paths, Settings
    from console.workspace.backup.facts import Facts
    from console.workspace.backup.header import BackupHeader

_MB: Final = 1024 * 1024
_ROOM_BYTES: Final = 256 * _MB


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored, and how it was found; kept: the folder of the database that was replaced.

    lost: in words, what was given up for it. verified: all checks of the restored ledger.
    """

    header: BackupHeader
    verified: Report
    kept: Path | None
    lost: str = ""


def restore(
    settings: Settings,
    paths: Paths,
    file: Path,
    *,
    passphrase: str | None = None,
    over_reason: str | None = None,
    progress: Tell = untold,
    cancel: Cancellation | None = None,
    operator: str = "",
) -> RestoreReport:
    """Restore the ledger on this computer from a backup; nobody else may use it meanwhile.

    Whole or not at all: until the last step the ledger is as it was, and it is kept beside the restored one.
    Raises WouldLoseError where the ledger holds what the backup does not and no reason is given; the reason
    goes into the restored ledger's audit chain. `operator` is whose it is here. Raises
    PassphraseError, DamagedBackupError, NewerSchemaError, NotRestoredError, EmbeddedServerError and
    CancelledError: then nothing was changed.
    """
    if settings.database_url is not None:
        raise NotOwnLedgerError
    if settings.read_only:
        raise OpenedReadOnlyError
    cancel = cancel or Cancellation()
    with reading(file) as reader:
        header = reader.header
    if is_newer(header.facts.schema):
        raise NewerSchemaError(header.facts.schema)
    if header.postgresql > MAJOR_VERSION:
        raise UnavailableError(
            f"{file} was made with PostgreSQL {header.postgresql} and this console brings {MAJOR_VERSION}; "
            "install a newer console. Nothing was changed."
        )
    progress(Step("Reading the backup through"))
    check(file, passphrase, cancel)
    return _Restoring(
        settings, paths, file, header, passphrase, over_reason, progress, cancel, operator
    ).run()


@dataclass(frozen=True, slots=True)
class _Restoring:
    settings: Settings
    paths: Paths
    file: Path
    header: BackupHeader
    passphrase: str | None
    reason: str | None
    tell: Tell
    cancel: Cancellation
    operator: str

    def run(self) -> RestoreReport:
        folder = Folder.prepare(self.paths.data)
        self._refuse_small_disk(folder)
        with ExitStack() as stack:
            server, there = self._there(folder, stack)
            lost = there.lost or self._lost_by_memory()
            self._insist(lost)
            with alone(folder.lock):
                staging = Staging.make(folder)
            stack.callback(staging.discard)
            # The password of the cluster that will be in use; drawn now where there was none.
            passwords = Passwords(folder.secrets)
            passwords.make_owner()
            fresh = staging.start(passwords)
            self._fill(staging, fresh, passwords)
            lost = lost or self._own_way(fresh, passwords, there)
            self._insist(lost)
            verified = self._finish(fresh, passwords, there, lost)
            self.cancel.check()
            self.tell(Step("Putting the restored ledger in its place"))
            staging.stop()
            kept = self._exchange(folder, server, staging, there, verified)
        return RestoreReport(self.header, verified, kept, lost)

    def _there(self, folder: Folder, stack: ExitStack) -> tuple[EmbeddedServer | None, Standing]:
        """Return the server that runs and what stands in it, if there is one."""
        if not folder.pgdata.exists():
            return None, Standing(None)
        self.tell(Step("Looking at the ledger that is there"))
        server = EmbeddedServer(self.paths.data, self.tell)
        try:
            server.start()
        except EmbeddedServerError as error:
            # A ledger that cannot be started is what one restores a backup over.
            return None, Standing(
                None, f"The ledger that is there cannot be opened, so nobody can say what it holds: {error}"
            )
        stack.callback(server.stop)
        server.refuse_shared()
        return server, standing(server, self.header)

    def _lost_by_memory(self) -> str:
        ledger = self.header.facts.ledger
        memory = None if ledger is None else Witness(self.paths.data).remembered(ledger)
        return lost_by_memory(memory, self.header)

    def _insist(self, lost: str) -> None:
        if lost and not self.reason:
            raise WouldLoseError(lost)

    def _refuse_small_disk(self, folder: Folder) -> None:
        needed, free = self.header.facts.bytes + _ROOM_BYTES, folder.free_bytes()
        if free < needed:
            raise UnavailableError(
                f"Restoring needs {needed // _MB:,} MB beside the ledger that is there, and the disk of "
                f"{folder.path} has {free // _MB:,} MB free; free some space. Nothing was changed."
            )

    def _fill(self, staging: Staging, fresh: Postmaster, passwords: Passwords) -> None:
        """Run what is in the backup, and hold what came out against its head."""
        self.tell(Step("Filling a new database from the backup"))
        owner = passwords.owner() or ""
        clients = Clients(staging.running.programs.installation, staging.folder, fresh, owner, self.cancel)
        try:
            with fresh.connect(OWNER_ROLE, owner, "postgres") as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")
            with reading(self.file) as reader:
                content = Content(reader.pieces(self.passphrase), self.file)
                clients.run_script(content.roles())
                done = 0
                with clients.filling(DATABASE) as target:
                    for piece in content.dump():
                        self.cancel.check()
                        target.write(piece)
                        done += len(piece)
                        self.tell(Step(f"Filling a new database: {done / _MB:,.1f} MB read"))
            with fresh.connect(OWNER_ROLE, owner, DATABASE) as connection:
                found = facts_of(connection)
                # A dump has no statistics, and without them plans are those of an empty ledger.
                connection.execute("ANALYZE")
        except (CopyFailedError, psycopg.Error) as error:
            self.cancel.check()
            raise NotRestoredError(
                f"{self.file} could not be restored: {error} Nothing was changed."
            ) from None
        wrong = ["there is no ledger in it"] if found is None else self.header.facts.differences(found)
        if wrong:
            raise NotRestoredError(
                f"What came out of {self.file} is not what its head says: {', '.join(wrong)}. "
                "Nothing was changed."
            )

    def _own_way(self, fresh: Postmaster, passwords: Passwords, there: Standing) -> str:
        if there.facts is None or there.facts.ledger != self.header.facts.ledger:
            return ""
        with fresh.connect(OWNER_ROLE, passwords.owner() or "", DATABASE) as connection:
            return went_its_own_way(connection, there.facts, self.header)

    def _finish(self, fresh: Postmaster, passwords: Passwords, there: Standing, lost: str) -> Report:
        """Bring the restored ledger to this console, say in its chain what was lost for it, and verify it."""
        url = fresh.url_for(OWNER_ROLE, passwords.owner() or "", DATABASE)
        role = self.operator or enrolment.role_name()
        self.tell(Step("Bringing the restored ledger to this console"))
        migrate(url)
        with as_admin(url) as connection:
            # What is kept on this computer may be newer than the backup, or all there is.
            for known in passwords.known():
                if enrolment.exists(connection, known):
                    enrolment.set_password(connection, known, passwords)
        settle_in(url, role, passwords)
        if lost and self.reason:
            self._note(url, role, there.facts, lost)
        self.tell(Step("Verifying the restored ledger"))
        database = Database(url, Recorder(), self.settings)
        try:
            report = verify(
                database,
                cancel=self.cancel,
                progress=lambda done, total: self.tell(Step("Verifying the restored ledger", done, total)),
            )
        finally:
            database.close()
        if not report.chain_passed and not self.reason:
            raise NotRestoredError(
                f"The audit chain in {self.file} is not whole: it was broken when the backup was made. "
                "Nothing was changed. To restore it all the same, say why: --over REASON."
            )
        return report

    def _note(self, url: str, role: str, replaced: Facts | None, lost: str) -> None:
        detail = {
            "by": role,
            "backup": _told(self.header.facts) | {"made_at": self.header.made_at.isoformat()},
            "replaced": None if replaced is None else _told(replaced),
            "lost": lost,
        }
        with as_admin(url) as connection:
            connection.execute(
                text("SELECT ledger.note_restore(gen_random_uuid(), :reason, CAST(:detail AS jsonb))"),
                {"reason": self.reason, "detail": json.dumps(detail)},
            )

    def _exchange(
        self,
        folder: Folder,
        server: EmbeddedServer | None,
        staging: Staging,
        there: Standing,
        verified: Report,
    ) -> Path | None:
        witness, head = Witness(self.paths.data), verified.head
        witness.foretell(head, self.reason or "restored from a backup")
        try:
            if server is not None:
                kept = server.replace(staging.folder.pgdata, lambda: self._refuse_changed(server, there))
            else:
                with alone(folder.lock):
                    if any_held(folder.leases):
                        raise EmbeddedServerError(in_use(folder))
                    kept = put_in_place(folder, staging.folder.pgdata, "replaced")
        except ConsoleError:
            witness.forget(str(head.ledger))
            raise
        witness.accept(head)
        if there.facts is None or there.facts.ledger != self.header.facts.ledger:
            self._set_outbox_aside(kept)
        return kept

    def _set_outbox_aside(self, kept: Path | None) -> None:
        """Put what one ledger was asked for beside it: it must not be called off in another."""
        outbox = self.paths.data / "outbox" / "embedded.jsonl"
        if kept is not None and outbox.exists():
            shutil.move(outbox, kept.with_name(f"{kept.name}.outbox.jsonl"))

    def _refuse_changed(self, server: EmbeddedServer, there: Standing) -> None:
        now = facts_now(server)
        if there.facts is not None and now is not None and there.facts.differences(now):
            raise EmbeddedServerError(
                "Something was posted to the ledger while the backup was restored beside it; nothing was "
                "changed. Restore again to see what would be lost."
            )


def _told(facts: Facts) -> dict[str, object]:
    return {
        "ledger": facts.ledger,
        "event": facts.event,
        "hash": facts.event_hash,
        "transactions": facts.transactions,
        "last_transaction": facts.last_transaction,
    }
