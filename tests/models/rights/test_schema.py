"""The mapped classes say what the database has: tables, columns, types, NULLs, keys and enums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Enum, Table, create_engine, inspect, select, text
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.orm import Session

from models.account import AccountCount, AccountFlag, AccountFollow, AccountNote, Currency, User, Wallet
from models.approval import (
    Allowance,
    AllowanceUsage,
    Approval,
    ApprovalRequest,
    ApprovalRule,
    ApprovalTerms,
    Controls,
    Delegation,
    Limit,
    LimitUsage,
    TierUsage,
)
from models.audit import Acknowledgement, AuditEvent, AuditHead, Identity, Salt, Seal
from models.base import SCHEMA, Base
from models.batch import Batch, BatchLine, BatchOffset, BatchParty
from models.credit import ActRow, Checkpoint, CreditLot, HoldEvent, LotEvent, LotMovement, Reservation
from models.operation import (
    DailyBalance,
    DailyMark,
    DailyMovement,
    HintSent,
    JobRow,
    KeeperLease,
    Operation,
)
from models.operator import Operator, SignInAttempt, SignInName
from models.transaction import Reversal, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLASSES = (
    AccountCount, ActRow, AccountFlag, AccountFollow, AccountNote, Acknowledgement, Allowance, AllowanceUsage,
    Approval, ApprovalRequest, ApprovalRule, ApprovalTerms, AuditEvent, AuditHead, Batch, BatchLine,
    BatchOffset, BatchParty, Checkpoint, Controls, CreditLot, Currency, DailyBalance,
    DailyMark, DailyMovement, Delegation, HintSent, HoldEvent, Identity, JobRow, KeeperLease, Limit,
    LimitUsage, LotEvent, LotMovement,
    Operation, Operator, Reservation, Reversal, Salt, Seal, SignInAttempt, SignInName, Transaction, User,
    TierUsage, Wallet,
)  # fmt: skip
# Alembic's version, the lock of the migrations and the one row of the business day's zone, which the
# functions answer for: no screen reads them as rows.
TECHNICAL = {"schema_version", "migration_lock", "calendar"}


@pytest.fixture
def engine(ledger_url: str) -> Iterator[Engine]:
    engine = create_engine(ledger_url)
    yield engine
    engine.dispose()


def test_every_table_has_its_class(engine: Engine) -> None:
    names = set(inspect(engine).get_table_names(SCHEMA))
    assert {mapped.__tablename__ for mapped in CLASSES} == names - TECHNICAL
    assert {table.name for table in Base.metadata.sorted_tables} == names - TECHNICAL


def test_alembic_sees_no_other_columns_or_types(engine: Engine) -> None:
    def of_ledger(name: str | None, kind: str, _parents: Any) -> bool:
        return name == SCHEMA if kind == "schema" else name not in TECHNICAL

    def is_other(_context: Any, _column: Any, _ours: Any, there: Any, _mapped: Any) -> bool | None:
        """Leave domains to test_columns_are_the_same, which looks at what they are made of."""
        return False if isinstance(there, DOMAIN) else None

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "include_name": of_ledger, "compare_type": is_other},
        )
        differences = compare_metadata(context, Base.metadata)
    # Indexes, unique and foreign keys stand in the migration's SQL alone; classes need none to read.
    silent = {"remove_index", "remove_constraint", "remove_fk", "add_fk", "add_constraint"}
    flat = [entry for group in differences for entry in (group if isinstance(group, list) else [group])]
    assert [entry for entry in flat if entry[0] not in silent] == []


@pytest.mark.parametrize("mapped", CLASSES, ids=lambda mapped: mapped.__name__)
def test_columns_are_the_same(engine: Engine, mapped: type[Base]) -> None:
    table = mapped.__table__
    assert isinstance(table, Table)
    real = {column["name"]: column for column in inspect(engine).get_columns(table.name, SCHEMA)}
    assert {column.name for column in table.columns} == set(real)
    for column in table.columns:
        there = real[column.name]
        assert column.nullable == there["nullable"], column
        ours = column.type.compile(engine.dialect)
        kind = there["type"]
        kind = kind.data_type if isinstance(kind, DOMAIN) else kind
        assert ours == kind.compile(engine.dialect).removesuffix(' COLLATE "C"'), column
        if isinstance(column.type, Enum):
            assert isinstance(there["type"], Enum)
            assert column.type.enums == there["type"].enums, column
    key = inspect(engine).get_pk_constraint(table.name, SCHEMA)["constrained_columns"]
    assert [column.name for column in table.primary_key] == key


def test_a_row_of_each_class_can_be_read(engine: Engine, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100})
    with Session(engine) as session:
        for mapped in CLASSES:
            session.scalars(select(mapped)).all()
        alice = session.scalars(
            select(Wallet).join(User, User.id == Wallet.user_id).where(User.username == "alice")
        ).one()
        assert (alice.balance, alice.kind, alice.status) == (100, "customer", "active")


def test_money_is_bigint_everywhere(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text("""
            SELECT table_name, column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'ledger' AND data_type NOT IN ('bigint', 'numeric')
            AND column_name ~ '(amount|balance|granted|reserved|remaining|limit|total)'
            AND column_name NOT IN ('reserved_until')""")
        ).all()
    assert rows == []


def test_no_index_is_doubled(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text("""
            SELECT indrelid::regclass, array_agg(indexrelid::regclass) FROM pg_index
            JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'ledger'::regnamespace
            GROUP BY indrelid, indkey::text, coalesce(pg_get_expr(indpred, indrelid), ''),
                coalesce(pg_get_expr(indexprs, indrelid), '') HAVING count(*) > 1""")
        ).all()
    assert rows == []
