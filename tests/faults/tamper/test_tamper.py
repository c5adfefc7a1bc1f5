"""Each way to change history behind the ledger's back is impossible, or found and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

import pytest
from psycopg import errors
from sqlalchemy.engine import make_url

from console.errors import ConsoleError
from console.ledger.audit.verify.questions import verify
from console.ledger.audit.witness import Witness
from tests.cluster import LOGINS, connected
from tests.faults.tamper.cases import CASES, CUT, DINNER, RENAME, REWRITE, TAXI, pay_more
from tests.faults.tamper.found import broken, opened, value
from tests.faults.tamper.ledger import tamper

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster import Cluster

HISTORY: Final = (
    "transactions", "lot_movements", "operations", "audit_events", "audit_head", "seals", "approvals",
    "wallets", "credit_lots", "reservations", "batches", "approval_requests", "account_notes",
    "account_flags", "account_follows", "identity",
)  # fmt: skip


def test_a_busy_ledger_passes(copy: str) -> None:
    assert broken(copy) == {}


@pytest.mark.parametrize("login", sorted(LOGINS))
def test_an_operator_cannot(cluster: Cluster, busy: str, login: str) -> None:
    with connected(cluster.url(busy, login)) as connection:
        column = {
            row[0]: row[1]
            for row in connection.execute(
                "SELECT DISTINCT ON (c.relname) c.relname, a.attname"
                " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " WHERE c.relnamespace = 'ledger'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
                " ORDER BY c.relname, a.attnum"
            )
        }
        attempts = [
            statement
            for table in HISTORY
            for statement in (
                f"UPDATE ledger.{table} SET {column[table]} = {column[table]}",
                f"DELETE FROM ledger.{table}",
                f"TRUNCATE ledger.{table}",
                f"INSERT INTO ledger.{table} SELECT * FROM ledger.{table}",
                f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL",
                f"CREATE RULE r AS ON INSERT TO ledger.{table} DO INSTEAD NOTHING",
            )
        ]
        attempts += [
            "SET session_replication_role = replica", "SET ROLE ledger_owner",
            "CREATE OR REPLACE FUNCTION ledger.audit_digest() RETURNS text LANGUAGE sql RETURN ''",
            "SELECT ledger.note('x', 'x', 'done', '', '{}')", "COPY ledger.audit_events FROM STDIN",
        ]  # fmt: skip
        for statement in attempts:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    assert broken(cluster.url(busy)) == {}


@pytest.mark.parametrize(
    "table", ["transactions", "lot_movements", "operations", "audit_events", "seals", "approvals"]
)
def test_the_owner_is_refused_while_the_guards_are_on(cluster: Cluster, busy: str, table: str) -> None:
    with connected(cluster.url(busy)) as connection:
        connection.execute("SET ROLE ledger_owner")
        for statement in (f"DELETE FROM ledger.{table}", f"TRUNCATE ledger.{table} CASCADE"):
            with pytest.raises(errors.RestrictViolation):
                connection.execute(statement.encode())


def test_an_owner_who_turns_the_trigger_off_is_found_by_the_seal_alone(copy: str) -> None:
    with connected(copy) as connection:
        connection.execute("SET ROLE ledger_owner")
        place = f"transaction {value(connection, f'SELECT {DINNER}')}"
        connection.execute("ALTER TABLE ledger.transactions DISABLE TRIGGER append_only_rows")
        connection.execute(f"UPDATE ledger.transactions SET description = 'Lunch' WHERE id = {DINNER}")
        assert set(broken(copy)) == {"guard.triggers", "seal.rows"}
        connection.execute("ALTER TABLE ledger.transactions ENABLE TRIGGER append_only_rows")
    found = broken(copy)
    assert set(found) == {"seal.rows"}
    assert (found["seal.rows"].first, found["seal.rows"].wrong) == (place, 1)


def test_a_superuser_who_keeps_the_books_even_is_found_by_the_seal(copy: str) -> None:
    with connected(copy) as connection:
        assert tamper(connection, *pay_more(DINNER)) == 1
        place = f"transaction {value(connection, f'SELECT {DINNER}')}"
    found = broken(copy)
    assert set(found) == {"seal.rows"}
    assert found["seal.rows"].first == place


def test_before_the_seal_the_operation_tells_what_was_asked_for(copy: str) -> None:
    with connected(copy) as connection:
        assert tamper(connection, *pay_more(TAXI)) == 1
        place = f"transaction {value(connection, f'SELECT {TAXI}')}"
    found = broken(copy)
    assert set(found) == {"transaction.asked"}
    assert (found["transaction.asked"].first, found["transaction.asked"].wrong) == (place, 1)


@pytest.mark.parametrize("name", CASES)
def test_the_row_is_named(copy: str, name: str) -> None:
    case = CASES[name]
    with connected(copy) as connection:
        place = value(connection, case.place)
        tamper(connection, *case.harm)
    found = broken(copy)
    assert case.code in found, found
    assert found[case.code].first == place


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ((REWRITE,), "written anew"),
        (CUT, "tail has been cut off"),
        (RENAME, "identity has been changed"),
    ],
    ids=["rewritten", "cut", "renamed"],
)
def test_only_another_consoles_memory_sees_it(
    copy: str, tmp_path: Path, harm: tuple[LiteralString, ...], words: str
) -> None:
    witness = Witness(tmp_path)
    with connected(copy) as connection:
        connection.execute("SELECT ledger.add_note(gen_random_uuid(), 'alice', 'seen by the witness')")
        with opened(copy) as database:
            before = verify(database)
            assert before.passed
            witness.remember(before.head)
            assert witness.check(database).agrees
        tamper(connection, *harm)
    assert broken(copy) == {}
    with opened(copy) as database:
        said = witness.check(database)
    assert not said.agrees
    assert words in said.objections[0]
    heads = (before.head.hash.hex(), said.head.hash.hex())
    assert all(head in said.objections[0] for head in heads) or harm == RENAME


def test_a_policy_that_hides_rows_makes_no_smaller_ledger(copy: str, cluster: Cluster) -> None:
    with connected(copy) as connection:
        connection.execute("ALTER TABLE ledger.transactions ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY few ON ledger.transactions USING (id < 5)")
    assert set(broken(copy)) == {"guard.tables"}  # a superuser sees past the policy
    auditor = cluster.url(make_url(copy).database or "", "t_auditor")
    with opened(auditor) as database, pytest.raises(ConsoleError, match="row-level security"):
        verify(database)
