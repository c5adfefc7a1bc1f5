"""Automatic jobs: the keeper's lease, what each job has done, daily figures."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables and the indexes; the statements stand in sql/0008_jobs.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0008_jobs.sql")


def downgrade() -> None:
    """Drop them, unless a job has run: its operations would be of a kind that nobody knows."""
    if (
        op.get_bind().exec_driver_sql("SELECT FROM ledger.operations WHERE kind = 'run_job' LIMIT 1").first()
        is not None
    ):
        raise NotImplementedError("This revision cannot be undone: jobs have run.")
    op.execute("""
        DROP TABLE ledger.keeper_lease, ledger.jobs, ledger.daily_movements, ledger.daily_balances,
            ledger.daily_mark, ledger.hint_sent CASCADE""")
    op.execute("DROP INDEX ledger.operations_jobs_idx, ledger.reservations_closed_idx")
    op.execute("""
        ALTER TABLE ledger.operators DROP CONSTRAINT operator_groups,
            ADD CONSTRAINT operator_groups CHECK (groups <@ ARRAY['ledger_viewer', 'ledger_support',
                'ledger_operator', 'ledger_approver', 'ledger_auditor', 'ledger_admin'])""")
