"""What is known of the ledger's integrity without a verify, read anew when the chain has grown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.errors import UnavailableError
from console.ledger.audit.standing import Standing, standing
from console.ledger.audit.verify.remembered import LastVerify, Remembered
from console.ledger.audit.witness import Witness, WitnessReport
from console.ledger.jobs.states import Job, JobStates, job_states

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Glance:
    """One reading. said, last: None where this computer's file of it cannot be read; trouble says why."""

    standing: Standing
    jobs: JobStates
    said: WitnessReport | None
    last: LastVerify | None
    trouble: str = ""

    @property
    def nightly(self) -> str:
        """How the last verify of the automatic jobs ended; empty before the first."""
        run = self.jobs.of(Job.VERIFY).last
        return "" if run is None else run.status


def glance(database: Database, folder: Path, cancel: Cancellation) -> Glance:
    """Read all four, on a pool thread; a spoilt file of this computer's leaves the rest to be seen."""
    found, jobs = standing(database, cancel=cancel), job_states(database, cancel=cancel)
    said: WitnessReport | None = None
    last: LastVerify | None = None
    trouble = []
    try:
        said = Witness(folder).check(database, cancel=cancel)
    except UnavailableError as error:
        trouble.append(str(error))
    if said is not None:
        try:
            last = Remembered(folder).last(str(said.head.ledger))
        except UnavailableError as error:
            trouble.append(str(error))
    return Glance(found, jobs, said, last, "\n".join(trouble))
