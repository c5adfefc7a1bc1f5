"""Which ledger a command works with: what is said nearest to it wins."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.cli.output import say
from console.errors import UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from console.settings import Paths, Settings
    from console.settings.profiles.profile import Profile
    from console.settings.profiles.store import ProfileStore
    from console.workspace.identity import Identity

_BOTH: Final = "--profile and --database-url, or their variables, name two ledgers; leave one of them out."


@dataclass(frozen=True, slots=True)
class Target:
    """What the options before a command say of the ledger; None where nothing was said.

    url_is_typed, profile_is_typed: on the command line, and not in the environment alone.
    """

    database_url: str | None = None
    data_dir: Path | None = None
    profile: str | None = None
    read_only: bool = False
    unlock: str | None = None
    url_is_typed: bool = False
    profile_is_typed: bool = False

    def settings(self) -> tuple[Settings, Paths]:
        """Return the settings, in which the options win, and the folders; no profile is looked at."""
        from console.settings import Paths, Settings

        # Settings let the environment win over the file, so an option is the nearest environment.
        if self.database_url is not None:
            os.environ["LEDGER_DATABASE_URL"] = self.database_url
        if self.data_dir is not None:
            os.environ["LEDGER_DATA_DIR"] = str(self.data_dir)
        if self.read_only:
            os.environ["LEDGER_READ_ONLY"] = "true"
        settings = Settings.load(Paths.standard())
        return settings, Paths.standard(settings.data_dir)

    def configured(self, *, enters: bool = True) -> tuple[Settings, Paths, Identity | None]:
        """Return the same with the profile applied, and what that calls the ledger; None without one.

        enters: whether an operator's password is needed; who has none yet comes as far as the gate.
        Raises UnknownProfileError, and UsageError when a profile and a URL are named equally near.
        """
        settings, paths = self.settings()
        profile = self._profile(settings, paths)
        if profile is None:
            return settings, paths, None
        from console.workspace.identity import Identity

        identity = Identity.of(profile, settings)
        if not enters:
            return *profile.applied(settings, paths, gate_password=_gate_password(profile)), identity
        return *profile.applied(settings, paths, password=password_for(profile)), identity

    def _profile(self, settings: Settings, paths: Paths) -> Profile | None:
        """Return the profile to be used: one of the command line, of the environment, or the chosen one."""
        from console.settings.profiles.store import ProfileStore

        store = ProfileStore(paths)
        if self.profile is None:
            # A folder that was named is one ledger too, and nearer than what was chosen once.
            is_said = settings.database_url is not None or settings.data_dir is not None
            return None if is_said else _chosen(store)
        if self.database_url is not None and self.url_is_typed == self.profile_is_typed:
            raise UsageError(_BOTH)
        return None if self.url_is_typed else store.named(self.profile)


def _chosen(store: ProfileStore) -> Profile | None:
    return store.of_commands() if store.exists else None


def password_for(profile: Profile) -> str:
    """Return the password of a profile's operator: of the keyring, or asked for at a terminal.

    Empty leaves it to libpq, which knows PGPASSWORD and a password file, and to the server.
    """
    if not profile.is_server:
        return ""
    kept = _kept(profile)
    if kept:
        return kept
    if profile.client_certificate or _libpq_knows() or not sys.stdin.isatty():
        return ""
    from getpass import getpass

    return getpass(f"Password of {profile.operator or 'this account'} at {profile.name}: ")


def _gate_password(profile: Profile) -> SecretStr | None:
    if not profile.is_server:
        return None
    from console.settings.profiles.secrets import Secrets, SecretsUnavailableError

    try:
        return Secrets().gate_password(profile)
    except SecretsUnavailableError:
        return None  # the settings may have it


def _kept(profile: Profile) -> str:
    if not (profile.keep_password and profile.operator):
        return ""
    from console.settings.profiles.secrets import Secrets, SecretsUnavailableError

    try:
        found = Secrets().password(profile, profile.operator)
    except SecretsUnavailableError as error:
        say(str(error))
        return ""
    return "" if found is None else found.get_secret_value()


def _libpq_knows() -> bool:
    if "PGPASSWORD" in os.environ or "PGPASSFILE" in os.environ:
        return True
    if sys.platform == "win32":
        return (Path(os.environ.get("APPDATA", "")) / "postgresql" / "pgpass.conf").is_file()
    return (Path.home() / ".pgpass").is_file()
