"""What rules, limits and allowances are said to be for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.ledger.approvals.rules.what_needs_whom import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final[Mapping[str, str]] = {
    "transfer": "transfer",
    "post_batch": "batch",
    "grant_credit": "grant",
    "capture": "capture of a hold",
    "reverse_transaction": "reversal",
    "reverse_batch": "reversal of a batch",
    "set_overdraft_limit": "overdraft limit",
    "extend_lots": "extension of credits",
    "end_lots": "end of credits",
    "revive_lots": "revival of ended credits",
}
"""Each kind that rules and limits are for, the most frequent first."""


def kind_words(kind: str) -> str:
    """Return what a kind of operation is called; `any kind` for a limit of all of them."""
    return "any kind" if kind == ANY else KINDS.get(kind, kind)


def checkers(count: int) -> str:
    """Return `nobody`, `1 checker`, `2 checkers`."""
    return {0: "nobody", 1: "1 checker"}.get(count, f"{count} checkers")
