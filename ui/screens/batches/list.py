"""The list of batches, newest first, and the way to a new one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ledger.batches import page as batches
from models.batch import BatchStatus
from ui.kit.commands import native
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import TitleRow, button, row_of
from ui.kit.widgets.buttons import allow
from ui.routes import OpenBatchTransactions
from ui.screens.batches.columns import BATCHES
from ui.screens.batches.rights import BatchRights
from ui.waiting import count_waiting

if TYPE_CHECKING:
    from console.ledger.batches.page import BatchRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.page import Direction, Page
    from ui.context import Context


_LOAD = "Load a CSV file: it becomes a draft, and nothing is posted before you say so."
_OTHERS_LOAD = "A CSV file that an operator loads becomes a draft and stands here."


class BatchList(QWidget):
    """All batches; Enter or a double click opens one."""

    opened = Signal(object)
    load_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._back_from: int | None = None
        self.currency = CurrencyChip("batches", context.session.currencies, context.store)
        self.load_button = button("Load CSV…", accent=True)
        self.load_button.clicked.connect(self.load_wanted)
        why_not = BatchRights(context.session.rights).no_loading()
        allow(self.load_button, why_not)
        self._title = TitleRow("Batches")
        self._title.add_action(self.load_button)
        self.model: PagedModel[BatchRow] = PagedModel(BATCHES, context.formats, context.worker, self)
        self.table = context.table("batches", "Batches")
        self.table.setModel(self.model)
        self.renewed = Renewed(self.table, self.model, self._title, key=lambda row: row.id)
        self.table.set_empty_words("No batches yet", _OTHERS_LOAD if why_not else _LOAD)
        self.table.activated_row.connect(lambda row: self.opened.emit(row.id))
        self.table.set_row_actions(self._row_actions)
        self.model.state_changed.connect(self._tell)
        self.currency.changed.connect(self.refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        part = ListPart(self._title, self.table)
        part.add_above(row_of(self.currency, None))
        part.add_selection_sum("total", context.formats)
        layout.addWidget(part)
        QWidget.setTabOrder(self.load_button, self.currency)
        QWidget.setTabOrder(self.currency, self.table)

    def refresh(self, *, back_from: int | None = None) -> None:
        """Load the list from its first page, and count what waits.

        back_from: the batch whose page was left; it is the current row once it is read.
        """
        self._back_from = back_from
        self.model.show(self._load)
        count_waiting(self._context, "batches", self)

    def _row_actions(self, row: BatchRow) -> list[RowAction]:
        go = partial(self._context.navigator.go, OpenBatchTransactions(row.id))
        posted = row.first_transaction is not None
        return [
            RowAction("Open", partial(self.opened.emit, row.id), native("Return")),
            RowAction("Its transactions", go, refusal="" if posted else "nothing is posted"),
        ]

    def _load(self, direction: Direction, row: BatchRow | None, cancellation: Cancellation) -> Page[BatchRow]:
        return batches.page(
            self._context.database, currency=self.currency.code, cursor=None if row is None else row.id,
            direction=direction, limit=self._context.settings.page_size, cancel=cancellation,
        )  # fmt: skip

    def _tell(self) -> None:
        if self.model.state not in {State.READY, State.EMPTY}:
            return
        rows, written = self.model.rows, self._context.formats.integer
        drafts = sum(row.status is BatchStatus.DRAFT for row in rows)
        waiting = sum(row.status in {BatchStatus.SUBMITTED, BatchStatus.APPROVED} for row in rows)
        words = f"the newest {written(len(rows))}" if self.model.more_after else written(len(rows))
        if drafts:
            words += f" \N{MIDDLE DOT} {written(drafts)} draft{'s' if drafts > 1 else ''} not posted"
        if waiting:
            words += f" \N{MIDDLE DOT} {written(waiting)} submitted or approved"
        self._title.set_subtitle(words if rows else "")
        left, self._back_from = self._back_from, None
        if left is not None:
            self.table.select_place(next((at for at, row in enumerate(rows) if row.id == left), 0))
