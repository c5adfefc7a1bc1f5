"""Requests that are sent back or grow stale, amounts that are typed, and what stood at submission."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

from models.migrations.script import run_script

revision = "0013"
down_revision = "0012"

_NEW: Final = {
    "requests that were sent back or grew stale": "approval_requests WHERE status::text IN"
    " ('returned', 'expired')",
    "terms of approval": "approval_terms",
    "amounts that were typed": "approvals WHERE typed IS NOT NULL",
    "what stood when requests were made": "approval_requests WHERE facts IS NOT NULL",
    "dual control": "controls WHERE dual_control",
    "delegations": "delegations",
    "codes of operators": "operators WHERE code_digest IS NOT NULL",
}
# The functions before would stand beside these, and a call could mean either; the last reads a column.
_FUNCTIONS: Final = (
    "ledger.submit_request(uuid, text, jsonb, text, text, bigint)",
    "ledger.approve_request(uuid, bigint, bytea, text, bigint)",
    "ledger.new_request(text, jsonb, text, text, bigint)",
    "ledger.do_close_request(jsonb, text)",
    "ledger.set_aside(uuid, bigint, integer[], text)",
    "ledger.do_set_aside(jsonb)",
    "ledger.create_operator(uuid, text, text, text[], text, text, bytea)",
    "ledger.set_operator_password(uuid, text, text, text, bytea)",
    "ledger.make_role(text)",
    "ledger.next_expiry(timestamptz, timestamptz)",
)
_INDEXES: Final = (
    "ledger.approval_requests_stale_idx",
    "ledger.approval_requests_maker_idx",
    "ledger.approval_requests_closed_idx",
    "ledger.audit_events_refused_idx",
)


def upgrade() -> None:
    """Add the table and columns; the statements stand in sql/0013_decisions.sql."""
    run_script(op.get_bind(), Path(__file__).parent.parent / "sql" / "0013_decisions.sql")


def downgrade() -> None:
    """Drop them, unless something is in them; the two words of the status stay, and nothing has them."""
    for what, of in _NEW.items():
        if op.get_bind().exec_driver_sql(f"SELECT FROM ledger.{of} LIMIT 1").first() is not None:
            raise NotImplementedError(f"This revision cannot be undone: {what} would be forgotten.")
    op.execute("DROP FUNCTION " + ", ".join(_FUNCTIONS))
    op.execute("DROP INDEX " + ", ".join(_INDEXES))
    op.execute(
        "DROP TABLE ledger.approval_terms, ledger.controls, ledger.tier_usage, ledger.delegations CASCADE"
    )
    op.execute("ALTER TABLE ledger.approvals DROP COLUMN typed, DROP COLUMN acting_for")
    op.execute(
        "ALTER TABLE ledger.operators DROP COLUMN password_by, DROP COLUMN password_dual,"
        " DROP COLUMN code_digest, DROP COLUMN code_until"
    )
    op.execute(
        "ALTER TABLE ledger.approval_requests DROP COLUMN expires_at, DROP COLUMN follows, DROP COLUMN facts,"
        " DROP CONSTRAINT request_worth, ALTER COLUMN currency SET NOT NULL, ALTER COLUMN amount SET NOT NULL"
    )
