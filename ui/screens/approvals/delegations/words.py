"""How a delegation is called, how far it is, and why somebody cannot end it or make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.files.text import shown
from ui.acts.deciding.acting import until_day
from ui.acts.deciding.rights import NO_APPROVER
from ui.kit.days import short_moment

if TYPE_CHECKING:
    from console.ledger.approvals.delegations import DelegationRow
    from console.ledger.operators.rights import Rights
    from ui.kit.formats import Formats

WHAT_IT_IS: Final = (
    "It is your right to decide: until the end of that day they approve, reject and send back what you may,"
    " and it is written down that it was for you. What you may not decide they do not decide for you, and"
    " what you have approved they cannot approve too: you are one voice. You, they or an administrator can"
    " end it at any time."
)
"""What a checker gives, before it is given."""

WHAT_ENDS: Final = "From then on nothing is decided by it. What was decided stays as it is."


def no_delegating(rights: Rights) -> str:
    """Say why this operator lets nobody decide in their place."""
    return rights.no_writing() if rights.approves else NO_APPROVER


def no_end(row: DelegationRow, rights: Rights) -> str:
    """Say why this operator cannot end one."""
    if not row.is_open:
        return "it has ended"
    if rights.operator not in {row.delegator, row.delegate} and not rights.administers:
        return f"only {row.delegator}, {row.delegate} or an administrator ends it"
    return ""


def state_words(row: DelegationRow, formats: Formats) -> str:
    """Say how far it is: `open`, or how it ended: `ended by karl, 14:05`."""
    if row.ended_at is not None:
        return f"ended by {shown(row.ended_by or '')}, {short_moment(row.ended_at, formats)}"
    if not row.is_open:
        return "its time is over"
    return "open" if row.stands else f"decides nothing: {shown(row.delegator)} is no checker now"


def named(row: DelegationRow, formats: Formats) -> str:
    """Name one in a sentence: `mara decides for karl until 3 Dec 2026`."""
    until = until_day(row.ends_at, formats)
    return f"{shown(row.delegate)} decides for {shown(row.delegator)} until {until}"
