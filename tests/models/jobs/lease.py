"""What the tests of the jobs do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.models.writes import write

if TYPE_CHECKING:
    from tests.bookkeeping import Connection


def claim(connection: Connection, token: int | None = None) -> dict[str, Any]:
    """Ask for the lease; return what is answered."""
    row = connection.execute("SELECT ledger.claim_lease(%s, 'a test')", [token]).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def run(connection: Connection, token: int, job: str) -> dict[str, Any]:
    """Run a job; return its outcome."""
    return write(connection, "run_job", token, job)


def claimed(connection: Connection) -> int:
    """Ask for the lease, which is free; return the token."""
    found = claim(connection)
    assert found["is_held"], found
    return int(found["token"])


def state(connection: Connection, job: str) -> Any:
    """Return how a job stands: due_at, started_at, ended_at, done_at, failures, not_before, overdue_s."""
    row = connection.execute(
        "SELECT s.due_at, s.started_at, s.ended_at, s.done_at, s.failures, s.not_before, s.overdue_s "
        "FROM ledger.job_states() s WHERE s.job = %s",
        [job],
    ).fetchone()
    assert row is not None
    return row


def pass_time(admin: Connection, seconds: float) -> None:
    """Make the lease, and what was noted of the jobs, so much older."""
    admin.execute(
        """UPDATE ledger.keeper_lease SET valid_until = valid_until - age.i, claimed_at = claimed_at - age.i
        FROM (SELECT make_interval(secs => %s) AS i) age""",
        [seconds],
    )
    admin.execute(
        """UPDATE ledger.jobs SET since = since - age.i, started_at = started_at - age.i,
            ended_at = ended_at - age.i, done_at = done_at - age.i, not_before = not_before - age.i
        FROM (SELECT make_interval(secs => %s) AS i) age""",
        [seconds],
    )
