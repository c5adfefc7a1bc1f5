"""The delegations of the ledger in a list: who decides for whom, until when, and how it ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.approvals.delegations import page
from ui.acts.deciding.acting import until_day
from ui.acts.deeds.deed_list import ListOf, RowDeed, RuleList
from ui.kit.table.columns import Column
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, column_of, label, row_of
from ui.kit.widgets.placing import fit_dialog
from ui.screens.approvals.delegations.words import no_delegating, no_end, state_words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.ledger.approvals.delegations import DelegationRow
    from console.ledger.operators.rights import Rights
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.screens.approvals.delegations.deeds import DelegationDeeds

_SIZE: Final = QSize(880, 460)
_SIDE_PX: Final = 20
_EMPTY: Final = (
    "Nobody decides for anybody",
    "A checker who is away lets another operator decide for a time",
)


def columns(formats: Formats) -> tuple[Column[DelegationRow], ...]:
    """Return the columns; a day is told by its date, for it lasts to its end."""
    return (
        Column("delegate", "Who decides", sortable=True, width=120),
        Column("delegator", "For", sortable=True, width=120),
        Column("ends_at", "Until", value=lambda row: until_day(row.ends_at, formats), width=110),
        Column("state", "State", value=lambda row: state_words(row, formats), width=180),
        Column("reason", "Reason", muted=True, width=140, stretch=True),
    )


class DelegationsDialog(QDialog):
    """Shows all of them, the open ones first; End and Delegate open their dialogs over it."""

    def __init__(self, context: Context, deeds: DelegationDeeds, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        rights = context.session.rights
        self.found: tuple[DelegationRow, ...] | None = None
        self.setWindowTitle("Delegations")
        of = ListOf(
            "delegations", "Delegations", _EMPTY, columns(context.formats), lambda row: row.id,
            (RowDeed("End", lambda row: deeds.end(row, self), partial(_no_end, rights)),),
            "Delegate", lambda: deeds.delegate(self), no_delegating(rights),
        )  # fmt: skip
        self.list = RuleList(context, of, rights.no_writing())
        self.why = label(_who(rights), tone="muted", wrap=True)
        self.close_button = button("Close")
        self.close_button.clicked.connect(self.reject)
        heading = label("Who decides for whom", font=text_font(15, weight=text_font().Weight.DemiBold))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE_PX, 18, _SIDE_PX, 16)
        layout.setSpacing(12)
        layout.addLayout(column_of(heading, self.why, spacing=4))
        layout.addWidget(self.list, 1)
        layout.addLayout(row_of(None, self.close_button))
        fit_dialog(self, _SIZE)
        self.list.table.setFocus()
        self.refresh()

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        # Enter in a dialog presses its first button; here it is the list's.
        if arg__1.text() not in {"\r", "\n"}:
            super().keyPressEvent(arg__1)

    def refresh(self) -> None:
        """Read them anew."""
        database = self._context.database
        self._context.worker.run(
            lambda cancel: page(database, cancel=cancel),
            done=self._show, failed=lambda error: self.list.fail(str(error)), owner=self, replaces="list",
        )  # fmt: skip

    def _show(self, found: tuple[DelegationRow, ...]) -> None:
        self.found = found
        self.list.show_rows(found)


def _who(rights: Rights) -> str:
    if rights.approves:
        return "Another operator can decide in your place while you are away. It stays your right."
    return (
        "A checker lets another operator decide in their place for a time. It stays the checker's right, "
        "and can be ended."
    )


def _no_end(rights: Rights, row: DelegationRow) -> str:
    return no_end(row, rights)
