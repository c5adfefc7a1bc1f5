"""Which requests are listed, two lines each: one statement a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.ledger.approvals.inbox import InboxFilter, View, page
from console.postgres.page import Page
from ui.kit.days import age
from ui.kit.formats import DOT
from ui.kit.table.columns import Column
from ui.screens.approvals.row_picture import MARK_PX, mark_picture, row_picture
from ui.screens.approvals.words import amount_words, kind_words, lasts, progress, short_title, title

if TYPE_CHECKING:
    from collections.abc import Container

    from console.ledger.approvals.page import RequestRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction
    from ui.kit.formats import Formats
    from ui.kit.table.columns import Picture


@dataclass(frozen=True, slots=True)
class Listed:
    """A request as it stood in a minute: an age is of that minute, and of the next the row is another.

    is_markable: whether it can be approved together with others, as what waits for whoever reads it.
    """

    request: RequestRow
    at: datetime
    is_markable: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a PagedModel loads from, one a load: several threads read it at once.

    limit: the rows of a page.
    """

    database: Database
    limit: int
    view: View
    wanted: InboxFilter

    def __call__(self, direction: Direction, row: Listed | None, cancellation: Cancellation) -> Page[Listed]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        found = page(
            self.database, self.view, self.wanted, cursor=None if row is None else self._place(row.request),
            direction=direction, limit=self.limit, cancel=cancellation,
        )  # fmt: skip
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        return Page(
            tuple(Listed(one, at, self.view is View.FOR_ME) for one in found.rows),
            found.more_before,
            found.more_after,
        )

    def _place(self, row: RequestRow) -> tuple[datetime, int]:
        """Return where a row stands in its view: by when it came, of what is decided by when that was."""
        decided = row.closed_at if self.view is View.DECIDED else None
        return decided or row.created_at, row.id


def second_line(row: Listed, formats: Formats) -> str:
    """Return who asked, how far it is and how long it lasts: `mara, 40 min ago · 1 of 2 given`."""
    request = row.request
    made = f"{request.created_by}, {age(request.created_at, row.at)} ago"
    ended = request.closed_at is not None
    facts = (made, progress(request, formats, row.at), lasts(request, formats, row.at))
    # Of what is decided, how it ended matters more than when it began.
    ordered = (facts[1], request.created_by) if ended else facts
    return DOT.join(fact for fact in ordered if fact)


def _number(row: Listed) -> str | None:
    return f"request {row.request.id}" if row.is_markable else None


def columns(formats: Formats, marked: Container[int]) -> tuple[Column[Listed], ...]:
    """Return the two columns: the box that marks a row, drawn where `marked` has its number, and the row."""

    def spoken(row: Listed) -> str:
        request = row.request
        amount = "" if request.is_control else formats.spoken_amount(request.amount, request.currency)
        parts = (short_title(request, formats), amount, kind_words(request.kind), second_line(row, formats))
        return ", ".join(part for part in parts if part)

    def whole(row: Listed) -> Picture:
        request = row.request
        amount = amount_words(request, formats)
        return row_picture(
            short_title(request, formats), amount, kind_words(request.kind), second_line(row, formats)
        )

    def tip(row: Listed) -> str:
        return title(row.request, formats)

    def mark(row: Listed) -> Picture:
        return mark_picture(on=row.request.id in marked)

    return (
        Column("mark", "", value=_number, width=MARK_PX, picture=mark),
        Column("request", "Request", value=spoken, width=120, stretch=True, tip=tip, picture=whole),
    )
