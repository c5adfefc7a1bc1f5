"""What a client of the bank asks for: a seeded mix on few hot and many cold wallets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4

from tests.faults.kit.outbox import Entry

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

# The key first, then the entry's arguments. The intent stands in the description, which nothing keeps unique:
# an operation that took effect twice shows as two transactions with one intent.
STATEMENTS: Final[dict[str, LiteralString]] = {
    "transfer": "SELECT ledger.transfer(%s, %s, %s, 'CR', %s, NULL, %s)",
    "post_batch": "SELECT ledger.post_batch(%s, %s, decode(%s, 'hex'))",
    "grant_credit": "SELECT ledger.grant_credit(%s, %s, 'CR', %s, %s, %s, NULL, %s)",
    "reserve": "SELECT ledger.reserve(%s, %s, 'CR', %s, %s, %s, %s)",
    "capture": "SELECT ledger.capture(%s, %s, %s, '@revenue', NULL, %s)",
    "release": "SELECT ledger.release(%s, %s, %s)",
    "extend_reservation": "SELECT ledger.extend_reservation(%s, %s, %s, %s)",
    "sweep": "SELECT ledger.sweep(%s, %s)",
    "reverse_transaction": "SELECT ledger.reverse_transaction(%s, %s, %s, %s, %s)",
}
# What keeps the house has no key: doing it twice does no harm.
CHORES: Final[dict[str, LiteralString]] = {
    "checkpoint": "SELECT ledger.checkpoint_system_wallets()",
    "seal": "SELECT ledger.seal(1000)",
}

COPY_LINES: Final[LiteralString] = """
    COPY ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, description)
    FROM STDIN"""

# How often each is asked. "open" resolves or extends an open reservation, "reverse" gives back
# something of the last movements.
EVERYTHING: Final = {
    "transfer": 40, "batch": 12, "grant": 10, "reserve": 14, "open": 16, "sweep": 4, "reverse": 6,
    "checkpoint": 0.3, "seal": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """Who has wallets: everybody fights for the hot ones."""

    hot: int = 4
    cold: int = 60

    @property
    def names(self) -> list[str]:
        """Every customer."""
        return [f"hot{number}" for number in range(self.hot)] + [f"cold{n}" for n in range(self.cold)]

    def somebody(self, dice: random.Random) -> str:
        """Return a customer, a hot one half of the time."""
        if dice.random() < 0.5:
            return f"hot{dice.randrange(self.hot)}"
        return f"cold{dice.randrange(self.cold)}" if self.cold else f"hot{dice.randrange(self.hot)}"

    def two(self, dice: random.Random) -> tuple[str, str]:
        """Return a payer and a payee; money comes in and goes out too."""
        payer = self.somebody(dice)
        payee = self.somebody(dice)
        chance = dice.random()
        if chance < 0.02:
            return "@external", "@revenue"
        if chance < 0.15:
            return "@external", payee
        if chance < 0.3:
            return payer, "@external"
        while payee == payer:
            payee = self.somebody(dice)
        return payer, payee


@dataclass(frozen=True, slots=True)
class Mix:
    """Draws the next operation."""

    dice: random.Random
    town: Town
    weights: Mapping[str, float]

    def kind(self) -> str:
        """Return what to do next."""
        return self.dice.choices(list(self.weights), list(self.weights.values()))[0]

    def transfer(self) -> Entry:
        """Return a transfer, often of more than there is."""
        payer, payee = self.town.two(self.dice)
        return _entry("transfer", payer, payee, self._amount(), described=True)

    def lines(self) -> list[list[Any]]:
        """Return a few lines for a batch: payer, payee, amount. Now and then one cannot be posted."""
        count = self.dice.randint(2, 5)
        lines = [[*self.town.two(self.dice), self.dice.randint(1, 150)] for _ in range(count)]
        if self.dice.random() < 0.05:
            lines[-1][1] = "nobody"
        return lines

    def post_batch(self, intent: str, batch: int, content: str, lines: list[list[Any]]) -> Entry:
        """Return the posting of a batch whose lines bear this intent."""
        return Entry(intent, intent, "post_batch", [batch, content], expected=lines)

    def grant(self) -> Entry:
        """Return a grant, most of them with little time."""
        expires_at = self._soon(0.2, 2.5) if self.dice.random() < 0.8 else None
        name = self.town.somebody(self.dice)
        return _entry("grant_credit", name, self.dice.randint(1, 400), "promo", expires_at, described=True)

    def reserve(self) -> Entry:
        """Return a hold, half of them with little time."""
        expires_at = self._soon(0.2, 3.0) if self.dice.random() < 0.5 else None
        entry = _entry("reserve", self.town.somebody(self.dice), self._amount())
        entry.arguments += [entry.intent, expires_at, entry.intent]
        return entry

    def resolve(self, reservation: str, amount: int) -> Entry:
        """Return the end of a hold, or more time for it."""
        chance = self.dice.random()
        if chance < 0.6:
            part = self.dice.randint(1, amount) if self.dice.random() < 0.5 else None
            return _entry("capture", reservation, part, described=True)
        if chance < 0.85:
            return _entry("release", reservation, "no longer wanted")
        return _entry("extend_reservation", reservation, self._soon(0.2, 2.0), "asked for")

    def reverse(self, transaction: int, amount: int) -> Entry:
        """Return the reversal of a movement, whole or in part; what expired may come back as a new lot."""
        part = self.dice.randint(1, amount) if self.dice.random() < 0.4 else None
        expires_at = self._soon(0.2, 2.0) if self.dice.random() < 0.5 else None
        return _entry("reverse_transaction", transaction, part, "given back", expires_at)

    def sweep(self) -> Entry:
        """Return a sweep of a few rows or all."""
        return _entry("sweep", self.dice.choice([3, 1000]))

    def _amount(self) -> int:
        return self.dice.randint(1, 600)

    def _soon(self, least_s: float, most_s: float) -> str:
        return (datetime.now(UTC) + timedelta(seconds=self.dice.uniform(least_s, most_s))).isoformat()


def _entry(kind: str, *arguments: object, described: bool = False) -> Entry:
    # From the system, not from the seed: a client that was killed and begins anew must not repeat itself.
    intent = str(uuid4())
    return Entry(intent, intent, kind, [*arguments, intent] if described else [*arguments])
