"""Manual changes of accounts: open, freeze, unfreeze, close, overdraft limit, erasing a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from console.writes.operation import Operation
from models.account import AccountStatus

if TYPE_CHECKING:
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


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

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("account.overdraft", "set_overdraft_limit", asdict(self))


@dataclass(frozen=True, slots=True)
class OverdraftChange:
    """A wallet's overdraft limit before and after, in minor units."""

    before: int
    after: int
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
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Opened:
    """Open an account with an empty wallet, or a wallet in one more currency for an account there is."""
    arguments = {
        "username": username,
        "currency": currency,
        "display_name": display_name,
        "email": email,
        "reason": reason,
    }
    done = ledger.perform(Operation("account.open", "open_account", arguments), key=key, cancel=cancel)
    return Opened(done["account"], done["key"])


def set_status(
    ledger: Ledger,
    username: str,
    status: AccountStatus,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> StatusChange:
    """Freeze, unfreeze or close an account in all its currencies; only an empty one is closed, for ever."""
    operation = Operation(
        "account.status",
        "set_account_status",
        {"username": username, "status": status.value, "reason": reason},
        {"status": "ledger.account_status"},
    )
    done = ledger.perform(operation, key=key, cancel=cancel)
    return StatusChange(AccountStatus(done["before"]), AccountStatus(done["after"]), done["key"])


def set_overdraft_limit(
    ledger: Ledger, order: OverdraftLimit, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> OverdraftChange:
    """Let a wallet go so far below zero; less than it is below already is refused."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    return OverdraftChange(done["before"] or 0, done["after"], done["key"])


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
