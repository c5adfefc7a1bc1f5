"""How the end of a hold or a credit was moved, a line for each time; nothing where it never was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.days import short_moment
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from console.errors import ConsoleError
    from console.ledger.acts.ends import EndMoved
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.context import Context

    class Ask(Protocol):
        """Reads how an end was moved, by the number of what it is of."""

        def __call__(
            self, database: Database, number: int, *, cancel: Cancellation | None = None
        ) -> tuple[EndMoved, ...]:
            """Return the changes, the newest first."""
            ...


PAUSE_MS: Final = 250
"""So long the keyboard stays at one before anything is read of it."""


class EndHistory(QWidget):
    """Read once the keyboard has stayed at one; `ask` reads it."""

    def __init__(self, context: Context, ask: Ask) -> None:
        super().__init__()
        self._context = context
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
        self._context.worker.drop(self)
        self._pause.stop()
        if number != self._number:
            self.hide()
        self._number = number
        if number is not None:
            self._pause.start()

    def _ask(self) -> None:
        database, number = self._context.database, self._number
        if number is None:
            return
        self._context.worker.run(
            lambda cancel: self._ask_for(database, number, cancel=cancel),
            done=self._show, failed=self._fail, owner=self, replaces="history",
        )  # fmt: skip

    def _show(self, found: tuple[EndMoved, ...]) -> None:
        self._say("\n".join(self._line(one) for one in found))
        self.setVisible(bool(found))

    def _line(self, one: EndMoved) -> str:
        formats = self._context.formats
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
        return "no end" if moment is None else self._context.formats.until(moment)

    def _fail(self, error: ConsoleError) -> None:
        self._say(f"not read: {error}", "error")
        self.show()

    def _say(self, words: str, tone: str | None = None) -> None:
        restyle(self._lines, tone=tone)
        self._lines.setText(words)
