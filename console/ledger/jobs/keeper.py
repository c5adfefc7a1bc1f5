"""The keeper: runs the automatic jobs that are due, while it has the ledger's lease."""

from __future__ import annotations

import logging
import os
import platform
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from console.errors import CancelledError, ConsoleError, DatabaseUnreachableError, LeaseLostError
from console.ledger.jobs.commands import (
    claim_lease,
    leave_lease,
    report_failure,
    report_verified,
    run_job,
    start_job,
)
from console.ledger.jobs.states import Job
from console.postgres.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.jobs.commands import Claim
    from console.ledger.jobs.states import JobState
    from console.writes.ledger import Ledger

    Ended = Callable[[Job, dict[str, Any]], None]

logger = logging.getLogger(__name__)

# The lease lasts for 20 s: one that is not renewed four times is taken over.
TICK_S: Final = 5.0
_LEAVING_S: Final = 2.0
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a keeper stands: whether it runs the jobs, else who does, and how they stand.

    problem: why it could not ask; what it says besides is then of before.
    """

    at: datetime | None = None
    is_held: bool = False
    holder: str = ""
    place: str = ""
    jobs: tuple[JobState, ...] = ()
    problem: str = ""


def here() -> str:
    """Name this computer and process for people: whose lease it is, and what to end if it must be."""
    return f"{platform.node()[:150] or 'a computer without a name'}, process {os.getpid()}"


class Keeper:
    """Runs what is due by its operator's own rights, on threads of its own; of all keepers one at a time.

    Every job but verify is one statement, so a keeper that dies leaves nothing half done; verify runs beside
    the others and only reads.
    """

    def __init__(
        self, ledger: Ledger, *, told: Callable[[Standing], None] | None = None, ended: Ended | None = None
    ) -> None:
        """`told` hears after each look how it stands, `ended` what came of each run; both on its threads."""
        self.told = told
        self.ended = ended
        self._ledger = ledger
        self._token: int | None = None
        self._standing = Standing()
        self._stopped = threading.Event()
        self._cancel = Cancellation()
        self._thread: threading.Thread | None = None
        self._verifying: _Verifying | None = None

    @property
    def standing(self) -> Standing:
        """How it stood when it last asked."""
        return self._standing

    def start(self) -> None:
        """Look every few seconds whether something is due, until it is stopped.

        A ledger that was opened read-only is not looked after, not even while it is unlocked: who unlocks it
        answers for what is done then, and the jobs are nobody's.
        """
        if self._thread is not None or self._ledger.database.settings.read_only:
            return
        self._thread = threading.Thread(target=self.run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End what runs, give the lease back; blocks for two seconds where the server does not answer."""
        self._stopped.set()
        # A cancel is a round trip of its own, which a server that hangs does not answer.
        threading.Thread(
            target=self._quietly, args=(self._cancel.cancel,), name="cancel", daemon=True
        ).start()
        if self._thread is not None:
            self._thread.join(_LEAVING_S)

    def run(self) -> None:
        """Keep the ledger on this thread until it is stopped."""
        while not self._stopped.is_set():
            try:
                busy = self.look()
            except CancelledError:
                break
            except ConsoleError as error:
                busy = False
                self._say(replace(self._standing, is_held=False, problem=str(error)))
            self._stopped.wait(0 if busy else TICK_S)
        self._leave()

    def look(self) -> bool:
        """Ask for the lease and run what is due, each job once; return whether there is more at once."""
        claim = self._claim()
        if not claim.is_held:
            self._drop_verify()
            return False
        more = False
        for state in _by_turn(claim, verifying=self._is_verifying):
            if self._stopped.is_set():
                break
            # What the others still have to do verify would find undone.
            if not (more and state.job is Job.VERIFY):
                more = self._run(state.job, claim.token) or more
        return more

    def run_due(self) -> bool:
        """Run all that is due now, verify too, and give the lease back; return whether it was ours."""
        try:
            while self.look() or self._is_verifying:
                if self._verifying is not None:
                    # Verify may take minutes, and the lease lasts for seconds: each look renews it.
                    self._verifying.join(TICK_S)
            return self._token is not None
        finally:
            self._leave()

    def _claim(self) -> Claim:
        claim = claim_lease(self._ledger, self._token, here(), cancel=self._cancel)
        self._token = claim.token if claim.is_held else None
        self._say(Standing(claim.at, claim.is_held, claim.holder, claim.place, claim.jobs))
        return claim

    def _run(self, job: Job, token: int) -> bool:
        """Run one job; return whether it has more to do at once."""
        if job is Job.VERIFY:
            self._begin_verify(token)
            return False
        try:
            outcome = run_job(self._ledger, token, job, cancel=self._cancel)
        except LeaseLostError:
            self._token = None
            return False
        except (CancelledError, DatabaseUnreachableError):
            raise
        except ConsoleError as error:
            outcome = report_failure(self._ledger, token, job, str(error))
        self._tell(job, outcome)
        return outcome["status"] == "done" and bool(outcome.get("more"))

    @property
    def _is_verifying(self) -> bool:
        return self._verifying is not None and self._verifying.is_alive()

    def _begin_verify(self, token: int) -> None:
        start_job(self._ledger, token, Job.VERIFY)
        self._verifying = _Verifying(self._ledger, token, self._tell)
        self._verifying.start()

    def _drop_verify(self) -> None:
        if self._verifying is not None:
            self._quietly(self._verifying.cancel.cancel)
            self._verifying = None

    def _leave(self) -> None:
        self._drop_verify()
        token, self._token = self._token, None
        if token is not None:
            self._quietly(lambda: leave_lease(self._ledger, token))

    def _say(self, standing: Standing) -> None:
        self._standing = standing
        if self.told is not None:
            self.told(standing)

    def _tell(self, job: Job, outcome: dict[str, Any]) -> None:
        logger.info("%s: %s", job, outcome.get("status"))
        if self.ended is not None:
            self.ended(job, outcome)

    def _quietly(self, act: Callable[[], None]) -> None:
        """Do what may fail because the server is gone: then the lease runs out by itself."""
        try:
            act()
        except ConsoleError as error:
            logger.info("leaving: %s", error)


class _Verifying(threading.Thread):
    """One run of verify, which takes minutes of a large ledger; the lease is renewed meanwhile."""

    def __init__(self, ledger: Ledger, token: int, tell: Ended) -> None:
        super().__init__(name="keeper-verify", daemon=True)
        self.cancel = Cancellation()
        self._ledger = ledger
        self._token = token
        self._tell = tell

    @override
    def run(self) -> None:
        """Look, and say what was found."""
        from console.ledger.audit.verify.questions import verify  # noqa: PLC0415 - most consoles never do

        try:
            report = verify(self._ledger.database, cancel=self.cancel)
            outcome = report_verified(self._ledger, self._token, report)
        except (CancelledError, LeaseLostError):
            return
        except ConsoleError as error:
            self._say_failed(error)
        else:
            self._tell(Job.VERIFY, outcome)

    def _say_failed(self, reason: ConsoleError) -> None:
        try:
            self._tell(Job.VERIFY, report_failure(self._ledger, self._token, Job.VERIFY, str(reason)))
        except ConsoleError as error:
            logger.info("verify failed, and nobody could be told: %s", error)


def _by_turn(claim: Claim, *, verifying: bool) -> list[JobState]:
    """Return what is due and may be tried: the longest not run first, none waits for one with much to do.

    Verify comes last: credit that has expired and nobody has swept is wrong in its eyes.
    """
    due = [
        state
        for state in claim.jobs
        if state.due_at is not None
        and state.due_at <= claim.at
        and (state.not_before is None or state.not_before <= claim.at)
        and not (verifying and state.job is Job.VERIFY)
    ]
    return sorted(due, key=lambda state: (state.job is Job.VERIFY, state.ended_at or _LONG_AGO))
