"""Movements that say their currency, currencies that are closed, and one business day."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add to the tables; the statements stand in sql/0005_currencies.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0005_currencies.sql")


def downgrade() -> None:
    """Refuse: accounts of a closed currency would be closed for no reason."""
    raise NotImplementedError("This revision cannot be undone: a closed currency would be forgotten.")
