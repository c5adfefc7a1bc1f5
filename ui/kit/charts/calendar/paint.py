"""Draws a calendar: cells in five steps of one colour, a month's amounts, a week's bars, what is marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ui.kit.charts.calendar.days import Span, inks_of, step_of, text_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from PySide6.QtGui import QFont

    from ui.kit.charts.calendar.days import CalendarDay
    from ui.kit.charts.calendar.grid import Grid
    from ui.kit.charts.day_bars import Part
    from ui.kit.theme.tokens import Tokens

_RADIUS_PX: Final = 2.5
_INSIDE_PX: Final = 6
_BAR_SHARE: Final = 0.5
_LEAST_BAR_PX: Final = 2
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_FOOT = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Marks:
    """The days that stand out: the one chosen, the one the keyboard or the mouse is at, today."""

    chosen: date | None
    at: date | None
    today: date
    focused: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, and how."""

    grid: Grid
    span: Span
    days: Mapping[date, CalendarDay]
    parts: Sequence[Part]
    bounds: Sequence[int]
    marks: Marks
    tokens: Tokens
    font: QFont

    def draw(self, painter: QPainter) -> None:
        """Draw all of it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font)
        painter.setPen(QColor(self.tokens.muted))
        for name in self.grid.names:
            painter.drawText(name.area, int(name.align | Qt.AlignmentFlag.AlignVCenter), name.text)
        if self.span is Span.WEEK:
            self._draw_week(painter)
        else:
            self._draw_cells(painter)
        self._draw_marks(painter)

    def _draw_cells(self, painter: QPainter) -> None:
        inks = inks_of(self.tokens)
        painter.setPen(QColor(self.tokens.faint))
        for day, cell in self.grid.beyond:
            painter.drawText(cell.adjusted(_INSIDE_PX, 0, -_INSIDE_PX, 0), _LEFT, str(day.day))
        for day, cell in self.grid.cells.items():
            found = self.days.get(day)
            ink = inks[0 if found is None else step_of(found.amount, self.bounds)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawRoundedRect(cell, _RADIUS_PX, _RADIUS_PX)
            if self.span is Span.MONTH:
                self._write_cell(painter, day, found, cell, text_on(ink, self.tokens))

    def _write_cell(
        self, painter: QPainter, day: date, found: CalendarDay | None, cell: QRectF, ink: QColor
    ) -> None:
        """Write a day's number and, at its right, as much of its amount as has room."""
        metrics = QFontMetricsF(self.font)
        inside = cell.adjusted(_INSIDE_PX, 0, -_INSIDE_PX, 0)
        number = str(day.day)
        painter.setPen(ink)
        painter.drawText(inside, _LEFT, number)
        if found is None:
            return
        room = inside.width() - metrics.horizontalAdvance(number) - _INSIDE_PX
        fitting = (one for one in (found.figure, found.short) if metrics.horizontalAdvance(one) <= room)
        painter.drawText(inside, _RIGHT, next(fitting, ""))

    def _draw_week(self, painter: QPainter) -> None:
        """Draw each day as a bar of its parts; the largest day of the week takes all the height."""
        metrics = QFontMetricsF(self.font)
        foot = metrics.height() + _INSIDE_PX
        seen = [one for day in self.grid.cells if (one := self.days.get(day)) is not None]
        largest = max((one.amount for one in seen), default=0)
        for day, cell in self.grid.cells.items():
            found, floor = self.days.get(day), cell.bottom() - foot
            painter.setPen(QPen(QColor(self.tokens.border_strong), 1))
            painter.drawLine(QPointF(cell.left(), floor + 0.5), QPointF(cell.right(), floor + 0.5))
            if found is None:
                continue
            self._draw_bar(painter, found, cell, floor, largest)
            below = QRectF(cell.left(), floor, cell.width(), foot)
            fits = metrics.horizontalAdvance(found.figure) <= below.width()
            painter.setPen(QColor(self.tokens.text))
            painter.drawText(below, _FOOT, found.figure if fits else found.short)

    def _draw_bar(
        self, painter: QPainter, found: CalendarDay, cell: QRectF, floor: float, largest: int
    ) -> None:
        wide, bottom = cell.width() * _BAR_SHARE, floor
        for part, amount in zip(self.parts, found.amounts, strict=True):
            if amount > 0:
                high = max((floor - cell.top()) * amount / max(largest, 1), _LEAST_BAR_PX)
                area = QRectF(cell.center().x() - wide / 2, bottom - high, wide, high)
                painter.fillRect(area, part.ink(self.tokens))
                bottom -= high

    def _draw_marks(self, painter: QPainter) -> None:
        marks, tokens = self.marks, self.tokens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if (cell := self.grid.cells.get(marks.today)) is not None:
            # A line under the day: an outline is what is chosen, a fill is how much there is.
            painter.setPen(QPen(QColor(tokens.accent), 2))
            foot = cell.bottom() + 1
            painter.drawLine(QPointF(cell.left() + 1, foot), QPointF(cell.right() - 1, foot))
        if marks.at is not None and (cell := self.grid.cells.get(marks.at)) is not None:
            ink = tokens.accent if marks.focused else tokens.muted
            painter.setPen(QPen(QColor(ink), 2 if marks.focused else 1))
            painter.drawRoundedRect(cell.adjusted(-1, -1, 1, 1), _RADIUS_PX + 1, _RADIUS_PX + 1)
        if marks.chosen is not None and (cell := self.grid.cells.get(marks.chosen)) is not None:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawRoundedRect(cell, _RADIUS_PX, _RADIUS_PX)
