"""Acts on many credits at once: a later end, an end now, and bringing back what has expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

MOST_BY_NUMBER: Final = 10_000
MOST_BY_FILTER: Final = 100_000
"""How many credits one act takes, named one by one or by a filter; the ledger refuses more."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Credits of one currency, as they were seen: how many, and what is left of them (or has gone) together.

    lots: their numbers; or filter: a CreditFilter's request, for all that match. amount: in minor units. The
    act is refused when count or amount are others at the moment it is done.
    """

    currency: str
    count: int
    amount: int
    lots: tuple[int, ...] | None = None
    filter: Mapping[str, Any] | None = None

    @property
    def request(self) -> dict[str, Any]:
        """How the ledger is told of it."""
        asked: dict[str, Any] = {"currency": self.currency, "count": self.count, "amount": self.amount}
        if self.lots is not None:
            return asked | {"lots": list(self.lots)}
        return asked | {"filter": dict(self.filter or {})}


@dataclass(frozen=True, slots=True)
class ExtendLots:
    """A later end for credits, the same for all of them; None is no end. One that ends later is left out."""

    selection: Selection
    expires_at: datetime | None
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return _operation("credits.extend", "extend_lots", self, expires_at=self.expires_at)


@dataclass(frozen=True, slots=True)
class EndLots:
    """The end of credits now: what no hold keeps of them expires at once."""

    selection: Selection
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return _operation("credits.end", "end_lots", self)


@dataclass(frozen=True, slots=True)
class ReviveLots:
    """Credits that have expired, back as new ones of the same source with this end; None is no end."""

    selection: Selection
    expires_at: datetime | None
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return _operation("credits.revive", "revive_lots", self, expires_at=self.expires_at)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Credits that an act left out, and what is left of them, in minor units.

    why: `later` (it ends later already), `expired` (its time is over), `closed` (the account is).
    """

    why: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What an act on credits came to, in minor units of their one currency.

    act: its number, under which each credit's event stands. gone: of an end, what went to @breakage at once;
    the rest is kept by holds. expires_at: the new end; None is no end.
    """

    act: int
    count: int
    amount: int
    accounts: int
    acted_at: datetime
    expires_at: datetime | None
    gone: int
    skipped: tuple[Skipped, ...]
    key: UUID


def change_lots(
    ledger: Ledger,
    order: ExtendLots | EndLots | ReviveLots,
    *,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Changed:
    """Do an act on credits: one call and one transaction, whatever their number."""
    done = ledger.perform(order.operation, key=key, cancel=cancel, timeout_s=ledger.batch_timeout_s)
    ends = done.get("expires_at")
    return Changed(
        done["act"], done["count"], done["amount"], done["accounts"],
        datetime.fromisoformat(done["acted_at"]), None if ends is None else datetime.fromisoformat(ends),
        done.get("gone", 0), skipped_of(done), done["key"],
    )  # fmt: skip


def skipped_of(outcome: Mapping[str, Any]) -> tuple[Skipped, ...]:
    """Return what the outcome of an act, or of its rehearsal, says was left out; the most first."""
    found = [Skipped(why, of["count"], of["amount"]) for why, of in outcome["skipped"].items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.why)))


def _operation(
    action: str, function: str, order: ExtendLots | EndLots | ReviveLots, **also: Any
) -> Operation:
    arguments = (
        {"selection": order.selection.request} | also | {"reason": order.reason, "ticket": order.ticket}
    )
    return Operation(action, function, without_empty(arguments, "ticket"))
