"""The passphrase of backups that nobody sits by: in the system's keyring, and a mark that there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.errors import UnavailableError, UsageError
from console.settings.private import write_private
from console.settings.profiles.secrets import Secrets, SecretsUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr


SHORTEST_PASSPHRASE: Final = 12
"""How many characters a backup's passphrase has at least, when the backup is made."""


def refuse_short(passphrase: str) -> None:
    """Raise UsageError for a passphrase that no backup is made with."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise UsageError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters; nothing was done.")


class PassphraseNotThereError(UnavailableError):
    """Backups at set times are to be encrypted, and the keyring does not give the passphrase."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Backups at set times are to be encrypted, and none is made without the passphrase: {reason} "
            "Open the keyring, or set the passphrase anew with: ledgerctl backup-passphrase"
        )


@dataclass(frozen=True, slots=True)
class SetPassphrase:
    """The passphrase for backups at set times of one ledger.

    The mark, a file without the secret, tells "none was set" from "the keyring does not answer": else a
    locked keyring would make backups in clear.
    """

    data: Path
    ledger: str
    secrets: Secrets

    def keep(self, passphrase: SecretStr) -> None:
        """Keep it; raises UsageError for a short one, UnavailableError without a keyring to be trusted."""
        refuse_short(passphrase.get_secret_value())
        try:
            self.secrets.keep_named(self._name, passphrase)
        except SecretsUnavailableError as error:
            raise UnavailableError(
                f"The passphrase cannot be kept on this computer: {error.reason} Nothing was changed. "
                "Let cron or systemd call ledgerctl backup with --passphrase-file instead."
            ) from None
        ledgers = self._marked() | {self.ledger}
        write_private(self._mark, json.dumps(sorted(ledgers)) + "\n")

    def forget(self) -> None:
        """Make backups in clear from now on."""
        left = self._marked() - {self.ledger}
        write_private(self._mark, json.dumps(sorted(left)) + "\n")
        self.secrets.forget_named(self._name)

    def get(self) -> str | None:
        """Return it, or None where none was set; raises PassphraseNotThereError where it cannot be had."""
        if self.ledger not in self._marked():
            return None
        try:
            found = self.secrets.named(self._name)
        except SecretsUnavailableError as error:
            raise PassphraseNotThereError(error.reason) from None
        if found is None:
            raise PassphraseNotThereError("the system's keyring does not hold it any more.")
        return found.get_secret_value()

    @property
    def _name(self) -> str:
        return f"backup:{self.ledger}"

    @property
    def _mark(self) -> Path:
        return self.data / "backup-passphrase.json"

    def _marked(self) -> set[str]:
        try:
            return set(json.loads(self._mark.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return set()
        except (OSError, ValueError, TypeError) as error:
            raise PassphraseNotThereError(f"{self._mark} cannot be read ({error}).") from None
