"""The ledger: accounts, transactions, credits, batches, operations."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; the statements stand in sql/0001_ledger.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0001_ledger.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is never dropped by a tool."""
    raise NotImplementedError("The first revision cannot be undone: it would drop the ledger.")
