"""All that a server holds, as counts and sums over every row: two servers that agree hold the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

if TYPE_CHECKING:
    import psycopg

# What decides how a value is written as text, on any version.
_SETTINGS: Final = """
    SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres';
    SET bytea_output = 'hex'; SET extra_float_digits = 1; SET search_path = pg_catalog"""
_TABLES: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY 1, 2"""
# A sum does not depend on the order in which rows are read; 60 bits of MD5 a row tell any change.
_ROWS: Final = """
    SELECT count(*), coalesce(sum(('x' || left(md5(row::text), 15))::bit(60)::bigint::numeric), 0)
    FROM {} row"""
_SEQUENCES: Final = """
    SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"""
_FUNCTIONS: Final = """
    SELECT count(*), coalesce(sum(('x' || left(md5(p.proname || p.proowner::regrole || coalesce(acl.words, '')
        || p.prosrc), 15))::bit(60)::bigint::numeric), 0)
    FROM pg_proc p LEFT JOIN LATERAL (
        SELECT string_agg(a.grantee::regrole::text, ', ' ORDER BY a.grantee::regrole::text) AS words
        FROM aclexplode(p.proacl) a) acl ON true
    WHERE p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'"""
# Number 10 is the superuser made with the cluster: the same password has another salt in each.
_ROLES: Final = """
    SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolcanlogin, r.rolconnlimit, a.rolpassword,
        r.rolconfig::text,
        (SELECT string_agg(m.roleid::regrole || ' ' || m.admin_option, ', ' ORDER BY m.roleid::regrole::text)
            FROM (SELECT DISTINCT roleid, admin_option FROM pg_auth_members WHERE member = r.oid) m)
    FROM pg_roles r JOIN pg_authid a ON a.oid = r.oid WHERE r.rolname !~ '^pg_' AND r.oid <> 10 ORDER BY 1"""

Contents = dict[str, tuple[Any, ...]]


def contents(connection: psycopg.Connection[tuple[Any, ...]]) -> Contents:
    """Return what a database holds: tables' rows, sequences, functions, and the server's roles."""
    connection.execute(_SETTINGS)
    found: Contents = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        rows = sql.SQL(_ROWS).format(sql.Identifier(schema, table))
        found[f"table {schema}.{table}"] = connection.execute(rows).fetchone() or ()
    for schema, name, value in connection.execute(_SEQUENCES).fetchall():
        found[f"sequence {schema}.{name}"] = (value,)
    found["functions"] = connection.execute(_FUNCTIONS).fetchone() or ()
    for name, *rest in connection.execute(_ROLES).fetchall():
        found[f"role {name}"] = tuple(rest)
    return found


def differences(before: Contents, after: Contents) -> list[str]:
    """Return the names of what is not the same in both."""
    return [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
