"""The steps of a trial, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from console.postgres.database import SessionFacts


class StepKey(StrEnum):
    """What is tried, in this order."""

    NAME = "name"
    PORT = "port"
    POSTGRES = "postgres"
    TLS = "tls"
    SIGN_IN = "sign-in"
    DATABASE = "database"
    LEDGER = "ledger"
    RIGHTS = "rights"


TITLES: Final = {
    StepKey.NAME: "The server's name is known",
    StepKey.PORT: "Something answers at its port",
    StepKey.POSTGRES: "It is a PostgreSQL server",
    StepKey.TLS: "The connection is encrypted",
    StepKey.SIGN_IN: "The sign-in is accepted",
    StepKey.DATABASE: "The database is there",
    StepKey.LEDGER: "A ledger of this console's version is there",
    StepKey.RIGHTS: "You have rights in it",
}


class State(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Who(StrEnum):
    """Who can fix what is wrong."""

    YOU = "you"
    NETWORK = "who runs the network"
    SERVER = "who runs the server"
    ADMIN = "an administrator of the ledger"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; found: what was learned. wrong, who, advice: only of one that failed."""

    key: StepKey
    state: State = State.WAITING
    found: str = ""
    wrong: str = ""
    who: Who | None = None
    advice: str = ""

    @property
    def title(self) -> str:
        """What holds when it has passed."""
        return TITLES[self.key]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial; can_create: whether create_ledger may be offered to this role.

    facts: who the server says we are, once all has passed.
    """

    steps: tuple[Step, ...]
    can_create: bool = False
    facts: SessionFacts | None = None

    @property
    def passed(self) -> bool:
        """Whether the ledger can be opened as it was tried."""
        return self.facts is not None

    @property
    def failure(self) -> Step | None:
        """The step at which it ended."""
        return next((step for step in self.steps if step.state is State.FAILED), None)


class StepFailed(Exception):  # noqa: N818 - not an error of the console's: it ends a step, inside a trial
    """What is wrong, who can fix it, and what to do."""

    def __init__(
        self, wrong: str, who: Who, advice: str, *, key: StepKey | None = None, can_create: bool = False
    ) -> None:
        """`key` is the step it belongs to, if another than the one that runs."""
        self.wrong = wrong
        self.who = who
        self.advice = advice
        self.key = key
        self.can_create = can_create
        super().__init__(wrong)
