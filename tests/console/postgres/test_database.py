"""The way to the ledger: whole transactions, statements that can be cancelled, and failures said in words."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from console.errors import (
    AccessDeniedError,
    CancelledError,
    ConsoleError,
    DatabaseUnreachableError,
    RefusedError,
    SchemaError,
    TimedOutError,
    UnavailableError,
)
from console.monitor.recording.recorder import Recorder
from console.postgres.cancellation import Cancellation
from console.postgres.database import Database
from console.settings import Settings
from console.writes.ledger import Ledger
from tests.bookkeeping import balances, wait_until
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.conftest import Statements

TRANSFER = text("SELECT ledger.transfer(:key, 'alice', 'bob', 'CR', :amount) ->> 'status'")


def pay(amount: int) -> Callable[[Session], str | None]:
    """Return the work of one transfer."""
    return lambda session: session.scalar(TRANSFER, {"key": uuid4(), "amount": amount})


def scalar(statement: str) -> Callable[[Session], object]:
    """Return the work of one question."""
    return lambda session: session.scalar(text(statement))


@pytest.fixture
def two(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


@pytest.mark.usefixtures("two")
def test_a_write_is_kept_and_a_rehearsal_is_not(operator_ledger: Ledger, ledger_url: str) -> None:
    assert operator_ledger.rehearse("transfer.post", pay(10)) == "posted"
    with connected(ledger_url) as connection:
        assert balances(connection) == {"alice": 100, "bob": 0}
        assert operator_ledger.write("transfer.post", pay(10)) == "posted"
        assert balances(connection) == {"alice": 90, "bob": 10}


@pytest.mark.usefixtures("two")
def test_a_write_that_fails_leaves_nothing(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str
) -> None:
    def fail(session: Session) -> None:
        pay(10)(session)
        raise LookupError("a bug")

    with pytest.raises(LookupError):
        operator_ledger.write("transfer.post", fail)
    with connected(ledger_url) as connection:
        assert balances(connection) == {"alice": 100, "bob": 0}
    assert operator_database.pool.busy == 0


@pytest.mark.usefixtures("two")
@pytest.mark.over_budget
def test_a_swallowed_error_is_not_committed(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str
) -> None:
    def swallow(session: Session) -> None:
        pay(10)(session)
        with suppress(DBAPIError):
            session.execute(text("SELECT 1 / 0"))

    with pytest.raises(ConsoleError, match="passed over"):
        operator_ledger.write("transfer.post", swallow)
    with connected(ledger_url) as connection:
        assert balances(connection) == {"alice": 100, "bob": 0}
    assert operator_database.read("probe", scalar("SELECT 1")) == 1


def test_statements_stay_prepared_after_a_snapshot(ledger_url: str, settings: Settings) -> None:
    """A plan for each question anew would cost more than the answers."""
    one = settings.model_copy(update={"pool_size": 1, "pool_overflow": 0})
    database = Database(ledger_url, Recorder(), one)
    question = text("SELECT count(*) FROM ledger.users u WHERE u.username = :name")

    for _use in range(7):  # the driver prepares a statement at its sixth use
        database.snapshot("report", lambda session: session.scalar(question, {"name": "nobody"}))
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ledger.users%'")
    assert database.read("prepared", lambda session: session.scalar(prepared)) == 1
    database.close()


@pytest.mark.usefixtures("two")
def test_a_snapshot_sees_one_moment_and_writes_nothing(
    operator_database: Database, operator_ledger: Ledger
) -> None:
    question = scalar("SELECT sum(balance) FROM ledger.wallets WHERE balance = 100")

    def look_twice(session: Session) -> tuple[object, object]:
        first = question(session)
        operator_ledger.write("transfer.post", pay(10))
        return first, question(session)

    assert operator_database.snapshot("report", look_twice) == (100, 100)
    assert operator_database.read("report", question) is None
    with pytest.raises(ConsoleError, match="READ COMMITTED only"):
        operator_database.snapshot("report", pay(10))


def test_each_read_is_one_statement(operator_database: Database, statements: Statements) -> None:
    operator_database.read("probe", scalar("SELECT 1"))
    with statements.counted() as found:
        operator_database.read("probe", scalar("SELECT 2"))
    assert found == ["SELECT 2"]


def test_session_facts_are_one_statement(operator_database: Database, statements: Statements) -> None:
    operator_database.read("probe", scalar("SELECT 1"))
    with statements.counted() as found:
        facts = operator_database.session_facts()
    assert len(found) == 1
    assert facts.operator == "t_operator"
    assert facts.rights == {"ledger_operator", "ledger_viewer"}
    assert facts.server_version[:2] in {"15", "16", "17", "18"}


@pytest.mark.alone
def test_cancel_ends_the_statement_within_a_second(operator_database: Database, ledger_url: str) -> None:
    cancel = Cancellation()
    with ThreadPoolExecutor(1) as pool, connected(ledger_url) as watcher:
        asleep = pool.submit(operator_database.read, "probe", scalar("SELECT pg_sleep(30)"), cancel=cancel)
        wait_until(
            lambda: watcher.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' "
                "AND state = 'active'"
            ).fetchone() == (1,)
        )  # fmt: skip
        started = time.monotonic()
        cancel.cancel()
        with pytest.raises(CancelledError):
            asleep.result(timeout=20)
        assert time.monotonic() - started < 1
    assert operator_database.pool.busy == 0
    assert operator_database.read("probe", scalar("SELECT 1")) == 1


def test_what_was_cancelled_before_is_not_sent(operator_database: Database, statements: Statements) -> None:
    operator_database.read("probe", scalar("SELECT 1"))
    cancel = Cancellation()
    cancel.cancel()
    with statements.counted() as found, pytest.raises(CancelledError):
        operator_database.read("probe", scalar("SELECT 2"), cancel=cancel)
    assert found == []


def test_cancel_never_hits_the_next_statement(as_role: Callable[[str], str]) -> None:
    """One connection for all: a late cancel would end the statement of whoever borrows it next."""
    database = Database(
        as_role("t_operator"),
        Recorder(capacity=2_000),
        Settings.model_construct(pool_size=1, pool_overflow=0),
    )
    cancelled = 0
    try:
        for turn in range(150):
            cancel = Cancellation()
            canceller = threading.Timer(turn % 15 / 5_000, cancel.cancel)
            canceller.start()
            try:
                database.read("probe", scalar("SELECT pg_sleep(0.0015)"), cancel=cancel)
            except CancelledError:
                cancelled += 1
            # Nobody cancels these, and one of them runs while the late cancels arrive.
            database.read("probe", scalar("SELECT pg_sleep(0.002)"))
            canceller.join()
    finally:
        database.close()
    assert 0 < cancelled < 150


def test_a_slow_statement_times_out(as_role: Callable[[str], str]) -> None:
    database = Database(as_role("t_operator"), Recorder(), Settings.model_construct(statement_timeout_s=1))
    with pytest.raises(TimedOutError, match="longer"):
        database.read("probe", scalar("SELECT pg_sleep(30)"))
    assert Ledger(database).write("probe", scalar("SELECT pg_sleep(1.2)"), timeout_s=5) is not None
    database.close()


@pytest.mark.usefixtures("two")
def test_a_lock_times_out(as_role: Callable[[str], str], ledger_url: str) -> None:
    database = Database(as_role("t_operator"), Recorder(), Settings.model_construct(lock_timeout_s=1))
    with connected(ledger_url, autocommit=False) as holder:
        holder.execute("SELECT FROM ledger.wallets FOR UPDATE")
        with pytest.raises(TimedOutError, match="lock"):
            Ledger(database).write("transfer.post", pay(1))
    database.close()


@pytest.mark.parametrize("where", ["127.0.0.1:1", "host.invalid"])
def test_an_unreachable_server_is_named_without_the_password(settings: Settings, where: str) -> None:
    database = Database(f"postgresql+psycopg://kim:very-secret@{where}/books", Recorder(), settings)
    with pytest.raises(DatabaseUnreachableError) as raised:
        database.session_facts()
    assert f"{where.partition(':')[0]}/books" in str(raised.value)
    assert "very-secret" not in str(raised.value) + repr(raised.value)
    assert "kim" not in database.place


def test_a_wrong_password_is_said_to_be_one(
    ledger_url: str, ledger_template: str, settings: Settings
) -> None:
    url = make_url(ledger_url).set(username="t_operator", password="mistyped-word")
    database = Database(url.render_as_string(hide_password=False), Recorder(), settings)
    with pytest.raises(AccessDeniedError, match="password") as raised:
        database.session_facts()
    assert "mistyped-word" not in str(raised.value)


def test_no_ledger_is_a_schema_error(database_url: str, settings: Settings) -> None:
    database = Database(database_url, Recorder(), settings)
    with pytest.raises(SchemaError, match="ledgerctl migrate"):
        database.session_facts()
    database.close()


def test_another_version_is_a_schema_error(operator_database: Database, ledger_url: str) -> None:
    with connected(ledger_url) as connection:
        connection.execute("UPDATE ledger.schema_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="9999"):
        operator_database.session_facts()


def test_a_server_that_could_forget_is_refused(operator_database: Database, ledger_url: str) -> None:
    name = make_url(ledger_url).database
    with connected(ledger_url) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with pytest.raises(SchemaError, match="synchronous_commit"):
        operator_database.session_facts()


def test_what_a_role_may_not_do_is_denied(operator_ledger: Ledger) -> None:
    with pytest.raises(AccessDeniedError, match="permission denied"):
        operator_ledger.write("probe", scalar("DELETE FROM ledger.wallets"))


@pytest.mark.usefixtures("two")
def test_a_key_used_for_something_else_is_refused(operator_ledger: Ledger) -> None:
    key = uuid4()
    for _ in range(2):
        operator_ledger.write("transfer.post", lambda s: s.scalar(TRANSFER, {"key": key, "amount": 1}))
    with pytest.raises(RefusedError) as raised:
        operator_ledger.write("transfer.post", lambda s: s.scalar(TRANSFER, {"key": key, "amount": 2}))
    assert raised.value.code == "operation.other"


def test_a_full_pool_says_so(as_role: Callable[[str], str]) -> None:
    database = Database(
        as_role("t_operator"), Recorder(), Settings.model_construct(pool_size=1, pool_overflow=0)
    )
    database._engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # ten seconds would be waited otherwise
    with pytest.raises(UnavailableError, match="busy"):
        database.read("outer", lambda _session: database.read("inner", scalar("SELECT 1")))
    assert database.pool.busy == 0
    database.close()


def test_a_session_the_server_ended_is_replaced(operator_database: Database, ledger_url: str) -> None:
    pid = operator_database.read("probe", scalar("SELECT pg_backend_pid()"))
    with connected(ledger_url) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert operator_database.read("probe", scalar("SELECT pg_backend_pid()")) != pid


_SETTINGS = "SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')"


def test_behind_a_pooler_the_settings_are_the_transactions(as_role: Callable[[str], str]) -> None:
    """In transaction mode the session goes to somebody else after each COMMIT, with all that it was told."""
    settings = Settings.model_construct(pooled=True, lock_timeout_s=7)
    database = Database(as_role("t_operator"), Recorder(), settings)
    for ask in (database.read, database.snapshot, Ledger(database).write, Ledger(database).rehearse):
        assert ask("probe", scalar(_SETTINGS)) == "7s 15s"
    assert Ledger(database).write("probe", scalar(_SETTINGS), timeout_s=120) == "7s 2min"
    with database._engine.connect() as connection:
        assert connection.scalar(text(_SETTINGS)) == "0 0"
    database.close()


def test_behind_a_pooler_nothing_is_prepared_on_the_server(
    as_role: Callable[[str], str], operator_database: Database
) -> None:
    def ask_often(database: Database) -> object:
        for _ in range(8):
            database.read("probe", scalar("SELECT 1"))
        return database.read(
            "probe", scalar("SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql")
        )

    assert ask_often(operator_database) != 0
    pooled = Database(as_role("t_operator"), Recorder(), Settings.model_construct(pooled=True))
    assert ask_often(pooled) == 0
    pooled.close()


@pytest.mark.usefixtures("two")
def test_behind_a_pooler_a_transfer_is_one_statement(
    as_role: Callable[[str], str], statements: Statements
) -> None:
    database = Database(as_role("t_operator"), Recorder(), Settings.model_construct(pooled=True))
    database.session_facts()
    with statements.counted() as found:
        assert Ledger(database).write("transfer.post", pay(10)) == "posted"
    assert len(found) == 1
    database.close()
