"""Random tampering: any row, any column of what the ledger promises, with every guard off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from random import Random

    from sqlalchemy import Connection

_SEALED: Final = "id <= (SELECT max(last_id) FROM ledger.seals)"
_OPEN: Final = "id > (SELECT max(last_id) FROM ledger.seals)"
_FROZEN: Final = "batch_id IN (SELECT id FROM ledger.batches WHERE status <> 'draft')"
_POSTED: Final = "status IN ('posted', 'reversed')"
_ROUTINE: Final = (
    "kind IN ('transfer', 'reserve', 'capture', 'release', 'extend_reservation', 'sweep', 'run_job')"
)
_KEPT: Final = f"(NOT {_ROUTINE} OR outcome ->> 'status' = 'refused') AND kind <> 'abandoned'"
_GRANTED: Final = "opened_by IN (SELECT id FROM ledger.transactions WHERE kind = 'grant' OR metadata ? 'act')"

_MOVEMENT: Final = (
    "posted_at effective_at from_wallet to_wallet amount from_balance_after to_balance_after "
    "batch_id reverses reservation_id kind reference description operator currency ticket"
)

# What is promised: table, its columns, and which rows. A column that is not here is not covered: see below.
PROMISED: Final[tuple[tuple[str, str, str], ...]] = (
    ("transactions", f"{_MOVEMENT} id metadata", _SEALED),
    ("transactions", _MOVEMENT, _OPEN),
    (
        "reversals",
        "transaction_id reverses part amount reversed_before reversed_through original_amount",
        "true",
    ),
    ("wallets", "user_id currency kind status balance granted reserved overdraft_limit", "true"),
    ("users", "id username status kind", "username <> '@suspense'"),
    ("users", "trust_level", "kind = 'customer'"),
    ("currencies", "exponent closed_at", "true"),
    ("calendar", "zone", "true"),
    ("checkpoints", "balance", "true"),
    ("credit_lots", "wallet_id amount remaining created_at closed_at opened_by currency", "true"),
    ("credit_lots", "id source expires_at", _GRANTED),
    ("lot_movements", "lot_id transaction_id amount remaining_after", "true"),
    ("reservations", "id wallet_id amount captured_amount status reference created_at currency", "true"),
    ("reservations", "expires_at description created_by ticket", "true"),
    ("reservations", "closed_at closed_by close_ticket", "status IN ('captured', 'released')"),
    ("acts", "id kind currency acted_at operator expires_at reason ticket items amount", "true"),
    ("lot_events", "lot_id act_id amount expires_before", "true"),
    ("hold_events", "reservation_id act_id amount expires_before", "true"),
    ("reservations", "close_reason", "status = 'released'"),
    ("batches", "currency status approvals_required approved_by content_hash posted_hash", _POSTED),
    ("batches", "posted_by posted_at line_count total first_transaction last_transaction", _POSTED),
    ("batches", "reversed_by reversed_at reversed_total", _POSTED),
    ("batches", "status content_hash created_by", "status = 'submitted'"),
    ("batch_lines", "line_no amount from_name to_name reference description effective_at", _FROZEN),
    ("batch_parties", "name wallet_id", "true"),
    ("operations", "kind request_hash outcome operator", _KEPT),
    ("operations", "operator request_hash", "kind IN ('reserve', 'release')"),
    (
        "audit_events",
        "id at actor action subject outcome reason detail previous hash format digest ticket",
        "true",
    ),
    ("audit_head", "id hash", "true"),
    ("seals", "first_id last_id row_count hash digests event_id", "true"),
    ("approval_requests", "id kind request content approvals_required approvals_given status", "true"),
    ("approval_requests", "ticket reason created_by closed_by close_reason executed_content outcome", "true"),
    ("approval_requests", "expires_at follows facts", "true"),
    ("approval_requests", "amount currency", "kind = 'transfer'"),
    ("approvals", "request_id approved_by created_by content note typed acting_for", "true"),
    ("approval_terms", "currency typed_from days", "true"),
    ("controls", "dual_control", "true"),
    ("delegations", "id delegator delegate reason ends_at ended_by", "true"),
    ("approval_rules", "kind currency from_amount approvals", "true"),
    ("allowances", "holder kind currency per_operation per_day", "true"),
    ("batch_offsets", "batch_id reversed_batch created_by", "true"),
    ("account_counts", "status trust_level accounts", "true"),
    ("limits", "holder kind currency per_operation", "true"),
    ("account_notes", "id user_id note operator", "true"),
    ("account_flags", "note_id user_id assignee flagged_by done_by", "true"),
    ("account_follows", "operator user_id following", "true"),
    ("jobs", "name ended_at done_at", "ended_at IS NOT NULL"),
    ("daily_movements", "day currency kind movements amount customers", "true"),
    ("daily_balances", "day currency held expired", "held <> 0"),
)

# What is not: a tool's convenience, a moment that only dates a row, or what has no second witness yet.
UNPROMISED: Final = {
    "users": "display_name email created_at metadata: how an account is shown; who has which trust level: "
    "only how many customers have one is known, and a system account's means nothing",
    "wallets": "id (other rows name it); version: counts changes for the console",
    "transactions": "metadata of one not yet sealed; id: found by what names it",
    "checkpoints": "wallet_id through_id taken_at: where a sum begins; the sum itself is checked",
    "credit_lots": "source and expires_at of a lot that a single reversal opened, until the chain tells them",
    "reservations": "closed_at, closed_by, close_reason of what a sweep ended: only their number is known",
    "batches": "name, file_name, file_sha256, create_missing, account_prefix, both moments; all of a draft",
    "batch_lines": "those of drafts; batch_id of a line cannot leave its batch unseen",
    "batch_parties": "batch_id",
    "acknowledgements": "there is none here: verify would name it; tests/faults/tamper/test_laundering.py",
    "operations": "key, created_at; the outcome of routine ones, whose transaction is checked instead",
    "approval_requests": "created_at closed_at; currency and amount where the request does not say them",
    "approvals": "approved_at",
    "controls": "one: there is one row",
    "delegations": "created_at ended_at",
    "tier_usage": "all: what of a day passed below the tiers",
    "account_notes": "created_at",
    "account_flags": "flagged_at, done_at",
    "account_follows": "since",
    "keeper_lease": "all: who runs the jobs now; whoever else takes it over",
    "jobs": "since started_at started_token failures not_before: when it is tried again, 15 minutes at most",
    "daily_balances": "on_hold of the last two days, which are not final; rows of nothing",
    "daily_mark": "all: where counting goes on; what was counted is checked",
    "hint_sent": "all: when consoles were last told to look",
    "reversals": "previous: reckoned from part",
    "account_counts": "id: only names a row",
    "batch_offsets": "created_at",
    "allowance_usage": "all: what is used of a day's allowance",
    "limit_usage": "all: what is used of a day's limit",
    "limits": "per_day, where the fixture has none",
    "currencies": "code: found by the wallets in it; closed_at of one that is closed",
    "calendar": "single: there is one row",
    "salts": "all, of an account that is not erased: what they prove is checked, where there is something",
    "identity": "made_at beyond the first event; ledger: found by the witness",
    "sign_in_names": "all: the gate's count",
    "sign_in_attempts": "all: the gate's count",
    "operators": "display_name, shut, valid_until, password_dual, code_until, created_by, created_at",
    "schema_version": "all",
    "migration_lock": "all",
}

# Rows whose absence is noticed.
_LOSSES: Final = (
    ("transactions", "true"), ("wallets", "version > 0"), ("users", "kind = 'customer'"),
    ("credit_lots", "true"), ("lot_movements", "true"), ("reservations", "true"),
    ("acts", "true"), ("lot_events", "true"), ("hold_events", "true"),
    ("batches", "status <> 'draft'"), ("batch_lines", _FROZEN), ("currencies", "true"), ("calendar", "true"),
    ("operations", f"{_KEPT} OR kind IN ('reserve', 'release')"), ("audit_events", "true"),
    ("audit_head", "true"), ("seals", "true"), ("approval_requests", "true"), ("approvals", "true"),
    ("approval_rules", "true"), ("approval_terms", "true"), ("controls", "true"),
    ("delegations", "true"), ("limits", "true"), ("allowances", "true"),
    ("reversals", "true"), ("batch_offsets", "true"), ("account_counts", "true"), ("account_notes", "true"),
    ("account_flags", "true"), ("account_follows", "true"), ("jobs", "true"), ("daily_movements", "true"),
    ("daily_balances", "held <> 0"),
)  # fmt: skip

_NUMBER: Final = "coalesce({0} + {1}, {1})"
_BYTE: Final = "length({0}) / 2"
_OTHER: Final = {
    "bigint": _NUMBER,
    "integer": _NUMBER,
    "numeric": _NUMBER,
    "smallint": "coalesce({0} + 1, 1)",
    "text": "coalesce({0} || 'x', 'x')",
    "bytea": f"coalesce(set_byte({{0}}, {_BYTE}, (get_byte({{0}}, {_BYTE}) + 1) % 256), sha256('x'))",
    "timestamp with time zone": "coalesce({0} + {1} * interval '1 second', now())",
    "boolean": "NOT {0}",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"forged\": true}}'",
}


@dataclass(frozen=True, slots=True)
class Harm:
    """One act of tampering, as SQL."""

    table: str
    statement: str


def random_harm(random: Random, connection: Connection) -> Harm:
    """Return a change of one column of one row, or the loss of one row."""
    if random.random() < 0.2:
        table, where = random.choice(_LOSSES)
        return Harm(
            table, f"DELETE FROM ledger.{table} WHERE ctid = {_row(random, connection, table, where)}"
        )
    table, columns, where = random.choice(PROMISED)
    column = random.choice(columns.split())
    kind = connection.execute(
        text("""
            SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
            WHERE a.attrelid = CAST(:t AS regclass) AND a.attname = :c"""),
        {"t": f"ledger.{table}", "c": column},
    ).scalar_one()  # fmt: skip
    if kind in _OTHER:
        step = random.choice((1, 7, 1_000_003))
        value = _OTHER[kind].format(column, step)
    else:
        value = f"(SELECT v FROM unnest(enum_range(NULL::{kind})) v WHERE v <> {column} LIMIT 1)"
    place = _row(random, connection, table, where)
    return Harm(table, f"UPDATE ledger.{table} SET {column} = {value} WHERE ctid = {place}")


def _row(random: Random, connection: Connection, table: str, where: str) -> str:
    count = connection.execute(text(f"SELECT count(*) FROM ledger.{table} WHERE {where}")).scalar_one()
    at = random.randrange(count)
    return f"(SELECT ctid FROM ledger.{table} WHERE {where} ORDER BY {table}::text OFFSET {at} LIMIT 1)"
