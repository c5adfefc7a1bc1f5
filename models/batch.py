"""The bulk transfer as an object: its life, and the lines that the file gave."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from decimal import Decimal  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum

from sqlalchemy import DateTime, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.account import database_enum
from models.base import Base


class BatchStatus(StrEnum):
    """How far a batch has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    REVERSED = "reversed"


class Batch(Base):
    """Lines that post together or not at all; `total` is numeric, for it may pass 2^63."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    currency: Mapped[str]
    status: Mapped[BatchStatus] = mapped_column(database_enum(BatchStatus, "batch_status"))
    file_name: Mapped[str]
    file_sha256: Mapped[bytes | None]
    create_missing: Mapped[bool]
    account_prefix: Mapped[str]
    approvals_required: Mapped[int] = mapped_column(SmallInteger)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    content_hash: Mapped[bytes | None]
    posted_hash: Mapped[bytes | None]
    posted_by: Mapped[str | None]
    posted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    line_count: Mapped[int | None] = mapped_column(Integer)
    total: Mapped[Decimal | None]
    first_transaction: Mapped[int | None]
    last_transaction: Mapped[int | None]
    reversed_by: Mapped[str | None]
    reversed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reversed_total: Mapped[Decimal | None]


class BatchLine(Base):
    """What one line of the file said; NULL where it could not be read."""

    __tablename__ = "batch_lines"

    batch_id: Mapped[int] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    amount: Mapped[int | None]
    effective_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    from_name: Mapped[str | None]
    to_name: Mapped[str | None]
    reference: Mapped[str | None]
    description: Mapped[str]
    lot_source: Mapped[str | None]
    lot_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BatchParty(Base):
    """Which wallet a name in a batch means."""

    __tablename__ = "batch_parties"

    batch_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    wallet_id: Mapped[int]


class BatchOffset(Base):
    """An earlier batch whose rest a batch takes out of what it pays."""

    __tablename__ = "batch_offsets"

    batch_id: Mapped[int] = mapped_column(primary_key=True)
    reversed_batch: Mapped[int] = mapped_column(primary_key=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
