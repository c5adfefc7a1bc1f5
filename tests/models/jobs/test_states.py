"""When each job is due, and how its runs are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bookkeeping import count, transfer
from tests.models.jobs.lease import claimed, pass_time, run, state
from tests.models.writes import REASON, grant, let_time_pass, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

JOBS = ("sweep", "seal", "checkpoint", "figures", "verify")


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 0, "bob": 0})


def due(connection: Connection, job: str) -> datetime | None:
    """Return when a job is due."""
    found: datetime | None = state(connection, job)[0]
    return found


def test_nothing_is_due_where_nothing_is(operator: Connection) -> None:
    assert [due(operator, job) for job in JOBS[:-1]] == [None] * 4
    at = due(operator, "verify")
    assert at is not None
    assert timedelta() < at - datetime.now(UTC) <= timedelta(days=1)
    assert (at.hour, at.minute) == (2, 0)


def test_the_sweep_is_due_with_the_first_that_ends(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 500)
    reserve(operator, "alice", 100, "later", 3)
    grant(operator, "alice", 100, 2)
    moments = admin.execute(
        "SELECT (SELECT expires_at FROM ledger.credit_lots), (SELECT expires_at FROM ledger.reservations)"
    ).fetchone()
    assert moments is not None
    assert due(operator, "sweep") == moments[0]
    # The credit is kept alive by the hold, which was there first: then there is nothing to do before it ends.
    admin.execute("UPDATE ledger.reservations SET created_at = created_at - interval '1 hour', amount = 600")
    admin.execute("UPDATE ledger.wallets SET reserved = 600 WHERE reserved = 100")
    admin.execute("UPDATE ledger.credit_lots SET expires_at = now(), created_at = now() - interval '1 hour'")
    assert due(operator, "sweep") == moments[1]
    admin.execute("UPDATE ledger.reservations SET amount = 100")
    admin.execute("UPDATE ledger.wallets SET reserved = 100 WHERE reserved = 600")


def test_a_sweep_of_everything_leaves_nothing_due(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 500)
    reserve(operator, "alice", 100, "one", 1)
    grant(operator, "alice", 100, 1)
    let_time_pass(admin, 2)
    assert state(operator, "sweep")[6] is not None
    run(operator, claimed(operator), "sweep")
    assert due(operator, "sweep") is None


@pytest.mark.parametrize(
    ("job", "after"),
    [
        ("seal", timedelta(minutes=5)),
        ("checkpoint", timedelta(minutes=10)),
        ("figures", timedelta(minutes=5)),
    ],
)
def test_what_follows_postings_is_due_so_long_after_the_first(
    job: str, after: timedelta, operator: Connection, admin: Connection
) -> None:
    transfer(operator, "@external", "alice", 5)
    transfer(operator, "@external", "alice", 6)
    first = admin.execute("SELECT min(posted_at) FROM ledger.transactions").fetchone()
    assert first is not None
    assert due(operator, job) == first[0] + after
    run(operator, claimed(operator), job)
    after_it = due(operator, job)
    # Of the figures what is next is the end of the day.
    assert after_it is None or (job == "figures" and after_it > datetime.now(UTC))


def test_very_many_transactions_are_counted_at_once(operator: Connection, admin: Connection) -> None:
    admin.execute("SELECT setval('ledger.transactions_id_seq', 100001)")
    transfer(operator, "@external", "alice", 5)
    assert state(operator, "figures")[6] is not None
    assert state(operator, "seal")[6] is None


def test_figures_are_due_when_a_day_is_over(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 5)
    run(operator, claimed(operator), "figures")
    row = admin.execute("SELECT ledger.start_of_day(ledger.business_day(now()) + 1)").fetchone()
    assert row is not None
    assert due(operator, "figures") == row[0]
    admin.execute("UPDATE ledger.daily_mark SET closed_through = closed_through - 1")
    assert state(operator, "figures")[6] is not None


def test_verify_is_due_once_a_night_and_caught_up(operator: Connection, admin: Connection) -> None:
    admin.execute("UPDATE ledger.jobs SET since = since - interval '3 days'")
    missed = due(operator, "verify")
    assert missed is not None
    assert timedelta() < datetime.now(UTC) - missed <= timedelta(days=1)
    found = write(operator, "report_job", claimed(operator), "verify", "done", psycopg.types.json.Jsonb({}))
    assert found["status"] == "done"
    assert due(operator, "verify") == missed + timedelta(days=1)


def test_the_night_is_that_of_the_business_zone(
    operator: Connection, connect: Callable[[str], Connection]
) -> None:
    write(connect("t_admin"), "set_business_zone", "Asia/Kolkata", REASON)
    at = due(operator, "verify")
    assert at is not None
    assert (at.astimezone(UTC).hour, at.astimezone(UTC).minute) == (20, 30)


def test_every_run_is_an_operation_and_told_to_viewers(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    token = claimed(operator)
    transfer(operator, "@external", "alice", 5)
    for job in JOBS[:-1]:
        assert run(operator, token, job)["status"] == "done"
    assert count(admin, "operations WHERE kind = 'run_job'") == 4
    rows = (
        connect("t_viewer")
        .execute("SELECT operator, outcome ->> 'rows' FROM ledger.job_runs('seal')")
        .fetchall()
    )
    assert rows == [("t_operator", "1")]


def test_failures_wait_longer_each_time_and_are_told_once(operator: Connection, admin: Connection) -> None:
    token = claimed(operator)
    words = psycopg.types.json.Jsonb({"message": "no room on the disk"})
    waits = []
    for _ in range(8):
        write(operator, "report_job", token, "seal", "failed", words)
        row = admin.execute("SELECT not_before - ended_at FROM ledger.jobs WHERE name = 'seal'").fetchone()
        assert row is not None
        waits.append(row[0].total_seconds())
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]
    assert count(admin, "audit_events WHERE action = 'job' AND outcome = 'refused'") == 1
    assert state(admin, "seal")[3:5] == (None, 8)
    transfer(operator, "@external", "alice", 5)
    assert run(operator, token, "seal")["status"] == "done"
    assert state(admin, "seal")[4] == 0
    assert count(admin, "audit_events WHERE action = 'job' AND outcome = 'done'") == 1


def test_a_seal_that_stops_is_a_failure_that_is_named_once(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 5)
    admin.execute("SET session_replication_role = replica")
    admin.execute("UPDATE ledger.transactions SET description = 'x'")
    token = claimed(operator)
    for _ in range(3):
        assert run(operator, token, "seal")["status"] == "found"
    assert state(admin, "seal")[4] == 3
    assert count(admin, "audit_events WHERE action = 'seal' AND outcome = 'refused'") == 1
    admin.execute("UPDATE ledger.transactions SET description = ''")


def test_a_job_waits_for_open_transactions_and_says_whose(
    operator: Connection, connect: Callable[[str], Connection]
) -> None:
    slow = connect("t_operator2")
    slow.execute("BEGIN")
    transfer(slow, "@external", "alice", 5)
    token = claimed(operator)
    for job in ("seal", "checkpoint", "figures"):
        found = run(operator, token, job)
        assert (found["status"], found["pids"]) == ("waiting", [slow.info.backend_pid]), job
        assert state(operator, job)[3:5] == (None, 0)
    slow.execute("ROLLBACK")


def test_overdue_counts_from_what_was_missed(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 500)
    reserve(operator, "alice", 100, "one", 1)
    pass_time(admin, 10_000)
    admin.execute(
        """UPDATE ledger.reservations
        SET created_at = now() - interval '1 h', expires_at = now() - interval '9 s'"""
    )
    assert 9 <= state(operator, "sweep")[6] < 60
