"""The way of a batch in four steps: which are behind it, which is next, and who did what when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import chip_font, label_font, text_font
from ui.kit.widgets.basics import column_of, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from ui.kit.theme.theme import Theme

_MARK_PX = 22
_CHECK = ((0.30, 0.52), (0.44, 0.66), (0.71, 0.37))


class StepState(StrEnum):
    """How far a step is."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, how far it is, and a few words."""

    name: str
    state: StepState
    words: str


class Stepper(QFrame):
    """A card with the steps side by side."""

    def __init__(self, theme: Theme, names: Sequence[str]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._parts = [_StepPart(theme, number, name) for number, name in enumerate(names, start=1)]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 12, 18, 12)
        layout.setSpacing(14)
        for part in self._parts:
            layout.addWidget(part, 1)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is shown."""
        return tuple(part.step for part in self._parts)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show how far each step is."""
        for part, step in zip(self._parts, steps, strict=True):
            part.show_step(step)


class _StepPart(QWidget):
    """One step: a round mark, the name, and what happened under it."""

    def __init__(self, theme: Theme, number: int, name: str) -> None:
        super().__init__()
        self.step = Step(name, StepState.LATER, "")
        self._mark = _Mark(theme, number)
        self._name = label(name, font=text_font(weight=QFont.Weight.DemiBold))
        self._words = label("", tone="muted", font=label_font(), wrap=True)
        words = column_of(None, self._name, self._words, None, spacing=2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._mark)
        layout.addLayout(words, 1)

    def show_step(self, step: Step) -> None:
        """Show the step's state and words."""
        self.step = step
        self._mark.show_state(step.state)
        self._name.setText(step.name)
        self._words.setText(step.words)
        self.setAccessibleName(f"{step.name}, {step.state.value}: {step.words}")


class _Mark(QWidget):
    """A disc with a tick, a number or an exclamation mark, in the theme's colours."""

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self._theme = theme
        self._number = str(number)
        self._state = StepState.LATER
        self._font = chip_font()
        self.setFixedSize(_MARK_PX, _MARK_PX)
        theme.changed.connect(self.update)

    def show_state(self, state: StepState) -> None:
        """Paint another state."""
        self._state = state
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_MARK_PX, _MARK_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        ground, ink = {
            StepState.DONE: (tokens.credit, tokens.surface),
            StepState.NEXT: (tokens.accent, tokens.accent_text),
            StepState.LATER: (tokens.neutral_pale, tokens.muted),
            StepState.FAILED: (tokens.error, tokens.surface),
        }[self._state]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawEllipse(QRectF(0, 0, _MARK_PX, _MARK_PX))
        if self._state is StepState.DONE:
            pen = QPen(QColor(ink), 1.8, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            tick = QPolygonF()
            for x, y in _CHECK:
                tick.append(QRectF(x * _MARK_PX, y * _MARK_PX, 0, 0).topLeft())
            painter.drawPolyline(tick)
        else:
            painter.setPen(QColor(ink))
            painter.setFont(self._font)
            text = "!" if self._state is StepState.FAILED else self._number
            painter.drawText(QRectF(0, 0, _MARK_PX, _MARK_PX), int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()
