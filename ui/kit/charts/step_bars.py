"""How many there are of each size: counts in steps beside those that are usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.charts.tip import ChartTip
from ui.kit.theme.fonts import CHIP_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from ui.kit.theme.theme import Theme
    from ui.kit.theme.tokens import Tokens

_USUAL_SHARE, _HERE_SHARE = 0.86, 0.52
_LEAST_PX: Final = 2.0
_ABOVE_PX, _BELOW_PX = 18, 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many are here, how many are usual, how many of those here are odd; words say it."""

    here: int
    usual: float
    odd: int
    words: str


class StepBars(QWidget):
    """Draws steps from the smallest to the largest; words tell the one under the mouse or the arrows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._steps: tuple[Step, ...] = ()
        self._ends = ("", "")
        self._named = ""
        self._at: int | None = None
        self._font = text_font(CHIP_PX, tabular=True)
        self._tip = ChartTip(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is drawn."""
        return self._steps

    @property
    def words(self) -> str:
        """What is said of the step that is pointed at; empty when none is."""
        return self._tip.words

    def set_steps(self, steps: Sequence[Step], *, ends: tuple[str, str], spoken: str) -> None:
        """Show other steps; `ends` are the smallest and the largest in words, `spoken` says all of it."""
        self._steps, self._ends, self._named = tuple(steps), ends, spoken
        self._go_to(None)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, 112)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, 112)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._steps) - 1
        at = 0 if self._at is None else self._at
        to = {
            Qt.Key.Key_Left: max(at - 1, 0), Qt.Key.Key_Right: min(at + 1, last),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if to is not None and self._steps:
            self._go_to(to)
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self._go_to(None)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._steps and self._at is None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self._go_to(0)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to(None)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        inside = bool(self._steps) and area.left() <= event.position().x() < area.right()
        share = (event.position().x() - area.left()) / area.width()
        self._go_to(min(int(share * len(self._steps)), len(self._steps) - 1) if inside else None)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(None)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        tokens, area = self._theme.tokens, self._area()
        painter = QPainter(self)
        painter.setFont(self._font)
        if self._at is not None:
            painter.fillRect(self._slot(self._at), QColor(tokens.hover))
        for at, step in enumerate(self._steps):
            self._draw(painter, at, step, tokens)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        line = round(area.bottom()) + 0.5
        painter.drawLine(QPointF(area.left(), line), QPointF(area.right(), line))
        painter.setPen(QColor(tokens.muted))
        below = QRectF(area.left(), area.bottom() + 4, area.width(), _BELOW_PX - 4)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), self._ends[0])
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), self._ends[1])

    def _draw(self, painter: QPainter, at: int, step: Step, tokens: Tokens) -> None:
        if step.usual:
            painter.fillRect(self._bar(at, step.usual, _USUAL_SHARE), QColor(tokens.border_strong))
        if step.here:
            painter.fillRect(self._bar(at, step.here, _HERE_SHARE), QColor(tokens.accent))
        if step.odd:
            painter.fillRect(self._bar(at, step.odd, _HERE_SHARE), QColor(tokens.error))
            painter.setPen(QColor(tokens.error))
            written = f"{step.odd:,}"
            wide = QFontMetricsF(self._font).horizontalAdvance(written)
            top = self._bar(at, max(step.here, step.usual), _HERE_SHARE).top()
            painter.drawText(QPointF(self._slot(at).center().x() - wide / 2, top - 4), written)

    def _bar(self, at: int, count: float, share: float) -> QRectF:
        """Return where a count's bar stands; one of a million is still seen."""
        area, slot = self._area(), self._slot(at)
        most = max(max(one.here, one.usual) for one in self._steps)
        high = max(count / most * area.height(), _LEAST_PX)
        wide = max(slot.width() * share, 1.0)
        return QRectF(slot.center().x() - wide / 2, area.bottom() - high, wide, high)

    def _go_to(self, at: int | None) -> None:
        self._at = at
        self.setAccessibleName(self._named)
        self.setAccessibleDescription("" if at is None else self._steps[at].words.replace("\n", ", "))
        if at is None:
            self._tip.hide()
        else:
            place = QPointF(self._slot(at).center().x(), self._area().center().y()).toPoint()
            self._tip.say(self._steps[at].words, place)
        self.update()

    def _area(self) -> QRectF:
        return QRectF(0, _ABOVE_PX, max(self.width(), 1), max(self.height() - _ABOVE_PX - _BELOW_PX, 1))

    def _slot(self, at: int) -> QRectF:
        area = self._area()
        wide = area.width() / len(self._steps)
        return QRectF(area.left() + at * wide, area.top(), wide, area.height())
