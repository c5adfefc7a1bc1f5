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
        super().__init__(f"The operator or the password is wrong. {_tries(left)}")


class WrongCodeError(AccessDeniedError):
    """The ledger knows no such operator with this code, or it is over; counts as a wrong password."""

    def __init__(self, left: int) -> None:
        """`left` is how many more attempts the name has."""
        self.left = left
        super().__init__(
            f"The operator or the code is wrong, or the code was used or is over. {_tries(left)} "
            "An administrator can give another code."
        )


class CodeInDoubtError(AccessDeniedError):
    """The answer to a code was lost: it may have been taken."""

    def __init__(self) -> None:
        super().__init__(
            "The connection broke before the server's answer: whether the new password is set is not known. "
            "Sign in with it; if it is wrong, use the code again."
        )


class LockedOutError(AccessDeniedError):
    """Too many attempts of this name failed; nobody signs in under it before a moment."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        here = until.astimezone()
        super().__init__(
            f"Too many attempts failed: nobody can sign in under this name before {here:%H:%M:%S} "
            f"({here:%Y-%m-%d}), unless an administrator unlocks it."
        )


class NoGateError(AccessDeniedError):
    """This computer does not know the gate of a server, and nobody else takes a code."""

    def __init__(self) -> None:
        super().__init__(
            "A code is taken by the gate that counts sign-ins, and this computer has no gate_password for "
            "this server. An administrator makes one with: ledgerctl operator gate"
        )


class GateError(AccessDeniedError):
    """The gate does not let this computer ask; no password was tried."""

    def __init__(self) -> None:
        super().__init__(
            "The gate that counts sign-ins does not know this computer: gate_password is wrong. "
            "An administrator makes a new one with: ledgerctl operator gate"
        )


def _tries(left: int) -> str:
    tries = {0: "No more tries", 1: "1 more try"}.get(left, f"{left} more tries")
    return f"{tries} before a pause of 15 minutes."


def url_with(url: str, operator: str, password: str) -> str:
    """Return a database URL for this operator; without a password the server is left to ask elsewhere."""
    parts = urlsplit(url)
    who = quote(operator, safe="") + (f":{quote(password, safe='')}" if password else "")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{who}@{host}" if who else host))
