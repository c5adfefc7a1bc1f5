"""The passwords of the embedded server's roles, in a file that only its owner can read."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

from console.errors import EmbeddedServerError
from console.postgres.embedded.folder import unusable
from console.postgres.embedded.leases import alone
from console.settings.private import write_private

if TYPE_CHECKING:
    from pathlib import Path

_OWNER: Final = "owner_password"
_ROLES: Final = "roles"


class Passwords:
    """What secrets.json knows; safe to use from several threads and processes at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock_file = file.with_suffix(".lock")

    def owner(self) -> str | None:
        """Return the superuser's password; None before the first start."""
        password = self._read().get(_OWNER)
        return password if isinstance(password, str) else None

    def make_owner(self) -> str:
        """Draw the superuser's password and keep it, or return the one there is."""
        with alone(self._lock_file):
            content = self._read()
            if _OWNER not in content:
                content[_OWNER] = secrets.token_urlsafe(32)
                self._write(content)
        password = self.owner()
        if password is None:
            raise self._damaged()
        return password

    def remember(self, role: str, password: str) -> None:
        """Keep the password of a role in place of what was kept before."""
        with alone(self._lock_file):
            content = self._read()
            content[_ROLES] = self._roles(content) | {role: password}
            self._write(content)

    def password_of(self, role: str) -> str | None:
        """Return what remember() kept for the role."""
        return self._roles(self._read()).get(role)

    def known(self) -> tuple[str, ...]:
        """Return the roles of which a password is kept."""
        return tuple(self._roles(self._read()))

    def _roles(self, content: dict[str, object]) -> dict[str, str]:
        roles = content.get(_ROLES, {})
        if not isinstance(roles, dict):
            raise self._damaged()
        return roles

    def _read(self) -> dict[str, object]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise unusable(self._file.parent, error) from None
        except ValueError:
            raise self._damaged() from None
        if not isinstance(content, dict):
            raise self._damaged()
        return content

    def _write(self, content: dict[str, object]) -> None:
        try:
            write_private(self._file, json.dumps(content, indent=2) + "\n")
        except OSError as error:
            raise unusable(self._file.parent, error) from None

    def _damaged(self) -> EmbeddedServerError:
        return EmbeddedServerError(
            f"The file {self._file} with the database's passwords is damaged; restore it from a backup."
        )
