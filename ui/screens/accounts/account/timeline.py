"""All that happened to an account, newest first: what moved, what operators did, what was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.accounts.timeline.page import Parts, TimelineKind, TimelineRow, timeline
from console.ledger.accounts.timeline.words import sentence
from console.money import NumberStyle
from console.postgres.page import Direction
from ui.kit.formats import MINUS
from ui.kit.lists.selection_sum import SelectionSum
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import button, row_of
from ui.routes import OpenBatch, OpenTransaction
from ui.screens.accounts.account.columns import timeline_columns
from ui.ways import take, way_to_account, with_enter

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Page
    from ui.context import Context

_CHOICES: Final = {
    Parts.ALL: "All",
    Parts.OTHERS: "Without movements",
    Parts.MOVEMENTS: "Movements only",
}


@dataclass(frozen=True, slots=True)
class TimelineListing:
    """What the table loads from, one a load: several threads read it at once; limit: the rows of a page."""

    database: Database
    username: str
    currency: str
    limit: int
    parts: Parts
    first: Page[TimelineRow] | None = None

    def __call__(
        self, direction: Direction, row: TimelineRow | None, cancellation: Cancellation
    ) -> Page[TimelineRow]:
        """Load the page beside a row, or the first or last page; on a pool thread.

        `first` is the first page where it was read to look for what is new.
        """
        if self.first is not None and row is None and direction is Direction.AFTER:
            return self.first
        return timeline(
            self.database, self.username, self.currency, parts=self.parts, direction=direction,
            cursor=None if row is None else row.place, limit=self.limit, cancel=cancellation,
        )  # fmt: skip


class TimelineTab(QWidget):
    """A line for each thing that happened; it is read once somebody looks, and again with the page."""

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._username = username
        self._currency = ""
        self._stale = False
        formats = context.formats
        self._style = NumberStyle(formats.decimal, formats.grouping, MINUS)
        self._group = QButtonGroup(self)
        self.choices: dict[Parts, QPushButton] = {}
        for parts, words in _CHOICES.items():
            made = button(words, compact=True)
            made.setCheckable(True)
            made.setAccessibleName(f"Timeline: {words}")
            made.clicked.connect(self._load)
            self._group.addButton(made)
            self.choices[parts] = made
        self.choices[Parts.ALL].setChecked(True)
        self.model: PagedModel[TimelineRow] = PagedModel(
            timeline_columns(self._sentence), formats, context.worker, self
        )
        self.table = context.table("account.timeline", "Timeline")
        self.table.setModel(self.model)
        self.table.set_row_actions(self._row_actions)
        self.sum = SelectionSum(self.table, "moved", formats)
        self.table.activated_row.connect(lambda row: take(self._ways(row)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(*self.choices.values(), None, spacing=6))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.sum.label)

    @property
    def parts(self) -> Parts:
        """Which rows are listed."""
        return next(parts for parts, made in self.choices.items() if made.isChecked())

    def show_account(self, currency: Currency) -> None:
        """Follow the page: it was read, in this currency."""
        other, self._currency = currency.code != self._currency, currency.code
        self._stale = True
        if not self.isVisible():
            return
        if other or self.model.state not in {State.READY, State.EMPTY}:
            self._load()
        else:
            self._renew()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._load()

    def _load(self) -> None:
        """List what is chosen, from the newest on."""
        self._stale = False
        self._context.worker.drop(self)
        if self.parts is Parts.MOVEMENTS:
            self.table.set_empty_words("No movements", "What is posted to the account stands here.")
        else:
            self.table.set_empty_words("Nothing yet", "What is done to the account stands here.")
        self.model.show(self._listing())

    def _renew(self) -> None:
        """Read the newest rows again; when they are the same, all stays where it was scrolled to."""
        self._stale = False
        self._context.worker.run(
            partial(self._listing(), Direction.AFTER, None),
            done=self._show_newest, failed=lambda _error: self._load(), owner=self, replaces="newest",
        )  # fmt: skip

    def _show_newest(self, newest: Page[TimelineRow]) -> None:
        if self.model.rows[: len(newest.rows)] != newest.rows or not newest.rows:
            listing = self._listing()
            self.model.show(replace(listing, first=newest))
            self.model.load_by(listing)

    def _listing(self) -> TimelineListing:
        context = self._context
        return TimelineListing(
            context.database, self._username, self._currency, context.settings.page_size, self.parts
        )

    def _sentence(self, row: TimelineRow) -> str:
        return sentence(row, self._style)

    def _row_actions(self, row: TimelineRow) -> list[RowAction]:
        """Return where a row leads, and what of it can be copied."""
        copy = QGuiApplication.clipboard().setText
        actions = with_enter(self._ways(row))
        if row.batch_id is not None:
            go = self._context.navigator.go
            actions.append(RowAction(f"Open batch {row.batch_id}", partial(go, OpenBatch(row.batch_id))))
        actions.append(RowAction("Copy what happened", partial(copy, self._sentence(row))))
        if row.kind is TimelineKind.MOVEMENT:
            actions.append(RowAction("Copy transaction id", partial(copy, str(row.id))))
        if row.reference:
            actions.append(RowAction("Copy reference", partial(copy, row.reference)))
        return actions

    def _ways(self, row: TimelineRow) -> list[RowAction]:
        """Return the ways to another place, of which Enter takes the first that is open."""
        go, ways = self._context.navigator.go, []
        if row.kind is TimelineKind.MOVEMENT:
            ways.append(RowAction("Open transaction", partial(go, OpenTransaction(row.id))))
        if row.other:
            code = "" if row.currency is None else row.currency.code
            ways.append(way_to_account(self._context, row.other, code))
        return ways
