"""Who may sign in, and what the gate knows of each name's attempts."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column

from models.account import database_enum
from models.base import Base


class OperatorStatus(StrEnum):
    """Whether an operator may work."""

    ACTIVE = "active"
    DISABLED = "disabled"


class AttemptOutcome(StrEnum):
    """What came of an attempt to sign in; `reserved` counts as a wrong guess until it is told."""

    RESERVED = "reserved"
    FAILED = "failed"
    SUCCEEDED = "succeeded"


class Operator(Base):
    """A role that the ledger looks after."""

    __tablename__ = "operators"

    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    status: Mapped[OperatorStatus] = mapped_column(database_enum(OperatorStatus, "operator_status"))
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    shut: Mapped[bool]
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    password_by: Mapped[str | None]
    password_dual: Mapped[bool]
    code_digest: Mapped[bytes | None]
    code_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SignInName(Base):
    """A name that somebody tried, known or not: what an attempt locks."""

    __tablename__ = "sign_in_names"

    name: Mapped[str] = mapped_column(primary_key=True)
    known: Mapped[bool]
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refused: Mapped[int]
    counted_after: Mapped[int]
    touched_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SignInAttempt(Base):
    """One attempt, reserved before its password is tried."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    client: Mapped[str | None] = mapped_column(INET)
    outcome: Mapped[AttemptOutcome] = mapped_column(database_enum(AttemptOutcome, "attempt_outcome"))
