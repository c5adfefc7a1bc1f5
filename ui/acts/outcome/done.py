"""The end of a form: what was done, the words for the customer's ticket, and the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.acts.outcome.came_to import answer, heading, lines
from ui.kit.keyed_write import LATE
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, column_of, label, row_of
from ui.kit.widgets.buttons import allow
from ui.routes import OpenAccount, OpenRequest, OpenTransaction

if TYPE_CHECKING:
    from ui.acts.outcome.came_to import CameTo
    from ui.context import Context
    from ui.routes import Route

_COPIED = "Copied for the customer's ticket."


class DonePage(QWidget):
    """Emits `closed` when there is nothing more to do here."""

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._came_to: CameTo | None = None
        self._heading = label(
            font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True, selectable=True
        )
        self._lines = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self._copied = label(tone="muted")
        self.copy_button = button("Copy answer", accent=True)
        self.open_button = button("Open")
        self.close_button = button("Close")
        self.close_button.setToolTip("Esc")
        self.copy_button.clicked.connect(self._copy)
        self.open_button.clicked.connect(self._open)
        self.close_button.clicked.connect(self.closed)
        foot = row_of(self._copied, None, self.close_button, self.open_button, self.copy_button)
        self.setLayout(column_of(self._heading, self._lines, None, foot, spacing=12))

    @property
    def words(self) -> str:
        """What is said of what was done."""
        return f"{self._heading.text()}\n{self._lines.text()}"

    def show_end(self, came_to: CameTo, *, late: bool) -> None:
        """Say what came of it; `late`: somebody wanted to cancel it, when it was done already."""
        self._came_to = came_to
        told = lines(came_to, self._context.formats)
        self._heading.setText(heading(came_to))
        self._lines.setText("\n".join([LATE, *told] if late else told))
        allow(self.open_button, "" if self._route() is not None else "there is nothing to open")
        self.copy_button.setFocus()

    def _route(self) -> Route | None:
        if self._came_to is None:
            return None
        if self._came_to.transaction is not None:
            return OpenTransaction(self._came_to.transaction)
        if self._came_to.outcome is None and self._came_to.request:
            return OpenRequest(self._came_to.request)
        wanted = self._came_to.wanted
        if not wanted.customers:
            return None
        return OpenAccount(wanted.customers[0], wanted.values.currency.code)

    def _copy(self) -> None:
        if self._came_to is not None:
            said = answer(self._came_to, self._context.formats, self._context.session.operator)
            QGuiApplication.clipboard().setText(said)
            self._copied.setText(_COPIED)

    def _open(self) -> None:
        route = self._route()
        if route is not None:
            self.closed.emit()
            self._context.navigator.go(route)
