"""Manual changes of accounts: open, freeze, unfreeze, close, overdraft limit, erasing a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from console.writes.operation import Operation, without_empty
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Open:
    """An account with an empty wallet, or a wallet in one more currency for an account there is."""

    username: str
    currency: str
    reason: str
    display_name: str = ""
    email: str | None = None
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("account.open", "open_account", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class SetStatus:
    """An account to be frozen, unfrozen or closed in all its currencies; only an empty one is closed."""

    username: str
    status: AccountStatus
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = {**asdict(self), "status": self.status.value}
        return Operation(
            "account.status",
            "set_account_status",
            without_empty(arguments, "ticket"),
            {"status": "ledger.account_status"},
        )


@dataclass(frozen=True, slots=True)
class SetMetadata:
    """What else is to be kept with an account: names and texts of one line; None takes a name away."""

    username: str
    metadata: Mapping[str, str | None]
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = {
            "username": self.username, "metadata": dict(self.metadata), "reason": self.reason,
            "ticket": self.ticket,
        }  # fmt: skip
        return Operation("account.metadata", "set_account_metadata", without_empty(arguments, "ticket"))


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with an empty wallet; its number is that of the user."""

    account: int
    key: UUID


@dataclass(frozen=True, slots=True)
class StatusChange:
    """Whether an account's money may move, before and after."""

    before: AccountStatus
    after: AccountStatus
    key: UUID


@dataclass(frozen=True, slots=True)
class OverdraftLimit:
    """How far below zero a wallet may go, in minor units, and why."""

    username: str
    currency: str
    limit: int
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("account.overdraft", "set_overdraft_limit", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class OverdraftChange:
    """A wallet's overdraft limit before and after, in minor units."""

    before: int
    after: int
    key: UUID


@dataclass(frozen=True, slots=True)
class MetadataChange:
    """Under which names something was kept or taken away."""

    names: tuple[str, ...]
    key: UUID


@dataclass(frozen=True, slots=True)
class Erased:
    """A closed account without its person; how many notes have lost their text."""

    account: int
    notes: int
    key: UUID


def open(  # noqa: A001 - used as accounts.open
    ledger: Ledger,
    username: str,
    currency: str,
    *,
    reason: str,
    display_name: str = "",
    email: str | None = None,
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Opened:
    """Open an account, or a wallet in one more currency."""
    order = Open(username, currency, reason, display_name, email, ticket)
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return Opened(done["account"], done["key"])


def set_status(
    ledger: Ledger,
    username: str,
    status: AccountStatus,
    *,
    reason: str,
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> StatusChange:
    """Freeze, unfreeze or close an account."""
    done = ledger.perform(SetStatus(username, status, reason, ticket).operation, key=key, cancel=cancel)
    return StatusChange(AccountStatus(done["before"]), AccountStatus(done["after"]), done["key"])


def set_overdraft_limit(
    ledger: Ledger, order: OverdraftLimit, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> OverdraftChange:
    """Let a wallet go so far below zero; less than it is below already is refused."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return OverdraftChange(done["before"] or 0, done["after"], done["key"])


def set_metadata(
    ledger: Ledger, order: SetMetadata, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> MetadataChange:
    """Change what else is kept with an account."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return MetadataChange(tuple(done["names"]), done["key"])


def erase(
    ledger: Ledger,
    username: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Erased:
    """Erase a closed account's person: name, e-mail, metadata, notes, and what proves them in the chain."""
    operation = Operation("account.erase", "erase_account", {"username": username, "reason": reason})
    done = ledger.perform(operation, key=key, cancel=cancel)
    return Erased(done["account"], done["notes"], done["key"])
