"""How the desk says what became of a hold and what waits with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.ledger.holds.page import OLD_HOURS, View
from console.ledger.jobs.states import Job
from ui.acts.act import Held
from ui.acts.holds import OVERDUE
from ui.kit.days import age, short_moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from console.ledger.holds.page import HoldRow
    from console.ledger.jobs.states import JobStates
    from ui.kit.formats import Formats

TITLES: Final = {
    View.ACTIVE: "All active",
    View.OVERDUE: "Overdue",
    View.OLDER: f"Older than {OLD_HOURS} h",
    View.MINE: "Mine",
    View.ENDED: "Ended",
}
_EMPTY: Final = {
    View.ACTIVE: ("No holds", "Money that a shop or an operator sets aside appears here."),
    View.OVERDUE: (
        "No hold is overdue",
        "One that passes its end appears here until the automatic jobs end it.",
    ),
    View.OLDER: (f"No hold is older than {OLD_HOURS} h", "Active ones that wait longer appear here."),
    View.MINE: ("You have no hold", "Active ones that you set aside appear here; H makes one."),
    View.ENDED: (
        "No hold has ended yet",
        "Captured, released and expired ones appear here, with who ended them.",
    ),
}


def empty_words(view: View, *, narrowed: bool) -> tuple[str, str]:
    """Return what an empty list says; narrowed: filters may be why."""
    if narrowed:
        return "No hold matches", "Change a filter above, or press Clear all"
    return _EMPTY[view]


def end_words(row: HoldRow, at: datetime) -> str:
    """Return when a hold ends, or how it did: `in 6 h`, `overdue 40 min`, `released 3 h ago by mara`."""
    if row.closed_at is not None:
        by = f" by {row.closed_by}" if row.closed_by else ""
        return f"{row.status.value} {age(row.closed_at, at)} ago{by}"
    if row.expires_at is None:
        return "no end"
    if row.expires_at <= at:
        return f"overdue {age(row.expires_at, at)}"
    return f"in {age(at, row.expires_at)}"


def held_of(row: HoldRow) -> Held:
    """Return a hold as acts are done on it."""
    ended = OVERDUE if row.past_due else "" if row.is_active else f"it is {row.status.value} already"
    return Held(row.reference, row.username, row.amount, row.currency, row.created_by, ended)


def sums(rows: Iterable[HoldRow], formats: Formats) -> str:
    """Return what holds come to, each currency for itself: `412.00 CR and 3 JPY`."""
    found: dict[str, list[HoldRow]] = {}
    for row in rows:
        found.setdefault(row.currency.code, []).append(row)
    return " and ".join(
        formats.money(sum(row.amount for row in of_one), of_one[0].currency)
        for _code, of_one in sorted(found.items())
    )


def sweep_words(states: JobStates, formats: Formats) -> str:
    """Say what becomes of those whose time is over."""
    if states.lease is None:
        return "nobody ends expired ones now: the automatic jobs do not run"
    due = states.of(Job.SWEEP).due_at
    following = "" if due is None or due <= states.at else f", next {short_moment(due, formats)}"
    return f"expired ones end by themselves{following}"
