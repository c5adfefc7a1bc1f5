"""What one operator may do with one request, and in words why not; the database decides all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.operators.rights import Rights

NO_OPERATOR: Final = "needs role operator"
NO_APPROVER: Final = "needs role approver"
NO_ADMIN: Final = "needs role admin"


def no_operating(rights: Rights) -> str:
    """Say why this operator moves no money."""
    return rights.no_writing() if rights.operates else NO_OPERATOR


def no_deciding(rights: Rights) -> str:
    """Say why this operator decides on nothing that others submit."""
    return rights.no_writing() if rights.decides else NO_APPROVER


def no_approval(rights: Rights, maker: str, agreed: Iterable[str], noun: str = "request") -> str:
    """Say why this operator cannot agree to what `maker` submitted; agreed: who has, and for whom.

    noun: what is submitted, as its maker calls it.
    """
    if maker == rights.operator:
        return f"you submitted it: a maker cannot approve their own {noun}, the database refuses it"
    if refusal := no_deciding(rights):
        return refusal
    given = set(agreed)
    if rights.operator in given:
        return "you have approved it; another checker must too"
    # By another's right nobody agrees to what is that checker's own, or what they have agreed to.
    if rights.approves or not given.union({maker}).issuperset(rights.acting_for):
        return ""
    return f"{' and '.join(rights.acting_for)}, for whom you decide, submitted or approved it"


def no_withdrawal(rights: Rights, maker: str) -> str:
    """Say why this operator cannot take it back; whoever could submit it can."""
    if maker != rights.operator:
        return f"only {maker}, who submitted it, can withdraw it"
    return rights.no_writing()
