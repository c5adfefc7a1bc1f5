"""The button that goes to a day in a list ordered by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.widgets.basics import Field
from ui.kit.widgets.filters import FilterChip
from ui.kit.widgets.inputs import DateEdit

if TYPE_CHECKING:
    from datetime import date


class DayChoice(QWidget):
    """A day to go to; none until one was applied."""

    applied = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.edit = DateEdit(today)
        self.edit.entered.connect(self.applied)
        self._day: date | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Field("Day", self.edit))
        self.setFocusProxy(self.edit)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def take(self) -> None:
        """Choose the day that the editor shows."""
        self._day = self.edit.day()

    def value(self) -> date | None:
        """Return the day chosen."""
        return self._day

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        self._day = cast("date | None", value)
        if self._day is not None:
            self.edit.set_day(self._day)

    def words(self) -> str:
        """Return the day in words."""
        return "date" if self._day is None else self._day.isoformat()

    def clear(self) -> None:
        """Choose no day."""
        self._day = None


class JumpButton(FilterChip):
    """`Jump to 2026-03-01`; the same day may be gone to again, Clear goes back to the beginning."""

    def __init__(self, today: date) -> None:
        self._choice = DayChoice(today)
        super().__init__("Jump to", self._choice)
        self.setProperty("compact", False)
        self.sync()

    @property
    def day(self) -> date | None:
        """The day gone to."""
        return self._choice.value()

    def go(self, day: date) -> None:
        """Go to a day as if it had been chosen."""
        self._choice.edit.set_day(day)
        self.apply()

    def put(self, day: date | None) -> None:
        """Show a day without going to it; none where the list has been moved elsewhere."""
        self._choice.put(day)
        self.sync()

    @override
    def apply(self) -> None:
        self._choice.take()
        self._finish()

    @override
    def clear(self) -> None:
        self._choice.clear()
        self._finish()

    def _finish(self) -> None:
        self._popup.hide()
        self.sync()
        self.changed.emit()
