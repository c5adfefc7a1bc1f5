"""Acts on many holds at once: released, extended or captured by one call, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.ledger.holds.commands import REVENUE
from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

MOST: Final = 1_000
"""How many holds one act takes; the ledger refuses more."""


@dataclass(frozen=True, slots=True)
class ReleaseMany:
    """Open holds of one currency that are to be let go, by their references."""

    reservations: tuple[str, ...]
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return _operation("reservations.release", "release_holds", self, reason=self.reason)


@dataclass(frozen=True, slots=True)
class ExtendMany:
    """More time for open holds of one currency, or less, the same end for all; None takes it away."""

    reservations: tuple[str, ...]
    expires_at: datetime | None
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        said = {"expires_at": self.expires_at, "reason": self.reason}
        return _operation("reservations.extend", "extend_holds", self, **said)


@dataclass(frozen=True, slots=True)
class CaptureMany:
    """Open holds of one currency that are to be captured whole; without a description each keeps its own."""

    reservations: tuple[str, ...]
    payee: str = REVENUE
    description: str = ""
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        said = {"to": self.payee, "description": self.description}
        return _operation("reservations.capture", "capture_holds", self, **said)


@dataclass(frozen=True, slots=True)
class ManyDone:
    """What an act on holds came to, in minor units of their one currency; act: its number in the ledger."""

    act: int
    count: int
    amount: int
    acted_at: datetime
    key: UUID


def act_on_holds(
    ledger: Ledger,
    order: ReleaseMany | ExtendMany | CaptureMany,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> ManyDone:
    """Do an act on holds by one call and in one transaction.

    Where one of them has ended, the refusal names it, and none is touched.
    """
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    acted_at = datetime.fromisoformat(done["acted_at"])
    return ManyDone(done["act"], done["count"], done["amount"], acted_at, done["key"])


def _operation(
    action: str, function: str, order: ReleaseMany | ExtendMany | CaptureMany, **said: Any
) -> Operation:
    arguments = {"reservations": list(order.reservations), **said, "ticket": order.ticket}
    return Operation(action, function, without_empty(arguments, "ticket"), {"reservations": "text[]"})
