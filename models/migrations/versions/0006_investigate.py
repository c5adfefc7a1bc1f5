"""Indexes by which accounts and batches are found: by words of their names, and by trust level."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the indexes; the statements stand in sql/0006_investigate.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0006_investigate.sql")


def downgrade() -> None:
    """Drop the indexes: nothing is kept in them alone."""
    op.execute("DROP INDEX ledger.users_words_idx, ledger.batches_words_idx, ledger.users_trust_idx")
