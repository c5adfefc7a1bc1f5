"""What an act by hand would come to: the ledger does it, tells, and undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb
from sqlalchemy import text

from console.errors.refusals import refusal
from console.ledger.approvals.commands import request_of
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.errors import RefusedError
    from console.ledger.approvals.commands import Order
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_REHEARSE = text("SELECT ledger.rehearse_act(:kind, :request)")


@dataclass(frozen=True, slots=True)
class Figures:
    """How one wallet stands, in minor units of its currency; a system account has no balance of its own.

    expired: credit past its date that is not ended yet.
    """

    status: AccountStatus
    balance: int
    granted: int
    on_hold: int
    overdraft: int
    expired: int

    @property
    def available(self) -> int:
        """What may be spent or set aside."""
        return self.balance - self.on_hold - self.expired + self.overdraft


@dataclass(frozen=True, slots=True)
class Side:
    """One account that an act moves or changes, in one currency; before: None when the act opens it."""

    username: str
    currency: str
    is_system: bool
    before: Figures | None
    after: Figures


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an act would come to now.

    refusal: why it would not be done. approvals: how many checkers a rule asks for, 0 for none; is_allowed:
    an allowance lets it pass without them, and without the right to do it. outcome: as the act would answer.
    """

    refusal: RefusedError | None
    approvals: int
    is_allowed: bool
    sides: tuple[Side, ...]
    outcome: Mapping[str, Any]


def rehearse(database: Database, order: Order, *, cancel: Cancellation | None = None) -> Rehearsal:
    """Do an act and undo it, in one statement.

    Who asks is of support or an operator, and needs no right to do the act itself.
    """
    wanted = order.operation
    request = request_of(wanted)
    if wanted.function == "reserve":
        # The ledger's own word for it.
        request["reservation"] = request.pop("reference")

    def ask(session: Session) -> Rehearsal:
        found = session.execute(_REHEARSE, {"kind": wanted.function, "request": Jsonb(request)}).scalar_one()
        outcome = found["outcome"]
        return Rehearsal(
            _refusal(outcome),
            found["approvals"],
            found["allowed"],
            tuple(map(_side, found["sides"])),
            outcome,
        )

    return database.tried("act.rehearse", ask, cancel=cancel)


def _refusal(outcome: Mapping[str, Any]) -> RefusedError | None:
    if outcome["status"] != "refused":
        return None
    return refusal(outcome["code"], outcome.get("detail") or {})


def _side(found: dict[str, Any]) -> Side:
    before, after = found["before"], found["after"]
    return Side(
        found["username"], found["currency"], after["kind"] == "system",
        None if before is None else _figures(before), _figures(after),
    )  # fmt: skip


def _figures(found: dict[str, Any]) -> Figures:
    return Figures(
        AccountStatus(found["status"]), found["balance"], found["granted"], found["on_hold"],
        found["overdraft"], found["expired"],
    )  # fmt: skip
