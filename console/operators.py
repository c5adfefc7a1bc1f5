"""The role under which the person at this desktop works in the embedded ledger."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final, cast

import psutil  # type: ignore[import-untyped]  # it comes without annotations
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import text

if TYPE_CHECKING:
    from psycopg import Connection as Driver
    from sqlalchemy import Connection

    from console.embedded.passwords import Passwords

FALLBACK: Final = "operator"
"""For a person whose name on this system cannot be a role's."""

# Everyday work only: what changes roles, currencies or the schema is done as the owner.
GROUPS: Final = ("ledger_operator", "ledger_support")

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
    return name if _NAME.fullmatch(name) and not _RESERVED.fullmatch(name) else FALLBACK


def is_enrolled(connection: Connection, role: str) -> bool:
    """Whether the role is there, signs in and has the operator's rights."""
    found = text("""
        SELECT count(*) = cardinality(CAST(:groups AS text[]))
        FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid
        WHERE r.rolname = :role AND r.rolcanlogin AND g.rolname = ANY (CAST(:groups AS text[]))""")
    return connection.scalar(found, {"role": role, "groups": list(GROUPS)}) is True


def enrol(connection: Connection, role: str, passwords: Passwords) -> None:
    """Make the role with a password of its own, or mend it; call it as the owner, in a transaction.

    The password is kept before the role is made, so a start that is cut short leaves nothing lost. The
    server is sent its SCRAM verifier only: a password in a statement could end up in the server's log.
    """
    password = passwords.password_of(role)
    if password is None:
        password = secrets.token_urlsafe(32)
        passwords.remember(role, password)
    driver = cast("Driver[Any]", connection.connection.driver_connection)
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = connection.scalar(
        text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)"), {"role": role}
    )
    verb = SQL("ALTER" if known else "CREATE")
    driver.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, Identifier(role), Literal(verifier)))
    groups = SQL(", ").join(map(Identifier, GROUPS))
    driver.execute(SQL("GRANT {} TO {}").format(groups, Identifier(role)))
