"""The list of credits, and beside it what one of them paid for; the ways from their rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from console.files.text import shown
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.beside import Beside
from ui.kit.lists.credit_uses import BECAME, CreditUses
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.routes import OpenCredit, OpenTransaction
from ui.screens.credits.listing import COLUMNS
from ui.ways import way_to_account

if TYPE_CHECKING:
    from console.ledger.credits.listing import CreditRow
    from console.ledger.credits.uses import LotUse
    from ui.context import Context


class CreditTable(Beside):
    """Enter on a row opens what that credit paid for, and there the transaction."""

    def __init__(self, context: Context) -> None:
        self.model: PagedModel[CreditRow] = PagedModel(COLUMNS, context.formats, context.worker)
        self.table = context.table("credits", "Credits")
        self.table.setModel(self.model)
        self.uses = CreditUses(
            context.table("credits.uses", BECAME, ground="surface"), context.database, context.worker,
            context.formats, context.icons,
        )  # fmt: skip
        super().__init__(self.table, self.uses)
        self.model.setParent(self)
        self._context = context
        self._lot: int | None = None
        self.table.set_row_actions(self._row_actions)
        self.table.activated_row.connect(self._open)
        self.table.current_row_changed.connect(self._follow)
        self.uses.table.set_row_actions(self._use_actions)
        self.uses.chosen.connect(self._open_use)
        self.uses.closed.connect(self._uses_closed)

    def close_uses(self) -> bool:
        """Hide what a credit paid for; False when it is not shown."""
        if self.uses.isHidden():
            return False
        self.uses.close_list()
        self._uses_closed()
        return True

    def _open(self, row: CreditRow) -> None:
        self._show_uses(row)
        self.uses.table.setFocus()

    def _show_uses(self, row: CreditRow) -> None:
        self._lot = row.id
        of = f"Credit {row.id} of {shown(row.username)}{DOT}{shown(row.source)}"
        self.uses.show_credit(row.id, of, self._context.settings.page_size)

    def _follow(self, row: CreditRow | None) -> None:
        """Let what is open be of the row that the keyboard is at."""
        if row is not None and not self.uses.isHidden() and row.id != self._lot:
            self._show_uses(row)

    def _uses_closed(self) -> None:
        self._lot = None
        self.table.setFocus()

    def _row_actions(self, row: CreditRow) -> list[RowAction]:
        """Return where a row leads: what it paid for, its account, its grant."""
        go, copy = self._context.navigator.go, QGuiApplication.clipboard().setText
        place = OpenCredit(row.username, row.currency.code, row.id, row.source)
        return [
            RowAction(BECAME, partial(self._open, row), native("Return")),
            RowAction("Show on its account", partial(go, place)),
            way_to_account(self._context, row.username, row.currency.code),
            RowAction("Its grant", partial(go, OpenTransaction(row.opened_by))),
            RowAction("Copy number", partial(copy, str(row.id))),
            RowAction("Copy username", partial(copy, row.username)),
        ]

    def _use_actions(self, use: LotUse) -> list[RowAction]:
        copy = QGuiApplication.clipboard().setText
        return [
            RowAction("Open transaction", partial(self._open_use, use), native("Return")),
            RowAction("Copy id", partial(copy, str(use.transaction))),
        ]

    def _open_use(self, use: LotUse) -> None:
        self._context.navigator.go(OpenTransaction(use.transaction))
