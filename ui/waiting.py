"""The numbers beside the screens in the navigation: what waits there for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.ledger.accounts.notes import waiting as flags_waiting
from console.ledger.approvals.inbox import counts as requests
from console.ledger.audit.news import Topic
from console.ledger.batches.waiting import waiting as batches_waiting
from console.ledger.holds.counts import waiting as holds_overdue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtCore import QObject

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.context import Context


def requests_waiting(database: Database, *, cancel: Cancellation | None = None) -> int:
    """Return how many requests wait for whoever is signed in."""
    return requests(database, cancel=cancel).for_me


COUNTED: Final[Mapping[str, Callable[..., int]]] = {
    "batches": batches_waiting,
    "approvals": requests_waiting,
    "accounts": flags_waiting,
    "holds": holds_overdue,
}
"""What asks for the number, in one statement, by the id of its screen."""

_CHANGED_BY: Final = {
    "batches": frozenset({Topic.BATCHES, Topic.APPROVALS}),
    "approvals": frozenset({Topic.APPROVALS}),
    "accounts": frozenset({Topic.ACCOUNTS}),
    "holds": frozenset({Topic.HOLDS, Topic.JOBS}),
}


def counted_anew(topics: frozenset[Topic]) -> tuple[str, ...]:
    """Return the screens whose numbers change by what happened."""
    return tuple(screen for screen, changed_by in _CHANGED_BY.items() if changed_by & topics)


def count_waiting(context: Context, screen: str, owner: QObject) -> None:
    """Ask for a screen's number; where there is no answer the number of before stays."""

    def show(found: int) -> None:
        context.navigator.set_count(screen, found or None)

    ask = COUNTED[screen]
    context.worker.run(
        lambda cancel: ask(context.database, cancel=cancel),
        done=show, failed=lambda _error: None, owner=owner, replaces=f"{screen} waiting",
    )  # fmt: skip
