"""Who may sign in: what an administrator of the ledger can do about operators."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import text

from console.errors import RefusedError
from console.errors.refusals import accepted
from console.ledger.operators.credentials import refuse_short
from console.ledger.operators.enrolment import verifier
from console.ledger.operators.sign_in import GATE
from console.writes.operation import Operation
from console.writes.retry import retried

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection as Driver
    from pydantic import SecretStr
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

ROLES: Final = ("viewer", "support", "operator", "approver", "auditor", "admin", "keeper")
"""What an operator can be; in the database each is a group named ledger_…"""


# Each waits for two seconds; a session that has not ended by then is stuck in the server.
_ENDINGS: Final = 3

_TEXTS: Final = {"groups": "text[]"}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; locked_until is None when the operator may sign in."""

    name: str
    display_name: str
    status: str
    roles: tuple[str, ...]
    locked_until: datetime | None
    signed_in_at: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Disabled:
    """What became of an operator who was disabled.

    kept: roles that are not the ledger's to take. left: sessions that have not ended, None when the ledger
    may end none, for the reason in `why`.
    """

    kept: tuple[str, ...]
    ended: int
    left: int | None
    why: str = ""


def operators(database: Database, *, cancel: Cancellation | None = None) -> tuple[Operator, ...]:
    """Return every registered operator by name, in one statement; an active one with the roles held now."""
    statement = text("""
        SELECT o.name, o.display_name, o.status::text AS status,
            CASE o.status WHEN 'disabled' THEN o.groups ELSE ARRAY(
                SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                JOIN pg_roles own ON own.oid = m.member
                WHERE own.rolname = o.name AND starts_with(g.rolname, 'ledger_')
                GROUP BY 1 ORDER BY 1) END AS groups,
            CASE WHEN n.locked_until > clock_timestamp() THEN n.locked_until END AS locked_until,
            (SELECT max(a.at) FROM ledger.sign_in_attempts a
                WHERE a.name = o.name AND a.outcome = 'succeeded') AS signed_in_at,
            o.created_by, o.created_at
        FROM ledger.operators o LEFT JOIN ledger.sign_in_names n ON n.name = o.name
        ORDER BY o.name""")

    def work(session: Session) -> tuple[Operator, ...]:
        return tuple(
            Operator(
                row.name,
                row.display_name,
                row.status,
                tuple(group.removeprefix("ledger_") for group in row.groups),
                row.locked_until,
                row.signed_in_at,
                row.created_by,
                row.created_at,
            )
            for row in session.execute(statement)
        )

    return database.read("operators.list", work, cancel=cancel)


def add_operator(
    ledger: Ledger,
    name: str,
    password: SecretStr,
    roles: Iterable[str],
    *,
    reason: str,
    display_name: str = "",
    key: UUID | None = None,
) -> None:
    """Make an operator; the server is sent the password's SCRAM verifier only.

    Raises RefusedError, and UsageError for a password that is too short.
    """
    carry_out(ledger, adding(ledger, name, password, roles, reason=reason, display_name=display_name), key)


def set_password(
    ledger: Ledger, name: str, password: SecretStr, *, reason: str, key: UUID | None = None
) -> None:
    """Give an operator another password; raises as add_operator does."""
    carry_out(ledger, new_password(ledger, name, password, reason=reason), key)


def adding(
    ledger: Ledger,
    name: str,
    password: SecretStr,
    roles: Iterable[str],
    *,
    reason: str,
    display_name: str = "",
) -> Operation:
    """Return what makes an operator, for `carry_out`; raises UsageError for a password that is too short.

    Whoever asks again in doubt must send the very same: a password has another verifier each time.
    """
    arguments = {
        "operator": name,
        "display_name": display_name,
        "groups": [f"ledger_{role}" for role in sorted(set(roles))],
        "verifier": _verifier(ledger, name, password),
        "reason": reason,
    }
    return Operation("operators.add", "create_operator", arguments, _TEXTS)


def new_password(ledger: Ledger, name: str, password: SecretStr, *, reason: str) -> Operation:
    """Return what gives an operator another password, as `adding` does."""
    arguments = {"operator": name, "verifier": _verifier(ledger, name, password), "reason": reason}
    return Operation("operators.password", "set_operator_password", arguments)


def carry_out(
    ledger: Ledger, operation: Operation, key: UUID | None = None, *, cancel: Cancellation | None = None
) -> None:
    """Do what `perform` does without the outbox: a verifier has no place in a file."""
    key = uuid4() if key is None else key
    accepted(retried(lambda: ledger.call(operation, key, cancel=cancel), key, cancel))


def disable_operator(
    ledger: Ledger,
    name: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Disabled:
    """Take an operator's rights and the way in, and when that stands, end every session there is.

    From its return on nothing that the operator does has an effect. Of one who is disabled already it ends
    the sessions: an earlier call may have been cut short.
    """
    kept: tuple[str, ...] = ()
    try:
        outcome = _perform(ledger, "disable", name, reason, key, cancel)
    except RefusedError as refused:
        if refused.code != "operator.status":
            raise
    else:
        kept = tuple(group.removeprefix("ledger_") for group in outcome["kept"])
    ended = left = 0
    for _again in range(_ENDINGS):
        operation = Operation("operators.end-sessions", "end_sessions", {"operator": name, "reason": reason})
        try:
            done = ledger.perform(operation)
        except RefusedError as refused:
            return Disabled(kept, ended, None, str(refused))
        ended, left = ended + done["ended"], done["left"]
        if not left:
            break
    return Disabled(kept, ended, left)


def enable_operator(
    ledger: Ledger,
    name: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """Give a disabled operator back what was taken."""
    _perform(ledger, "enable", name, reason, key, cancel)


def unlock_operator(
    ledger: Ledger,
    name: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """Forgive an operator's failed attempts before their time."""
    _perform(ledger, "unlock", name, reason, key, cancel)


def open_gate(ledger: Ledger) -> str:
    """Draw a password for the gate's role, set it as an administrator of the server, and return it."""
    password = secrets.token_urlsafe(32)

    def work(session: Session) -> None:
        driver = cast("Driver[Any]", session.connection().connection.driver_connection)
        kept = verifier(session.connection(), GATE, password)
        driver.execute(SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(Identifier(GATE), Literal(kept)))

    ledger.write("operators.gate", work)
    return password


def _perform(  # noqa: PLR0917 - handed on as they came
    ledger: Ledger, verb: str, name: str, reason: str, key: UUID | None, cancel: Cancellation | None
) -> dict[str, Any]:
    arguments = {"operator": name, "reason": reason}
    return ledger.perform(
        Operation(f"operators.{verb}", f"{verb}_operator", arguments), key=key, cancel=cancel
    )


def _verifier(ledger: Ledger, name: str, password: SecretStr) -> str:
    refuse_short(password)
    plain = password.get_secret_value()

    def ask(session: Session) -> str:
        return verifier(session.connection(), name, plain)

    return ledger.database.read("operators.verifier", ask)
