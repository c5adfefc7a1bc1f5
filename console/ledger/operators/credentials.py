"""Who somebody at the console says they are, and how a server's gate answers that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit, urlunsplit

from console.errors import AccessDeniedError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import SecretStr


SHORTEST_PASSWORD: Final = 12
"""How many characters an operator's password has at least, when it is given."""


def refuse_short(password: SecretStr) -> None:
    """Raise UsageError for a password that no operator is given."""
    if len(password.get_secret_value()) < SHORTEST_PASSWORD:
        raise UsageError(f"A password has at least {SHORTEST_PASSWORD} characters.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An operator's name and password as typed; an empty password leaves the server to ask elsewhere."""

    operator: str
    password: SecretStr


class WrongPasswordError(AccessDeniedError):
    """The server knows no such operator with this password."""

    def __init__(self, left: int) -> None:
        """`left` is how many more attempts the name has."""
        self.left = left
        tries = {0: "No more tries", 1: "1 more try"}.get(left, f"{left} more tries")
        super().__init__(f"The operator or the password is wrong. {tries} before a pause of 15 minutes.")


class LockedOutError(AccessDeniedError):
    """Too many attempts of this name failed; nobody signs in under it before a moment."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        here = until.astimezone()
        super().__init__(
            f"Too many attempts failed: nobody can sign in under this name before {here:%H:%M:%S} "
            f"({here:%Y-%m-%d}), unless an administrator unlocks it."
        )


class GateError(AccessDeniedError):
    """The gate does not let this computer ask; no password was tried."""

    def __init__(self) -> None:
        super().__init__(
            "The gate that counts sign-ins does not know this computer: gate_password is wrong. "
            "An administrator makes a new one with: ledgerctl operator gate"
        )


def url_with(url: str, operator: str, password: str) -> str:
    """Return a database URL for this operator; without a password the server is left to ask elsewhere."""
    parts = urlsplit(url)
    who = quote(operator, safe="") + (f":{quote(password, safe='')}" if password else "")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{who}@{host}" if who else host))
