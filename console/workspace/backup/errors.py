"""The ways in which a backup can fail, one class a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.errors import ConsoleError, FileRefusedError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


class NoBackupError(FileRefusedError):
    """The file is no backup, or not one that this console reads."""


class DamagedBackupError(FileRefusedError):
    """The file was a backup and is not whole any more: cut, changed, or put together anew."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            str(path), f"the backup is damaged: {what}. Nothing was restored from it; use another one."
        )


class PassphraseError(ConsoleError):
    """The backup cannot be read with this passphrase."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the passphrase is wrong, or the head of the file is damaged, which "
            "`ledgerctl backup --check` tells. Nothing was changed."
        )


class NotOwnLedgerError(UsageError):
    """A ledger on a server of others is not backed up from here."""

    def __init__(self) -> None:
        super().__init__(
            "Backups are made of the ledger on this computer. One on a server is backed up by whoever looks "
            "after the server, with pg_dump and pg_dumpall; this computer's is meant "
            "without LEDGER_DATABASE_URL."
        )


class WouldLoseError(ConsoleError):
    """A restore would lose what the ledger holds and the backup does not; nothing was changed."""

    def __init__(self, lost: str) -> None:
        self.lost = lost
        super().__init__(
            f"{lost} Nothing was changed. To restore all the same, say why: --over REASON, which is kept in "
            "the restored ledger's audit chain."
        )


class NotRestoredError(ConsoleError):
    """What came out of a backup is not what its header says; the ledger is as it was."""
