"""What has moved: one row a movement, never changed again."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum
from typing import Any

from sqlalchemy import Computed, DateTime, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Wallet, database_enum
from models.base import Base


class TransactionKind(StrEnum):
    """Why money moved."""

    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    PAYOUT = "payout"
    GRANT = "grant"
    CAPTURE = "capture"
    EXPIRY = "expiry"
    REVERSAL = "reversal"
    ADJUSTMENT = "adjustment"


transaction_kind = database_enum(TransactionKind, "transaction_kind")


class Transaction(Base):
    """One movement, balanced by construction; amounts in minor units, balances NULL for system wallets."""

    __tablename__ = "transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    effective_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    from_wallet_id: Mapped[int] = mapped_column("from_wallet")
    to_wallet_id: Mapped[int] = mapped_column("to_wallet")
    amount: Mapped[int]
    from_balance_after: Mapped[int | None]
    to_balance_after: Mapped[int | None]
    batch_id: Mapped[int | None]
    reverses: Mapped[int | None]
    reservation_id: Mapped[int | None]
    kind: Mapped[TransactionKind] = mapped_column(transaction_kind)
    reference: Mapped[str | None]
    description: Mapped[str]
    operator: Mapped[str]
    meta_data: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB)
    currency: Mapped[str]
    ticket: Mapped[str | None]

    from_wallet: Mapped[Wallet] = relationship(
        primaryjoin="foreign(Transaction.from_wallet_id) == Wallet.id", lazy="raise", viewonly=True
    )
    to_wallet: Mapped[Wallet] = relationship(
        primaryjoin="foreign(Transaction.to_wallet_id) == Wallet.id", lazy="raise", viewonly=True
    )


class Reversal(Base):
    """What a reversal is of what it reverses: which part, and how much was given back before and with it."""

    __tablename__ = "reversals"

    transaction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reverses: Mapped[int]
    part: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int]
    reversed_before: Mapped[int]
    reversed_through: Mapped[int]
    original_amount: Mapped[int]
    previous: Mapped[int | None] = mapped_column(Integer, Computed("NULLIF(part, 1) - 1", persisted=True))
