"""Dual control: what changes who may do what, and whether another admin must agree to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.ledger.approvals.commands import Order
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

CONTROLS: Final = frozenset({
    "set_approval_rule", "set_approval_terms", "set_limit", "set_allowance", "set_dual_control",
    "create_operator", "set_operator_groups", "set_operator_password", "enable_operator",
})  # fmt: skip
"""The kinds of operation that change who may do what; the ledger has the same (rules/require_second.sql)."""

SECOND: Final = "control.second"
"""The refusal of a change that gives, in dual control: it is submitted, and another admin decides on it."""

_DUAL: Final = text("""
    SELECT ledger.dual_control() AS is_on, (
        SELECT jsonb_agg(jsonb_build_array(u.operator, u.currency, u.amount)) FROM ledger.tier_usage u
        WHERE u.day = ledger.business_day(clock_timestamp())) AS moved""")


@dataclass(frozen=True, slots=True)
class DualControl:
    """Whether it is on; moved_today: what each operator has moved of a currency without a checker."""

    is_on: bool
    moved_today: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a control: done at once or, as the ledger asks for it in dual control, submitted."""

    operation: Operation


def change(
    ledger: Ledger, wanted: Order, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> Mapping[str, Any]:
    """Change a control at once; returns the outcome.

    Raises OperationRefusedError with the code SECOND for what gives in dual control.
    """
    return ledger.perform(wanted.operation, key=key, cancel=cancel)


def dual_control_turned(*, on: bool, reason: str) -> Change:
    """Return the change that turns dual control on or off, which is always submitted."""
    return Change(Operation("control.dual", "set_dual_control", {"on": on, "reason": reason}))


def end_dual_control(
    ledger: Ledger, *, reason: str, key: UUID | None = None, cancel: Cancellation | None = None
) -> None:
    """End dual control alone, as the owner of the ledger; verify says so until it is on again."""
    ledger.perform(Operation("control.end", "end_dual_control", {"reason": reason}), key=key, cancel=cancel)


def dual_control(database: Database, *, cancel: Cancellation | None = None) -> DualControl:
    """Return whether dual control is on and what counts against its tiers today, in one statement."""

    def ask(session: Session) -> DualControl:
        row = session.execute(_DUAL).one()
        moved = {(name, code): int(amount) for name, code, amount in row.moved or ()}
        return DualControl(row.is_on, moved)

    return database.read("controls.dual", ask, cancel=cancel)
