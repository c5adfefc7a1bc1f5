"""All who may sign in, as the server tells it to whoever asks: one statement, of the ledger and of roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.ledger.operators.rights import Rights
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# The ledger's own list is for administrators and auditors; who has which role every session may read.
_REGISTERED: Final = """
    SELECT o.name, o.display_name, o.status::text AS status, o.groups,
        CASE WHEN n.locked_until > clock_timestamp() THEN n.locked_until END AS locked_until,
        (SELECT max(a.at) FROM ledger.sign_in_attempts a
            WHERE a.name = o.name AND a.outcome = 'succeeded') AS signed_in_at,
        o.created_by, o.created_at,
        o.code_until
    FROM ledger.operators o LEFT JOIN ledger.sign_in_names n ON n.name = o.name"""

_NOT_TOLD: Final = """
    SELECT NULL::text AS name, NULL::text AS display_name, NULL::text AS status, NULL::text[] AS groups,
        NULL::timestamptz AS locked_until, NULL::timestamptz AS signed_in_at, NULL::text AS created_by,
        NULL::timestamptz AS created_at, NULL::timestamptz AS code_until WHERE false"""

# Roles are the whole server's: those that may not connect to this database are of other ledgers. A superuser
# may do anything, whatever groups it is in, and is no operator.
_LIST: Final = """
    WITH registered AS ({registered}), holding AS (
        SELECT r.rolname::text AS name, array_agg(DISTINCT g.rolname::text ORDER BY g.rolname::text) AS groups
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
            AND g.rolname IN ('ledger_viewer', 'ledger_support', 'ledger_operator', 'ledger_approver',
                'ledger_auditor', 'ledger_admin', 'ledger_keeper')
        JOIN pg_catalog.pg_roles r ON r.oid = m.member
            AND r.rolcanlogin AND NOT r.rolsuper AND NOT starts_with(r.rolname, 'ledger_')
        WHERE pg_catalog.pg_has_role(r.oid, g.oid, 'USAGE')
            AND pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CONNECT')
        GROUP BY 1
    ), working AS (
        SELECT a.usename::text AS name, count(*) AS sessions
        FROM pg_catalog.pg_stat_activity a
        WHERE a.datname = pg_catalog.current_database() AND a.usename IS NOT NULL GROUP BY 1
    )
    SELECT coalesce(k.name, h.name) AS name, coalesce(k.display_name, '') AS display_name, k.status,
        CASE k.status WHEN 'disabled' THEN k.groups ELSE coalesce(h.groups, k.groups) END AS groups,
        k.locked_until, k.signed_in_at, k.created_by, k.created_at, k.code_until,
        coalesce(w.sessions, 0) AS sessions
    FROM registered k FULL JOIN holding h ON h.name = k.name
    LEFT JOIN working w ON w.name = coalesce(k.name, h.name)
    ORDER BY 1"""

_TOLD = text(_LIST.format(registered=_REGISTERED))
_ROLES_ONLY = text(_LIST.format(registered=_NOT_TOLD))

DISABLED: Final = "disabled"
LOCKED: Final = "locked"
ACTIVE: Final = "active"
BY_HAND: Final = "by hand"
ROLE: Final = "may sign in"


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """One who may sign in, or might before; groups are without `ledger_`.

    status: in a word, as the constants above. registered: the ledger looks after the role. code_until: of a
    code that has not been used, until when it is or was good; there is no password until it is. None of the
    moments is told to whoever may not read the ledger's list, and none is known of a role made by hand.
    """

    name: str
    display_name: str
    status: str
    groups: tuple[str, ...]
    locked_until: datetime | None
    signed_in_at: datetime | None
    sessions: int
    created_by: str
    created_at: datetime | None
    registered: bool
    code_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Operators:
    """All of them by name; told: whether the ledger's own list was read, or the server's roles alone."""

    rows: tuple[OperatorRow, ...]
    told: bool


def page(database: Database, rights: Rights, *, cancel: Cancellation | None = None) -> Operators:
    """Return who may sign in, in one statement; `rights` are those of the session that asks."""
    told = rights.reads_operators

    def ask(session: Session) -> Operators:
        rows = session.execute(_TOLD if told else _ROLES_ONLY)
        return Operators(
            tuple(
                OperatorRow(
                    row.name,
                    row.display_name,
                    _status(row.status, told=told, locked=row.locked_until is not None),
                    tuple(group.removeprefix("ledger_") for group in row.groups),
                    row.locked_until,
                    row.signed_in_at,
                    row.sessions,
                    row.created_by or "",
                    row.created_at,
                    row.status is not None,
                    row.code_until,
                )
                for row in rows
            ),
            told,
        )

    return database.read("operators.page", ask, cancel=cancel)


def _status(registered: str | None, *, told: bool, locked: bool) -> str:
    if registered is None:
        return BY_HAND if told else ROLE
    return LOCKED if locked and registered == ACTIVE else registered
