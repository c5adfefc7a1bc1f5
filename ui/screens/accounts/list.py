"""The list of accounts, by username, and the ways from a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.accounts.export import export_accounts
from console.ledger.accounts.page import AccountFilter, AccountRow, Cursor, page
from ui.kit.commands import native
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import TitleRow
from ui.routes import OpenBalance, OpenUserTransactions, Route
from ui.screens.accounts.columns import columns
from ui.screens.accounts.filters import AccountFilters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QShowEvent

    from console.files.exports import ExportResult
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction, Page
    from ui.context import Context
    from ui.kit.lists.export_strip import Work


@dataclass(frozen=True, slots=True)
class ListAsLeft(Route):
    """The list with its filters, and the account that was chosen in it."""

    screen: ClassVar[str] = "accounts"
    filters: tuple[object, ...]
    chosen: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What the model loads from, one a load: several threads read it at once; limit: the rows of a page."""

    database: Database
    limit: int
    wanted: AccountFilter

    def __call__(
        self, direction: Direction, row: AccountRow | None, cancellation: Cancellation
    ) -> Page[AccountRow]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        cursor = None if row is None else Cursor.of(row)
        return page(
            self.database, self.wanted, direction=direction, cursor=cursor, limit=self.limit,
            cancel=cancellation,
        )  # fmt: skip


class AccountList(QWidget):
    """All customers' accounts, a row for each currency; Enter or a double click opens one."""

    opened = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._wanted: tuple[str, str] | None = None
        self.filters = AccountFilters(context)
        self.title = TitleRow("Accounts")
        several = len(context.session.currencies) > 1
        self.model: PagedModel[AccountRow] = PagedModel(
            columns(context.formats, several=several), context.formats, context.worker, self
        )
        self.table = context.table("accounts", "Accounts")
        self.table.setModel(self.model)
        self.table.set_row_actions(self._row_actions)
        self.part = ListPart(self.title, self.table)
        self.renewed = Renewed(self.table, self.model, self.title, key=_key)
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work,
            noun="accounts", total="balance",
        )  # fmt: skip
        self.part.add_head(self.filters)
        self.part.add_export(self.export)
        self.part.add_selection_sum("balance", context.formats)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.part)
        in_order = (self.export.button, *self.filters.chips, self.filters.clear_button, self.table)
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)
        self.table.activated_row.connect(self.opened)
        self.filters.changed.connect(self.refresh)
        self.model.state_changed.connect(self._tell)
        self.model.first_page_shown.connect(self._first_page_shown)

    @property
    def place(self) -> ListAsLeft:
        """What is listed, and what is chosen."""
        row = self.table.current_row()
        return ListAsLeft(self.filters.values, None if row is None else _key(row))

    def show_again(self, place: ListAsLeft) -> None:
        """List again what was listed, as it is now, with the same row chosen.

        A list whose chosen row is past its first page stays as it was read, and where it was scrolled to.
        """
        self._wanted = place.chosen
        first = [_key(row) for row in self.model.rows[: self._context.settings.page_size]]
        if place.filters != self.filters.values:
            self.filters.put(place.filters)
        elif place.chosen is None or (place.chosen in first and not self.model.more_before):
            self.refresh()
        else:
            self._choose_wanted()

    def refresh(self) -> None:
        """Load the list from its first page."""
        self.table.set_empty_words(*self._empty_words())
        limit = self._context.settings.page_size
        self.model.show(Listing(self._context.database, limit, self.filters.wanted()))

    def focus_filter(self) -> None:
        """Put the keyboard on the filter that most people come for."""
        self.filters.username.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()

    def _first_page_shown(self) -> None:
        self.table.scrollToTop()
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        rows = self.model.rows
        self.table.select_place(next((at for at, row in enumerate(rows) if _key(row) == wanted), -1))

    def _empty_words(self) -> tuple[str, str]:
        if self.filters.email.applied_value is not None:
            return (
                "No account matches",
                "An e-mail is compared whole. Change a filter above, or press Clear all",
            )
        if self.filters.any_set:
            return "No account matches", "Change a filter above, or press Clear all"
        return "No accounts yet", "They appear here as soon as one is opened; F5 loads again"

    def _row_actions(self, row: AccountRow) -> list[RowAction]:
        """Return where a row leads, and what of it can be copied."""
        go, clipboard = self._context.navigator.go, QGuiApplication.clipboard()
        return [
            RowAction("Open account", partial(self.opened.emit, row), native("Return")),
            RowAction("Its transactions", partial(go, OpenUserTransactions(row.username))),
            RowAction("Its balance", partial(go, OpenBalance(row.username))),
            RowAction("Copy username", partial(clipboard.setText, row.username)),
            RowAction(
                "Copy e-mail", partial(clipboard.setText, row.email or ""),
                refusal="" if row.email else "it has none",
            ),
        ]  # fmt: skip

    def _export_work(self) -> Work:
        """Return the export of all that match the filters."""
        self.filters.settle()
        database, zone, wanted = self._context.database, self._context.formats.zone, self.filters.wanted()

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_accounts(database, path, wanted, zone=zone, cancel=cancel, progress=report)

        return work

    def _tell(self) -> None:
        if self.model.state not in {State.READY, State.EMPTY}:
            return
        rows = self.model.rows
        whole = not (self.model.more_before or self.model.more_after)
        accounts = self._context.formats.count(len({row.username for row in rows}), "account")
        self.title.set_subtitle(accounts if whole and rows else "by username" if rows else "")


def _key(row: AccountRow) -> tuple[str, str]:
    return row.username, row.currency.code
