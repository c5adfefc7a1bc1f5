"""Whoever has psql and a role: what is an administrator's stays so, in any guise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from tests.models.books.acts import add, close, correct, exponent, is_closed, set_zone, zone
from tests.models.rights.test_roles import DENIED, sqlstate
from tests.models.writes import REASON, done, everything, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

ROLES: Final = ("viewer", "support", "operator", "approver", "auditor", "admin")
ACTS: Final = (
    "SELECT ledger.add_currency('NEW', 2::smallint)",
    "SELECT ledger.correct_currency(gen_random_uuid(), 'EUR', 3::smallint, 'because')",
    "SELECT ledger.close_currency(gen_random_uuid(), 'EUR', 'because')",
    "SELECT ledger.reopen_currency(gen_random_uuid(), 'EUR', 'because')",
    "SELECT ledger.set_business_zone(gen_random_uuid(), 'Europe/Berlin', 'because')",
)
INSIDE: Final = (
    "SELECT ledger.do_correct_currency('{\"currency\": \"EUR\", \"exponent\": 3, \"reason\": \"because\"}')",
    "SELECT ledger.do_set_currency_closed('{\"currency\": \"EUR\", \"reason\": \"because\"}', true)",
    "SELECT ledger.do_set_business_zone('{\"zone\": \"Europe/Berlin\", \"reason\": \"because\"}')",
    "SELECT ledger.perform(gen_random_uuid(), 'close_currency', '{}')",
    "SELECT ledger.dispatch('close_currency', '{}', true)",
    "SELECT ledger.require_currency('EUR')", "SELECT ledger.is_used('EUR')",
    "SELECT ledger.of_currency('EUR')",
    "UPDATE ledger.currencies SET exponent = 3", "UPDATE ledger.currencies SET closed_at = now()",
    "INSERT INTO ledger.currencies VALUES ('NEW', 2)", "DELETE FROM ledger.currencies",
    "TRUNCATE ledger.currencies CASCADE", "UPDATE ledger.calendar SET zone = 'Europe/Berlin'",
    "DELETE FROM ledger.calendar", "TRUNCATE ledger.calendar",
    "INSERT INTO ledger.calendar VALUES (true, 'UTC')",
    "DELETE FROM ledger.limit_usage", "UPDATE ledger.limit_usage SET day = day - 1",
    "ALTER TABLE ledger.currencies DISABLE TRIGGER guard_currencies",
    "DROP TRIGGER guard_currencies ON ledger.currencies",
    "CREATE OR REPLACE FUNCTION ledger.is_used(text) RETURNS boolean LANGUAGE sql RETURN false",
    "CREATE OR REPLACE FUNCTION ledger.business_zone() RETURNS text LANGUAGE sql RETURN 'UTC'",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_becoming_ones_group_gives_nothing_more(
    admin: Connection, connect: Callable[[str], Connection], euro: str, role: str
) -> None:
    connection = connect(f"t_{role}")
    before = everything(admin)
    for guise in ("RESET ROLE", f"SET ROLE ledger_{role}"):
        connection.execute(guise.encode())
        for statement in INSIDE if role == "admin" else ACTS + INSIDE:
            assert sqlstate(connection, statement) == DENIED, (guise, statement)
    for other in {*ROLES, "owner", "roles", "gate"} - {role, "viewer"}:
        if role != "admin" or other in {"approver", "auditor", "owner", "roles", "gate"}:
            assert sqlstate(connection, f"SET ROLE ledger_{other}") == DENIED, other
    assert everything(admin) == before


def test_an_administrator_who_becomes_less_may_do_less(
    boss: Connection, admin: Connection, euro: str
) -> None:
    for group in ("viewer", "support", "operator"):
        boss.execute(f"SET ROLE ledger_{group}".encode())
        for statement in ACTS:
            assert sqlstate(boss, statement) == DENIED, (group, statement)
    # As the group's own it is still this operator who does it.
    boss.execute("SET ROLE ledger_admin")
    done(close(boss, euro))
    row = admin.execute(
        "SELECT actor FROM ledger.audit_events WHERE action = 'close_currency' ORDER BY id DESC"
    ).fetchone()
    assert row == ("t_admin",)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("statement", ACTS)
def test_no_other_isolation_level(
    admin: Connection, boss: Connection, euro: str, statement: str, level: str
) -> None:
    before = everything(admin)
    boss.execute(f"SET default_transaction_isolation = '{level}'".encode())
    with pytest.raises(psycopg.DatabaseError) as raised:
        boss.execute(statement.encode())
    assert raised.value.sqlstate == "LG004"
    assert everything(admin) == before


def test_what_lies_in_the_way_fools_no_function(admin: Connection, boss: Connection, euro: str) -> None:
    """Tables, functions and operators of the caller's own, found first on the caller's path."""
    admin.execute("CREATE SCHEMA lies; GRANT USAGE ON SCHEMA lies TO PUBLIC")
    admin.execute("CREATE FUNCTION lies.is_used(text) RETURNS boolean LANGUAGE sql RETURN false")
    admin.execute("CREATE FUNCTION lies.always(text, text) RETURNS boolean LANGUAGE sql RETURN true")
    for name in ("~", "!~", "="):
        admin.execute(
            f"CREATE OPERATOR lies.{name} (FUNCTION = lies.always, LEFTARG = text, RIGHTARG = text)".encode()
        )
    admin.execute("CREATE VIEW lies.pg_timezone_names AS SELECT 'Nowhere/At_All' AS name")
    for table in ("currencies", "wallets", "calendar", "batches", "transactions", "pg_timezone_names"):
        boss.execute(f"CREATE TEMP TABLE {table} (code text, exponent int, zone text, name text)".encode())
    boss.execute("INSERT INTO pg_temp.pg_timezone_names (name) VALUES ('Nowhere/At_All')")
    boss.execute("SET search_path = lies, pg_temp, ledger, pg_catalog")
    with pytest.raises(psycopg.DatabaseError, match=r"currency\.code"):
        add(boss, "not a code", 2)
    assert set_zone(boss, "Nowhere/At_All")["code"] == "zone.unknown"
    done(write(boss, "open_account", "first", euro, "", None, REASON))
    assert correct(boss, euro, 3)["code"] == "currency.used"
    assert (exponent(admin, euro), is_closed(admin, euro), zone(admin)) == (2, False, "UTC")


@pytest.mark.parametrize(
    "kind", ["close_currency", "reopen_currency", "correct_currency", "set_business_zone"]
)
def test_none_of_it_is_asked_for_by_request(
    operator: Connection, admin: Connection, euro: str, kind: str
) -> None:
    """A checker's consent is no way for an operator to what an administrator alone may do."""
    before = everything(admin)
    found = operator.execute(
        "SELECT ledger.submit_request(gen_random_uuid(), %s, %s::jsonb, %s)",
        [
            kind,
            f'{{"currency": "{euro}", "exponent": 3, "zone": "Europe/Berlin", "reason": "for a test"}}',
            REASON,
        ],
    ).fetchone()
    assert found is not None
    assert found[0]["code"] == "request.kind"
    assert everything(admin) == before
