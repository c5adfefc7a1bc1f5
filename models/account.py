"""Who owns money: currencies, users and their wallets."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- SQLAlchemy reads the annotations at run time
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import SCHEMA, Base


class AccountKind(StrEnum):
    """A person's or company's account, or one of the ledger's own."""

    CUSTOMER = "customer"
    SYSTEM = "system"


class AccountStatus(StrEnum):
    """Whether money may move."""

    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


def database_enum(kind: type[StrEnum], name: str) -> Enum:
    """Return the PostgreSQL enum type of this name; the migrations made it."""
    return Enum(
        kind,
        name=name,
        schema=SCHEMA,
        create_type=False,
        values_callable=lambda members: [member.value for member in members],
    )


account_kind = database_enum(AccountKind, "account_kind")
account_status = database_enum(AccountStatus, "account_status")


class Currency(Base):
    """A unit of account; `exponent` decimals make one of it."""

    __tablename__ = "currencies"

    code: Mapped[str] = mapped_column(primary_key=True)
    exponent: Mapped[int] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class User(Base):
    """A customer, or a system account whose name begins with @."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    email: Mapped[str | None]
    trust_level: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[AccountStatus] = mapped_column(account_status)
    kind: Mapped[AccountKind] = mapped_column(account_kind)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    meta_data: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)


class Wallet(Base):
    """One user's money in one currency, in minor units.

    A system wallet's own columns stay 0: its balance is a sum (ledger.system_balance).
    """

    __tablename__ = "wallets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.users.id"))
    currency: Mapped[str] = mapped_column(ForeignKey(f"{SCHEMA}.currencies.code"))
    kind: Mapped[AccountKind] = mapped_column(account_kind)
    status: Mapped[AccountStatus] = mapped_column(account_status)
    balance: Mapped[int]
    granted: Mapped[int]
    reserved: Mapped[int]
    overdraft_limit: Mapped[int]
    version: Mapped[int]

    user: Mapped[User] = relationship(lazy="raise")


class AccountNote(Base):
    """What an operator wrote down about an account; never changed."""

    __tablename__ = "account_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    note: Mapped[str | None]
    operator: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountFlag(Base):
    """What a note asks for, until somebody has done it; without an assignee it waits for anyone."""

    __tablename__ = "account_flags"

    note_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int]
    assignee: Mapped[str | None]
    flagged_by: Mapped[str]
    flagged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountFollow(Base):
    """Whether an operator keeps an eye on an account, and since when it is so."""

    __tablename__ = "account_follows"

    operator: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    following: Mapped[bool]
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountCount(Base):
    """So many customers' accounts of a status and trust level more, or fewer; the sum of the rows counts."""

    __tablename__ = "account_counts"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[AccountStatus] = mapped_column(account_status)
    trust_level: Mapped[int] = mapped_column(SmallInteger)
    accounts: Mapped[int]
