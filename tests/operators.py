"""Operators of a test's own: roles are the whole server's, and a shared one must not be locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from psycopg import sql
from sqlalchemy.engine import make_url

from tests.cluster import GATE, PASSWORD, connected

if TYPE_CHECKING:
    from psycopg import Connection

    from tests.cluster import Cluster

WRONG: Final = "this-is-not-it"


class Staff:
    """Hires operators for one ledger as its administrator would; `leave` drops their roles."""

    def __init__(self, cluster: Cluster, ledger_url: str) -> None:
        self._cluster = cluster
        self.ledger_url = ledger_url
        self._hired: list[str] = []

    @property
    def gate_url(self) -> str:
        """The URL of the gate."""
        return self.url(GATE)

    def url(self, name: str, password: str = PASSWORD) -> str:
        """Return the ledger's URL for an operator."""
        url = make_url(self.ledger_url).set(username=name, password=password)
        return url.render_as_string(hide_password=False)

    def new_name(self) -> str:
        """Return a name that no other test uses; its role is dropped in the end."""
        name = f"o_{uuid4().hex[:12]}"
        self._hired.append(name)
        return name

    def hire(self, *roles: str) -> str:
        """Make an operator with PASSWORD and these roles; return the name."""
        name = self.new_name()
        groups = [f"ledger_{role}" for role in roles or ("operator",)]
        with connected(self.ledger_url) as connection:
            outcome = create(connection, name, groups)
        assert outcome["status"] == "created", outcome
        return name

    def leave(self) -> None:
        """Drop the roles of all who were hired."""
        with connected(self.ledger_url) as connection:
            for name in self._hired:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def create(
    connection: Connection[Any], name: str, groups: list[str], *, password: str = PASSWORD, key: str = ""
) -> dict[str, Any]:
    """Call ledger.create_operator and return its outcome."""
    return outcome(
        connection,
        "create_operator",
        key or str(uuid4()),
        name,
        "Hired",
        groups,
        verifier(connection, name, password),
        "hired by a test",
    )


def verifier(connection: Connection[Any], name: str, password: str) -> str:
    """Return the SCRAM verifier of a password, another each time."""
    made: bytes = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return made.decode()


def outcome(connection: Connection[Any], function: str, *arguments: object) -> dict[str, Any]:
    """Call one of the ledger's functions and return its outcome."""
    call = sql.SQL("SELECT ledger.{}({})").format(
        sql.Identifier(function), sql.SQL(", ").join([sql.Placeholder()] * len(arguments))
    )
    row = connection.execute(call, arguments).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def pass_the_window(connection: Connection[Any], name: str) -> None:
    """Let 15 minutes and a second pass for a name, as the administrator."""
    connection.execute(
        "UPDATE ledger.sign_in_attempts SET at = at - interval '15:01' MINUTE TO SECOND WHERE name = %s",
        [name],
    )
    connection.execute(
        "UPDATE ledger.sign_in_names SET locked_until = locked_until - interval '15:01' MINUTE TO SECOND,"
        " touched_at = touched_at - interval '15:01' MINUTE TO SECOND WHERE name = %s",
        [name],
    )
