"""Who may do what, asked of the server with raw SQL as each role; no check in Python takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from tests.bookkeeping import Line, balances, copy_lines, create_batch, transfer
from tests.cluster import LOGINS
from tests.models.rights.matrix import FUNCTIONS, OPERATORS, READERS, ROLES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

DENIED: Final = "42501"


# What belongs to ledger_roles, which may change roles; only the ledger's own functions call it.
ROLE_FUNCTIONS: Final = [
    "bound_role",
    "end_blocker",
    "end_sessions_of",
    "give_groups",
    "groups",
    "guard_role",
    "make_role",
    "set_role_login",
    "set_role_password",
    "signal_session",
    "take_groups",
]


def sqlstate(connection: Connection, statement: str) -> str:
    """Return what the server answers; nothing stays done."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return ""


def signatures(connection: Connection) -> list[tuple[str, str]]:
    """Return each function's name and a call of it with NULLs."""
    rows = connection.execute("""
        SELECT p.proname, format('SELECT ledger.%I(%s)', p.proname, (
            SELECT string_agg('NULL::' || format_type(kind, NULL), ', ' ORDER BY place)
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY argument (kind, place)))
        FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace AND p.prokind <> 'a'
        ORDER BY 1""").fetchall()
    return [(name, call) for name, call in rows]


def columns(connection: Connection) -> dict[str, str]:
    """Return one column of each table or view."""
    rows = connection.execute("""
        SELECT c.relname, min(a.attname) FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        GROUP BY 1""")
    return {table: column for table, column in rows}  # noqa: C416 - dict() loses the types


def test_the_matrix_names_everything(admin: Connection) -> None:
    assert sorted(columns(admin)) == sorted(TABLES), "a new table needs a row in TABLES"
    assert sorted({name for name, _ in signatures(admin)}) == sorted(FUNCTIONS), "a new function needs a row"


@pytest.mark.parametrize("role", ROLES)
def test_tables(role: str, connect: Callable[[str], Connection], admin: Connection) -> None:
    connection = connect(f"t_{role}")
    found, expected = {}, {}
    for table, column in columns(admin).items():
        readers, writers = TABLES[table]
        name = f"ledger.{table}"
        for verb, statement, allowed in (
            ("SELECT", f"SELECT {column} FROM {name} LIMIT 0", role in readers),
            ("INSERT", f"INSERT INTO {name} DEFAULT VALUES", role in writers),
            ("COPY", f"INSERT INTO {name} ({column}) VALUES (NULL)", role in writers),
            ("UPDATE", f"UPDATE {name} SET {column} = {column} WHERE false", False),
            ("LOCK", f"SELECT FROM {name} FOR KEY SHARE", False),
            ("DELETE", f"DELETE FROM {name} WHERE false", False),
            ("TRUNCATE", f"TRUNCATE {name}", False),
            ("REFERENCES", f"CREATE TEMP TABLE x (y bigint REFERENCES {name})", False),
        ):
            expected[table, verb] = allowed
            found[table, verb] = sqlstate(connection, statement) != DENIED
    # A temporary table cannot refer to a lasting one, whoever asks; the privilege is asked for by name.
    for table in TABLES:
        row = admin.execute(
            "SELECT has_table_privilege(%s, %s, 'REFERENCES') OR has_table_privilege(%s, %s, 'TRIGGER') "
            "OR has_any_column_privilege(%s, %s, 'UPDATE')",
            [f"t_{role}", f"ledger.{table}"] * 3,
        ).fetchone()
        assert row is not None
        found[table, "REFERENCES"] = row[0]
    assert found == expected


@pytest.mark.parametrize("role", ROLES)
def test_functions(role: str, connect: Callable[[str], Connection], admin: Connection) -> None:
    connection = connect(f"t_{role}")
    found = {call: sqlstate(connection, call) != DENIED for _, call in signatures(admin)}
    assert found == {call: role in FUNCTIONS[name] for name, call in signatures(admin)}


@pytest.mark.parametrize("role", ROLES)
def test_sequences_and_the_schema_itself(role: str, connect: Callable[[str], Connection]) -> None:
    connection = connect(f"t_{role}")
    for statement in (
        "SELECT nextval('ledger.transactions_id_seq')",
        "SELECT setval('ledger.transactions_id_seq', 1)",
        "CREATE TABLE ledger.mine (x int)",
        "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE ledger.transactions",
        "ALTER TABLE ledger.transactions DISABLE TRIGGER ALL",
        "ALTER FUNCTION ledger.transfer SECURITY INVOKER",
        "SET ROLE ledger_owner",
        "SET session_replication_role = replica",
        "CREATE TRIGGER mine BEFORE INSERT ON ledger.users EXECUTE FUNCTION ledger.guard_append_only()",
    ):
        assert sqlstate(connection, statement) == DENIED, statement


def test_public_has_nothing(admin: Connection) -> None:
    rows = admin.execute("""
        SELECT acl.what, acl.name, given.privilege_type FROM (
            SELECT 'schema' AS what, nspname::text AS name, coalesce(nspacl, acldefault('n',
                nspowner)) AS list
                FROM pg_namespace WHERE nspname = 'ledger'
            UNION ALL SELECT 'relation', relname, coalesce(relacl, acldefault(
                    CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, relowner))
                FROM pg_class WHERE relnamespace = 'ledger'::regnamespace
                AND relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL SELECT 'column', attname, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE c.relnamespace = 'ledger'::regnamespace
            UNION ALL SELECT 'function', proname, coalesce(proacl, acldefault('f', proowner))
                FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        ) acl, aclexplode(acl.list) given WHERE given.grantee = 0""").fetchall()
    assert rows == []


def test_what_the_owner_makes_later_is_closed_too(
    admin: Connection, connect: Callable[[str], Connection]
) -> None:
    with admin.transaction():
        admin.execute("SET LOCAL ROLE ledger_owner")
        admin.execute("CREATE FUNCTION ledger.later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        admin.execute("CREATE TABLE ledger.later (x int)")
    connection = connect("t_admin")
    assert sqlstate(connection, "SELECT ledger.later()") == DENIED
    assert sqlstate(connection, "SELECT FROM ledger.later") == DENIED


def test_functions_of_the_owner_fix_their_search_path(admin: Connection) -> None:
    """What is internal inherits the path of the function that called it; a parsed body needs none."""
    rows = admin.execute("""
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace AND p.prosqlbody IS NULL
        AND (p.prosecdef OR p.prorettype = 'trigger'::regtype OR EXISTS (
            SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) given
            WHERE given.grantee NOT IN ('ledger_owner'::regrole, 'ledger_roles'::regrole)))
        AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)""").fetchall()
    # It is called for each text of a COPY, and names its one operator in full instead.
    assert rows == [("is_plain_text",)]


def test_a_callers_operators_fool_no_constraint(operator: Connection, admin: Connection) -> None:
    """Whoever finds another `!~` first on his path still gets the catalogue's."""
    admin.execute("CREATE SCHEMA lies; GRANT USAGE ON SCHEMA lies TO PUBLIC")
    admin.execute("CREATE FUNCTION lies.always(text, text) RETURNS boolean LANGUAGE sql RETURN true")
    admin.execute("CREATE OPERATOR lies.!~ (FUNCTION = lies.always, LEFTARG = text, RIGHTARG = text)")
    operator.execute("SET search_path = lies, pg_catalog")
    row = operator.execute("SELECT ledger.is_plain_text(U&'a\\200bb')").fetchone()
    assert row == (False,)


def test_everything_belongs_to_an_owner_who_cannot_log_in(admin: Connection) -> None:
    """Two owners: who may change roles owns nothing but the functions that do."""
    rows = admin.execute("""
        SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolbypassrls
        FROM pg_roles r WHERE r.oid IN (
            SELECT relowner FROM pg_class WHERE relnamespace = 'ledger'::regnamespace
            UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
            UNION SELECT typowner FROM pg_type WHERE typnamespace = 'ledger'::regnamespace
            UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'ledger') ORDER BY 1""").fetchall()
    assert rows == [("ledger_owner", False, False, False, False), ("ledger_roles", False, False, True, False)]
    rows = admin.execute("""
        SELECT p.proname FROM pg_proc p WHERE p.proowner = 'ledger_roles'::regrole
        UNION ALL SELECT c.relname FROM pg_class c WHERE c.relowner = 'ledger_roles'::regrole
        ORDER BY 1""").fetchall()
    assert [name for (name,) in rows] == ROLE_FUNCTIONS
    rows = admin.execute("""
        SELECT r.rolname FROM pg_roles r WHERE r.rolname LIKE 't\\_%'
        AND (pg_has_role(r.oid, 'ledger_owner', 'MEMBER') OR pg_has_role(r.oid, 'ledger_roles', 'MEMBER'))
        AND NOT r.rolsuper""").fetchall()
    assert rows == []
    assert len(LOGINS) == 8


def test_a_temporary_table_fools_no_function(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    """A function of the owner must never take its caller's objects for the ledger's."""
    open_accounts({"alice": 100, "bob": 0})
    for table in ("users", "wallets", "transactions", "operations", "batches"):
        operator.execute(f"CREATE TEMP TABLE {table} (id int, key uuid, outcome jsonb)".encode())
    operator.execute("SET search_path = pg_temp, ledger, public")
    assert transfer(operator, "alice", "bob", 10)["status"] == "posted"
    assert balances(admin) == {"alice": 90, "bob": 10}


def test_psql_as_an_operator(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    for table in ("wallets", "transactions"):
        for statement in (
            f"INSERT INTO ledger.{table} SELECT * FROM ledger.{table}",
            f"UPDATE ledger.{table} SET id = id",
            f"DELETE FROM ledger.{table}",
            f"TRUNCATE ledger.{table}",
            f"COPY ledger.{table} FROM STDIN",
        ):
            assert sqlstate(operator, statement) == DENIED
    assert balances(admin) == {"alice": 100, "bob": 0}
    assert transfer(operator, "alice", "bob", 10)["status"] == "posted"
    assert balances(admin) == {"alice": 90, "bob": 10}


@pytest.mark.parametrize("role", sorted(READERS - OPERATORS))
def test_only_operators_copy_lines(
    role: str, connect: Callable[[str], Connection], operator: Connection
) -> None:
    batch = create_batch(operator)
    with pytest.raises(psycopg.Error) as raised:
        copy_lines(connect(f"t_{role}"), batch, [Line(1, "a", "b", 1, "r")])
    assert raised.value.sqlstate == DENIED
