"""Where the money of a batch goes: out of the ledger, to customers or from them, or between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

FLOW_SUMS = """
    coalesce(sum(l.amount) FILTER (WHERE l.to_name = '@external'), 0) AS leaves,
    coalesce(sum(l.amount) FILTER (WHERE starts_with(l.from_name, '@')), 0)
        - coalesce(sum(l.amount) FILTER (WHERE starts_with(l.to_name, '@')), 0) AS gained"""
"""The two figures of a Flow, over the batch lines `l`: what one system account pays another cancels out."""


class _Verbs(NamedTuple):
    leaves: str
    rise: str
    fall: str
    moves: str
    stay: str


_PRESENT = _Verbs("leaves", "rise", "fall", "moves", "stay")
_PAST = _Verbs("left", "rose", "fell", "moved", "stayed")


@dataclass(frozen=True, slots=True)
class Flow:
    """Of all lines, in minor units of the batch's currency.

    leaves: what goes to @external. gained: by how much customers' balances rise in all, below zero fall.
    """

    leaves: int
    gained: int

    def words(self, written: Callable[[int], str], *, posted: bool = False) -> str:
        """Say it in one sentence; `written` writes an amount with its currency."""
        verbs = _PAST if posted else _PRESENT
        parts = [f"{written(self.leaves)} {verbs.leaves} the ledger"] if self.leaves else []
        if self.gained:
            way = verbs.rise if self.gained > 0 else verbs.fall
            parts.append(f"customers' balances {way} by {written(abs(self.gained))}")
        else:
            rest = "" if self.leaves else f"{verbs.moves} between accounts, "
            parts.append(f"{rest}customers' balances {verbs.stay} the same in all")
        words = "; ".join(parts)
        return f"{words[:1].upper()}{words[1:]}."
