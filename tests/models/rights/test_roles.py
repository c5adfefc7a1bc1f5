"""Who may do what, asked of the server with raw SQL as each role; no check in Python takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from tests.bookkeeping import Line, balances, copy_lines, create_batch, transfer
from tests.cluster import LOGINS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

DENIED: Final = "42501"
ROLES: Final = ("viewer", "support", "operator", "approver", "auditor", "admin", "keeper")

# The keeper's role is nobody's: it reads as verify must, and runs the jobs.
READERS: Final = frozenset(ROLES)
EVERYBODY: Final = READERS - {"keeper"}
OPERATORS: Final = frozenset({"operator", "admin"})
KEEPERS: Final = OPERATORS | {"keeper"}
SUPPORTERS: Final = OPERATORS | {"support"}
ADMINS: Final = frozenset({"admin"})
APPROVERS: Final = frozenset({"approver"})
AUDITORS: Final = ADMINS | {"auditor"}
NOBODY: Final[frozenset[str]] = frozenset()

# Who may SELECT, and who may INSERT. UPDATE, DELETE and TRUNCATE are nobody's, on any table.
TABLES: Final = {
    "account_flags": (READERS, NOBODY),
    "account_follows": (READERS, NOBODY),
    "account_notes": (READERS, NOBODY),
    "acknowledgements": (READERS, NOBODY),
    "approval_requests": (READERS, NOBODY),
    "approval_rules": (READERS, NOBODY),
    "approvals": (READERS, NOBODY),
    "audit_events": (READERS, NOBODY),
    "audit_head": (READERS, NOBODY),
    "batch_lines": (READERS, OPERATORS),
    "batch_parties": (READERS, NOBODY),
    "batches": (READERS, NOBODY),
    "calendar": (READERS, NOBODY),
    "checkpoints": (READERS, NOBODY),
    "credit_lots": (READERS, NOBODY),
    "currencies": (READERS, NOBODY),
    "daily_balances": (READERS, NOBODY),
    "daily_mark": (READERS, NOBODY),
    "daily_movements": (READERS, NOBODY),
    "hint_sent": (READERS, NOBODY),
    "identity": (READERS, NOBODY),
    "jobs": (READERS, NOBODY),
    "keeper_lease": (READERS, NOBODY),
    "limit_usage": (READERS, NOBODY),
    "limits": (READERS, NOBODY),
    "lot_movements": (READERS, NOBODY),
    "migration_lock": (NOBODY, NOBODY),
    "operations": (OPERATORS | {"auditor", "keeper"}, NOBODY),
    "operators": (AUDITORS | {"keeper"}, NOBODY),
    "reservations": (READERS, NOBODY),
    "salts": (AUDITORS | {"keeper"}, NOBODY),
    "schema_version": (READERS, NOBODY),
    "seals": (READERS, NOBODY),
    "sign_in_attempts": (AUDITORS, NOBODY),
    "sign_in_names": (AUDITORS, NOBODY),
    "transactions": (READERS, NOBODY),
    "users": (READERS, NOBODY),
    "wallets": (READERS, NOBODY),
}

# Who may EXECUTE. What has NOBODY is internal: it runs only inside a function of the owner.
FUNCTIONS: Final = {
    "acknowledge_transaction": frozenset({"auditor"}),
    "add_currency": ADMINS,
    "add_note": SUPPORTERS,
    "admit": NOBODY,
    "adopt_operator": NOBODY,
    "apply_login": NOBODY,
    "approvals_for": EVERYBODY,
    "approve_request": APPROVERS,
    "assign_flag": SUPPORTERS,
    "attempt_failed": NOBODY,
    "attempts_left": NOBODY,
    "audit_digest": NOBODY,
    "audit_link": NOBODY,
    "batch_content_hash": EVERYBODY,
    "batch_postings": NOBODY,
    "batch_problems": EVERYBODY,
    "batch_summary": EVERYBODY,
    "begin_write": NOBODY,
    "bound_role": NOBODY,
    "burn_plan": NOBODY,
    "burn_preview": EVERYBODY,
    "business_day": EVERYBODY,
    "business_zone": EVERYBODY,
    "cancel_session": ADMINS,
    "capture": OPERATORS,
    "chain": NOBODY,
    "check_batch": OPERATORS,
    "checkpoint_system_wallets": OPERATORS,
    "claim_lease": KEEPERS,
    "close_currency": ADMINS,
    "close_days": NOBODY,
    "close_flag": SUPPORTERS,
    "contradictions": NOBODY,
    "correct_currency": ADMINS,
    "count_days": NOBODY,
    "create_batch": OPERATORS,
    "create_operator": ADMINS,
    "customer_of": NOBODY,
    "cut": NOBODY,
    "dead_lots": EVERYBODY,
    "disable_operator": ADMINS,
    "discard_batch": OPERATORS,
    "dispatch": NOBODY,
    "do_acknowledge_transaction": NOBODY,
    "do_add_note": NOBODY,
    "do_approve_request": NOBODY,
    "do_assign_flag": NOBODY,
    "do_capture": NOBODY,
    "do_checkpoint": NOBODY,
    "do_close_flag": NOBODY,
    "do_close_request": NOBODY,
    "do_correct_currency": NOBODY,
    "do_create_operator": NOBODY,
    "do_end_sessions": NOBODY,
    "do_erase_account": NOBODY,
    "do_execute_request": NOBODY,
    "do_extend_reservation": NOBODY,
    "do_flag_account": NOBODY,
    "do_follow_account": NOBODY,
    "do_grant_credit": NOBODY,
    "do_open_account": NOBODY,
    "do_post_batch": NOBODY,
    "do_release": NOBODY,
    "do_reserve": NOBODY,
    "do_reverse_batch": NOBODY,
    "do_reverse_transaction": NOBODY,
    "do_run_job": NOBODY,
    "do_seal": NOBODY,
    "do_set_account_status": NOBODY,
    "do_set_approval_rule": NOBODY,
    "do_set_business_zone": NOBODY,
    "do_set_currency_closed": NOBODY,
    "do_set_limit": NOBODY,
    "do_set_operator_password": NOBODY,
    "do_set_operator_status": NOBODY,
    "do_set_overdraft_limit": NOBODY,
    "do_signal_session": NOBODY,
    "do_submit_batch": NOBODY,
    "do_submit_request": NOBODY,
    "do_sweep": NOBODY,
    "do_transfer": NOBODY,
    "do_unlock_operator": NOBODY,
    "enable_operator": ADMINS,
    "end_blocker": NOBODY,
    "end_sessions": ADMINS,
    "end_sessions_of": NOBODY,
    "erase_account": ADMINS,
    "execute_request": OPERATORS,
    "expire_lots": NOBODY,
    "extend_reservation": SUPPORTERS,
    "first_contradiction": NOBODY,
    "first_posted": NOBODY,
    "flag_account": SUPPORTERS,
    "follow_account": EVERYBODY,
    "forgive_attempts": NOBODY,
    "give_groups": NOBODY,
    "grant_credit": OPERATORS,
    "groups": NOBODY,
    "guard_account_flags": NOBODY,
    "guard_account_notes": NOBODY,
    "guard_append_only": NOBODY,
    "guard_batch_lines_change": NOBODY,
    "guard_batch_lines_insert": NOBODY,
    "guard_currencies": NOBODY,
    "guard_role": NOBODY,
    "hint": NOBODY,
    "hmac": NOBODY,
    "hold_lease": NOBODY,
    "hold_operator": NOBODY,
    "hold_sign_in": NOBODY,
    "hold_wallets": NOBODY,
    "is_hinted": NOBODY,
    "is_plain_text": READERS,
    "is_routine": NOBODY,
    "is_used": NOBODY,
    "job_runs": READERS,
    "job_states": READERS,
    "kind_of": EVERYBODY,
    "leave_lease": KEEPERS,
    "lock_sign_in": NOBODY,
    "make_role": NOBODY,
    "may_close_flags": EVERYBODY,
    "move_lots": NOBODY,
    "new_request": NOBODY,
    "next_expiry": NOBODY,
    "note": NOBODY,
    "note_batch": NOBODY,
    "noted": NOBODY,
    "of_currency": NOBODY,
    "open_account": SUPPORTERS,
    "open_flag": NOBODY,
    "open_missing_accounts": NOBODY,
    "open_request": NOBODY,
    "open_reservation": NOBODY,
    "outcome_of": NOBODY,
    "perform": NOBODY,
    "post": NOBODY,
    "post_batch": OPERATORS,
    "refusal_code": NOBODY,
    "refuse": NOBODY,
    "rehearse_request": OPERATORS | APPROVERS,
    "reject_request": APPROVERS,
    "release": SUPPORTERS,
    "release_locks": OPERATORS,
    "reopen_currency": ADMINS,
    "report_job": KEEPERS,
    "request_hash": NOBODY,
    "require_admin": NOBODY,
    "require_assignee": NOBODY,
    "require_currency": NOBODY,
    "require_reason": NOBODY,
    "reserve": OPERATORS,
    "reserve_attempt": NOBODY,
    "resolve_batch": NOBODY,
    "reversal_gives": NOBODY,
    "reversal_plan": NOBODY,
    "reversal_problems": EVERYBODY,
    "reversal_takes": NOBODY,
    "reverse_batch": OPERATORS,
    "reverse_transaction": OPERATORS,
    "run_job": KEEPERS,
    "seal": AUDITORS | OPERATORS,
    "session_check": READERS,
    "set_account_status": SUPPORTERS,
    "set_approval_rule": ADMINS,
    "set_business_zone": ADMINS,
    "set_limit": ADMINS,
    "set_operator_password": ADMINS,
    "set_overdraft_limit": OPERATORS,
    "set_role_login": NOBODY,
    "set_role_password": NOBODY,
    "settle_operation": EVERYBODY,
    "settled_transactions": NOBODY,
    "sign_in_window": NOBODY,
    "signal_session": NOBODY,
    "start_job": KEEPERS,
    "start_of_day": EVERYBODY,
    "subject_of": NOBODY,
    "submit_batch": OPERATORS,
    "submit_request": OPERATORS,
    "sweep": OPERATORS,
    "system_balance": EVERYBODY,
    "system_wallet": NOBODY,
    "take_groups": NOBODY,
    "terminate_session": ADMINS,
    "transaction_digest": NOBODY,
    "transfer": OPERATORS,
    "unlock_operator": ADMINS,
    "utc": NOBODY,
    "wallet_of": NOBODY,
    "withdraw_request": OPERATORS,
    "worth_of": NOBODY,
}


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
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
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
