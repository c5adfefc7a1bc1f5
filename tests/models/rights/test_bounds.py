"""What one operator's sessions may take of the server is bounded, and no session can lift it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from console.workspace.migrate import migrate
from tests.cluster import connected, driver_url
from tests.models.writes import REASON, done, write
from tests.operators import create

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection
    from tests.operators import Staff

CONNECTIONS: Final = 24


def test_an_operator_takes_so_many_connections_and_no_more(staff: Staff) -> None:
    url = driver_url(staff.url(staff.hire("viewer")))
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(psycopg.connect(url))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(url)


def test_a_limit_that_somebody_set_stays(
    staff: Staff, connect: Callable[[str], Connection], admin: Connection
) -> None:
    name = staff.hire("viewer")
    admin.execute(f"ALTER ROLE {name} CONNECTION LIMIT 3".encode())
    boss = connect("t_admin")
    done(write(boss, "disable_operator", name, REASON))
    done(write(boss, "enable_operator", name, REASON))
    row = admin.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    assert row == (3,)


@pytest.mark.parametrize(("role", "most"), [("viewer", "2GB"), ("operator", "2GB"), ("auditor", "20GB")])
def test_a_statement_may_sort_so_much_on_disk(staff: Staff, role: str, most: str) -> None:
    with connected(staff.url(staff.hire(role))) as session:
        assert session.execute("SHOW temp_file_limit").fetchone() == (most,)
        for lifted in ("SET temp_file_limit = -1", "SELECT set_config('temp_file_limit', '-1', false)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(lifted.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("ALTER ROLE CURRENT_USER CONNECTION LIMIT -1")


def test_nobody_makes_temporary_tables(
    staff: Staff, connect: Callable[[str], Connection], ledger_url: str
) -> None:
    migrate(ledger_url)  # a copy of a database has not its rights
    with connected(staff.url(staff.hire("admin"))) as boss:
        for session in (boss, connect("t_viewer"), connect("t_operator")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("CREATE TEMPORARY TABLE t AS SELECT generate_series(1, 10)")


def test_who_an_administrator_makes_is_bounded_too(
    staff: Staff, connect: Callable[[str], Connection], admin: Connection
) -> None:
    name = staff.new_name()
    assert create(connect("t_admin"), name, ["ledger_viewer"])["status"] == "created"
    row = admin.execute("SELECT rolconnlimit, rolconfig FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    assert row == (CONNECTIONS, ["temp_file_limit=2GB"])
