"""What a keeper asks of the ledger, under a lease that one of all has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import text

from console.errors.refusals import accepted
from console.ledger.jobs.states import Job, JobState, states_of
from console.writes.operation import Operation
from console.writes.retry import retried

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.ledger.audit.verify.check import Report
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

# A job's own statement takes seconds; who takes longer loses the lease to another after 150 s.
TIMEOUT_S: Final = 120
_MOST_WORDS: Final = 500

_CLAIM: Final = text("SELECT ledger.claim_lease(:token, :place)")
_LEAVE: Final = text("SELECT ledger.leave_lease(:token)")
_START: Final = text("SELECT ledger.start_job(:token, :job)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of asking for the lease: whether it is ours, and if not, whose; and how the jobs stand."""

    at: datetime
    token: int
    is_held: bool
    holder: str
    place: str
    jobs: tuple[JobState, ...]


def claim_lease(
    ledger: Ledger, token: int | None, place: str, *, cancel: Cancellation | None = None
) -> Claim:
    """Ask for the lease, or renew the one under `token`, in one statement that waits for nobody."""

    def work(session: Session) -> Claim:
        said: dict[str, Any] = session.execute(_CLAIM, {"token": token, "place": place}).scalar_one()
        return Claim(
            datetime.fromisoformat(said["at"]),
            said["token"],
            said["is_held"],
            said["holder"] or "",
            said["place"],
            states_of(said["jobs"]),
        )

    return ledger.write("keeper.claim", work, cancel=cancel)


def leave_lease(ledger: Ledger, token: int) -> None:
    """Give the lease back, so that the next keeper need not wait."""

    def work(session: Session) -> None:
        session.execute(_LEAVE, {"token": token})

    ledger.write("keeper.leave", work)


def start_job(ledger: Ledger, token: int, job: Job) -> None:
    """Say that a run has begun that takes longer than a statement."""

    def work(session: Session) -> None:
        session.execute(_START, {"token": token, "job": job.value})

    ledger.write("keeper.start", work)


def run_job(ledger: Ledger, token: int, job: Job, *, cancel: Cancellation | None = None) -> dict[str, Any]:
    """Run a job that the database does by itself, as one operation; return its outcome.

    Raises LeaseLostError when another keeper has the lease: then nothing was done.
    """
    return _done(ledger, Operation("keeper.run", "run_job", {"token": token, "job": job.value}), cancel)


def report_failure(ledger: Ledger, token: int, job: Job, reason: str) -> dict[str, Any]:
    """Keep a run that ended in an error, as an operation, so that everybody sees why."""
    return _report(ledger, token, job, "failed", {"message": reason[:_MOST_WORDS]})


def report_verified(ledger: Ledger, token: int, report: Report) -> dict[str, Any]:
    """Keep what verify found, as an operation; it stands in the audit chain too."""
    wrong = {check.code: check.wrong for check in report.checks if not check.passed}
    unread = sorted({table for check in report.checks for table in check.unread})
    detail = {"transactions": report.transactions, "head": report.head.id, "wrong": wrong, "unread": unread}
    return _report(ledger, token, Job.VERIFY, "done" if report.passed else "found", detail)


def _report(ledger: Ledger, token: int, job: Job, status: str, detail: dict[str, Any]) -> dict[str, Any]:
    arguments = {"token": token, "job": job.value, "result": status, "detail": detail}
    return _done(ledger, Operation("keeper.report", "report_job", arguments), None)


def _done(ledger: Ledger, operation: Operation, cancel: Cancellation | None) -> dict[str, Any]:
    """Send it until there is an answer; not by the outbox: a run whose answer is lost is due again or not."""
    key = uuid4()

    def once() -> dict[str, Any]:
        return ledger.call(operation, key, cancel=cancel, timeout_s=TIMEOUT_S)

    return accepted(retried(once, key, cancel))
