"""Credits in use, reservations, reversals, approvals, limits, notes and the audit chain."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the tables; the statements stand in sql/0002_whole_ledger.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0002_whole_ledger.sql")


def downgrade() -> None:
    """Refuse: what was approved, reserved and audited is history, and history is never dropped."""
    raise NotImplementedError("This revision cannot be undone: it would drop history.")
