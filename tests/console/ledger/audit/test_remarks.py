"""Verify says what no table can hold: what a superuser left open, and that one person may change controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.audit.verify.questions import verify
from console.ledger.audit.verify.remarks import ONE_PERSON
from console.workspace.migrate import migrate
from tests.cluster import connected

if TYPE_CHECKING:
    from console.postgres.database import Database
    from tests.operators import Staff


def said(database: Database) -> tuple[str, ...]:
    report = verify(database)
    assert report.passed
    return report.remarks


def test_what_is_open_is_said_until_it_is_closed(operator_database: Database, ledger_url: str) -> None:
    words = " ".join(said(operator_database))
    assert ("large objects" in words, "temporary tables" in words) == (True, True)
    migrate(ledger_url)
    with connected(ledger_url) as admin:
        admin.execute("""
            REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
                lo_put(oid, bigint, bytea), lo_open(oid, integer), lowrite(integer, bytea) FROM PUBLIC""")
    words = " ".join(said(operator_database))
    assert ("large objects" in words, "temporary tables" in words) == (False, False)


def test_operators_without_a_limit_of_connections_are_named(
    operator_database: Database, ledger_url: str, staff: Staff
) -> None:
    name = staff.hire("viewer")
    with connected(ledger_url) as admin:
        admin.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1".encode())
    assert any("Without a limit of connections: operator o_" in one for one in said(operator_database))


def test_one_person_may_change_controls_without_dual_control(
    operator_database: Database, ledger_url: str
) -> None:
    assert ONE_PERSON in said(operator_database)
    with connected(ledger_url) as admin:
        admin.execute("UPDATE ledger.controls SET dual_control = true")
    assert ONE_PERSON not in verify(operator_database).remarks
