"""What became of one credit, as a list beside another: how its end was moved, and what it paid for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from console.files.text import party
from console.ledger.acts.ends import of_credit
from console.ledger.credits.uses import LotUse, uses
from ui.kit.lists.beside import BesideList
from ui.kit.lists.end_history import EndHistory
from ui.kit.table.columns import Column, Kind
from ui.kit.table.paged_model import PagedModel
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction, Page
    from ui.kit.formats import Formats
    from ui.kit.table.view import LedgerTable
    from ui.kit.theme.icons import Icons
    from ui.kit.worker import Worker

BECAME: Final = "What became of it"
"""How the list is called where it is opened, and over it."""


def _currency(use: LotUse) -> Currency:
    return use.currency


def _plain(_use: LotUse) -> Tone:
    return Tone.NEUTRAL


USE_COLUMNS: Final[tuple[Column[LotUse], ...]] = (
    Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True),
    Column("kind", "Movement", Kind.CHIP, value=lambda use: use.kind.value, tone=_plain, width=84),
    Column("counterparty", "With", words=party, width=80, yields=1),
    Column("amount", "Amount", Kind.MOVED, currency=_currency),
    Column("remaining_after", "Left after", Kind.AMOUNT, muted=True, currency=_currency),
    Column("reference", "Reference", muted=True, width=80, stretch=True, yields=2),
)


@dataclass(frozen=True, slots=True)
class UsesListing:
    """What one credit paid for."""

    database: Database
    lot: int
    limit: int

    def __call__(self, direction: Direction, row: LotUse | None, cancellation: Cancellation) -> Page[LotUse]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        return uses(
            self.database, self.lot, direction=direction, cursor=None if row is None else row.transaction,
            limit=self.limit, cancel=cancellation,
        ).page  # fmt: skip


class CreditUses(BesideList):
    """The changes of a credit's end by hand, and under them what it paid for; `table` has no model yet."""

    def __init__(
        self, table: LedgerTable, database: Database, worker: Worker, formats: Formats, icons: Icons
    ) -> None:
        super().__init__(BECAME, table, PagedModel(USE_COLUMNS, formats, worker), icons)
        self._database = database
        self.history = EndHistory(
            worker, formats, lambda number, cancel: of_credit(database, number, cancel=cancel)
        )
        self.body.insertWidget(self.body.indexOf(table), self.history)
        table.set_empty_words("Nothing yet", "What the credit pays for stands here.")

    def show_credit(self, lot: int, of: str, limit: int) -> None:
        """Open what became of a credit; `of` names it, limit: the rows of a page."""
        self.history.show_of(lot)
        self.show_list(of, UsesListing(self._database, lot, limit))

    @override
    def close_list(self) -> None:
        self.history.show_of(None)
        super().close_list()
