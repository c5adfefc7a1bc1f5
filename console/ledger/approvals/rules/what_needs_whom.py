"""What would be asked of an operation that is only thought of, by rules, allowances and limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from console.ledger.approvals.rules.allowances import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow

# What a tier counts for all kinds in dual control.
_MOVING: Final = ("transfer", "grant_credit", "capture", "post_batch")
ANY: Final = "*"
"""The kind of a limit that is for all kinds."""


class Way(StrEnum):
    """What whoever thinks of it can do about it."""

    DO = "do"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ThoughtOf:
    """An operation that somebody might do: minor units of a currency's code.

    holders: the operator's name, if there is one, and their roles with those that come with them, as the
    server calls them (`ledger_operator`); a rule of a role is for whoever is in it.
    """

    kind: str
    currency: str
    amount: int
    holders: frozenset[str]
    operator: str = ""

    @property
    def way(self) -> Way:
        """Whether they do it, only ask for it, as support may, or neither. No batch is asked for."""
        if "ledger_operator" in self.holders:
            return Way.DO
        asks = "ledger_support" in self.holders and self.kind != "post_batch"
        return Way.ASK if asks else Way.NONE


@dataclass(frozen=True, slots=True)
class LimitMet:
    """A limit that refuses it: at once, or a day with what of it is left, in minor units."""

    limit: LimitRow
    a_day: bool
    most: int
    left: int


@dataclass(frozen=True, slots=True)
class Needed:
    """What the ledger would ask.

    way: whether they may do it at all; without that nothing else is asked. checkers: how many must agree,
    before an allowance is looked at. rule: the tier that says so; of another kind, or by the day's sum, in
    dual control. allowance: lets it pass without them, as
    long as the day's part is not used up. refused: the limit that refuses it, for limits hold for what was
    approved too.
    """

    way: Way
    checkers: int
    rule: RuleRow | None
    allowance: AllowanceRow | None
    refused: LimitMet | None

    @property
    def passes(self) -> bool:
        """Whether it is done at once."""
        allowed = not self.checkers or self.allowance is not None
        return self.way is not Way.NONE and self.refused is None and allowed


def what_needs_whom(
    wanted: ThoughtOf,
    rules: Iterable[RuleRow],
    limits: Iterable[LimitRow],
    allowances: Iterable[AllowanceRow],
    moved: int | None = None,
) -> Needed:
    """Say what the ledger would ask; as ledger.admit judges it, which is what counts when it is done.

    moved: in dual control what they have moved today of the currency without a checker; None without it.
    """
    rules = [row for row in rules if row.currency.code == wanted.currency]
    rule = _tier((row for row in rules if row.kind == wanted.kind), wanted.amount)
    if rule is None and moved is not None:
        rule = _tier_of_day(wanted, rules, moved + wanted.amount)
    way = wanted.way
    # What is asked for has one checker at least, whatever the rules say; so has an overdraft that is given.
    least = way is Way.ASK or (moved is not None and wanted.kind == "set_overdraft_limit")
    checkers = max(0 if rule is None else rule.approvals, 1 if least else 0)
    allowance = _allowance(wanted, allowances) if checkers else None
    return Needed(way, checkers, rule, allowance, _refused(wanted, limits))


def _tier(rules: Iterable[RuleRow], amount: int) -> RuleRow | None:
    """Return the highest tier at or below an amount."""
    reached = (row for row in rules if row.from_amount <= amount)
    return max(reached, key=lambda row: row.from_amount, default=None)


def _tier_of_day(wanted: ThoughtOf, rules: Sequence[RuleRow], amount: int) -> RuleRow | None:
    """Return the strictest tier that a day's sum reaches: of its own kind, or of one that moves money."""
    if wanted.kind == "set_overdraft_limit":
        return None
    reached = (_tier((row for row in rules if row.kind == kind), amount) for kind in {wanted.kind, *_MOVING})
    count = (row for row in reached if row is not None and (row.kind == wanted.kind or row.from_amount > 0))
    return max(count, key=lambda row: (row.approvals, row.kind), default=None)


def _allowance(wanted: ThoughtOf, allowances: Iterable[AllowanceRow]) -> AllowanceRow | None:
    """Return the allowance that lets it pass: their own row instead of the roles', of these the tightest."""
    if wanted.kind not in ALLOWED or wanted.amount <= 0:
        return None
    mine = [
        row
        for row in allowances
        if (row.kind, row.currency.code) == (wanted.kind, wanted.currency) and row.holder in wanted.holders
    ]
    mine = [row for row in mine if row.holder == wanted.operator] or mine
    if not mine:
        return None
    least = min(min(row.per_operation, row.per_day) for row in mine)
    tightest = min(mine, key=lambda row: (row.per_operation, row.per_day))
    return tightest if wanted.amount <= least else None


def _refused(wanted: ThoughtOf, limits: Iterable[LimitRow]) -> LimitMet | None:
    """Return the first limit that refuses it, in the ledger's order: any kind first, at once before a day."""
    mine = [row for row in limits if row.currency.code == wanted.currency and row.holder in wanted.holders]
    for kind in sorted({ANY, wanted.kind}):
        of_kind = [row for row in mine if row.kind == kind]
        own = [row for row in of_kind if row.holder == wanted.operator]
        found = _first_met(wanted, own or of_kind)
        if found is not None:
            return found
    return None


def _first_met(wanted: ThoughtOf, rows: Sequence[LimitRow]) -> LimitMet | None:
    once = [(row.per_operation, row) for row in rows if row.per_operation is not None]
    if once:
        most, row = min(once, key=lambda one: one[0])
        if wanted.amount > most:
            return LimitMet(row, a_day=False, most=most, left=most)
    a_day = [(row.per_day, row) for row in rows if row.per_day is not None]
    if not a_day:
        return None
    most, row = min(a_day, key=lambda one: one[0])
    used = next((one.amount for one in row.used_today if one.operator == wanted.operator), 0)
    left = max(0, most - used)
    return LimitMet(row, a_day=True, most=most, left=left) if wanted.amount > left else None
