"""A week of a ledger by its own clock: what is posted each hour, and what holds when a keeper was there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.bookkeeping import outcome
from tests.faults.keeper.effects import broken_effects

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

ZONE: Final = ZoneInfo("Europe/Berlin")
CURRENCIES: Final = ("CR", "EUR")
CUSTOMERS: Final = ("alice", "bob", "carol")

_DEPOSIT: Final = 10_000
_OPEN: Final[LiteralString] = "SELECT ledger.open_account(%s, %s, %s, p_reason => 'for the week')"
_TRANSFER: Final[LiteralString] = "SELECT ledger.transfer(%s, %s, %s, %s, %s)"
_GRANT: Final[LiteralString] = "SELECT ledger.grant_credit(%s, %s, %s, %s, 'promo', %s)"
_RESERVE: Final[LiteralString] = "SELECT ledger.reserve(%s, %s, %s, %s, %s, %s)"
_CAPTURE: Final[LiteralString] = "SELECT ledger.capture(%s, %s, %s)"
_RELEASE: Final[LiteralString] = "SELECT ledger.release(%s, %s, 'no longer wanted')"

# Each returns the rows that are wrong at a moment, when a keeper has just run all that was due.
_LEFT_UNDONE: Final[dict[str, LiteralString]] = {
    "a hold is past its time and not ended": """
        SELECT r.id, r.expires_at FROM ledger.reservations r
        WHERE r.status = 'reserved' AND r.expires_at <= clock_timestamp()""",
    "a credit is past its time and not ended": """
        SELECT d.* FROM ledger.dead_lots(ARRAY(SELECT w.id FROM ledger.wallets w)) d""",
    "a transaction is not sealed": """
        SELECT t.id, t.posted_at FROM ledger.transactions t
        WHERE t.id > (SELECT coalesce(max(s.last_id), 0) FROM ledger.seals s)
            AND t.posted_at < clock_timestamp() - interval '5 minutes'""",
    "a transaction is in no checkpoint": """
        SELECT t.id, t.posted_at FROM ledger.transactions t
        WHERE t.id > (SELECT coalesce(min(c.through_id), 0) FROM ledger.wallets w
                LEFT JOIN ledger.checkpoints c ON c.wallet_id = w.id WHERE w.kind = 'system')
            AND t.posted_at < clock_timestamp() - interval '10 minutes'""",
    "a transaction is in no daily figure": """
        SELECT t.id, t.posted_at FROM ledger.transactions t
        WHERE t.id > (SELECT m.through_id FROM ledger.daily_mark m)
            AND t.posted_at < clock_timestamp() - interval '5 minutes'""",
    "yesterday is not closed": """
        SELECT m.closed_through, today.day FROM ledger.daily_mark m
        CROSS JOIN (SELECT ledger.business_day(clock_timestamp()) AS day) today
        WHERE coalesce(m.closed_through, '-infinity') < today.day - 1
            AND today.day > (SELECT min(d.day) FROM ledger.daily_movements d)""",
    # The sweep that is due once an hour may become so between the keeper's look and this one.
    "a job is due": """
        SELECT s.job, s.due_at, s.overdue_s FROM ledger.job_states() s WHERE s.overdue_s > 1""",
}


def left_undone(connection: Connection) -> Iterator[str]:
    """Ask what a keeper should have done by now, and whether what it did is right."""
    for what, question in _LEFT_UNDONE.items():
        wrong = connection.execute(question).fetchmany(5)
        if wrong:
            yield f"{what}: {wrong}"
    yield from broken_effects(connection)


@dataclass(slots=True)
class Customers:
    """They pay, are given credit, hold and take, in each currency, by an operator's connection."""

    connection: Connection
    dice: random.Random
    held: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open all accounts and pay in."""
        for currency in CURRENCIES:
            for name in CUSTOMERS:
                self._ask(_OPEN, name, currency)
                self._ask(_TRANSFER, "@external", name, currency, _DEPOSIT)

    def act(self, now: datetime) -> None:
        """Do what an hour brings; what ends does so at a full minute, within two hours or some days."""
        for currency in CURRENCIES:
            payer, payee = self.dice.sample(CUSTOMERS, 2)
            self._ask(_TRANSFER, payer, payee, currency, self.dice.randint(1, 50))
            self._ask(_GRANT, payee, currency, self.dice.randint(1, 90), self._later(now))
            self.hold(payee, currency, self._later(now))
        one = self.held.pop(self.dice.randrange(len(self.held)))
        # It may have ended by itself: then this is refused.
        if self.dice.random() < 0.5:
            self._ask(_CAPTURE, one, None)
        else:
            self._ask(_RELEASE, one)

    def hold(self, name: str, currency: str, ends: datetime) -> None:
        """Keep some of a customer's money, which moves nothing."""
        reference = f"hold {uuid4()}"
        self._ask(_RESERVE, name, currency, self.dice.randint(1, 60), reference, ends)
        self.held.append(reference)

    def _later(self, now: datetime) -> datetime:
        minutes = self.dice.choice((self.dice.randint(5, 120), self.dice.randint(120, 4 * 24 * 60)))
        return now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)

    def _ask(self, statement: LiteralString, *values: Any) -> None:
        outcome(self.connection, statement, uuid4(), *values)
