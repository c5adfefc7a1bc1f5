"""Credit that may expire, and money set aside: lots, their movements, reservations, checkpoints."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from decimal import Decimal  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum

from sqlalchemy import DateTime, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.account import database_enum
from models.base import Base


class ReservationStatus(StrEnum):
    """How a hold stands; it is resolved once."""

    RESERVED = "reserved"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class CreditLot(Base):
    """Granted credit of one source; `remaining` minor units are spendable until `expires_at`."""

    __tablename__ = "credit_lots"

    id: Mapped[int] = mapped_column(primary_key=True)
    wallet_id: Mapped[int]
    source: Mapped[str]
    amount: Mapped[int]
    remaining: Mapped[int]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opened_by: Mapped[int]
    currency: Mapped[str]


class LotMovement(Base):
    """One change of a lot by one transaction, signed, in minor units."""

    __tablename__ = "lot_movements"

    lot_id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    remaining_after: Mapped[int]


class Reservation(Base):
    """A hold on a wallet's money, resolved once."""

    __tablename__ = "reservations"

    id: Mapped[int] = mapped_column(primary_key=True)
    wallet_id: Mapped[int]
    amount: Mapped[int]
    captured_amount: Mapped[int]
    status: Mapped[ReservationStatus] = mapped_column(database_enum(ReservationStatus, "reservation_status"))
    reference: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    description: Mapped[str]
    created_by: Mapped[str]
    closed_by: Mapped[str | None]
    close_reason: Mapped[str | None]
    currency: Mapped[str]
    ticket: Mapped[str | None]
    close_ticket: Mapped[str | None]


class ActRow(Base):
    """An act by hand on credits or holds: who, when, why, how many of how much, their new end."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    currency: Mapped[str]
    acted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    operator: Mapped[str]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str]
    ticket: Mapped[str | None]
    items: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal]


class LotEvent(Base):
    """A credit that an act was on: what was left of it, in minor units, and its end before."""

    __tablename__ = "lot_events"

    lot_id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    expires_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class HoldEvent(Base):
    """A hold that an act was on: of how many minor units it is, and its end before."""

    __tablename__ = "hold_events"

    reservation_id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    expires_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Checkpoint(Base):
    """A system wallet's balance through one transaction id."""

    __tablename__ = "checkpoints"

    wallet_id: Mapped[int] = mapped_column(primary_key=True)
    through_id: Mapped[int]
    balance: Mapped[Decimal]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
