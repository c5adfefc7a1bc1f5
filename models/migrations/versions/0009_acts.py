"""Acts by hand: reversals in parts, tickets, allowances, offsets of batches."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

from models.migrations.script import run_script

revision = "0009"
down_revision = "0008"


_NEW: Final = {
    "reversals in parts": "reversals WHERE part > 1",
    "tickets": "audit_events WHERE ticket IS NOT NULL",
    "tickets of transactions": "transactions WHERE ticket IS NOT NULL",
    "tickets of holds": "reservations WHERE ticket IS NOT NULL",
    "allowances": "allowances",
    "offsets": "batch_offsets",
    "changes of metadata": "operations WHERE kind IN ("
    "'set_account_metadata', 'set_allowance', 'offset_batch')",
}
# The functions before would stand beside these, and a call could mean either.
_FUNCTIONS: Final = (
    "ledger.transfer(uuid, text, text, text, bigint, text, text, timestamptz, text, text)",
    "ledger.grant_credit(uuid, text, text, bigint, text, timestamptz, text, text, text, text)",
    "ledger.reserve(uuid, text, text, bigint, text, timestamptz, text, text)",
    "ledger.reverse_transaction(uuid, bigint, bigint, text, timestamptz, text)",
    "ledger.reverse_batch(uuid, bigint, text, text, text)",
    "ledger.open_account(uuid, text, text, text, text, text, text)",
    "ledger.set_account_status(uuid, text, ledger.account_status, text, text)",
    "ledger.set_overdraft_limit(uuid, text, text, bigint, text, text)",
    "ledger.add_note(uuid, text, text, text)",
    "ledger.submit_request(uuid, text, jsonb, text, text)",
    "ledger.new_request(text, jsonb, text, text)",
    "ledger.note(text, text, text, text, jsonb, text)",
    "ledger.chain(text, text, text, text, jsonb, text, boolean)",
    "ledger.audit_digest(bigint, timestamptz, text, text, text, text, text, jsonb, text)",
    "ledger.reversal_gives(ledger.transactions, bigint, bigint, timestamptz, boolean)",
    "ledger.hold_wallets(bigint[], ledger.account_status[])",
    "ledger.post(ledger.posting[], bigint, ledger.lot_change[], timestamptz, ledger.account_status[])",
)


def upgrade() -> None:
    """Add the tables, columns and indexes; the statements stand in sql/0009_acts.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0009_acts.sql")


def downgrade() -> None:
    """Drop them, unless something is in them that cannot be told in the form before."""
    for what, of in _NEW.items():
        if op.get_bind().exec_driver_sql(f"SELECT FROM ledger.{of} LIMIT 1").first() is not None:
            raise NotImplementedError(f"This revision cannot be undone: {what} would be forgotten.")
    op.execute("""
        DROP TABLE ledger.reversals, ledger.batch_offsets, ledger.allowances, ledger.allowance_usage,
            ledger.account_counts CASCADE""")
    op.execute("DROP FUNCTION ledger.number_reversal(), ledger.count_accounts() CASCADE")
    # Later revisions have other words for some of them, and have dropped those.
    op.execute("DROP FUNCTION IF EXISTS " + ", ".join(_FUNCTIONS))
    op.execute("ALTER TYPE ledger.posting DROP ATTRIBUTE ticket")
    for table in ("transactions", "reservations", "approval_requests", "audit_events"):
        # With what reads it: the digest of a transaction, which every migration makes anew.
        op.execute(f"ALTER TABLE ledger.{table} DROP COLUMN ticket CASCADE")
    op.execute("DROP FUNCTION ledger.is_ticket(text), ledger.is_metadata(jsonb)")
    op.execute("ALTER TABLE ledger.credit_lots DROP COLUMN currency")
    op.execute("DROP INDEX ledger.batches_unrecovered_idx")
    op.execute("ALTER TABLE ledger.batches DROP CONSTRAINT reversed_within_total")
    op.execute("""
        CREATE UNIQUE INDEX transactions_reverses_key ON ledger.transactions (reverses)
            WHERE reverses IS NOT NULL""")
