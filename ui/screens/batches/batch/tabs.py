"""What a batch consists of: its lines, its accounts before and after, and its problems."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from console.ledger.batches import page as batches
from models.batch import BatchStatus
from ui.kit.lists.selection_sum import SummedTable
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, row_of
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.inputs import WHOLE
from ui.routes import OpenTransaction
from ui.screens.batches.columns import line_columns, wallet_columns
from ui.screens.batches.problems import ProblemsView
from ui.ways import take, way_to_account, with_enter

if TYPE_CHECKING:
    from console.ledger.batches.commands import WalletChange
    from console.ledger.batches.page import BatchLineRow
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.page import Direction, Page
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.kit.table.view import LedgerTable
    from ui.screens.batches.rights import BatchRights
    from ui.screens.batches.state import BatchState

LINES, WALLETS_TAB, PROBLEMS_TAB = range(3)
_LEAST_HEIGHT = 250


class BatchTabs(QWidget):
    """Three tables under tabs; the third is there only while there are problems.

    aside_wanted: the numbers of lines that are to be set aside.
    """

    aside_wanted = Signal(object)

    def __init__(self, context: Context, batch_id: int, formats: Formats, rights: BatchRights) -> None:
        super().__init__()
        self._rights = rights
        self._refusal = ""
        self._count = 0
        self._faulty: tuple[int, ...] = ()
        self._context = context
        self._batch_id = batch_id
        self._formats = formats
        self._currency = WHOLE
        self._shown: tuple[bool, bool] | None = None
        self._changes: tuple[WalletChange, ...] = ()
        self.tabs = QTabBar()
        self.tabs.setFont(text_font(weight=QFont.Weight.Medium, tabular=True))
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the batch")
        for name in ("Lines", "Accounts before and after", "Problems"):
            self.tabs.addTab(name)
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(_LEAST_HEIGHT)
        self.lines = self._lines_table(posted=False, grants=False)
        self.wallet_model: RowsModel[WalletChange] = RowsModel(
            wallet_columns(self._currency_of), formats, (), self
        )
        self.wallets = context.table("batch.wallets", "Accounts before and after")
        self.wallets.set_empty_words(
            "No dry run yet",
            "A dry run posts for real, reads each account before and after, and rolls all back.",
        )
        self.wallets.setModel(self.wallet_model)
        self.wallets.set_row_actions(lambda row: with_enter(self._ways_of_wallet(row)))
        self.wallets.activated_row.connect(lambda row: take(self._ways_of_wallet(row)))
        self.problems = ProblemsView(context, "batch.problems")
        self._lines_part = SummedTable(self.lines, "amount", formats)
        for part in (self._lines_part, SummedTable(self.wallets, "change", formats), self.problems):
            self._stack.addWidget(part)
        self.aside_button = button("", compact=True)
        self.aside_button.clicked.connect(lambda: self.aside_wanted.emit(self._faulty))
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(row_of(self.tabs, None, self.aside_button))
        layout.addWidget(self._stack, 1)

    def show_state(self, state: BatchState) -> None:
        """Show the batch's lines, and what the newest check or dry run found."""
        self._currency = state.row.currency
        shown = state.row.posted_at is not None, state.detail.grants
        if shown != self._shown:
            self._shown = shown
            self._show_lines(posted=shown[0], grants=shown[1])
        elif state.row.lines != self._count:
            # Some were set aside.
            self._load_lines()
        self._count = state.row.lines
        written = self._formats.integer
        self.tabs.setTabText(LINES, f"Lines  {written(state.row.lines)}")
        run = None if state.rehearsed is None else state.rehearsed.run
        changes = () if run is None else run.wallets
        if changes is not self._changes:
            self._changes = changes
            self.wallet_model.set_rows(changes)
        count = f"  {written(len(changes))}" if changes else ""
        self.tabs.setTabText(WALLETS_TAB, f"Accounts before and after{count}")
        # Once it is posted the lines themselves have the balances; the dry run's are no longer the truth.
        # Nor are they before: what is submitted cannot be rehearsed.
        rehearsable = state.open and state.row.status is not BatchStatus.SUBMITTED
        self.tabs.setTabVisible(WALLETS_TAB, rehearsable)
        problems = state.problems
        if problems != self.problems.problems:
            self.problems.show_problems(problems)
        self.tabs.setTabText(PROBLEMS_TAB, f"Problems  {written(len(problems))}")
        self.tabs.setTabVisible(PROBLEMS_TAB, bool(problems))
        if not self.tabs.isTabVisible(self.tabs.currentIndex()):
            self.tabs.setCurrentIndex(LINES)
        self._offer_setting_aside(state)

    def _offer_setting_aside(self, state: BatchState) -> None:
        """Offer to go on without the faulty lines, where others are left."""
        self._refusal = self._rights.no_setting_aside(state.detail)
        lines = {one.line for one in state.problems if one.line is not None}
        self._faulty = tuple(sorted(lines)) if len(lines) < state.row.lines else ()
        is_draft = state.row.status is BatchStatus.DRAFT
        self.aside_button.setVisible(is_draft and bool(self._faulty))
        count = self._formats.count(len(self._faulty), "faulty line")
        self.aside_button.setText(f"Set {count} aside…")
        allow(self.aside_button, self._refusal)

    def show_tab(self, tab: int) -> None:
        """Bring one of the three forward."""
        self.tabs.setCurrentIndex(tab)

    def focus_table(self) -> None:
        """Put the keyboard into the table that is shown."""
        tables = {LINES: self.lines, WALLETS_TAB: self.wallets, PROBLEMS_TAB: self.problems.table}
        tables[self.tabs.currentIndex()].setFocus()

    def _show_lines(self, *, posted: bool, grants: bool) -> None:
        # A table of its own, for the posted lines have other columns and other widths.
        shown = self.tabs.currentIndex()
        old, self.lines = self._lines_part, self._lines_table(posted=posted, grants=grants)
        self._stack.removeWidget(old)
        old.deleteLater()
        self._lines_part = SummedTable(self.lines, "amount", self._formats)
        self._stack.insertWidget(LINES, self._lines_part)
        self._stack.setCurrentIndex(shown)
        self._load_lines()

    def _load_lines(self) -> None:
        model = self.lines.model()
        if isinstance(model, PagedModel):
            model.show(self._load)

    def _lines_table(self, *, posted: bool, grants: bool) -> LedgerTable:
        # Each set of columns keeps its own layout; credit's source and expiry only where some line has them.
        name = "batch.lines" + (".posted" if posted else "") + (".grants" if grants else "")
        table = self._context.table(name, "Lines of the batch")
        table.set_empty_words("No lines")
        columns = line_columns(self._currency_of, posted=posted, grants=grants)
        model: PagedModel[BatchLineRow] = PagedModel(columns, self._formats, self._context.worker, table)
        table.setModel(model)
        table.set_row_actions(lambda row: [*with_enter(self._ways_of_line(row)), *self._setting_aside(row)])
        table.activated_row.connect(lambda row: take(self._ways_of_line(row)))
        return table

    def _ways_of_line(self, row: BatchLineRow) -> list[RowAction]:
        """Return where a line leads: its transaction once it is posted, and its parties' accounts."""
        go, code = self._context.navigator.go, self._currency.code
        posted = (
            []
            if row.transaction is None
            else [
                RowAction(
                    f"Open transaction {row.transaction}", partial(go, OpenTransaction(row.transaction))
                )
            ]
        )
        parties = [name for name in dict.fromkeys((row.from_name, row.to_name)) if name]
        return [*posted, *(way_to_account(self._context, name, code) for name in parties)]

    def _setting_aside(self, row: BatchLineRow) -> list[RowAction]:
        """Offer to set the chosen lines aside, or the one that was pointed at."""
        if self._refusal or row.transaction is not None:
            return []
        chosen = tuple(one.line for one in self.lines.selected_rows())
        lines = chosen if row.line in chosen else (row.line,)
        what = f"line {row.line}" if len(lines) == 1 else self._formats.count(len(lines), "line")
        words = f"Set {what} aside…"
        return [RowAction(words, partial(self.aside_wanted.emit, lines))]

    def _ways_of_wallet(self, row: WalletChange) -> list[RowAction]:
        return [way_to_account(self._context, row.username, self._currency.code)]

    def _currency_of(self, _row: object) -> Currency:
        """Return the batch's currency; before it was read there are no rows."""
        return self._currency

    def _load(
        self, direction: Direction, row: BatchLineRow | None, cancellation: Cancellation
    ) -> Page[BatchLineRow]:
        return batches.lines(
            self._context.database, self._batch_id, cursor=None if row is None else row.line,
            direction=direction, limit=self._context.settings.page_size, cancel=cancellation,
        )  # fmt: skip
