"""What makes history evident: the chain of audit events, seals over transactions, and whose ledger it is."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from typing import Any
from uuid import UUID  # noqa: TC003 -- SQLAlchemy reads the annotations at run time

from sqlalchemy import DateTime, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditEvent(Base):
    """One act or refusal; `hash` binds it to the event before."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    format: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[bytes | None]
    ticket: Mapped[str | None]


class AuditHead(Base):
    """The chain's last event; one row."""

    __tablename__ = "audit_head"

    one: Mapped[bool] = mapped_column(primary_key=True)
    id: Mapped[int]
    hash: Mapped[bytes]


class Seal(Base):
    """A range of transactions that cannot be changed unseen; `digests` has 16 bytes a row."""

    __tablename__ = "seals"

    first_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int]
    row_count: Mapped[int]
    hash: Mapped[bytes]
    digests: Mapped[bytes]
    event_id: Mapped[int]


class Acknowledgement(Base):
    """A transaction that is not what was asked for, and may go under seal as it stood."""

    __tablename__ = "acknowledgements"

    transaction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    operator: Mapped[str]
    acknowledged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Salt(Base):
    """What makes a person's values in the chain provable, by an operation's key; erased it has no salt."""

    __tablename__ = "salts"

    key: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    salt: Mapped[bytes | None]
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Identity(Base):
    """Which ledger this is; one row."""

    __tablename__ = "identity"

    one: Mapped[bool] = mapped_column(primary_key=True)
    ledger: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
