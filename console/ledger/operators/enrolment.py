"""The role under which the person at this desktop works in the embedded ledger."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final, cast

import psutil
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import text

from console.errors import AccessDeniedError
from console.ledger.operators.credentials import LockedOutError
from console.ledger.operators.sign_in import GATE

if TYPE_CHECKING:
    from psycopg import Connection as Driver
    from sqlalchemy import Connection

    from console.postgres.embedded.passwords import Passwords

FALLBACK: Final = "operator"
"""For a person whose name on this system cannot be a role's."""

# Everyday work only: what changes roles, currencies or the schema is done as the owner.
GROUPS: Final = ("ledger_operator", "ledger_support")

REASON: Final = "the operator of this computer"

_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,62}")
_RESERVED: Final = re.compile(r"(?:pg|ledger)_.*|postgres|public|none|user|current_.*|session_user")
_UNFIT: Final = re.compile(r"[^a-z0-9._-]+")


def role_name() -> str:
    """Return the person's role: the name on this system, which is what the ledger keeps as the actor.

    The system is asked and not the environment, where USER is anyone's to set.
    """
    account: str = psutil.Process().username()
    return role_of(account)


def role_of(account: str) -> str:
    r"""Return the role of a system's account, such as `anna` or `OFFICE\Anna Roth`; never a group's name."""
    name = _UNFIT.sub("-", account.rpartition("\\")[2].lower()).strip("-.")
    return name if is_role(name) else FALLBACK


def is_role(name: str) -> bool:
    """Whether an operator of an embedded ledger can have this name."""
    return _NAME.fullmatch(name) is not None and _RESERVED.fullmatch(name) is None


def is_enrolled(connection: Connection, role: str) -> bool:
    """Whether the role is registered and has the operator's rights, or an administrator has taken them."""
    found = text("""
        SELECT o.status = 'disabled' OR o.shut OR (r.rolcanlogin AND (
            SELECT count(DISTINCT g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
            WHERE m.member = r.oid AND g.rolname = ANY (CAST(:groups AS text[])))
            = cardinality(CAST(:groups AS text[])))
        FROM ledger.operators o JOIN pg_roles r ON r.rolname = o.name WHERE o.name = :role""")
    return connection.scalar(found, {"role": role, "groups": list(GROUPS)}) is True


def enrol(connection: Connection, role: str, passwords: Passwords) -> None:
    """Make the role with a password of its own, or mend it; call it as the owner, in a transaction.

    The password is kept before the role is made, so a start that is cut short leaves nothing lost. What an
    administrator of the ledger has disabled or a lock has shut stays so.
    """
    set_password(connection, GATE, passwords)
    if not exists(connection, role):
        made = text("""
            SELECT ledger.create_operator(
                gen_random_uuid(), :role, '', CAST(:groups AS text[]), :verifier, :reason)""")
        values = {"role": role, "groups": list(GROUPS), "reason": REASON}
        kept = verifier(connection, role, _password(role, passwords))
        connection.execute(made, values | {"verifier": kept})
    elif not is_enrolled(connection, role) or passwords.password_of(role) is None:
        _mend(connection, role, passwords)


def _mend(connection: Connection, role: str, passwords: Passwords) -> None:
    """Give a role that is there what it should have: made by an older console, or changed by hand."""
    set_password(connection, role, passwords)
    driver = cast("Driver[Any]", connection.connection.driver_connection)
    groups, name = SQL(", ").join(map(Identifier, GROUPS)), Identifier(role)
    # From here on ledger_roles grants them, so that an administrator of the ledger can take them.
    driver.execute(SQL("REVOKE {} FROM {}").format(groups, name))
    driver.execute(SQL("GRANT {} TO ledger_roles WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(name))
    known = text("SELECT EXISTS (SELECT FROM ledger.operators o WHERE o.name = :role)")
    values = {"role": role, "groups": list(GROUPS), "reason": REASON}
    if connection.scalar(known, values):
        connection.execute(text("SELECT ledger.give_groups(:role, CAST(:groups AS text[]))"), values)
    else:
        connection.execute(
            text("SELECT ledger.adopt_operator(:role, CAST(:groups AS text[]), :reason)"), values
        )


def refuse_shut(connection: Connection, role: str) -> None:
    """Raise what keeps the role from signing in: its password is known here, so no gate says it."""
    connection.execute(text("SELECT ledger.release_locks()"))
    found = connection.execute(
        text("""
        SELECT o.status = 'disabled' AS disabled, n.locked_until
        FROM ledger.operators o LEFT JOIN ledger.sign_in_names n ON n.name = o.name WHERE o.name = :role"""),
        {"role": role},
    ).one()
    if found.disabled:
        raise AccessDeniedError(f"The operator {role} is disabled; an administrator can enable it again.")
    if found.locked_until is not None:
        raise LockedOutError(found.locked_until)


def set_password(connection: Connection, role: str, passwords: Passwords) -> None:
    """Give the role the password that is kept.

    The server is sent the SCRAM verifier only: a password in a statement could end up in the server's log.
    """
    kept = verifier(connection, role, _password(role, passwords))
    driver = cast("Driver[Any]", connection.connection.driver_connection)
    driver.execute(SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(Identifier(role), Literal(kept)))


def _password(role: str, passwords: Passwords) -> str:
    """Return the password that is kept for the role, or draw one and keep it."""
    password = passwords.password_of(role)
    if password is None:
        password = secrets.token_urlsafe(32)
        passwords.remember(role, password)
    return password


def exists(connection: Connection, role: str) -> bool:
    """Whether the server has such a role."""
    found = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    return connection.scalar(found, {"role": role}) is True


def verifier(connection: Connection, role: str, password: str) -> str:
    """Return what the server keeps of a password; the driver makes it, and the server is not asked."""
    driver = cast("Driver[Any]", connection.connection.driver_connection)
    return driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
