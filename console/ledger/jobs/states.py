"""How the automatic jobs stand, who runs them, and what came of their runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# How long a job may be due before it is late: a keeper that died is followed within half of it.
LATE_S: Final = 60.0
_MOMENTS: Final = (
    "now", "claimed_at", "valid_until", "due_at", "started_at", "ended_at", "done_at", "not_before",
    "last_ended_at",
)  # fmt: skip
# One each minute of a day, and more; of a job that ran oftener the history reaches less far back.
MOST_RUNS: Final = 2_000


class Job(StrEnum):
    """What is done again and again; ledger.jobs has a row for each."""

    SWEEP = "sweep"
    SEAL = "seal"
    CHECKPOINT = "checkpoint"
    FIGURES = "figures"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class JobRun:
    """How one run ended: done, waiting (for sessions whose transactions are open), found or failed.

    outcome: what the ledger kept of it, with amounts in minor units as text.
    """

    operator: str
    ended_at: datetime
    status: str
    outcome: Mapping[str, Any]

    @property
    def seconds(self) -> float:
        """How long it took; 0 for a run that ended in an error, of which only the end is known."""
        began, ended = self.outcome.get("started_at"), self.outcome.get("ended_at")
        if self.status == "failed" or not (began and ended):
            return 0.0
        return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()


@dataclass(frozen=True, slots=True)
class RunMark:
    """Runs of a job within ten minutes that ended alike: how many, and when the last of them did."""

    ended_at: datetime
    status: str
    runs: int = 1


@dataclass(frozen=True, slots=True)
class JobState:
    """One job: when it is due (None while there is nothing to do), when it last ran and did what it is for.

    overdue_s: seconds since it was due, None when it is not. failures: in a row. last: None before the first
    run, and where it was not asked for.
    """

    job: Job
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None
    failures: int
    not_before: datetime | None
    overdue_s: float | None
    last: JobRun | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is under way, for longer than a statement."""
        return self.started_at is not None

    @property
    def is_late(self) -> bool:
        """Whether it has waited for longer than a change of keepers takes."""
        return not self.is_running and self.overdue_s is not None and self.overdue_s > LATE_S


@dataclass(frozen=True, slots=True)
class Lease:
    """Who runs the jobs: an operator at a place, until a moment unless it is renewed."""

    token: int
    holder: str
    place: str
    claimed_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class JobStates:
    """All jobs at one moment; lease is None while nobody runs them."""

    at: datetime
    lease: Lease | None
    jobs: tuple[JobState, ...]

    def of(self, job: Job) -> JobState:
        """Return one of them."""
        return next(state for state in self.jobs if state.job is job)


STATES: Final = """
    SELECT clock_timestamp() AS now, k.token, k.holder, k.place, k.claimed_at, k.valid_until, s.*,
        r.operator AS last_operator, r.ended_at AS last_ended_at, r.outcome AS last_outcome
    FROM ledger.keeper_lease k CROSS JOIN ledger.job_states() s
    LEFT JOIN LATERAL ledger.job_runs(s.job, 1) r ON true"""
"""How all jobs stand, each with its last run: what `states_in` reads."""

_STATES: Final = text(STATES)
_RUNS: Final = text("SELECT r.operator, r.ended_at, r.outcome FROM ledger.job_runs(:job, :limit) r")
_HISTORY: Final = text("""
    SELECT j.name, max(r.ended_at), r.outcome ->> 'status', count(*)
    FROM ledger.jobs j CROSS JOIN LATERAL ledger.job_runs(j.name, :limit) r
    WHERE r.ended_at > clock_timestamp() - make_interval(hours => :hours)
    GROUP BY 1, 3, date_bin('10 minutes', r.ended_at, 'epoch')""")


def job_states(database: Database, *, cancel: Cancellation | None = None) -> JobStates:
    """Return how all jobs stand, each with its last run, in one statement."""

    def ask(session: Session) -> JobStates:
        return states_in([row._asdict() for row in session.execute(_STATES)])

    return database.read("jobs.states", ask, cancel=cancel)


def job_runs(
    database: Database, job: Job, *, limit: int = 100, cancel: Cancellation | None = None
) -> tuple[JobRun, ...]:
    """Return a job's last runs, newest first."""

    def ask(session: Session) -> tuple[JobRun, ...]:
        rows = session.execute(_RUNS, {"job": job.value, "limit": limit}).all()
        return tuple(_run(*row) for row in rows)

    return database.read("jobs.runs", ask, cancel=cancel)


def job_history(
    database: Database, *, hours: int = 24, cancel: Cancellation | None = None
) -> Mapping[Job, tuple[RunMark, ...]]:
    """Return how the runs of the last hours ended, at most the last 2,000 of each job, in one statement.

    By ten minutes, for which a picture of a day has a pixel: 10,000 runs one by one took 30 ms to draw.
    """

    def ask(session: Session) -> Mapping[Job, tuple[RunMark, ...]]:
        found: dict[Job, list[RunMark]] = {job: [] for job in Job}
        rows = session.execute(_HISTORY, {"hours": hours, "limit": MOST_RUNS})
        for name, ended_at, status, runs in rows:
            found[Job(name)].append(RunMark(ended_at, _status(status), runs))
        return {job: tuple(marks) for job, marks in found.items()}

    return database.read("jobs.history", ask, cancel=cancel)


def states_in(rows: Sequence[Mapping[str, Any]]) -> JobStates:
    """Read what STATES selects, where its rows are JSON too."""
    read = [_with_moments(row) for row in rows]
    first = read[0]
    lease = None
    if first["holder"] is not None and first["valid_until"] > first["now"]:
        lease = Lease(
            first["token"], first["holder"], first["place"], first["claimed_at"], first["valid_until"]
        )
    found = {
        row["job"]: _state(
            row,
            None if row["last_outcome"] is None
            else _run(row["last_operator"], row["last_ended_at"], row["last_outcome"]),
        )
        for row in read
    }  # fmt: skip
    return JobStates(first["now"], lease, tuple(found[job] for job in Job))


def states_of(rows: Sequence[Mapping[str, Any]]) -> tuple[JobState, ...]:
    """Return the jobs as ledger.claim_lease tells of them, without their runs."""
    found = {row["job"]: _state(_with_moments(row), None) for row in rows}
    return tuple(found[job] for job in Job)


def _with_moments(row: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: row[name] for name in _MOMENTS if isinstance(row.get(name), str)}
    return {**row, **{name: datetime.fromisoformat(moment) for name, moment in moments.items()}}


def _state(row: Mapping[str, Any], last: JobRun | None) -> JobState:
    return JobState(
        job=Job(row["job"]),
        due_at=row["due_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        done_at=row["done_at"],
        failures=row["failures"],
        not_before=row["not_before"],
        overdue_s=row["overdue_s"],
        last=last,
    )


def run_of(outcome: Mapping[str, Any], operator: str = "") -> JobRun:
    """Return a run by its outcome, as the keeper that ran it has it."""
    return _run(operator, datetime.fromisoformat(outcome["ended_at"]), outcome)


def _run(operator: str, ended_at: datetime, outcome: Mapping[str, Any]) -> JobRun:
    return JobRun(operator, ended_at, _status(outcome["status"]), outcome)


def _status(kept: str) -> str:
    # A run that was refused, such as one that another console asked for by a wrong name.
    return "failed" if kept == "refused" else kept
