"""What stands behind an account's balance: its movements, credit and holds, all that happened, its notes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from console.ledger.accounts.detail import HOLDS
from console.ledger.accounts.notes import NOTES
from console.ledger.transactions.page import Cursor
from ui.acts.act import Subject
from ui.acts.holds import HOLD_ACTS, on_holds
from ui.kit.commands import native
from ui.kit.lists.renewed import show_rows
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.inputs import WHOLE
from ui.routes import OpenCredit, OpenHolds
from ui.screens.accounts.account.columns import HoldRow, held_of, hold_columns
from ui.screens.accounts.account.credits.tab import CreditsTab
from ui.screens.accounts.account.notes import NotesTab
from ui.screens.accounts.account.statement import StatementTab
from ui.screens.accounts.account.timeline import TimelineTab

if TYPE_CHECKING:
    from console.ledger.accounts.detail import Account
    from console.ledger.credits.parts import Part
    from console.ledger.credits.uses import LotUse
    from console.money import Currency
    from ui.context import Context
    from ui.kit.table.view import LedgerTable
    from ui.routes import OpenHold, Route

STATEMENT_TAB, CREDITS_TAB, HOLDS_TAB, TIMELINE_TAB, NOTES_TAB = range(5)
_NAMES = ("Statement", "Credits", "Holds", "Timeline", "Notes")


class AccountTabs(QWidget):
    """Tables under tabs, whose titles count what they hold.

    hold_act_wanted: the form of an act on the holds that are chosen is to be opened.
    """

    hold_act_wanted = Signal(object)

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._username = username
        self._currency = WHOLE
        self.tabs = QTabBar()
        self.tabs.setFont(text_font(weight=QFont.Weight.Medium, tabular=True))
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # who clicks goes on from here with Tab
        self.tabs.setAccessibleName("Parts of the account")
        self._stack = QStackedWidget()
        self.statement = StatementTab(context, username)
        self.credits = CreditsTab(context, username)
        self.hold_model: RowsModel[HoldRow] = RowsModel(
            hold_columns(self._currency_of), context.formats, (), self
        )
        self.holds = context.table("account.holds", "Holds, open and ended")
        self.holds.set_empty_words("No holds", "Reservations stand here, open ones first.")
        self.holds.setModel(self.hold_model)
        self.holds.set_row_actions(self._hold_actions)
        self.timeline = TimelineTab(context, username)
        self.notes = NotesTab(context, username)
        parts = (self.statement, self.credits, self.holds, self.timeline, self.notes)
        for name, part in zip(_NAMES, parts, strict=True):
            self.tabs.addTab(name)
            self._stack.addWidget(part)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.statement.lot_wanted.connect(self._show_lot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)

    def show_account(self, found: Account) -> None:
        """Show an account's credit, holds and notes."""
        money = found.credits
        self._currency = money.currency
        self.credits.show_account(money)
        open_holds = [HoldRow.of_open(hold) for hold in money.holds]
        ended = [HoldRow.of_ended(hold) for hold in found.ended_holds]
        show_rows(self.holds, self.hold_model, open_holds + ended, lambda row: row.reference)
        self.notes.show_account(found)
        self.statement.show_page(money.currency, found.statement)
        self.timeline.show_account(money.currency)
        self._count(CREDITS_TAB, len(money.lots))
        self._count(HOLDS_TAB, len(open_holds) + len(ended), more=len(ended) == HOLDS)
        waiting = sum(note.waits for note in found.notes)
        cut = found.open_flags > waiting or len(found.notes) - waiting == NOTES
        self._count(NOTES_TAB, len(found.notes), more=cut)

    def show_tab(self, tab: int) -> None:
        """Bring one forward."""
        self.tabs.setCurrentIndex(tab)

    def show_movement(self, use: LotUse) -> None:
        """Show the row of the statement at which a credit was used."""
        self.show_tab(STATEMENT_TAB)
        self.statement.show_movement(Cursor(use.posted_at, use.transaction))

    def go_to(self, place: OpenHold | OpenCredit) -> None:
        """Show one of the account's holds, or what one of its credits paid for; the keyboard goes there."""
        if isinstance(place, OpenCredit):
            self.show_tab(CREDITS_TAB)
            self.credits.show_credit(place.number, place.source)
            return
        self.show_tab(HOLDS_TAB)
        self.holds.setFocus()
        references = [row.reference for row in self.hold_model.rows]
        if place.reference in references:
            self.holds.select_place(references.index(place.reference))
        else:
            # Of ended holds only the newest are read; one chosen before is not what is asked for.
            self.holds.clearSelection()

    @property
    def chosen_holds(self) -> Subject | None:
        """The holds that are chosen; None while another tab is shown."""
        if self.tabs.currentIndex() != HOLDS_TAB:
            return None
        rows: list[HoldRow] = self.holds.selected_rows()
        held = tuple(held_of(row, self._username, self._currency) for row in rows)
        return Subject(self._username, self._currency, holds=held)

    def _show_lot(self, part: Part) -> None:
        self.show_tab(CREDITS_TAB)
        self.credits.show_lot(part)

    @property
    def table(self) -> LedgerTable:
        """The table that is shown."""
        tables = (
            self.statement.table, self.credits.table, self.holds, self.timeline.table, self.notes.table,
        )  # fmt: skip
        return tables[self.tabs.currentIndex()]

    def _count(self, tab: int, count: int, *, more: bool = False) -> None:
        """Count a tab's rows in its title; `more` may be there than are read."""
        written = f"  {self._context.formats.integer(count)}{'+' if more else ''}" if count else ""
        self.tabs.setTabText(tab, f"{_NAMES[tab]}{written}")

    def _hold_actions(self, row: HoldRow) -> list[RowAction]:
        copy = QGuiApplication.clipboard().setText
        rights, subject = self._context.session.rights, self.chosen_holds or Subject()
        acts = [on_holds(act, subject) for act in HOLD_ACTS]
        wanted = self.hold_act_wanted.emit
        return [
            RowAction("Copy reference", partial(copy, row.reference)),
            RowAction("On the holds desk", partial(self._go, OpenHolds(reference=row.reference))),
            *(
                RowAction(
                    act.offer(rights), partial(wanted, one), native(act.key), act.refusal(rights, subject)
                )
                for one, act in zip(HOLD_ACTS, acts, strict=True)
            ),
        ]

    def _go(self, route: Route) -> None:
        self._context.navigator.go(route)

    def _currency_of(self, _row: object) -> Currency:
        """Return the account's currency; before it was read there are no rows."""
        return self._currency
