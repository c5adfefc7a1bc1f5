"""Where a rule can be walked around: by another kind that moves the same money, or in many small parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from console.ledger.approvals.rules.what_needs_whom import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow

MOVING: Final = ("transfer", "post_batch", "capture", "grant_credit")
"""Kinds by which an operator gives money to whom they like; a reversal only gives it back."""

# A limit of these holds for everybody who moves money; one of a person only for that person.
_EVERYBODY: Final = frozenset({"ledger_operator", "ledger_viewer"})


class Around(StrEnum):
    """How a rule is walked around."""

    ANOTHER_KIND = "another kind"
    IN_PARTS = "in parts"


@dataclass(frozen=True, slots=True)
class WayAround:
    """A rule and what passes it unseen: other kinds of its currency, or its own in parts below its amount."""

    rule: RuleRow
    how: Around
    kinds: tuple[str, ...]


def ways_around(rules: Sequence[RuleRow], limits: Sequence[LimitRow]) -> tuple[WayAround, ...]:
    """Return each rule's ways around it, by currency; of several tiers the lowest is looked at.

    A kind is no way around when a rule catches it from that amount on, or a limit a day holds for everybody.
    """
    lowest: dict[tuple[str, str], RuleRow] = {}
    for row in sorted(rules, key=lambda row: row.from_amount):
        lowest.setdefault((row.currency.code, row.kind), row)
    found: list[WayAround] = []
    for (code, kind), rule in sorted(lowest.items()):
        if kind not in MOVING:
            continue
        open_ways = tuple(
            other
            for other in MOVING
            if other != kind
            and not _is_ruled(lowest.get((code, other)), rule.from_amount)
            and not _is_capped(other, code, limits)
        )
        if open_ways:
            found.append(WayAround(rule, Around.ANOTHER_KIND, open_ways))
        if rule.from_amount > 0 and not _is_capped(kind, code, limits):
            found.append(WayAround(rule, Around.IN_PARTS, (kind,)))
    return tuple(found)


def _is_ruled(rule: RuleRow | None, from_amount: int) -> bool:
    return rule is not None and rule.from_amount <= from_amount


def _is_capped(kind: str, code: str, limits: Sequence[LimitRow]) -> bool:
    """Whether everybody's day has an end: a person's own row without one counts instead of the roles'."""
    for of_kind in (kind, ANY):
        rows = [row for row in limits if (row.kind, row.currency.code) == (of_kind, code)]
        everybody = any(row.holder in _EVERYBODY and row.per_day is not None for row in rows)
        excepted = any(not row.holder.startswith("ledger_") and row.per_day is None for row in rows)
        if everybody and not excepted:
            return True
    return False
