"""No person's values stand in the chain in clear, and an account's can be erased without breaking it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4

import psycopg
import pytest

from tests.models.writes import REASON, done, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

NAME: Final = "Mara Ólafsdóttir"
EMAIL: Final = "mara@example.com"
NOTE: Final = "Called about her sister's account."
HISTORY: Final = ("audit_events", "operations", "approval_requests", "approvals", "salts")


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend an administrator's connection."""
    return connect("t_admin")


@pytest.fixture
def support(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of somebody who opens accounts and writes notes."""
    return connect("t_support")


def open_mara(connection: Connection, **how: Any) -> dict[str, Any]:
    return write(connection, "open_account", "mara", "CR", NAME, EMAIL, REASON, **how)


def whole(connection: Connection, tables: tuple[str, ...]) -> str:
    """Return all that is kept in some tables, as a dump would have it."""
    rows = [
        row[0]
        for table in tables
        for row in connection.execute(f"SELECT t::text FROM ledger.{table} t".encode())
    ]
    return "\n".join(rows)


def close(support: Connection) -> None:
    done(write(support, "set_account_status", "mara", "closed", REASON))


def test_history_has_no_names(support: Connection, admin: Connection, connect: Callable[..., Any]) -> None:
    done(open_mara(support))
    done(write(support, "add_note", "mara", NOTE))
    assert refused(open_mara(connect("t_operator"))) == "account.exists"
    kept = whole(admin, HISTORY)
    assert [value for value in (NAME, EMAIL, NOTE, "example.com", "sister") if value in kept] == []
    assert "mara" in kept


def test_who_has_the_value_proves_it(support: Connection, admin: Connection) -> None:
    key = uuid4()
    done(open_mara(support, key=key))
    row = admin.execute(
        "SELECT s.salt, e.detail -> 'request' FROM ledger.salts s JOIN ledger.audit_events e "
        "ON e.detail ->> 'key' = s.key::text WHERE s.key = %s",
        [key],
    ).fetchone()
    assert row is not None
    salt, request = row
    for field, value in (("display_name", NAME), ("email", EMAIL)):
        told = hmac.new(bytes(salt), f"{field}:{value}".encode(), hashlib.sha256).hexdigest()
        assert request[field] == {"hmac": told}
    assert request["username"] == "mara"


def test_the_same_key_is_known_again_and_another_content_is_not(support: Connection) -> None:
    key = uuid4()
    first = done(open_mara(support, key=key))
    assert open_mara(support, key=key) == first
    with pytest.raises(psycopg.DatabaseError) as raised:
        write(support, "open_account", "mara", "CR", NAME, "other@example.com", REASON, key=key)
    assert raised.value.sqlstate == "LG002"


def test_an_erased_account_leaves_nothing_but_its_movements(
    support: Connection, boss: Connection, admin: Connection
) -> None:
    key = uuid4()
    done(open_mara(support, key=key))
    done(write(support, "add_note", "mara", NOTE))
    assert refused(write(boss, "erase_account", "mara", REASON)) == "account.open"
    close(support)
    for who in ("nobody", "@revenue", None):
        assert refused(write(boss, "erase_account", who, REASON)) == "user.unknown"
    assert refused(write(boss, "erase_account", "mara", "")) == "reason.empty"
    assert done(write(boss, "erase_account", "mara", REASON))["notes"] == 1
    tables = [
        row[0]
        for row in admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r'"
        )
    ]
    kept = whole(admin, tuple(tables))
    assert [value for value in (NAME, EMAIL, NOTE) if value in kept] == []
    # What was asked for under that key cannot be told from anything else any more.
    with pytest.raises(psycopg.DatabaseError) as raised:
        open_mara(support, key=key)
    assert raised.value.sqlstate == "LG002"
    assert "erased" in str(raised.value)
    assert done(write(boss, "erase_account", "mara", REASON))["notes"] == 0


def test_only_an_administrator_erases(connect: Callable[[str], Connection], support: Connection) -> None:
    done(open_mara(support))
    close(support)
    for login in ("t_viewer", "t_support", "t_operator", "t_approver", "t_auditor"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            write(connect(login), "erase_account", "mara", REASON)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.account_notes SET note = 'other'", "DELETE FROM ledger.account_notes",
        "UPDATE ledger.account_notes SET note = NULL, operator = 'x'", "DELETE FROM ledger.salts",
    ],
)  # fmt: skip
def test_nothing_but_the_text_goes(statement: LiteralString, support: Connection, admin: Connection) -> None:
    done(open_mara(support))
    done(write(support, "add_note", "mara", NOTE))
    with pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute(statement)


@pytest.mark.parametrize("login", ["t_viewer", "t_support", "t_operator", "t_approver"])
def test_salts_are_read_by_those_who_check(login: str, connect: Callable[[str], Connection]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(login).execute("SELECT salt FROM ledger.salts")


def test_what_is_refused_leaves_a_salt_that_is_erased_with_the_rest(
    support: Connection, boss: Connection, admin: Connection
) -> None:
    """A refused opening of a name that is taken says the name it wanted, too."""
    done(open_mara(support))
    assert refused(open_mara(support)) == "account.exists"
    close(support)
    done(write(boss, "erase_account", "mara", REASON))
    assert admin.execute("SELECT count(*), count(salt) FROM ledger.salts").fetchone() == (2, 0)
