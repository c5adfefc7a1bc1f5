"""Migrations: twice, at once, after somebody's hand, and by an administrator who is no superuser."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic import command
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from console.errors import AccessDeniedError, DatabaseUnreachableError
from console.ledger.audit.verify.questions import verify
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.workspace.migrate import alembic_config, head_version, migrate
from tests.bookkeeping import transfer
from tests.cluster import PASSWORD, Cluster, connected
from tests.models.jobs.lease import claimed, run
from tests.models.writes import REASON, capture, done, grant, refused, release, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings

REPOSITORY = Path(__file__).parents[3]


def fingerprint(url: str) -> list[tuple[object, ...]]:
    """Return what a migration makes: columns, functions, rights, triggers, constraints."""
    with connected(url) as connection:
        return connection.execute("""
            SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), c.relacl::text
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'ledger'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT 'function', proname, prosrc, proconfig::text, proacl::text FROM pg_proc
                WHERE pronamespace = 'ledger'::regnamespace
            UNION ALL SELECT 'trigger', tgname, tgrelid::regclass::text, pg_get_triggerdef(oid),
                tgenabled::text
                FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid), ''
                FROM pg_constraint WHERE connamespace = 'ledger'::regnamespace
            UNION ALL SELECT 'default', defaclobjtype::text, defaclacl::text, defaclrole::regrole::text, ''
                FROM pg_default_acl
            UNION ALL SELECT 'schema', nspname, nspacl::text, '', '' FROM pg_namespace WHERE
                nspname = 'ledger'
            ORDER BY 1, 2, 3, 4, 5""").fetchall()


def test_twice_changes_nothing(database_url: str) -> None:
    assert migrate(database_url) == head_version() != ""
    first = fingerprint(database_url)
    assert len(first) > 100
    assert migrate(database_url) == head_version()
    assert fingerprint(database_url) == first


def test_at_once_from_many_threads(database_url: str) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(migrate, [database_url] * 5)) == {head_version()}


def test_at_once_on_several_databases(cluster: Cluster) -> None:
    """The roles are the whole server's, so migrations of different databases meet there."""
    names = [cluster.create() for _ in range(4)]
    try:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(migrate, [cluster.url(name) for name in names] * 2)) == {head_version()}
    finally:
        for name in names:
            cluster.drop(name)


def test_at_once_from_several_processes(database_url: str) -> None:
    code = (
        "import sys; from console.workspace.migrate import migrate; "
        "print(migrate(sys.stdin.readline().strip()))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=REPOSITORY, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = []
    with ThreadPoolExecutor(2) as pool:
        for out, complaint in pool.map(
            lambda process: process.communicate(database_url, timeout=60), processes
        ):
            assert out.strip() == head_version(), complaint
            answers.append(out)
    assert len(answers) == 2


def test_what_hands_changed_is_restored(database_url: str) -> None:
    migrate(database_url)
    before = fingerprint(database_url)
    with connected(database_url) as connection:
        connection.execute(
            "DROP FUNCTION ledger.transfer("
            "uuid, text, text, text, bigint, text, text, timestamptz, text, text)"
        )
        connection.execute("DROP TRIGGER append_only_rows ON ledger.transactions")
        connection.execute("ALTER FUNCTION ledger.post_batch RESET ALL")
        connection.execute("REVOKE SELECT ON ledger.users FROM ledger_viewer")
        connection.execute("REVOKE USAGE ON SCHEMA ledger FROM ledger_viewer")
        connection.execute("GRANT UPDATE ON ledger.wallets TO ledger_operator")
        connection.execute("GRANT UPDATE (balance) ON ledger.wallets TO ledger_support")
        connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO PUBLIC")
        connection.execute("GRANT USAGE ON SCHEMA ledger TO PUBLIC")
    assert fingerprint(database_url) != before
    migrate(database_url)
    assert fingerprint(database_url) == before


def test_rights_given_to_a_login_by_hand_are_taken_back(database_url: str, ledger_template: str) -> None:
    migrate(database_url)
    before = fingerprint(database_url)
    with connected(database_url) as connection:
        connection.execute("GRANT ALL ON ledger.wallets, ledger.transactions TO t_operator WITH GRANT OPTION")
        connection.execute("GRANT UPDATE (balance) ON ledger.wallets TO t_viewer")
        connection.execute("GRANT ALL ON ALL FUNCTIONS IN SCHEMA ledger TO t_viewer")
        connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA ledger TO t_viewer")
        connection.execute("GRANT ALL ON SCHEMA ledger TO t_viewer")
    migrate(database_url)
    assert fingerprint(database_url) == before


def test_indexes_come_to_a_ledger_with_data_in_it(
    ledger_url: str,
    open_accounts: Callable[..., None],
    as_role: Callable[[str], str],
    settings: Settings,
) -> None:
    """From 0005, with a row of each kind that can be told there: the ledger verifies before and after."""
    open_accounts({"kofi.amrani": 100, "shop.example.com": 0})
    with connected(ledger_url) as connection:
        connection.execute("INSERT INTO ledger.batches (name, currency) VALUES ('Pay March', 'CR')")
    with connected(as_role("t_operator")) as operator:
        done(grant(operator, "kofi.amrani", 10))
        for reference in ("used", "let-go"):
            done(reserve(operator, "kofi.amrani", 10, reference))
        done(capture(operator, "used"))
        done(release(operator, "let-go"))
        done(write(operator, "add_note", "kofi.amrani", "called"))
        assert refused(transfer(operator, "kofi.amrani", "shop.example.com", 5_000)) == "funds.short"
    indexed, whole = indexes(ledger_url), fingerprint(ledger_url)
    assert broken(ledger_url, settings) == []
    downgrade(ledger_url, "0005")
    assert indexed - indexes(ledger_url) == {
        "users_words_idx", "batches_words_idx", "users_trust_idx", "credit_lots_ended_idx",
        "account_flags_pkey", "account_flags_open_idx", "account_follows_pkey", "audit_events_timeline_idx",
        "reservations_ended_idx", "approval_requests_account_idx",
        "approval_requests_ended_idx", "keeper_lease_pkey", "jobs_pkey", "operations_jobs_idx",
        "daily_movements_pkey", "daily_balances_pkey", "daily_mark_pkey", "reservations_closed_idx",
        "hint_sent_pkey", "account_counts_pkey", "allowance_usage_pkey", "allowances_pkey",
        "approval_requests_ticket_idx", "audit_events_ticket_idx", "batch_offsets_pkey",
        "batches_unrecovered_idx", "reservations_ticket_idx", "reversals_part_key", "reversals_pkey",
        "reversals_through_key", "transactions_ticket_idx", "acts_pkey", "acts_ticket_idx", "lot_events_pkey",
        "lot_events_act_idx", "hold_events_pkey", "hold_events_act_idx", "reservations_active_idx",
        "credit_lots_open_idx", "credit_lots_expired_idx", "reservations_close_ticket_idx",
        "approval_requests_stale_idx", "approval_requests_maker_idx", "approval_requests_closed_idx",
        "approval_requests_follows_key", "approval_terms_pkey", "audit_events_refused_idx",
        "approvals_voice_key", "controls_pkey", "tier_usage_pkey", "delegations_pkey", "delegations_open_idx",
    }  # fmt: skip
    assert migrate(ledger_url) == head_version()
    assert (indexes(ledger_url), fingerprint(ledger_url)) == (indexed, whole)
    assert broken(ledger_url, settings) == []


def test_a_flag_is_not_forgotten(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    open_accounts({"kofi": 0})
    with connected(ledger_url) as connection:
        connection.execute("SELECT ledger.flag_account(gen_random_uuid(), 'kofi', 'ask for a passport')")
    before = fingerprint(ledger_url)
    with pytest.raises(NotImplementedError, match="account_flags would be forgotten"):
        downgrade(ledger_url, "0006")
    assert fingerprint(ledger_url) == before


def test_what_stood_when_a_request_was_made_is_not_forgotten(
    ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"kofi": 10, "ines": 0})
    with connected(ledger_url) as connection:
        wanted = Jsonb({"from": "kofi", "to": "ines", "currency": "CR", "amount": 3})
        done(write(connection, "submit_request", "transfer", wanted, REASON))
    before = fingerprint(ledger_url)
    with pytest.raises(NotImplementedError, match="what stood when requests were made"):
        downgrade(ledger_url, "0012")
    assert fingerprint(ledger_url) == before


def test_movements_of_credits_are_numbered_again(
    ledger_url: str, open_accounts: Callable[..., None], settings: Settings
) -> None:
    """Down to 0011 and up: with movements of credits that were granted, spent and given back."""
    open_accounts({"kofi": 10})
    with connected(ledger_url) as connection:
        for amount in (10, 20, 30):
            done(grant(connection, "kofi", amount))
        done(reserve(connection, "kofi", 45, "h-1"))
        spent = done(capture(connection, "h-1"))["transaction"]
        done(write(connection, "reverse_transaction", spent, 25, REASON))
        asked = (
            "SELECT lot_id, transaction_id, amount, remaining_after FROM ledger.lot_movements ORDER BY 1, 2"
        )
        moved = connection.execute(asked).fetchall()
    whole = fingerprint(ledger_url)
    downgrade(ledger_url, "0011")
    with connected(ledger_url) as connection:
        numbers = connection.execute("SELECT id, lot_id, transaction_id FROM ledger.lot_movements").fetchall()
    assert [number for number, *_ in sorted(numbers)] == list(range(1, len(moved) + 1))
    of_lots = sorted((lot, number, posted) for number, lot, posted in numbers)
    assert [(lot, posted) for lot, _, posted in of_lots] == [(lot, posted) for lot, posted, *_ in moved]
    assert migrate(ledger_url) == head_version()
    with connected(ledger_url) as connection:
        assert connection.execute(asked).fetchall() == moved
    assert fingerprint(ledger_url) == whole
    assert broken(ledger_url, settings) == []


def test_a_run_of_a_job_is_not_forgotten(ledger_url: str) -> None:
    with connected(ledger_url) as connection:
        token = claimed(connection)
        assert run(connection, token, "figures")["status"] == "done"
    before = fingerprint(ledger_url)
    with pytest.raises(NotImplementedError, match="jobs have run"):
        downgrade(ledger_url, "0007")
    assert fingerprint(ledger_url) == before


@pytest.mark.parametrize(
    ("write", "kept"),
    [
        ("reverse_transaction(gen_random_uuid(), 1, 2, 'a part')", ""),
        ("reverse_transaction(gen_random_uuid(), 1, 2, 'a part', NULL, 'T-1')", "tickets would be"),
        ("set_account_metadata(gen_random_uuid(), 'kofi', '{\"crm\": \"1\"}', 'known')", "metadata would be"),
        (
            "set_allowance(gen_random_uuid(), 'ledger_support', 'grant_credit', 'CR', 1, 1, 'gifts')",
            "allowances",
        ),
    ],
)
def test_acts_are_not_forgotten(
    ledger_url: str, open_accounts: Callable[..., None], write: str, kept: str
) -> None:
    open_accounts({"kofi": 10})
    with connected(ledger_url) as connection:
        connection.execute(f"SELECT ledger.{write}".encode())
    before = fingerprint(ledger_url)
    if kept:
        with pytest.raises(NotImplementedError, match=kept):
            downgrade(ledger_url, "0008")
        assert fingerprint(ledger_url) == before
    else:
        # One part alone is what the form before could tell.
        downgrade(ledger_url, "0008")
        assert migrate(ledger_url) == head_version()
        assert fingerprint(ledger_url) == before


def indexes(url: str) -> set[str]:
    with connected(url) as connection:
        found = connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'ledger'").fetchall()
    return {name for (name,) in found}


def downgrade(url: str, revision: str) -> None:
    config, engine = alembic_config(), create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE ledger_owner"))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def broken(url: str, settings: Settings) -> list[str]:
    """Return the promises that the ledger breaks."""
    database = Database(url, Recorder(), settings)
    try:
        return [check.code for check in verify(database).checks if not check.passed]
    finally:
        database.close()


@pytest.fixture
def creator(cluster: Cluster, database_url: str, ledger_template: str) -> Iterator[str]:
    """Return the URL of the database's owner, who may make roles but is no superuser."""
    name = f"t_creator_{uuid4().hex[:8]}"
    role, database = sql.Identifier(name), sql.Identifier(make_url(database_url).database or "")
    with connected(database_url) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(role, sql.Literal(PASSWORD))
        )
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
    yield make_url(database_url).set(username=name, password=PASSWORD).render_as_string(hide_password=False)
    with connected(database_url) as connection:
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_an_administrator_without_superpowers(creator: str, database_url: str) -> None:
    """The roles exist already, made by another: from 16 on he needs ADMIN on them, as their maker has."""
    login = sql.Identifier(make_url(creator).username or "")
    with connected(database_url) as connection:
        if connection.info.server_version >= 160_000:
            # What the server itself gives the maker of a role.
            connection.execute(
                sql.SQL(
                    "GRANT ledger_owner, ledger_roles TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
                ).format(login)
            )
    assert migrate(creator) == head_version()
    assert migrate(creator) == head_version()


def test_who_may_not_migrate_is_told_so(ledger_url: str, cluster: Cluster) -> None:
    url = cluster.url(make_url(ledger_url).database or "", "t_operator")
    with pytest.raises(AccessDeniedError):
        migrate(url)


def test_an_unreachable_server_is_named_without_the_password(database_url: str) -> None:
    url = make_url("postgresql+psycopg://somebody:very-secret@127.0.0.1:1/ledger")
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1/ledger") as raised:
        migrate(url.render_as_string(hide_password=False))
    assert "very-secret" not in str(raised.value)
