"""An account's credit in the order of use or, on request, what of it has ended; and what each paid for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import shown
from console.ledger.credits.ended import EndedCursor, EndedLot
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.beside import Beside
from ui.kit.lists.credit_uses import BECAME, CreditUses
from ui.kit.lists.renewed import show_rows
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.widgets.basics import bring_into_view, button, row_of
from ui.kit.widgets.buttons import stop_while_checked
from ui.kit.widgets.inputs import WHOLE
from ui.routes import OpenTransaction
from ui.screens.accounts.account.credits.columns import ENDED_COLUMNS, LotRow, lot_columns
from ui.screens.accounts.account.credits.listings import EndedListing

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QPushButton

    from console.ledger.credits.breakdown import Credits, Lot
    from console.ledger.credits.parts import Part
    from console.ledger.credits.uses import LotUse
    from console.money import Currency
    from ui.context import Context
    from ui.kit.table.view import LedgerTable


class CreditsTab(QWidget):
    """Two lists of credit, of which one is shown; Enter on a row opens what that credit paid for.

    movement_wanted: a LotUse whose row of the statement is to be shown.
    """

    movement_wanted = Signal(object)

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._currency = WHOLE
        self._listing = EndedListing(context.database, username, "", context.settings.page_size)
        # Whose uses are open.
        self._lot: int | None = None
        self.open_button, self.ended_button = button("Open", compact=True), button("Ended", compact=True)
        self.model: RowsModel[LotRow] = RowsModel(lot_columns(self._currency_of), context.formats, (), self)
        self.open_table = context.table("account.credits", "Open credit in the order of use")
        self.open_table.set_empty_words(
            "No open credit", "Credit that is granted stands here until it is used."
        )
        self.open_table.setModel(self.model)
        self.ended_model: PagedModel[EndedLot] = PagedModel(
            ENDED_COLUMNS, context.formats, context.worker, self
        )
        self.ended_table = context.table("account.ended-credits", "Ended credit, the newest end first")
        self.ended_table.set_empty_words(
            "No ended credit", "Credit that is used up, has expired or was taken back stands here."
        )
        self.ended_table.setModel(self.ended_model)
        self.ended_table.head.set_order("closed_at", descending=True)
        self.uses = CreditUses(
            context.table("account.credit-uses", BECAME, ground="surface"), context.database, context.worker,
            context.formats, context.icons,
        )  # fmt: skip
        self._stack = QStackedWidget()
        self._build()
        self._connect()

    @property
    def table(self) -> LedgerTable:
        """The list that is shown."""
        return self.ended_table if self.ended_button.isChecked() else self.open_table

    def show_account(self, money: Credits) -> None:
        """Show an account's credit in a currency, as it was read now."""
        if money.currency.code != self._listing.currency:
            self._listing = replace(self._listing, currency=money.currency.code, start=None)
            self._close_uses()
            self._choose(self.open_button)
        self._currency = money.currency
        rows = (LotRow(place, lot) for place, lot in enumerate(money.lots, start=1))
        show_rows(self.open_table, self.model, rows, lambda row: row.lot.id)
        if self.ended_button.isChecked():
            self.ended_model.show(self._listing)
        if not self.uses.isHidden():
            self.uses.model.show_first()

    def show_lot(self, part: Part) -> None:
        """Show the credit that a part of a movement is of, and what it paid for; the keyboard goes there."""
        if part.lot is None or part.source is None:
            return
        self._show_uses(part.lot, part.source)
        if part.closed_at is None:
            self._choose(self.open_button)
            self._select(tuple(row.lot.id for row in self.model.rows))
        else:
            # The place just before it, so that it comes first.
            self._listing = replace(self._listing, start=EndedCursor(part.closed_at, part.lot + 1))
            self._choose(self.ended_button)
            self.ended_model.show(self._listing)
        self.table.setFocus()
        bring_into_view(self.table)

    def show_credit(self, number: int, source: str) -> None:
        """Show what a credit paid for, beside the list that it is in; the keyboard goes there."""
        there = tuple(row.lot.id for row in self.model.rows)
        if number in there:
            self._choose(self.open_button)
        else:
            self._choose_ended()
        self._show_uses(number, source)
        self._select(there)
        self.table.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.uses.isHidden():
            self._close_uses()
        else:
            super().keyPressEvent(event)

    def _choose_open(self) -> None:
        self._close_uses()
        self._choose(self.open_button)

    def _choose_ended(self) -> None:
        self._close_uses()
        self._listing = replace(self._listing, start=None)
        self._choose(self.ended_button)
        self.ended_model.show(self._listing)

    def _choose(self, made: QPushButton) -> None:
        made.setChecked(True)
        self._stack.setCurrentWidget(self.table)

    def _leave_start(self) -> None:
        """Go to an end of the list itself; the table asks the model for it right after."""
        self._listing = replace(self._listing, start=None)
        self.ended_model.load_by(self._listing)

    def _first_ended_shown(self) -> None:
        self._select(tuple(lot.id for lot in self.ended_model.rows))
        if self._listing.start is not None:
            # Without the rows before it, nobody could scroll up.
            self.ended_model.fetch_before()

    def _select(self, lots: tuple[int, ...]) -> None:
        """Select the credit whose uses are open, where it is among those shown."""
        if self._lot in lots:
            self.table.select_place(lots.index(self._lot))

    def _open(self, row: LotRow | EndedLot) -> None:
        lot = _lot_of(row)
        self._show_uses(lot.id, lot.source)
        self.uses.table.setFocus()

    def _follow(self, row: LotRow | EndedLot | None) -> None:
        """Let what is open be of the row that the keyboard is at."""
        if row is not None and not self.uses.isHidden() and _lot_of(row).id != self._lot:
            self._show_uses(_lot_of(row).id, _lot_of(row).source)

    def _show_uses(self, lot: int, source: str) -> None:
        self._lot = lot
        of = f"Credit {lot}{DOT}{shown(source)}"
        self.uses.show_credit(lot, of, self._context.settings.page_size)

    def _close_uses(self) -> None:
        self._lot = None
        self.uses.close_list()

    def _uses_closed(self) -> None:
        self._lot = None
        self.table.setFocus()

    def _lot_actions(self, row: LotRow | EndedLot) -> list[RowAction]:
        copy = QGuiApplication.clipboard().setText
        return [
            RowAction(BECAME, partial(self._open, row), native("Return")),
            RowAction("Copy number", partial(copy, str(_lot_of(row).id))),
        ]

    def _use_actions(self, use: LotUse) -> list[RowAction]:
        """Return where a use leads: the statement, and its transaction."""
        copy, go = QGuiApplication.clipboard().setText, self._context.navigator.go
        return [
            RowAction("Show in the statement", partial(self.movement_wanted.emit, use), native("Return")),
            RowAction("Open transaction", partial(go, OpenTransaction(use.transaction))),
            RowAction("Copy id", partial(copy, str(use.transaction))),
        ]

    def _currency_of(self, _row: object) -> Currency:
        """Return the account's currency; before it was read there are no rows."""
        return self._currency

    def _connect(self) -> None:
        self.open_button.clicked.connect(self._choose_open)
        self.ended_button.clicked.connect(self._choose_ended)
        for table in (self.open_table, self.ended_table):
            table.activated_row.connect(self._open)
            table.current_row_changed.connect(self._follow)
            table.set_row_actions(self._lot_actions)
        self.ended_table.wanted_first.connect(self._leave_start)
        self.ended_table.wanted_last.connect(self._leave_start)
        self.ended_model.first_page_shown.connect(self._first_ended_shown)
        self.uses.chosen.connect(self.movement_wanted)
        self.uses.closed.connect(self._uses_closed)
        self.uses.table.set_row_actions(self._use_actions)

    def _build(self) -> None:
        group = QButtonGroup(self)
        for made, spoken in ((self.open_button, "Open credit"), (self.ended_button, "Ended credit")):
            stop_while_checked(made)
            made.setAccessibleName(spoken)
            group.addButton(made)
        self.open_button.setChecked(True)
        self._stack.addWidget(self.open_table)
        self._stack.addWidget(self.ended_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(self.open_button, self.ended_button, None, spacing=8))
        layout.addWidget(Beside(self._stack, self.uses), 1)


def _lot_of(row: LotRow | EndedLot) -> Lot | EndedLot:
    return row.lot if isinstance(row, LotRow) else row
