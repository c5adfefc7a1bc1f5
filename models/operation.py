"""What was asked under which key, and what came of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from typing import Any
from uuid import UUID  # noqa: TC003 -- SQLAlchemy reads the annotations at run time

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Operation(Base):
    """One write and its first outcome, kept for ever; a refusal is an outcome too."""

    __tablename__ = "operations"

    key: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    request_hash: Mapped[bytes]
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB)
    operator: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
