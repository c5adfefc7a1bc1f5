"""How the end of a hold or a credit was moved, a line for each time; nothing where it never was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.days import short_moment
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.errors import ConsoleError
    from console.ledger.acts.ends import EndMoved
    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker

    Ask = Callable[[int, Cancellation], tuple[EndMoved, ...]]

PAUSE_MS: Final = 250
"""So long the keyboard stays at one before anything is read of it."""


class EndHistory(QWidget):
    """Read once the keyboard has stayed at one; `ask` reads it, by the number of what it is of."""

    def __init__(self, worker: Worker, formats: Formats, ask: Ask) -> None:
        super().__init__()
        self._worker = worker
        self._formats = formats
        self._ask_for = ask
        self._number: int | None = None
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

    def show_of(self, number: int | None) -> None:
        """Show the history of one by its number once it is read; None shows nothing."""
        self._worker.drop(self)
        self._pause.stop()
        if number != self._number:
            self.hide()
        self._number = number
        if number is not None:
            self._pause.start()

    def _ask(self) -> None:
        number = self._number
        if number is None:
            return
        self._worker.run(
            lambda cancel: self._ask_for(number, cancel),
            done=self._show, failed=self._fail, owner=self, replaces="history",
        )  # fmt: skip

    def _show(self, found: tuple[EndMoved, ...]) -> None:
        self._say("\n".join(self._line(one) for one in found))
        self.setVisible(bool(found))

    def _line(self, one: EndMoved) -> str:
        formats = self._formats
        many = f", with {formats.count(one.items - 1, 'other')}" if one.items > 1 else ""
        why = f": {one.reason}" if one.reason else ""
        ticket = f" ({one.ticket})" if one.ticket else ""
        return f"{short_moment(one.at, formats)} {one.operator} {self._moved(one)}{many}{why}{ticket}"

    def _moved(self, one: EndMoved) -> str:
        before, after = self._end(one.before), self._end(one.after)
        if one.kind == "end_lots":
            return f"ended it, {before} before"
        return f"brought it back, until {after}" if one.kind == "revive_lots" else f"from {before} to {after}"

    def _end(self, moment: datetime | None) -> str:
        return "no end" if moment is None else self._formats.until(moment)

    def _fail(self, error: ConsoleError) -> None:
        self._say(f"not read: {error}", "error")
        self.show()

    def _say(self, words: str, tone: str | None = None) -> None:
        restyle(self._lines, tone=tone)
        self._lines.setText(words)
