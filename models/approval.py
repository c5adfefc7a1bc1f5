"""Four eyes: rules, requests that wait for their checkers, approvals, and how much one may move."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from decimal import Decimal  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.account import database_enum
from models.base import Base


class RequestStatus(StrEnum):
    """How far a request has come."""

    PENDING = "pending"
    APPROVED = "approved"
    EXECUTED = "executed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    EXPIRED = "expired"


class ApprovalRule(Base):
    """From this amount on, in minor units, so many checkers must agree."""

    __tablename__ = "approval_rules"

    kind: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    from_amount: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    approvals: Mapped[int] = mapped_column(SmallInteger)


class ApprovalTerms(Base):
    """How many days a request waits, and from which amount on, in minor units, its checkers type it."""

    __tablename__ = "approval_terms"

    currency: Mapped[str] = mapped_column(primary_key=True)
    typed_from: Mapped[int | None]
    days: Mapped[int] = mapped_column(SmallInteger)


class ApprovalRequest(Base):
    """One operation, word for word, and what became of it; `content` is the SHA-256 that is approved."""

    __tablename__ = "approval_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content: Mapped[bytes]
    currency: Mapped[str | None]
    amount: Mapped[Decimal | None]
    approvals_required: Mapped[int] = mapped_column(SmallInteger)
    approvals_given: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[RequestStatus] = mapped_column(database_enum(RequestStatus, "request_status"))
    reason: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_reason: Mapped[str | None]
    executed_content: Mapped[bytes | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    ticket: Mapped[str | None]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    follows: Mapped[int | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Approval(Base):
    """One checker's word for one request."""

    __tablename__ = "approvals"

    request_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    approved_by: Mapped[str] = mapped_column(primary_key=True)
    created_by: Mapped[str]
    content: Mapped[bytes]
    note: Mapped[str]
    approved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    typed: Mapped[Decimal | None]
    acting_for: Mapped[str | None]


class Limit(Base):
    """How much a role or an operator may move, in minor units: at once, and a day (UTC)."""

    __tablename__ = "limits"

    holder: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    per_operation: Mapped[int | None]
    per_day: Mapped[int | None]


class LimitUsage(Base):
    """What an operator has moved on a day of what a limit allows."""

    __tablename__ = "limit_usage"

    operator: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]


class Allowance(Base):
    """How much a role's operators or one operator may do of a kind without a checker, in minor units."""

    __tablename__ = "allowances"

    holder: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    per_operation: Mapped[int]
    per_day: Mapped[int]


class AllowanceUsage(Base):
    """What an operator has done on a day of what an allowance lets pass."""

    __tablename__ = "allowance_usage"

    operator: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]


class Controls(Base):
    """Whether changes of controls need a second admin, and tiers count a day's sum of all kinds."""

    __tablename__ = "controls"

    one: Mapped[bool] = mapped_column(primary_key=True)
    dual_control: Mapped[bool]


class TierUsage(Base):
    """What an operator has moved on a day without a checker, of all kinds, in dual control."""

    __tablename__ = "tier_usage"

    operator: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]


class Delegation(Base):
    """Who decides for a checker, and until when."""

    __tablename__ = "delegations"

    id: Mapped[int] = mapped_column(primary_key=True)
    delegator: Mapped[str]
    delegate: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
