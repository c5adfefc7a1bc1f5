"""The foot of the list: how many are marked, and the button that approves them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.ledger.approvals.inbox import View
from ui.acts.deciding.rights import no_deciding
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.kit.widgets.buttons import allow
from ui.screens.approvals.request.foot import KEY

if TYPE_CHECKING:
    from ui.context import Context
    from ui.screens.approvals.marks import Marks


class ListFoot(QWidget):
    """Shown with what waits for the operator; `approval_wanted` comes with something marked."""

    approval_wanted = Signal()

    def __init__(self, context: Context, marks: Marks) -> None:
        super().__init__()
        self._context = context
        self._marks = marks
        self._told = label(tone="muted", font=text_font(tabular=True))
        self.approve_button = button("")
        self.approve_button.clicked.connect(self.approval_wanted)
        self.setLayout(row_of(self._told, None, self.approve_button, spacing=8))
        marks.changed.connect(self.look)
        self.look()

    @property
    def words(self) -> str:
        """What is said of the marks."""
        return self._told.text()

    @property
    def reason(self) -> str:
        """Why nothing can be approved together now; empty when it can."""
        if refusal := no_deciding(self._context.session.rights):
            return refusal
        return "" if len(self._marks) else f"mark requests with {native('Space')} first"

    def show_view(self, view: View) -> None:
        """Stand under what waits for the operator alone."""
        self.setVisible(view is View.FOR_ME)

    def look(self) -> None:
        """Say how many are marked, and offer what can be done with them."""
        count = self._context.formats.integer(len(self._marks))
        some = f"{count} selected" if len(self._marks) else f"{native('Space')} selects"
        self._told.setText(f"{some}{DOT}{native('Ctrl+A')} all")
        words = (
            f"Approve {count}\N{HORIZONTAL ELLIPSIS}"
            if len(self._marks)
            else "Approve\N{HORIZONTAL ELLIPSIS}"
        )
        self.approve_button.setText(f"{words}  {native(KEY)}")
        self.approve_button.setAccessibleName(words)
        allow(self.approve_button, self.reason)
