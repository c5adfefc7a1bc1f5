"""Operators, and the gate that counts their attempts to sign in."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables; the statements stand in sql/0003_operators.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0003_operators.sql")


def downgrade() -> None:
    """Refuse: without the table nobody could say who an operator of the history was."""
    raise NotImplementedError("This revision cannot be undone: it would drop who the operators were.")
