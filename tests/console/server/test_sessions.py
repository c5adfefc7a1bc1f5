"""Sessions that block each other, what a role sees of them, and ending them with a reason, audited."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from psycopg import errors, sql

from console.errors import AccessDeniedError
from console.errors.refusals import OperationRefusedError
from console.ledger.audit.page import AuditFilter
from console.ledger.audit.page import page as audit_page
from console.server.blocking import blocking
from console.server.commands import cancel_session, terminate_session, terminate_sessions
from console.server.locks import locks
from console.server.sessions import Activity, SessionRow, sessions
from console.writes.ledger import Ledger
from tests.blocked import MARKED, REASON, Waiter, blocked_pair, started_at, watching_blocked
from tests.bookkeeping import wait_until
from tests.cluster import connected
from tests.console.waiting_room import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.operators import Staff


@pytest.fixture
def wallets(open_accounts: Callable[..., None]) -> None:
    """Open two accounts."""
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def watcher(ledger_url: str) -> Iterator[Connection]:
    """Return an administrator's connection beside all others."""
    with connected(ledger_url) as connection:
        yield connection


@pytest.fixture
def blocked(
    wallets: None, ledger_url: str, as_role: Callable[[str], str]
) -> Iterator[tuple[Connection, Waiter]]:
    """Let an operator's transfer wait for a wallet that the server's administrator holds."""
    with blocked_pair(ledger_url, as_role("t_operator")) as pair:
        yield pair


@pytest.fixture
def database_of(as_role: Callable[[str], str]) -> Iterator[Callable[[str], Database]]:
    """Open the ledger as one of tests.cluster.LOGINS."""
    made = []

    def open_as(login: str) -> Database:
        lent = opened(as_role(login))
        made.append(lent)
        return lent.__enter__()

    yield open_as
    for lent in made:
        lent.__exit__(None, None, None)


@contextmanager
def monitoring(staff: Staff, watcher: Connection, *roles: str) -> Iterator[str]:
    """Hire somebody who may also see all sessions; yields the URL."""
    name = staff.hire(*roles)
    watcher.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(name)))
    yield staff.url(name)


def row_of(activity: Activity, pid: int) -> SessionRow:
    return next(row for row in activity.sessions if row.pid == pid)


def last_event(database: Database) -> Any:
    return audit_page(database, AuditFilter(), limit=1).rows[0]


def test_the_tree_shows_who_waits_for_whom(
    blocked: tuple[Connection, Waiter], staff: Staff, watcher: Connection, as_role: Callable[[str], str]
) -> None:
    holder, first = blocked
    second = Waiter(as_role("t_operator2"))
    wait_until(lambda: len(watching_blocked(watcher)) == 2)
    with monitoring(staff, watcher, "viewer") as url, opened(url) as database:
        activity = sessions(database)
        tree = blocking(activity)
        found = locks(database)
    root, *below = tree
    assert (root.pid, root.depth, root.waiters, root.deadlock) == (holder.info.backend_pid, 0, 2, False)
    assert {one.pid for one in below} == {first.pid, second.pid}
    assert root.session is not None
    assert root.session.state == "idle in transaction"
    assert root.session.waits_for is None
    for one in below:
        assert one.session is not None
        wait = one.session.waits_for
        assert wait is not None
        assert wait.relation == "wallets"
        assert wait.seconds is not None
        assert wait.seconds >= 0
        assert one.session.wait_type == "Lock"
        assert one.session.statement == "SELECT transfer()"
    assert activity.limits == ""
    assert sum(lock.waiting for lock in found) == 2
    assert any(lock.relation == "wallets" and lock.held for lock in found)
    holder.rollback()
    second.end()


def test_no_value_of_a_statement_is_kept(
    blocked: tuple[Connection, Waiter], staff: Staff, watcher: Connection
) -> None:
    _, waiter = blocked
    with monitoring(staff, watcher, "viewer") as url, opened(url) as database:
        activity = sessions(database)
    assert MARKED not in repr(activity)
    assert "alice" not in repr(activity)
    assert row_of(activity, waiter.pid).text == "SELECT ledger.transfer(…)"


def test_a_viewer_without_pg_monitor_sees_stated_limits(
    blocked: tuple[Connection, Waiter], database_of: Callable[[str], Database]
) -> None:
    holder, waiter = blocked
    activity = sessions(database_of("t_viewer"))
    seen = row_of(activity, waiter.pid)
    assert (seen.operator, seen.hidden, seen.state, seen.started_at, seen.statement, seen.text) == (
        "t_operator", True, None, None, "", "",
    )  # fmt: skip
    assert "your role is not in pg_monitor" in activity.limits
    assert not activity.sees_all
    # Locks are everybody's to see.
    assert [(one.pid, one.depth) for one in blocking(activity)] == [
        (holder.info.backend_pid, 0), (waiter.pid, 1),
    ]  # fmt: skip
    assert seen.waits_for is not None
    own = next(row for row in activity.sessions if row.own)
    assert (own.hidden, own.state, own.operator) == (False, "active", "t_viewer")


def test_cancel_ends_the_statement_and_stands_in_the_audit(
    blocked: tuple[Connection, Waiter],
    staff: Staff,
    watcher: Connection,
    database_of: Callable[[str], Database],
) -> None:
    _, waiter = blocked
    with monitoring(staff, watcher, "admin") as url, opened(url) as database:
        seen = row_of(sessions(database), waiter.pid)
        assert seen.started_at is not None
        assert not seen.foreign
        key = uuid4()
        done = cancel_session(Ledger(database), waiter.pid, seen.started_at, reason=REASON, key=key)
        assert (done.pid, done.operator, done.status) == (waiter.pid, "t_operator", "cancelled")
        assert waiter.ended_with() == "57014"
        # The same key again does nothing, and answers the same.
        assert cancel_session(Ledger(database), waiter.pid, seen.started_at, reason=REASON, key=key) == done
        with pytest.raises(OperationRefusedError, match="runs no statement") as raised:
            cancel_session(Ledger(database), waiter.pid, seen.started_at, reason=REASON)
        assert raised.value.code == "session.idle"
    auditor = database_of("t_auditor")
    refused, event = audit_page(auditor, AuditFilter(subject=f"session:{waiter.pid}")).rows
    assert (event.action, event.outcome, event.reason) == ("cancel_session", "done", REASON)
    assert event.actor.startswith("o_")
    assert event.detail["outcome"]["operator"] == "t_operator"
    assert (refused.action, refused.outcome, refused.code) == ("cancel_session", "refused", "session.idle")
    assert waiter.connection.execute("SELECT 1").fetchone() == (1,)


def test_terminate_ends_the_session(
    blocked: tuple[Connection, Waiter], watcher: Connection, database_of: Callable[[str], Database]
) -> None:
    _, waiter = blocked
    started = started_at(watcher, waiter.pid)
    admin = database_of("t_admin")
    assert terminate_session(Ledger(admin), waiter.pid, started, reason=REASON).status == "terminated"
    assert waiter.ended_with() == "57P01"
    event = last_event(admin)
    assert (event.action, event.subject, event.actor) == (
        "terminate_session", f"session:{waiter.pid}", "t_admin",
    )  # fmt: skip
    wait_until(lambda: not watcher.execute(
        "SELECT FROM pg_stat_activity WHERE pid = %s", [waiter.pid]).fetchall())  # fmt: skip
    with pytest.raises(OperationRefusedError, match="not there any more"):
        terminate_session(Ledger(admin), waiter.pid, started, reason=REASON)


def test_several_are_ended_once_and_those_that_are_gone_are_passed_over(
    as_role: Callable[[str], str], database_of: Callable[[str], Database], watcher: Connection
) -> None:
    key, ledger = uuid4(), Ledger(database_of("t_admin"))
    with connected(as_role("t_operator")) as first, connected(as_role("t_operator")) as second:
        pids = [one.info.backend_pid for one in (first, second)]
        chosen = [(pid, started_at(watcher, pid)) for pid in pids]
        gone = (chosen[0][0], chosen[0][1] - timedelta(hours=1))
        done = terminate_sessions(ledger, [gone, *chosen], reason=REASON, key=key)
        assert [one.pid for one in done] == pids
        again = terminate_sessions(ledger, chosen, reason=REASON, key=key)
        assert [one.pid for one in again] == pids
    ended = audit_page(ledger.database, AuditFilter(action="terminate_session", outcome="done")).rows
    assert len(ended) == len(pids)


def test_a_process_number_used_again_is_not_hit(
    blocked: tuple[Connection, Waiter], watcher: Connection, database_of: Callable[[str], Database]
) -> None:
    _, waiter = blocked
    earlier = started_at(watcher, waiter.pid) - timedelta(microseconds=1)
    admin = database_of("t_admin")
    for end in (cancel_session, terminate_session):
        with pytest.raises(OperationRefusedError) as raised:
            end(Ledger(admin), waiter.pid, earlier, reason=REASON)
        assert raised.value.code == "session.unknown"
        assert last_event(admin).outcome == "refused"
    assert waiter.error is None
    assert watching_blocked(watcher) == [waiter.pid]


def test_only_sessions_of_operators_are_ended(
    blocked: tuple[Connection, Waiter], watcher: Connection, database_of: Callable[[str], Database]
) -> None:
    holder, _ = blocked
    admin = database_of("t_admin")
    pid = holder.info.backend_pid
    assert row_of(sessions(admin), pid).foreign
    with pytest.raises(OperationRefusedError, match="no operator of this ledger") as raised:
        terminate_session(Ledger(admin), pid, started_at(watcher, pid), reason=REASON)
    assert raised.value.code == "session.foreign"
    assert holder.execute("SELECT 1").fetchone() == (1,)


def test_nobody_ends_the_session_that_asks(as_role: Callable[[str], str], watcher: Connection) -> None:
    with connected(as_role("t_admin")) as admin:
        pid = admin.info.backend_pid
        row = admin.execute(
            "SELECT ledger.terminate_session(%s, %s, %s, %s)",
            [uuid4(), pid, started_at(watcher, pid), REASON],
        ).fetchone()
    assert row is not None
    assert row[0]["code"] == "session.self"


def test_a_session_of_another_database_is_unknown(
    cluster: Any, watcher: Connection, as_role: Callable[[str], str], database_of: Callable[[str], Database]
) -> None:

    with connected(cluster.url("postgres", "t_operator")) as elsewhere:
        pid = elsewhere.info.backend_pid
        admin = database_of("t_admin")
        assert pid not in {row.pid for row in sessions(admin).sessions}
        with pytest.raises(OperationRefusedError) as raised:
            terminate_session(Ledger(admin), pid, started_at(watcher, pid), reason=REASON)
        assert raised.value.code == "session.unknown"
        assert elsewhere.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("login", ["t_viewer", "t_support", "t_operator", "t_approver", "t_auditor"])
def test_the_server_refuses_whoever_is_no_administrator(
    login: str,
    blocked: tuple[Connection, Waiter],
    watcher: Connection,
    as_role: Callable[[str], str],
    database_of: Callable[[str], Database],
) -> None:
    _, waiter = blocked
    started = started_at(watcher, waiter.pid)
    with connected(as_role(login)) as raw:
        for call in (
            "SELECT ledger.cancel_session(%s, %s, %s, %s)",
            "SELECT ledger.terminate_session(%s, %s, %s, %s)",
        ):
            with pytest.raises(errors.InsufficientPrivilege) as raised:
                raw.execute(call, [uuid4(), waiter.pid, started, REASON])
            assert raised.value.sqlstate == "42501"
        for call in (
            "SELECT ledger.signal_session(%s, %s, true)",
            "SELECT ledger.do_signal_session(jsonb_build_object('pid', %s, 'backend_start', %s), true)",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                raw.execute(call, [waiter.pid, started])
    with pytest.raises(AccessDeniedError):
        cancel_session(Ledger(database_of(login)), waiter.pid, started, reason=REASON)
    assert watching_blocked(watcher) == [waiter.pid]


@pytest.mark.parametrize("reason", ["", "  ", "no"])
def test_a_reason_is_needed(
    reason: str,
    blocked: tuple[Connection, Waiter],
    watcher: Connection,
    database_of: Callable[[str], Database],
) -> None:
    _, waiter = blocked
    with pytest.raises(OperationRefusedError) as raised:
        cancel_session(
            Ledger(database_of("t_admin")), waiter.pid, started_at(watcher, waiter.pid), reason=reason
        )
    assert raised.value.code == "reason.empty"
    assert watching_blocked(watcher) == [waiter.pid]


def test_without_the_server_s_right_it_says_what_to_grant(
    blocked: tuple[Connection, Waiter], watcher: Connection, database_of: Callable[[str], Database]
) -> None:
    _, waiter = blocked
    admin = database_of("t_admin")
    # Roles are the whole server's: only the role's inheritance in this test's own transaction cannot be had,
    # so the right is taken and given back.
    watcher.execute("REVOKE pg_signal_backend FROM ledger_roles")
    try:
        with pytest.raises(
            OperationRefusedError, match="GRANT pg_signal_backend, pg_read_all_stats"
        ) as raised:
            cancel_session(Ledger(admin), waiter.pid, started_at(watcher, waiter.pid), reason=REASON)
    finally:
        watcher.execute("GRANT pg_signal_backend TO ledger_roles")
    assert raised.value.code == "session.rights"
    assert last_event(admin).outcome == "refused"
