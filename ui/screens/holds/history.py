"""How the end of a hold was moved, a line for each time; nothing where it never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ledger.holds.history import ends_moved
from ui.kit.days import short_moment
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle
from ui.screens.holds.capture import PAUSE_MS

if TYPE_CHECKING:
    from datetime import datetime

    from console.errors import ConsoleError
    from console.ledger.holds.history import EndMoved
    from ui.context import Context


class EndHistory(QWidget):
    """Read once the keyboard has stayed at a hold."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._hold: int | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        name = caption("Its end was moved")
        self._lines = label(font=text_font(tabular=True), wrap=True, selectable=True)
        name.setBuddy(self._lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(name)
        layout.addWidget(self._lines)
        self.hide()

    @property
    def words(self) -> str:
        """What is shown; empty while there is nothing to say."""
        return "" if self.isHidden() else self._lines.text()

    def show_hold(self, hold: int | None) -> None:
        """Show the history of a hold by its number once it is read; None shows nothing."""
        self._context.worker.drop(self)
        self._pause.stop()
        if hold != self._hold:
            self.hide()
        self._hold = hold
        if hold is not None:
            self._pause.start()

    def _ask(self) -> None:
        database, hold = self._context.database, self._hold
        if hold is None:
            return
        self._context.worker.run(
            lambda cancel: ends_moved(database, hold, cancel=cancel),
            done=self._show, failed=self._fail, owner=self, replaces="history",
        )  # fmt: skip

    def _show(self, found: tuple[EndMoved, ...]) -> None:
        self._say("\n".join(self._line(one) for one in found))
        self.setVisible(bool(found))

    def _line(self, one: EndMoved) -> str:
        formats = self._context.formats
        many = f", with {formats.count(one.holds - 1, 'other')}" if one.holds > 1 else ""
        why = f": {one.reason}" if one.reason else ""
        ticket = f" ({one.ticket})" if one.ticket else ""
        moved = f"from {self._end(one.before)} to {self._end(one.after)}"
        return f"{short_moment(one.at, formats)} {one.operator} {moved}{many}{why}{ticket}"

    def _end(self, moment: datetime | None) -> str:
        return "no end" if moment is None else self._context.formats.until(moment)

    def _fail(self, error: ConsoleError) -> None:
        self._say(f"not read: {error}", "error")
        self.show()

    def _say(self, words: str, tone: str | None = None) -> None:
        restyle(self._lines, tone=tone)
        self._lines.setText(words)
