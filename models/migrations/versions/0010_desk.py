"""What a desk says: who posts a batch, why a read-only console writes, from what a ledger was restored.

Functions alone, which every migration applies anew; the number is how a console knows that they are there.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change no table."""


def downgrade() -> None:
    """Take away the functions; what they wrote into the audit trail stays."""
    op.execute("""
        DROP FUNCTION ledger.unlock_writing(uuid, text, integer), ledger.do_unlock_writing(jsonb),
            ledger.note_restore(uuid, text, jsonb), ledger.do_note_restore(jsonb),
            ledger.mark_posting(bigint), ledger.batch_posting(bigint)""")
