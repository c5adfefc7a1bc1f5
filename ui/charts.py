"""The graph of statement durations; the only importer of pyqtgraph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.fonts import CHIP_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ui.numbers import Formats
    from ui.theme import Theme
    from ui.tokens import Tone

LEAST_MS, MOST_MS = 0.1, 100_000.0
_DECADES = ((-1, "0.1 ms"), (0, "1"), (1, "10"), (2, "100"), (3, "1 s"), (4, "10 s"), (5, "100 s"))
_FLOOR, _ROOF = -1.15, 3.35
_LABEL_DECADES = 0.26
_POINT_PX, _SLOW_PX, _FAILED_PX = 4.0, 6.0, 8.0


@dataclass(frozen=True, slots=True)
class PercentileLine:
    """One percentile over time: `x` in seconds since the epoch; labelled by its last value."""

    name: str
    tone: Tone
    x: NDArray[np.float64]
    ms: NDArray[np.float64]


class DurationChart(QWidget):
    """Statements as points over time on a logarithmic scale, with percentiles and a threshold to drag.

    Zooming or panning pauses it: what is looked at stays, and new points wait for `set_paused`.
    """

    threshold_moved = Signal(float)
    point_clicked = Signal(object)
    paused_changed = Signal(bool)

    def __init__(self, theme: Theme, formats: Formats, *, threshold_ms: float = 100.0) -> None:
        super().__init__()
        self._theme = theme
        self._formats = formats
        self._threshold_ms = threshold_ms
        self._paused = False
        self._window_s = 900.0
        self._x: NDArray[np.float64] = np.empty(0)
        self._ms: NDArray[np.float64] = np.empty(0)
        self._failed: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        self._payload: Sequence[object] | None = None
        self._lines: tuple[PercentileLine, ...] = ()
        self._drawn: list[Any] = []
        self._font = text_font(CHIP_PX, weight=QFont.Weight.Medium, tabular=True)
        self._plot = pg.PlotWidget(axisItems={"bottom": pg.DateAxisItem()})
        self._view = self._plot.getPlotItem()
        self._grid = [pg.InfiniteLine(pos=at, angle=0) for at, _ in _DECADES]
        self._points = {
            kind: pg.ScatterPlotItem(pxMode=True, antialias=True, symbol=symbol, size=size)
            for kind, symbol, size in (
                ("fast", "o", _POINT_PX),
                ("slow", "o", _SLOW_PX),
                ("failed", "x", _FAILED_PX),
            )
        }
        self._threshold = pg.InfiniteLine(
            pos=np.log10(threshold_ms),
            angle=0,
            movable=True,
            bounds=(np.log10(LEAST_MS), np.log10(MOST_MS)),
            label="",
            # At the left: the percentiles' labels stand at the right.
            labelOpts={"position": 0.0, "anchors": [(0.0, 1.15), (0.0, 1.15)], "movable": False},
        )
        self._build()
        self._restyle()
        theme.changed.connect(self._restyle)

    @property
    def threshold_ms(self) -> float:
        """From where on a statement is slow."""
        return self._threshold_ms

    @property
    def paused(self) -> bool:
        """Whether new points are kept out."""
        return self._paused

    def set_threshold(self, milliseconds: float) -> None:
        """Move the threshold."""
        self._threshold.setValue(float(np.log10(np.clip(milliseconds, LEAST_MS, MOST_MS))))

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot for a button's toggled(bool)
        """Pause, or go on with the newest points."""
        if paused != self._paused:
            self._paused = paused
            self.paused_changed.emit(paused)
            if not paused:
                self._follow()

    def set_window(self, seconds: float) -> None:
        """Show the last so many seconds."""
        self._window_s = seconds
        self._follow()

    def set_points(
        self,
        x: NDArray[np.float64],
        milliseconds: NDArray[np.float64],
        failed: NDArray[np.bool_],
        payload: Sequence[object] | None = None,
    ) -> None:
        """Show statements: seconds since the epoch, durations, and which failed; ignored while paused.

        `payload` is what `point_clicked` carries, one a point; without it the point's place.
        """
        if self._paused:
            return
        self._x, self._ms, self._failed, self._payload = x, milliseconds, failed, payload
        self._draw_points()
        self._follow()

    def set_percentiles(self, lines: Sequence[PercentileLine]) -> None:
        """Show percentile lines; ignored while paused."""
        if not self._paused:
            self._lines = tuple(lines)
            self._draw_lines()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.setAccessibleName("Statement durations over time")
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setMouseEnabled(x=True, y=False)
        self._view.setClipToView(True)
        left, bottom = self._view.getAxis("left"), self._view.getAxis("bottom")
        left.setTicks([[(at, words) for at, words in _DECADES]])
        left.setWidth(54)
        for axis in (left, bottom):
            axis.setStyle(tickFont=self._font, tickLength=0, tickAlpha=0, tickTextOffset=8)
        for item in (*self._grid, *self._points.values(), self._threshold):
            self._view.addItem(item, ignoreBounds=True)
        for item in self._points.values():
            item.sigClicked.connect(self._click)
        self._threshold.setZValue(30)
        self._threshold.label.setFont(self._font)
        self._threshold.sigPositionChanged.connect(self._move)
        self._threshold.sigPositionChangeFinished.connect(self._moved)
        self._view.getViewBox().sigRangeChangedManually.connect(lambda *_: self.set_paused(True))
        self._view.setYRange(_FLOOR, _ROOF, padding=0)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._plot.setBackground(QColor(tokens.surface))
        for name in ("left", "bottom"):
            axis = self._view.getAxis(name)
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(QColor(tokens.muted))
        for item in self._grid:
            item.setPen(pg.mkPen(QColor(tokens.border), width=1))
        fast = QColor(tokens.point)
        fast.setAlphaF(0.75)
        self._points["fast"].setBrush(fast)
        self._points["fast"].setPen(pg.mkPen(None))
        self._points["slow"].setBrush(QColor(tokens.error))
        self._points["slow"].setPen(pg.mkPen(None))
        self._points["failed"].setBrush(QColor(tokens.error))
        self._points["failed"].setPen(pg.mkPen(QColor(tokens.surface), width=0.5))
        error = QColor(tokens.error)
        dashed = pg.mkPen(error, width=1)
        dashed.setDashPattern([5, 4])
        self._threshold.setPen(dashed)
        self._threshold.setHoverPen(pg.mkPen(error, width=2))
        self._threshold.label.setColor(error)
        self._threshold.label.fill = pg.mkBrush(QColor(tokens.error_pale))
        self._say_threshold()
        self._draw_lines()

    def _draw_points(self) -> None:
        slow = (self._ms > self._threshold_ms) & ~self._failed
        log_ms = np.log10(np.clip(self._ms, LEAST_MS, MOST_MS))
        chosen = {"fast": ~slow & ~self._failed, "slow": slow, "failed": self._failed}
        for kind, mask in chosen.items():
            places = np.flatnonzero(mask)
            self._points[kind].setData(x=self._x[places], y=log_ms[places], data=places)
        self.setAccessibleDescription(
            f"{self._formats.integer(len(self._x))} statements, {self._formats.integer(int(slow.sum()))} "
            f"above {self._formats.duration(self._threshold_ms)}, {int(self._failed.sum())} failed"
        )

    def _draw_lines(self) -> None:
        for item in self._drawn:
            self._view.removeItem(item)
        self._drawn = []
        tokens = self._theme.tokens
        below = _FLOOR
        for shown in sorted(
            (line for line in self._lines if len(line.x)), key=lambda line: float(line.ms[-1])
        ):
            ink = QColor(tokens.ink(shown.tone))
            log_ms = np.log10(np.clip(shown.ms, LEAST_MS, MOST_MS))
            curve = pg.PlotCurveItem(shown.x, log_ms, pen=pg.mkPen(ink, width=1.6), antialias=True)
            curve.setZValue(20)
            words = f"{shown.name} {self._formats.duration(float(shown.ms[-1]))}"
            text = pg.TextItem(words, color=ink, anchor=(1.0, 1.05), fill=_veil(tokens.surface))
            text.setFont(self._font)
            # From the lowest up, each label clear of the one before: P95 and P99 are often the same.
            below = max(float(log_ms[-1]), below + _LABEL_DECADES)
            text.setPos(float(shown.x[-1]), below)
            text.setZValue(25)
            for item in (curve, text):
                self._view.addItem(item, ignoreBounds=True)
                self._drawn.append(item)

    def _follow(self) -> None:
        """Keep the newest point at the right, and the slowest under the roof."""
        if self._paused or not len(self._x):
            return
        end = float(self._x.max())
        self._view.setXRange(end - self._window_s, end, padding=0.01)
        roof = max(_ROOF, float(np.log10(np.clip(self._ms.max(), LEAST_MS, MOST_MS))) + 0.35)
        self._view.setYRange(_FLOOR, roof, padding=0)

    def _move(self) -> None:
        self._threshold_ms = float(10 ** self._threshold.value())
        self._say_threshold()
        self._draw_points()

    def _moved(self) -> None:
        self.threshold_moved.emit(self._threshold_ms)

    def _say_threshold(self) -> None:
        self._threshold.label.setFormat(f"threshold {_rounded(self._threshold_ms, self._formats)}, drag")

    def _click(self, _item: object, points: Sequence[Any], _event: object) -> None:
        if len(points):
            place = int(points[0].data())
            self.point_clicked.emit(place if self._payload is None else self._payload[place])


def _rounded(milliseconds: float, formats: Formats) -> str:
    """Write `100 ms` for a threshold, not `100.0 ms`."""
    nearest = round(milliseconds)
    whole = abs(milliseconds - nearest) < 0.05 and nearest  # noqa: PLR2004 - what one decimal cannot show
    return f"{nearest} ms" if whole and nearest < 1000 else formats.duration(milliseconds)  # noqa: PLR2004 - a second


def _veil(surface: str) -> Any:
    """Let a label be read over the points behind it."""
    ground = QColor(surface)
    ground.setAlphaF(0.8)
    return pg.mkBrush(ground)
