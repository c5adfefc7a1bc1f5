"""${message}."""

from __future__ import annotations

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Refuse: a ledger's history is never dropped by a tool."""
    raise NotImplementedError("This revision cannot be undone.")
