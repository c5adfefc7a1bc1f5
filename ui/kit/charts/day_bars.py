"""Days as stacked bars: what came stands above the line, what went below it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.charts.tip import ChartTip
from ui.kit.theme.fonts import CHIP_PX, LABEL_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from ui.kit.theme.theme import Theme
    from ui.kit.theme.tokens import Tokens

    Ink = Callable[[Tokens], QColor]

_BAR_SHARE: Final = 0.62
_BETWEEN_PX: Final = 8
_DATES_PX: Final = 76
_LEAST_PX: Final = 2
_LINES: Final = 4
_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_SQUARE_PX, _NAME_PX, _KEY_PX = 9, 15, 20


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that each bar is stacked of: its name in the legend, and its colour in a theme."""

    name: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: a signed amount for each part, its date as the axis writes it, and what is said of it.

    is_over: a day that goes on is drawn as one that is not finished.
    """

    day: date
    amounts: tuple[int, ...]
    written: str
    words: str
    is_over: bool = True

    @property
    def above(self) -> int:
        """How high it stands above the line."""
        return sum(amount for amount in self.amounts if amount > 0)

    @property
    def below(self) -> int:
        """How deep it reaches below the line, as an amount below zero."""
        return sum(amount for amount in self.amounts if amount < 0)


class PartKey(QWidget):
    """A part's colour and name, for a legend."""

    def __init__(self, theme: Theme, part: Part) -> None:
        super().__init__()
        self._theme = theme
        self._part = part
        self.setFont(text_font(LABEL_PX))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(part.name)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(self.font()).horizontalAdvance(self._part.name)
        return QSize(_NAME_PX + math.ceil(wide), _KEY_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._part.ink(self._theme.tokens))
        painter.drawRoundedRect(QRectF(0, (self.height() - _SQUARE_PX) / 2, _SQUARE_PX, _SQUARE_PX), 2, 2)
        painter.setPen(QColor(self._theme.tokens.muted))
        painter.setFont(self.font())
        area = QRectF(_NAME_PX, 0, self.width(), self.height())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), self._part.name)


class DayBars(QWidget):
    """Draws days from left to right; the one under the mouse, or that the arrows go to, is told in words.

    chosen: the day that was clicked, or that Enter was pressed on.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self._days: tuple[DayBar, ...] = ()
        self._written: Callable[[int, int], str] = lambda amount, _step: str(amount)
        self._step = 1
        self._named = ""
        self._at: int | None = None
        self._font = text_font(CHIP_PX, tabular=True)
        self._tip = ChartTip(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def days(self) -> tuple[DayBar, ...]:
        """What is drawn."""
        return self._days

    @property
    def day(self) -> DayBar | None:
        """The day that is told in words."""
        return None if self._at is None else self._days[self._at]

    @property
    def words(self) -> str:
        """What is said of that day beside it; empty when nothing is."""
        return self._tip.words

    @property
    def ticks(self) -> tuple[str, ...]:
        """The amounts beside the axis, from the lowest to the highest."""
        low, high = self._reach()
        return tuple(self._written(tick, self._step) for tick in range(low, high + 1, self._step))

    def set_days(
        self,
        parts: Sequence[Part],
        days: Sequence[DayBar],
        *,
        written: Callable[[int, int], str],
        spoken: str,
    ) -> None:
        """Show other days; `spoken` says all of them in words.

        written: writes an amount beside the axis, whose lines are so far apart as the second number.
        """
        before = self.day
        self._parts, self._days, self._written = tuple(parts), tuple(days), written
        self._step = _step(max((one.above - one.below for one in days), default=0))
        self._named = spoken
        same = (at for at, one in enumerate(self._days) if before is not None and one.day == before.day)
        self._at = None  # so that the day is told anew: its amounts may be others
        self._go_to(next(same, None))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(520, 210)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, 170)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._days) - 1
        at = last if self._at is None else self._at
        to = {
            Qt.Key.Key_Left: max(at - 1, 0), Qt.Key.Key_Right: min(at + 1, last),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if to is not None and self._days:
            self._go_to(to)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.day is not None:
            self.chosen.emit(self.day.day)
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self._go_to(None)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._days and self._at is None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self._go_to(len(self._days) - 1)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to(None)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._under(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._under(event.position())
        if event.button() is Qt.MouseButton.LeftButton and at is not None:
            self.chosen.emit(self._days[at].day)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(None)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._days:
            return
        tokens, area = self._theme.tokens, self._area()
        painter = QPainter(self)
        painter.setFont(self._font)
        self._draw_axis(painter, area, tokens)
        if self._at is not None:
            slot = self._slot(area, self._at)
            painter.fillRect(slot, QColor(tokens.hover if not self.hasFocus() else tokens.accent_pale))
        for at, day in enumerate(self._days):
            self._draw_day(painter, area, at, day)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        zero = round(self._y(area, 0)) + 0.5
        painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))

    def _draw_axis(self, painter: QPainter, area: QRectF, tokens: Tokens) -> None:
        low, high = self._reach()
        height = QFontMetricsF(self._font).height()
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for tick in range(low, high + 1, self._step):
            y = self._y(area, tick)
            painter.setPen(QPen(QColor(tokens.border), 1))
            painter.drawLine(QPointF(area.left(), round(y) + 0.5), QPointF(area.right(), round(y) + 0.5))
            painter.setPen(QColor(tokens.muted))
            beside = QRectF(0, y - height / 2, area.left() - _BETWEEN_PX, height)
            painter.drawText(beside, right, self._written(tick, self._step))
        # From today back, as many as there is room for.
        every = max(1, math.ceil(_DATES_PX * len(self._days) / max(area.width(), 1)))
        for at in range(len(self._days) - 1, -1, -every):
            middle = self._slot(area, at).center().x()
            below = QRectF(middle - _DATES_PX / 2, area.bottom() + 5, _DATES_PX, height)
            painter.drawText(
                below.translated(min(0.0, self.width() - below.right()), 0),
                int(Qt.AlignmentFlag.AlignHCenter), self._days[at].written,
            )  # fmt: skip

    def _draw_day(self, painter: QPainter, area: QRectF, at: int, day: DayBar) -> None:
        slot = self._slot(area, at)
        wide = max(slot.width() * _BAR_SHARE, _LEAST_PX)
        left = slot.center().x() - wide / 2
        above = below = 0
        for part, amount in zip(self._parts, day.amounts, strict=True):
            start = above if amount > 0 else below
            first, last = self._y(area, start), self._y(area, start + amount)
            ink = part.ink(self._theme.tokens)
            style = Qt.BrushStyle.SolidPattern if day.is_over else Qt.BrushStyle.Dense4Pattern
            painter.fillRect(QRectF(left, min(first, last), wide, abs(last - first)), QBrush(ink, style))
            above, below = above + max(amount, 0), below + min(amount, 0)
        if not day.is_over:
            top, bottom = self._y(area, day.above), self._y(area, day.below)
            painter.setPen(QPen(QColor(self._theme.tokens.muted), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(left, top, wide, max(bottom - top, 1)))

    def _go_to(self, at: int | None) -> None:
        if at == self._at and not (at is None and self._tip.words):
            self._name()
            return
        self._at = at
        self._name()
        if at is None:
            self._tip.hide()
        else:
            area = self._area()
            place = QPointF(self._slot(area, at).center().x(), area.center().y()).toPoint()
            self._tip.say(self._days[at].words, place)
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(self._named)
        self.setAccessibleDescription("" if self.day is None else self.day.words.replace("\n", ", "))

    def _under(self, place: QPointF) -> int | None:
        area = self._area()
        if not self._days or not area.left() <= place.x() < area.right():
            return None
        return min(int((place.x() - area.left()) / area.width() * len(self._days)), len(self._days) - 1)

    def _area(self) -> QRectF:
        metrics = QFontMetricsF(self._font)
        left = max((metrics.horizontalAdvance(tick) for tick in self.ticks), default=0) + _BETWEEN_PX
        return QRectF(left, 8, max(self.width() - left - 2, 1), max(self.height() - metrics.height() - 18, 1))

    def _slot(self, area: QRectF, at: int) -> QRectF:
        wide = area.width() / len(self._days)
        return QRectF(area.left() + at * wide, area.top(), wide, area.height())

    def _reach(self) -> tuple[int, int]:
        """Return from where to where the axis goes, whole steps both."""
        high = max((one.above for one in self._days), default=0)
        low = min((one.below for one in self._days), default=0)
        return math.floor(low / self._step) * self._step, math.ceil(high / self._step) * self._step

    def _y(self, area: QRectF, amount: int) -> float:
        low, high = self._reach()
        return area.bottom() - (amount - low) / max(high - low, 1) * area.height()


def _step(reach: int) -> int:
    """Return a round amount of which about four make the reach."""
    least = max(reach / _LINES, 1.0)
    power = float(10 ** math.floor(math.log10(least)))
    return max(math.ceil(next(one * power for one in _ROUND if one * power >= least)), 1)
