"""What an administrator gives operators, as orders: done at once, or submitted for another to agree to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import text

from console.errors import ConsoleError
from console.writes.operation import Operation

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

_GROUPS: Final = {"groups": "text[]"}
_UNTIL: Final = text("SELECT o.code_until FROM ledger.operators o WHERE o.name = :name")


@dataclass(frozen=True, slots=True)
class NewOperator:
    """An operator who sets the first password by a code, of which this has the digest."""

    name: str
    display_name: str
    roles: tuple[str, ...]
    code_digest: bytes
    reason: str

    @property
    def operation(self) -> Operation:
        """As a request has it: JSON has no bytes."""
        words = {
            "operator": self.name, "display_name": self.display_name, "groups": _groups(self.roles),
            "code_digest": self.code_digest.hex(), "reason": self.reason,
        }  # fmt: skip
        return Operation("operators.add", "create_operator", words, _GROUPS)

    @property
    def at_once(self) -> Operation:
        """As the ledger's function takes it, without a password."""
        return _with_code(self.operation, self.code_digest)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code in place of an operator's password, which ends at once."""

    name: str
    code_digest: bytes
    reason: str

    @property
    def operation(self) -> Operation:
        """As a request has it: JSON has no bytes."""
        words = {"operator": self.name, "code_digest": self.code_digest.hex(), "reason": self.reason}
        return Operation("operators.password", "set_operator_password", words)

    @property
    def at_once(self) -> Operation:
        """As the ledger's function takes it, without a password."""
        return _with_code(self.operation, self.code_digest)


@dataclass(frozen=True, slots=True)
class Roles:
    """Just these roles for an active operator; all others are taken."""

    name: str
    roles: tuple[str, ...]
    reason: str

    @property
    def operation(self) -> Operation:
        """The same at once and as a request."""
        words = {"operator": self.name, "groups": _groups(self.roles), "reason": self.reason}
        return Operation("operators.roles", "set_operator_groups", words, _GROUPS)


@dataclass(frozen=True, slots=True)
class Enabled:
    """A disabled operator who gets back what was taken."""

    name: str
    reason: str

    @property
    def operation(self) -> Operation:
        """The same at once and as a request."""
        words = {"operator": self.name, "reason": self.reason}
        return Operation("operators.enable", "enable_operator", words)


CodeOrder: TypeAlias = NewOperator | NewCode


@dataclass(frozen=True, slots=True)
class Changed:
    """What an operator had and has now; kept: roles that were granted by hand, not the ledger's to take."""

    before: tuple[str, ...]
    now: tuple[str, ...]
    kept: tuple[str, ...]


def give_code(
    ledger: Ledger, order: CodeOrder, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> datetime | None:
    """Make an operator with a code, or give one a code; return until when it is good.

    None when that cannot be told: the code is given, and whoever gave it must see it. Raises RefusedError.
    """
    ledger.perform(order.at_once, key=key, cancel=cancel)
    try:
        return code_until(ledger.database, order.name)
    except ConsoleError:
        return None


def code_until(database: Database, name: str) -> datetime | None:
    """Return until when an operator's code is good; None without one that is not used."""

    def ask(session: Session) -> datetime | None:
        until: datetime | None = session.execute(_UNTIL, {"name": name}).scalar_one_or_none()
        return until

    return database.read("operators.code", ask)


def change_roles(
    ledger: Ledger, order: Roles, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Changed:
    """Give an operator just the roles that are ordered; raises RefusedError."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return Changed(_roles(done["before"]), _roles(done["groups"]), _roles(done["kept"]))


def _with_code(asked: Operation, digest: bytes) -> Operation:
    arguments: dict[str, Any] = {**asked.arguments, "verifier": None, "code_digest": digest}
    return Operation(asked.action, asked.function, arguments, {**asked.types, "verifier": "text"})


def _groups(roles: tuple[str, ...]) -> list[str]:
    return [f"ledger_{role}" for role in sorted(set(roles))]


def _roles(groups: list[str]) -> tuple[str, ...]:
    return tuple(group.removeprefix("ledger_") for group in groups)
