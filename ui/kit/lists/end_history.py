"""How the end of a hold or a credit was moved, a line for each time; nothing where it never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.days import short_moment
from ui.kit.lists.read_lines import ReadLines

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.ledger.acts.ends import EndMoved
    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker

    Ask = Callable[[int, Cancellation], tuple[EndMoved, ...]]


class EndHistory(ReadLines):
    """The history of one by its number, which `ask` reads."""

    def __init__(self, worker: Worker, formats: Formats, ask: Ask) -> None:
        super().__init__(worker, "Its end was moved")
        self._formats = formats
        self._ask_for = ask
        self._number: int | None = None

    def show_of(self, number: int | None) -> None:
        """Show the history of one by its number once it is read; None shows nothing."""
        self.drop()
        if number != self._number:
            self.hide()
        self._number = number
        if number is not None:
            self.read(lambda cancel: self._ask_for(number, cancel), self._show)

    def _show(self, found: tuple[EndMoved, ...]) -> None:
        self.say("\n".join(self._line(one) for one in found))
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
