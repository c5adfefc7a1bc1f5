"""What was asked under which key and what came of it; and what is done by itself: jobs and daily figures."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from decimal import Decimal  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from typing import Any
from uuid import UUID  # noqa: TC003 -- SQLAlchemy reads the annotations at run time

from sqlalchemy import DateTime, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.account import database_enum
from models.base import Base
from models.transaction import TransactionKind


class Operation(Base):
    """One write and its first outcome, kept for ever; a refusal is an outcome too."""

    __tablename__ = "operations"

    key: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    request_hash: Mapped[bytes]
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB)
    operator: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class KeeperLease(Base):
    """Who runs the jobs, under which token, until when; one row."""

    __tablename__ = "keeper_lease"

    single: Mapped[bool] = mapped_column(primary_key=True)
    token: Mapped[int]
    holder: Mapped[str | None]
    place: Mapped[str]
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class JobRow(Base):
    """One job and how its runs went; ledger.job_states() says when it is due."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_token: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(Integer)
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DailyMovement(Base):
    """What was posted on a business day; customers: by how much more is held for them since."""

    __tablename__ = "daily_movements"

    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[TransactionKind] = mapped_column(
        database_enum(TransactionKind, "transaction_kind"), primary_key=True
    )
    movements: Mapped[int]
    amount: Mapped[Decimal]
    customers: Mapped[Decimal]


class DailyBalance(Base):
    """How a business day ended, in minor units."""

    __tablename__ = "daily_balances"

    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    held: Mapped[Decimal]
    on_hold: Mapped[Decimal]
    expired: Mapped[Decimal]


class DailyMark(Base):
    """How far the daily figures are counted, and in which zone's days; one row."""

    __tablename__ = "daily_mark"

    single: Mapped[bool] = mapped_column(primary_key=True)
    zone: Mapped[str | None]
    through_id: Mapped[int]
    closed_through: Mapped[date | None]


class HintSent(Base):
    """When the consoles were last told to look; one row."""

    __tablename__ = "hint_sent"

    single: Mapped[bool] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
