"""Where a screen can lead: a route names the place, the navigator carries it to the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class Route:
    """A place in the window; `screen` is the id of the screen that shows it."""

    __slots__ = ()
    screen: ClassVar[str]


@dataclass(frozen=True, slots=True)
class OpenUserTransactions(Route):
    """The transactions of one user."""

    screen: ClassVar[str] = "transactions"
    username: str


@dataclass(frozen=True, slots=True)
class OpenBatchTransactions(Route):
    """The transactions that one batch posted."""

    screen: ClassVar[str] = "transactions"
    batch: int


@dataclass(frozen=True, slots=True)
class OpenTransaction(Route):
    """One transaction, by its id."""

    screen: ClassVar[str] = "transactions"
    id: int


@dataclass(frozen=True, slots=True)
class OpenReference(Route):
    """The transaction of one reference."""

    screen: ClassVar[str] = "transactions"
    reference: str


@dataclass(frozen=True, slots=True)
class OpenAmount(Route):
    """The transactions of one amount, in minor units, of the currency of a code."""

    screen: ClassVar[str] = "transactions"
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class OpenPosted(Route):
    """The transactions of some days, of some kinds (of all without one) and of the currency of a code."""

    screen: ClassVar[str] = "transactions"
    first: date
    last: date
    currency: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenBalance(Route):
    """The balance of one user, beside those that are asked for already."""

    screen: ClassVar[str] = "balances"
    username: str


@dataclass(frozen=True, slots=True)
class OpenAccount(Route):
    """One customer's account, in one of its currencies; without one, in the first it has."""

    screen: ClassVar[str] = "accounts"
    username: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class OpenAccounts(Route):
    """The accounts of a status, of a trust level, or followed by the operator; without any, all of them.

    currency: a code, or empty for all.
    """

    screen: ClassVar[str] = "accounts"
    currency: str = ""
    status: str = ""
    trust_level: int | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class OpenHold(Route):
    """One hold, among those of its account."""

    screen: ClassVar[str] = "accounts"
    username: str
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class OpenHolds(Route):
    """The holds of all accounts: those of one view by its word, and of the currency of a code.

    reference: one hold, whatever its view.
    """

    screen: ClassVar[str] = "holds"
    view: str = ""
    currency: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OpenCredit(Route):
    """What one credit of an account paid for, by its number; source is where it came from."""

    screen: ClassVar[str] = "accounts"
    username: str
    currency: str
    number: int
    source: str


@dataclass(frozen=True, slots=True)
class OpenExpiring(Route):
    """The open credits of a currency's code that end on so many days from today on."""

    screen: ClassVar[str] = "credits"
    currency: str
    days: int


@dataclass(frozen=True, slots=True)
class OpenBatch(Route):
    """One batch."""

    screen: ClassVar[str] = "batches"
    number: int


@dataclass(frozen=True, slots=True)
class OpenBatches(Route):
    """The list of batches, newest first."""

    screen: ClassVar[str] = "batches"


@dataclass(frozen=True, slots=True)
class OpenBatchFile(Route):
    """The mapping of a CSV file, from which a batch is to be loaded."""

    screen: ClassVar[str] = "batches"
    file: Path


@dataclass(frozen=True, slots=True)
class OpenApprovals(Route):
    """The requests for approval: of one view by its word, without one those that wait for the operator."""

    screen: ClassVar[str] = "approvals"
    view: str = ""


@dataclass(frozen=True, slots=True)
class OpenRequest(Route):
    """One request for approval, by its number, whoever asked for it and whatever became of it."""

    screen: ClassVar[str] = "approvals"
    number: int


@dataclass(frozen=True, slots=True)
class OpenJobs(Route):
    """The automatic jobs."""

    screen: ClassVar[str] = "console"


@dataclass(frozen=True, slots=True)
class OpenQuery(Route):
    """One of the console's own statements."""

    screen: ClassVar[str] = "queries"
    fingerprint: str


@dataclass(frozen=True, slots=True)
class OpenServer(Route):
    """The server's sessions."""

    screen: ClassVar[str] = "server"


@dataclass(frozen=True, slots=True)
class OpenSessions(Route):
    """The server's sessions, at those of one operator."""

    screen: ClassVar[str] = "server"
    operator: str


class Navigator(QObject):
    """Carries a screen's wish to see another place, and what waits on a screen, to the window."""

    wanted = Signal(object)
    counted = Signal(str, object)

    def go(self, route: Route) -> None:
        """Open a place."""
        self.wanted.emit(route)

    def set_count(self, screen: str, count: int | None) -> None:
        """Show how many things wait on a screen."""
        self.counted.emit(screen, count)
