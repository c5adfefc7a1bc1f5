"""Flags on accounts: notes that ask for something to be done; who follows an account; its past."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables and the indexes; the statements stand in sql/0007_account_page.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0007_account_page.sql")


def downgrade() -> None:
    """Drop them, unless what is in them would be forgotten while the audit chain has it."""
    for table in ("account_flags", "account_follows"):
        if op.get_bind().exec_driver_sql(f"SELECT FROM ledger.{table} LIMIT 1").first() is not None:
            raise NotImplementedError(f"This revision cannot be undone: ledger.{table} would be forgotten.")
    op.execute("DROP TABLE ledger.account_flags, ledger.account_follows CASCADE")
    op.execute("""
        DROP INDEX ledger.credit_lots_ended_idx, ledger.audit_events_timeline_idx,
            ledger.reservations_ended_idx, ledger.approval_requests_account_idx,
            ledger.approval_requests_ended_idx""")
