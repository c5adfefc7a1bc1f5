"""How the runs of the last hours ended, of all jobs by one statement."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from console.ledger.jobs.commands import claim_lease, report_failure, run_job
from console.ledger.jobs.states import Job, job_history, job_runs
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger
    from tests.conftest import Statements


@pytest.fixture
def history(operator_ledger: Ledger) -> Callable[..., dict[str, list[str]]]:
    """Return how the runs of each job that has any ended, in order."""

    def found(hours: int = 24) -> dict[str, list[str]]:
        marks = job_history(operator_ledger.database, hours=hours)
        assert set(marks) == set(Job)
        return {
            job.value: [
                one.status for one in sorted(some, key=lambda one: one.ended_at) for _ in range(one.runs)
            ]
            for job, some in marks.items()
            if some
        }

    return found


def test_each_job_has_its_own_runs(
    operator_ledger: Ledger, operator_database: Database, history: Callable[..., dict[str, list[str]]]
) -> None:
    assert history() == {}
    token = claim_lease(operator_ledger, None, "desk-3").token
    run_job(operator_ledger, token, Job.SEAL)
    report_failure(operator_ledger, token, Job.SEAL, "the disk is full")
    run_job(operator_ledger, token, Job.SWEEP)
    assert history() == {"seal": ["done", "failed"], "sweep": ["done"]}
    marks = job_history(operator_database)
    assert {one.ended_at for one in marks[Job.SEAL]} == {
        run.ended_at for run in job_runs(operator_database, Job.SEAL)
    }


def test_those_of_ten_minutes_that_ended_alike_are_one(
    operator_ledger: Ledger, operator_database: Database, ledger_url: str
) -> None:
    token = claim_lease(operator_ledger, None, "desk-3").token
    for _ in range(3):
        run_job(operator_ledger, token, Job.SEAL)
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE ledger.operations o SET created_at = '2026-11-27 10:00+00'::timestamptz "
            "+ r.place * interval '4 minutes' FROM (SELECT key, row_number() OVER () AS place "
            "FROM ledger.operations WHERE kind = 'run_job') r WHERE o.key = r.key"
        )
    marks = job_history(operator_database, hours=24 * 365 * 100)[Job.SEAL]
    found = sorted((one.ended_at.astimezone(UTC).strftime("%H:%M"), one.runs) for one in marks)
    assert found == [("10:08", 2), ("10:12", 1)]


def test_what_is_older_is_left_out(
    operator_ledger: Ledger, ledger_url: str, history: Callable[..., dict[str, list[str]]]
) -> None:
    token = claim_lease(operator_ledger, None, "desk-3").token
    run_job(operator_ledger, token, Job.SEAL)
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.operations SET created_at = created_at - interval '25 hours'")
    report_failure(operator_ledger, token, Job.SEAL, "the disk is full")
    assert history() == {"seal": ["failed"]}
    assert history(26) == {"seal": ["done", "failed"]}


def test_it_is_one_statement_that_a_viewer_may_ask(
    as_role: Callable[[str], str], operator_ledger: Ledger, statements: Statements
) -> None:
    token = claim_lease(operator_ledger, None, "desk-3").token
    run_job(operator_ledger, token, Job.SEAL)
    viewer = Database(as_role("t_viewer"), Recorder(capacity=2_000), operator_ledger.database.settings)
    assert len(job_history(viewer)[Job.SEAL]) == 1
    with statements.counted() as sent:
        job_history(viewer)
    assert len(sent) == 1
    viewer.close()
