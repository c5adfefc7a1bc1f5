"""Delegations: who decides in a checker's place, and until when; the right stays the checker's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

MOST_DAYS: Final = 90
"""For how long a checker lets another decide, at most."""

MOST_LISTED: Final = 500
"""So many are listed, the open ones first; one lasts 90 days at most, so that few are open at once."""

# As ledger.checker_of judges, which operators cannot call. Their own right comes first: a checker acts for
# nobody. Whoever may not sign in is disabled: the ledger's list of operators is not for everybody to read.
STANDS: Final = """d.ended_at IS NULL AND d.ends_at > now() AND EXISTS (
        SELECT FROM pg_catalog.pg_roles k WHERE k.rolname = d.delegator AND k.rolcanlogin
            AND pg_catalog.pg_has_role(k.oid, 'ledger_viewer', 'MEMBER')
            AND pg_catalog.pg_has_role(k.oid, 'ledger_approver', 'MEMBER'))"""
"""Whether a delegation, of delegations as d, lets somebody decide now."""

CHECKS: Final = """pg_catalog.pg_has_role(session_user, 'ledger_approver', 'MEMBER')
        OR pg_catalog.pg_has_role(session_user, 'ledger_owner', 'MEMBER')"""
"""Whether the session's operator decides by their own right."""

_PAGE: Final = text(f"""
    SELECT d.id, d.delegator, d.delegate, d.reason, d.created_at, d.ends_at, d.ended_by, d.ended_at,
        d.ended_at IS NULL AND d.ends_at > now() AS is_open, {STANDS} AS stands
    FROM ledger.delegations d
    WHERE NOT :only_open OR (d.ended_at IS NULL AND d.ends_at > now())
    ORDER BY CASE WHEN d.ended_at IS NULL AND d.ends_at > now() THEN d.ends_at END, d.id DESC
    LIMIT {MOST_LISTED}""")  # noqa: S608 - texts of ours

_ACTING: Final = text(f"""
    SELECT d.delegator, max(d.ends_at) FROM ledger.delegations d
    WHERE d.delegate = session_user AND {STANDS} AND NOT ({CHECKS})
    GROUP BY 1 ORDER BY 1""")  # noqa: S608 - texts of ours


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """Who decides for whom. ended_by, ended_at: by whom it was ended before its time, None otherwise.

    is_open: whether its time lasts and nobody has ended it. stands: whether it lets anybody decide now; an
    open one does not while its checker is none, or is disabled.
    """

    id: int
    delegator: str
    delegate: str
    reason: str
    created_at: datetime
    ends_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    is_open: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class ActingFor:
    """A checker for whom the session's operator decides, and until when."""

    checker: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation that was made."""

    delegation: int
    delegate: str
    ends_at: datetime
    key: UUID


def delegate(
    ledger: Ledger,
    operator: str,
    ends_at: datetime,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Delegated:
    """Let another operator decide in one's place until then, as a checker; at most MOST_DAYS days."""
    arguments = {"delegate": operator, "ends_at": ends_at, "reason": reason}
    operation = Operation("delegation.add", "delegate", arguments)
    done = ledger.perform(operation, key=key, cancel=cancel)
    return Delegated(
        done["delegation"], done["delegate"], datetime.fromisoformat(done["ends_at"]), done["key"]
    )


def end(
    ledger: Ledger,
    delegation: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """End one before its time: its checker, who decides in their place, or an administrator."""
    arguments = {"delegation": delegation, "reason": reason}
    ledger.perform(Operation("delegation.end", "end_delegation", arguments), key=key, cancel=cancel)


def page(
    database: Database, *, only_open: bool = False, cancel: Cancellation | None = None
) -> tuple[DelegationRow, ...]:
    """Return the delegations, in one statement: open ones first, what ends next before, then the newest."""

    def ask(session: Session) -> tuple[DelegationRow, ...]:
        return tuple(DelegationRow(*row) for row in session.execute(_PAGE, {"only_open": only_open}))

    return database.read("delegations.list", ask, cancel=cancel)


def acting_for(database: Database, *, cancel: Cancellation | None = None) -> tuple[ActingFor, ...]:
    """Return for whom the session's operator decides now, by name; of a checker nobody, in one statement."""

    def ask(session: Session) -> tuple[ActingFor, ...]:
        return tuple(ActingFor(*row) for row in session.execute(_ACTING))

    return database.read("delegations.acting", ask, cancel=cancel)
