"""What a text names in the ledger: an account, the reference of a movement, a batch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.page import asked_name

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_BATCH: Final = re.compile(r"#?([1-9][0-9]{0,17})", re.ASCII)
LONGEST: Final = 200
"""Characters of the longest reference."""

# Three probes of unique indexes.
_NAMED: Final = text("""
    SELECT
        (SELECT u.username FROM ledger.users u WHERE u.username = :name),
        (SELECT t.reference FROM ledger.transactions t WHERE t.reference = :reference),
        (SELECT b.id FROM ledger.batches b WHERE b.id = :batch),
        (SELECT b.name FROM ledger.batches b WHERE b.id = :batch)""")


@dataclass(frozen=True, slots=True)
class Named:
    """What there is of that name: a username, a reference, a batch and its name; None for what is not."""

    username: str | None = None
    reference: str | None = None
    batch: int | None = None
    batch_name: str | None = None


def named(database: Database, sought: str, *, cancel: Cancellation | None = None) -> Named:
    """Return what a text names exactly, in one statement; nothing for one longer than a reference can be."""
    sought = sought.strip()
    if not sought or len(sought) > LONGEST:
        return Named()
    number = _BATCH.fullmatch(sought)
    values = {
        "name": asked_name(sought),
        "reference": sought,
        "batch": None if number is None else int(number.group(1)),
    }

    def ask(session: Session) -> Named:
        return Named(*session.execute(_NAMED, values).one())

    return database.read("search.named", ask, cancel=cancel)
