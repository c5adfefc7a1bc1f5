"""Acts on credits and holds, many at once, and a row for each change of an end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

from models.migrations.script import run_script

revision = "0011"
down_revision = "0010"

# Extensions of single holds stand in the outcomes of their operations too, as before.
_NEW: Final = {
    "acts on credits and holds": "acts WHERE kind <> 'extend_reservation'",
    "tickets of acts": "acts WHERE ticket IS NOT NULL",
    "tickets of holds that have ended": "reservations WHERE close_ticket IS NOT NULL",
    "tickets of captures": "transactions WHERE kind = 'capture' AND ticket IS NOT NULL",
}
# The functions before would stand beside these, and a call could mean either.
_FUNCTIONS: Final = (
    "ledger.capture(uuid, text, bigint, text, text, text, text)",
    "ledger.release(uuid, text, text, text)",
    "ledger.extend_reservation(uuid, text, timestamptz, text, text)",
    "ledger.extend_lots(uuid, jsonb, timestamptz, text, text)",
    "ledger.end_lots(uuid, jsonb, text, text)",
    "ledger.revive_lots(uuid, jsonb, timestamptz, text, text)",
    "ledger.extend_holds(uuid, text[], timestamptz, text, text)",
    "ledger.release_holds(uuid, text[], text, text)",
    "ledger.capture_holds(uuid, text[], text, text, text)",
)
_INDEXES: Final = (
    "ledger.reservations_active_idx",
    "ledger.credit_lots_open_idx",
    "ledger.credit_lots_expired_idx",
)


def upgrade() -> None:
    """Add the tables and columns; the statements stand in sql/0011_credits_and_holds.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0011_credits_and_holds.sql")


def downgrade() -> None:
    """Drop them, unless something is in them that cannot be told in the form before."""
    for what, of in _NEW.items():
        if op.get_bind().exec_driver_sql(f"SELECT FROM ledger.{of} LIMIT 1").first() is not None:
            raise NotImplementedError(f"This revision cannot be undone: {what} would be forgotten.")
    op.execute("DROP FUNCTION " + ", ".join(_FUNCTIONS))
    op.execute("DROP TABLE ledger.lot_events, ledger.hold_events, ledger.acts CASCADE")
    op.execute("ALTER TABLE ledger.reservations DROP COLUMN close_ticket")
    op.execute("DROP INDEX " + ", ".join(_INDEXES))
    op.execute("ALTER TABLE ledger.lot_movements ADD FOREIGN KEY (lot_id) REFERENCES ledger.credit_lots")
