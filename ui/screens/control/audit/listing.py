"""Which audit events are listed, and what of them: one statement a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.errors.refusals import sentence
from console.files.text import shown
from console.ledger.audit.kinds import name_of
from console.ledger.audit.page import AuditEvent, AuditFilter, page
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction, Page


@dataclass(frozen=True, slots=True)
class Listing:
    """What a PagedModel loads from, one a load: several threads read it at once.

    limit: the rows of a page.
    """

    database: Database
    limit: int
    wanted: AuditFilter

    def __call__(
        self, direction: Direction, row: AuditEvent | None, cancellation: Cancellation
    ) -> Page[AuditEvent]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        return page(
            self.database, self.wanted, before=None if row is None else row.id, direction=direction,
            limit=self.limit, cancel=cancellation,
        )  # fmt: skip


def result_tone(event: AuditEvent) -> Tone:
    """Return the tone of what came of it."""
    return Tone.ERROR if event.was_refused else Tone.NEUTRAL


def about_words(event: AuditEvent) -> str:
    """Return what it is about, as people read it: `account alice`."""
    kind, found, name = event.subject.partition(":")
    kind = {"reservation": "hold", "transactions": "transactions"}.get(kind, kind)
    return shown(f"{kind} {name}" if found else kind.replace("_", " "))


def _why(event: AuditEvent) -> str | None:
    """Return a refusal's words, or the reason that was given."""
    if event.code:
        return sentence(event.code, {})
    return shown(event.reason) if event.reason else None


COLUMNS: Final[tuple[Column[AuditEvent], ...]] = (
    Column("id", "Event", Kind.IDENTIFIER, muted=True),
    Column("at", "At", Kind.TIMESTAMP, muted=True),
    Column("actor", "Who", width=90),
    Column("action", "What", value=lambda event: name_of(event.action), width=130),
    Column("about", "About", value=about_words, stretch=True, width=120),
    Column("outcome", "Result", Kind.CHIP, tone=result_tone),
    Column("why", "Why", value=_why, muted=True, width=110, yields=1),
    Column("ticket", "Ticket", value=lambda event: event.ticket or None, muted=True, width=80, hidden=True),
    Column("subject", "Subject as kept", muted=True, hidden=True),
    Column("hash", "Hash", value=lambda event: event.hash.hex(), muted=True, hidden=True),
)
