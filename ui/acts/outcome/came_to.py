"""What came of an act: said to the operator, and written for the customer's ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.errors import ConsoleError
from console.ledger.acts.perform import perform_act
from console.ledger.approvals.commands import submit
from console.ledger.balances.lookup import lookup
from models.account import AccountStatus
from ui.acts.act import Way
from ui.acts.preview import checkers
from ui.kit.days import moment_words, short_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from console.ledger.acts.rehearsal import Rehearsal
    from console.ledger.approvals.commands import Order
    from console.ledger.balances.lookup import BalanceRow
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger
    from ui.acts.act import Values
    from ui.kit.formats import Formats


_TOLD: Final = 4
"""Accounts whose money is told one by one after an act on many holds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done, or asked for; said: what it is once it is done, as the beginning of a sentence.

    customers: whose money is told afterwards, in the act's currency. tells: what else there is to say of the
    ledger's outcome.
    """

    order: Order
    values: Values
    said: str
    way: Way
    customers: tuple[str, ...]
    tells: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _outcome: ()


@dataclass(frozen=True, slots=True)
class CameTo:
    """What came of it: an outcome, or a request with the number of checkers that it waits for.

    rows: the customers' money afterwards, empty when it could not be read.
    """

    wanted: Wanted
    outcome: Mapping[str, Any] | None
    request: int | None
    approvals: int
    rows: tuple[BalanceRow, ...]
    at: datetime

    @property
    def transaction(self) -> int | None:
        """The transaction that was posted, if one was."""
        return None if self.outcome is None else self.outcome.get("transaction")


def carry_out(ledger: Ledger, wanted: Wanted, key: UUID, cancel: Cancellation) -> CameTo:
    """Do it or ask for it, on a pool thread, once under its key; then read what the customers have.

    Raises RefusedError, and OutcomeUnknownError when the answer was lost.
    """
    request, approvals = None, 0
    outcome: Mapping[str, Any] | None
    if wanted.way is Way.DO:
        outcome = perform_act(ledger, wanted.order, key=key, cancel=cancel)
    else:
        asked = submit(
            ledger, wanted.order, reason=wanted.values.reason, ticket=wanted.values.ticket,
            key=key, cancel=cancel,
        )  # fmt: skip
        outcome, request, approvals = asked.outcome, asked.request, asked.approvals_required
    at = datetime.now().astimezone()
    if outcome is not None and outcome.get("posted_at"):
        at = datetime.fromisoformat(outcome["posted_at"])
    rows = _rows(ledger, wanted, cancel) if outcome is not None else ()
    return CameTo(wanted, outcome, request, approvals, rows, at)


def heading(came_to: CameTo) -> str:
    """Return what was done or asked for, as a sentence."""
    said = came_to.wanted.said
    words = said if came_to.outcome is not None else f"asked for: {said}"
    return f"{words[:1].upper()}{words[1:]}."


def lines(came_to: CameTo, formats: Formats) -> tuple[str, ...]:
    """Return what else there is to say: the transaction or the request, and what is available now."""
    when = short_moment(came_to.at, formats)
    if came_to.outcome is None:
        number = formats.integer(came_to.request or 0)
        told = [f"Request {number} waits for {checkers(came_to.approvals)}. Nothing has moved yet."]
    elif came_to.transaction is not None:
        told = [f"Transaction {formats.integer(came_to.transaction)} posted at {when}."]
    else:
        told = [f"Done at {when}."]
    if came_to.outcome is not None and came_to.wanted.way is not Way.DO:
        told.append("An allowance let it pass without a checker.")
    return (*told, *_told(came_to), *_available(came_to, formats))


def answer(came_to: CameTo, formats: Formats, operator: str) -> str:
    """Return the text for the customer's ticket: what, who, when, transaction, ticket and balance."""
    done = came_to.outcome is not None
    how = "Done" if done else "Asked for"
    if came_to.transaction is not None:
        how = f"{how} as transaction {came_to.transaction}"
    elif came_to.request is not None:
        how = f"{how} as request {came_to.request}"
    parts = [heading(came_to), f"{how} by {operator} at {moment_words(formats, came_to.at)}."]
    if came_to.wanted.values.ticket:
        parts.append(f"Ticket {came_to.wanted.values.ticket}.")
    parts += [
        f"Balance of {row.name}: {formats.money(row.balance, row.currency)}."
        for row in came_to.rows
        if row.balance is not None and row.currency is not None
    ]
    return " ".join([*parts, *_told(came_to), *_available(came_to, formats)])


def _told(came_to: CameTo) -> tuple[str, ...]:
    return () if came_to.outcome is None else came_to.wanted.tells(came_to.outcome)


def _available(came_to: CameTo, formats: Formats) -> list[str]:
    """Say what may be spent; what is available of a frozen account is available to nobody."""
    return [
        f"Available of {row.name}: {formats.money(row.available, row.currency)}."
        for row in came_to.rows
        if row.available is not None and row.currency is not None and row.status is AccountStatus.ACTIVE
    ]


def _rows(ledger: Ledger, wanted: Wanted, cancel: Cancellation) -> tuple[BalanceRow, ...]:
    if not wanted.customers:
        return ()
    try:
        found = lookup(ledger.database, wanted.customers, wanted.values.currency.code, cancel=cancel)
    except ConsoleError:
        # It is done all the same, and said; the account's page shows what it came to.
        return ()
    return tuple(row for row in found if row.found)


def customers_of(found: Rehearsal | None, own: str) -> tuple[str, ...]:
    """Return whose money is told after a rehearsed act: that of the account it is on, and of nobody else.

    Where `own` is none of those that it moves or changes, it is all of them; of more than a few, nobody's.
    """
    sides = () if found is None else found.sides
    customers = dict.fromkeys(side.username for side in sides if not side.is_system)
    if own in customers:
        return (own,)
    return tuple(customers) if len(customers) <= _TOLD else ()
