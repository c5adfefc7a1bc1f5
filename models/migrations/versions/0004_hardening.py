"""Seals that launder nothing, an audit chain without names, and what a session may take of the server."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from models.migrations.script import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add to the tables; the statements stand in sql/0004_hardening.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0004_hardening.sql")


def downgrade() -> None:
    """Refuse: events of the newer format would be without their digests."""
    raise NotImplementedError("This revision cannot be undone: it would drop parts of the audit chain.")
