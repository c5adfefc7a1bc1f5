"""Rules, limits, allowances and terms as they are changed: at once, or submitted in dual control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.ledger.approvals.rules.controls import Change, change
from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

RULED: Final = (
    "transfer", "grant_credit", "capture", "post_batch", "reverse_transaction", "reverse_batch",
    "set_overdraft_limit", "extend_lots", "end_lots", "revive_lots",
)  # fmt: skip
"""The kinds of operation that rules and limits are for; a limit may also be for '*', any of them."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule or limit that was set or taken away."""

    key: UUID


def set_rule(
    ledger: Ledger,
    kind: str,
    currency: str,
    from_amount: int,
    approvals: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Ruled:
    """Ask for so many checkers from an amount on, in minor units; 0 takes that tier away."""
    wanted = rule_set(kind, currency, from_amount, approvals, reason=reason)
    return Ruled(change(ledger, wanted, key=key, cancel=cancel)["key"])


def rule_set(kind: str, currency: str, from_amount: int, approvals: int, *, reason: str) -> Change:
    """Return the change that `set_rule` does."""
    arguments = {
        "kind": kind,
        "currency": currency,
        "from_amount": from_amount,
        "approvals": approvals,
        "reason": reason,
    }
    return Change(Operation("rule.set", "set_approval_rule", arguments, {"approvals": "smallint"}))


def set_limit(
    ledger: Ledger,
    holder: str,
    kind: str,
    currency: str,
    *,
    per_operation: int | None,
    per_day: int | None,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> Ruled:
    """Limit what a role or an operator moves at once and a business day; neither takes the limit away."""
    wanted = limit_set(holder, kind, currency, per_operation=per_operation, per_day=per_day, reason=reason)
    return Ruled(change(ledger, wanted, key=key, cancel=cancel)["key"])


def limit_set(
    holder: str, kind: str, currency: str, *, per_operation: int | None, per_day: int | None, reason: str
) -> Change:
    """Return the change that `set_limit` does."""
    arguments = {
        "holder": holder,
        "kind": kind,
        "currency": currency,
        "per_operation": per_operation,
        "per_day": per_day,
        "reason": reason,
    }
    return Change(Operation("limit.set", "set_limit", arguments))
