"""Flags, notes that ask for something to be done, and who keeps an eye on an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.accounts.commands import Noted
from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

_ASSIGNEES = text("""
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE ledger.may_close_flags(r.rolname)
    ORDER BY r.rolname""")


@dataclass(frozen=True, slots=True)
class Assigned:
    """Whom a flag waits for, before and after; None is whoever comes first. note: its note's number."""

    note: int
    before: str | None
    after: str | None
    key: UUID


@dataclass(frozen=True, slots=True)
class FlagClosed:
    """A flag that is done, by its note's number."""

    note: int
    key: UUID


@dataclass(frozen=True, slots=True)
class Followed:
    """An account, by its number, that the operator follows now or no longer."""

    account: int
    following: bool
    key: UUID


def flag(
    ledger: Ledger,
    username: str,
    note: str,
    *,
    assignee: str | None = None,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Noted:
    """Flag an account: note what is to be done, and whom it waits for; None is whoever comes first."""
    arguments = {"username": username, "note": note, "assignee": assignee}
    done = ledger.perform(Operation("account.flag", "flag_account", arguments), key=key, cancel=cancel)
    return Noted(done["note"], done["key"])


def assign(
    ledger: Ledger,
    username: str,
    note: int,
    assignee: str | None,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Assigned:
    """Say whom the flag of an account's note waits for."""
    arguments = {"username": username, "flag": note, "assignee": assignee}
    done = ledger.perform(Operation("account.assign", "assign_flag", arguments), key=key, cancel=cancel)
    return Assigned(done["note"], done["before"], done["after"], done["key"])


def close(
    ledger: Ledger,
    username: str,
    note: int,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> FlagClosed:
    """Close the flag of an account's note: what it asked for is done, for good."""
    arguments = {"username": username, "flag": note}
    done = ledger.perform(Operation("account.done", "close_flag", arguments), key=key, cancel=cancel)
    return FlagClosed(done["note"], done["key"])


def follow(
    ledger: Ledger,
    username: str,
    *,
    following: bool = True,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Followed:
    """Follow an account, or no longer; each operator for themselves."""
    arguments = {"username": username, "following": following}
    done = ledger.perform(Operation("account.follow", "follow_account", arguments), key=key, cancel=cancel)
    return Followed(done["account"], following, done["key"])


def assignees(database: Database, *, cancel: Cancellation | None = None) -> tuple[str, ...]:
    """Return the operators whom a flag can wait for, by name."""
    return database.read(
        "account.assignees", lambda session: tuple(session.execute(_ASSIGNEES).scalars()), cancel=cancel
    )
