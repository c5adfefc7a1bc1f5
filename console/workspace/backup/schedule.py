"""Backups at set times: whether one is due, who makes it, and which old ones go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from console.errors import ConsoleError, FileRefusedError, SchemaError
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.steps import untold
from console.settings.profiles.secrets import Secrets
from console.workspace.backup.errors import NotOwnLedgerError
from console.workspace.backup.files import SUFFIX, read_header, sweep
from console.workspace.backup.losses import facts_now
from console.workspace.backup.making import back_up
from console.workspace.backup.passphrase import SetPassphrase

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.cancellation import Cancellation
    from console.postgres.steps import Tell
    from console.settings import Paths, Settings
    from console.workspace.backup.making import BackupReport

_NAMES: Final = f"ledger-*{SUFFIX}"


@dataclass(frozen=True, slots=True)
class Known:
    """One backup in a folder."""

    file: Path
    made_at: datetime


def made_backup_folder(settings: Settings, paths: Paths) -> Path:
    """Return the folder where backups go unless another place is named; raises FileRefusedError."""
    folder = settings.backup_folder or paths.data / "backups"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileRefusedError(str(folder), f"it cannot be made: {error.strerror or error}") from None
    return folder


def known_backups(folder: Path, ledger: str | None) -> list[Known]:
    """Return one ledger's backups in a folder, the oldest first; what cannot be read is none."""
    found = []
    for file in folder.glob(_NAMES):
        with suppress(ConsoleError):
            header = read_header(file)
            if header.facts.ledger == ledger:
                found.append(Known(file, header.made_at))
    return sorted(found, key=lambda known: known.made_at)


def back_up_if_due(
    settings: Settings,
    paths: Paths,
    *,
    progress: Tell = untold,
    cancel: Cancellation | None = None,
    secrets: Secrets | None = None,
) -> BackupReport | None:
    """Make a backup when the newest in the folder is older than the settings say; None when none is due.

    Old ones are removed only after the new one was read through. Of several consoles one makes it. Raises
    what make_backup raises, and PassphraseNotThereError.
    """
    if settings.database_url is not None:
        raise NotOwnLedgerError
    if settings.backup_every_h == 0:
        return None
    folder = made_backup_folder(settings, paths)
    lock = FileLock(paths.data / "backup.lock", mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None  # another console makes it now
    try:
        with EmbeddedServer(paths.data, progress) as server:
            facts = facts_now(server)
            if facts is None:
                raise SchemaError("There is no ledger on this computer yet; there is nothing to back up.")
            known = known_backups(folder, facts.ledger)
            age = timedelta(hours=settings.backup_every_h)
            now = datetime.now(UTC)
            # One from the future, of a clock that was wrong, holds nothing up.
            if any(now - age < one.made_at <= now for one in known):
                return None
            passphrase = SetPassphrase(paths.data, str(facts.ledger), secrets or Secrets()).get()
            report = back_up(server, folder, passphrase=passphrase, progress=progress, cancel=cancel)
        sweep(folder)
        _prune([*known, Known(report.file, report.header.made_at)], settings.backup_keep)
    finally:
        lock.release()
    return report


def _prune(known: list[Known], keep: int) -> None:
    for old in known[:-keep]:
        with suppress(OSError):
            old.file.unlink()
