"""Holds on an account's money: reserve, capture, release, extend, and what a capture would burn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

REVENUE = "@revenue"
"""Where captures go unless told otherwise."""

_PREVIEW = text("""
    SELECT p.place, p.lot_id, p.source, p.expires_at, p.remaining, p.burned, p.remaining_after
    FROM ledger.burn_preview(:reservation, CAST(:amount AS bigint)) p ORDER BY p.place""")


@dataclass(frozen=True, slots=True)
class Reserve:
    """Minor units to be set aside, granted or plain, under a reference that no other hold has."""

    username: str
    currency: str
    amount: int
    reference: str
    expires_at: datetime | None = None
    description: str = ""
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("reservation.reserve", "reserve", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class Reserved:
    """A hold that was made, and what its account may still reserve, in minor units."""

    reservation: int
    reference: str
    available: int
    created_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Capture:
    """What is to be taken of a hold, named by its reference; without an amount, all of it."""

    reservation: str
    amount: int | None = None
    payee: str = REVENUE
    reference: str | None = None
    description: str = ""
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = without_empty(asdict(self), "ticket")
        arguments["to"] = arguments.pop("payee")
        return Operation("reservation.capture", "capture", arguments)


@dataclass(frozen=True, slots=True)
class Release:
    """A hold that is to be let go, named by its reference."""

    reservation: str
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("reservation.release", "release", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class Extend:
    """More time for a hold, or less; None takes its end away."""

    reservation: str
    expires_at: datetime | None
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("reservation.extend", "extend_reservation", without_empty(asdict(self), "ticket"))


@dataclass(frozen=True, slots=True)
class Captured:
    """What was taken of a hold, what went back, and how many lots were burned for it; in minor units."""

    transaction: int
    amount: int
    released: int
    lots: int
    posted_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Released:
    """A hold that was let go, and how much is free again, in minor units."""

    reservation: int
    amount: int
    closed_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Extended:
    """A hold's new end and the one before; None is no end."""

    reservation: int
    expires_at: datetime | None
    before: datetime | None
    key: UUID


@dataclass(frozen=True, slots=True)
class Burn:
    """What a capture would take of one lot, in minor units; without a lot it is the plain balance."""

    place: int
    lot: int | None
    source: str | None
    expires_at: datetime | None
    remaining: int
    burned: int
    remaining_after: int


def reserve(
    ledger: Ledger,
    *,
    username: str,
    currency: str,
    amount: int,
    reference: str,
    expires_at: datetime | None = None,
    description: str = "",
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Reserved:
    """Set money aside under a reference of the outside world."""
    order = Reserve(username, currency, amount, reference, expires_at, description, ticket)
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    created_at = datetime.fromisoformat(done["created_at"])
    return Reserved(done["reservation"], done["reference"], done["available"], created_at, done["key"])


def capture(
    ledger: Ledger, order: Capture, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Captured:
    """Take what was reserved, all or a part, over any number of lots; the rest of the hold is released."""
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    posted_at = datetime.fromisoformat(done["posted_at"])
    return Captured(
        done["transaction"], done["amount"], done["released"], done["lots"], posted_at, done["key"]
    )


def release(
    ledger: Ledger,
    reservation: str,
    *,
    reason: str,
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Released:
    """Let a hold go by its reference: its money is free again."""
    done = ledger.perform(Release(reservation, reason, ticket).operation, key=key, cancel=cancel)
    closed_at = datetime.fromisoformat(done["closed_at"])
    return Released(done["reservation"], done["amount"], closed_at, done["key"])


def extend(
    ledger: Ledger,
    reservation: str,
    *,
    expires_at: datetime | None,
    reason: str,
    ticket: str = "",
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Extended:
    """Give a hold more time, or less; None takes its end away."""
    order = Extend(reservation, expires_at, reason, ticket)
    done = ledger.perform(order.operation, key=key, cancel=cancel)
    ends = [
        None if written is None else datetime.fromisoformat(written)
        for written in (done["expires_at"], done["expired_before"])
    ]
    return Extended(done["reservation"], ends[0], ends[1], done["key"])


def burn_preview(
    database: Database, reservation: str, amount: int | None = None, *, cancel: Cancellation | None = None
) -> tuple[Burn, ...]:
    """Return what a capture of an open hold would burn now, in order; nothing when it has ended."""

    def ask(session: Session) -> tuple[Burn, ...]:
        rows = session.execute(_PREVIEW, {"reservation": reservation, "amount": amount})
        return tuple(Burn(*row) for row in rows)

    return database.read("reservation.preview", ask, cancel=cancel)
