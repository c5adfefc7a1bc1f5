"""For whom the session's operator decides: read anew whenever somebody delegates, or ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.files.days import day_words, last_day
from console.files.text import shown
from console.ledger.approvals.delegations import acting_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from PySide6.QtCore import QObject

    from console.ledger.approvals.delegations import ActingFor
    from console.ledger.operators.rights import Rights
    from ui.context import Context
    from ui.kit.formats import Formats


def read_acting(context: Context, owner: QObject, *, then: Callable[[], None]) -> None:
    """Read it into the session's rights; `then` follows where it is another than before."""
    database, rights = context.database, context.session.rights
    if rights.approves:
        # Their own right comes first: a checker acts for nobody.
        return

    def take(found: tuple[ActingFor, ...]) -> None:
        until = {one.checker: one.until for one in found}
        if until != rights.acting.until:
            rights.acting.until = until
            then()

    # Where there is no answer what was read before stays; the database judges all the same.
    context.worker.run(
        lambda cancel: acting_for(database, cancel=cancel),
        done=take, failed=lambda _error: None, owner=owner, replaces="acting",
    )  # fmt: skip


def acting_words(rights: Rights, formats: Formats) -> str:
    """Say for whom they decide, and until when: `You decide for karl until 3 Dec 2026.`; empty for nobody."""
    until = rights.acting.until
    names = [f"{shown(name)} until {until_day(until[name], formats)}" for name in rights.acting_for]
    return f"You decide for {' and for '.join(names)}." if names else ""


def until_day(moment: datetime, formats: Formats) -> str:
    """Write until when it lasts: `3 Dec 2026` to the end of a day, with the time where it ends within one."""
    day = last_day(moment, formats.zone)
    return formats.until(moment) if day is None else day_words(day)
