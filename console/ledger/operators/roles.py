"""What each role of the ledger may do, in words, and which roles come with which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAY: Final[Mapping[str, str]] = {
    "viewer": "reads everything but who signs in, and changes nothing",
    "support": "opens, freezes and annotates accounts, releases and extends holds, asks for what moves money",
    "operator": "moves money: transfers, batches, grants, holds and reversals, within rules and limits",
    "approver": "agrees to what others ask for, or rejects it",
    "auditor": "reads who the operators are, seals history and checks it",
    "admin": "all that support and operator may, and looks after operators, rules, limits and currencies",
    "keeper": "runs the automatic jobs, and nothing else",
}
"""Without `ledger_`, from the least to the most; as the ledger's grants have it."""

# As the groups of the server are members of each other.
_COMES_WITH: Final = {
    "viewer": frozenset[str](),
    "support": frozenset({"viewer"}),
    "operator": frozenset({"viewer"}),
    "approver": frozenset({"viewer"}),
    "auditor": frozenset({"viewer"}),
    "admin": frozenset({"viewer", "support", "operator"}),
    "keeper": frozenset[str](),
}


def with_included(roles: Iterable[str]) -> frozenset[str]:
    """Return roles and those that come with them: an admin's are support, operator and viewer too."""
    given = frozenset(roles)
    return given.union(*(_COMES_WITH.get(role, frozenset()) for role in given))
