"""The graph of statement durations; the only importer of pyqtgraph."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.charts.cloud import Cloud, marks_of
from ui.kit.charts.points import LEAST_MS, MOST_MS, NO_POINTS, PercentileLine, Points
from ui.kit.charts.tip import ChartTip
from ui.kit.theme.fonts import CHIP_PX, text_font
from ui.kit.theme.tokens import LIGHT
from ui.kit.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme

__all__ = ["LEAST_MS", "MOST_MS", "DurationChart", "PercentileLine"]

_DECADES = ((-1, "0.1 ms"), (0, "1"), (1, "10"), (2, "100"), (3, "1 s"), (4, "10 s"), (5, "100 s"))
_FLOOR, _ROOF = -1.15, 3.35
_LABEL_PX, _LABEL_HIGH_PX = 92, 16
_WIDEST_TICK = "00:00:00.00"
_COLOURS = len(LIGHT.series)


class DurationChart(QWidget):
    """Statements as points over time on a logarithmic scale, with percentiles and a threshold to drag.

    A drag with the left button brushes a range of time, the wheel zooms and the middle button pans; each
    of them pauses it: what is looked at stays, and new points wait for `set_paused`.
    """

    threshold_moved = Signal(float)
    point_clicked = Signal(object)
    point_hovered = Signal(object)
    paused_changed = Signal(bool)
    brushed = Signal(object)

    def __init__(self, theme: Theme, formats: Formats, *, threshold_ms: float = 100.0) -> None:
        super().__init__()
        self._theme = theme
        self._formats = formats
        self._threshold_ms = threshold_ms
        self._paused = False
        self._window_s = 900.0
        self._all: Points = NO_POINTS
        self._hovered: int | None = None
        self._mouse: QPointF | None = None
        self._brush: tuple[float, float] | None = None
        self._lines: tuple[PercentileLine, ...] = ()
        self._drawn: list[Any] = []
        self._font = text_font(CHIP_PX, weight=QFont.Weight.Medium, tabular=True)
        self._box = _BrushBox(enableMenu=False)
        self._plot = pg.PlotWidget(axisItems={"bottom": _Clock(formats)}, viewBox=self._box)
        self._view = self._plot.getPlotItem()
        self._grid = [pg.InfiniteLine(pos=at, angle=0) for at, _ in _DECADES]
        self._cloud = Cloud()
        self._mark = pg.ScatterPlotItem(pxMode=True, antialias=True, symbol="o", size=12)
        self._region = pg.LinearRegionItem(movable=False)
        self._threshold = pg.InfiniteLine(
            pos=np.log10(threshold_ms),
            angle=0,
            movable=True,
            bounds=(np.log10(LEAST_MS), np.log10(MOST_MS)),
            label="",
            # At the left: the percentiles' labels stand at the right.
            labelOpts={"position": 0.0, "anchors": [(0.0, 1.15), (0.0, 1.15)], "movable": False},
        )
        self._words = label(tone="muted")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tip = ChartTip(self)
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

    @property
    def points(self) -> Points:
        """What is drawn."""
        return self._all

    @property
    def brush(self) -> tuple[float, float] | None:
        """The range of time that is selected, in seconds since the epoch."""
        return self._brush

    @property
    def tip(self) -> str:
        """What is said of the point under the mouse."""
        return self._tip.words

    def set_threshold(self, milliseconds: float) -> None:
        """Move the threshold."""
        self._threshold.setValue(float(np.log10(np.clip(milliseconds, LEAST_MS, MOST_MS))))

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot for a button's toggled(bool)
        """Pause, or go on with the newest points and without a selection."""
        if paused == self._paused:
            return
        self._paused = paused
        if not paused:
            self.set_brush(None)
        self.paused_changed.emit(paused)
        if not paused:
            self._follow()

    def set_brush(self, span: tuple[float, float] | None) -> None:
        """Select a range of time, which pauses, or none, which does not."""
        if span == self._brush:
            return
        self._brush = span
        self._region.setVisible(span is not None)
        if span is not None:
            self._region.setRegion(span)
            self.set_paused(True)
        self.brushed.emit(span)

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
        *,
        series: NDArray[np.int64] | None = None,
    ) -> None:
        """Show statements: seconds since the epoch, durations, and which failed; ignored while paused.

        `payload` is what `point_clicked` carries, one a point; without it the point's place. `series`
        numbers the colours.
        """
        if self._paused:
            return
        self._all = Points.of(x, milliseconds, failed, series, payload)
        self.hover(None)
        self._draw_points()
        self._follow()
        # The points moved on below a mouse that did not.
        self._look_under()

    def set_percentiles(self, lines: Sequence[PercentileLine]) -> None:
        """Show percentile lines; ignored while paused."""
        if not self._paused:
            self._lines = tuple(lines)
            self._draw_lines()

    def set_words(self, words: str) -> None:
        """Say in the middle why there are no points; empty when there are some."""
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def place_of(self, point: int) -> QPoint:
        """Return where a point is drawn, in the plot's own pixels."""
        at = QPointF(float(self._all.x[point]), float(self._all.log_ms[point]))
        place: QPoint = self._plot.mapFromScene(self._box.mapViewToScene(at))
        return place

    def hover(self, point: int | None) -> None:
        """Ring a point and ask for words about it, or none."""
        if point == self._hovered:
            return
        self._hovered = point
        chosen = [] if point is None else [point]
        self._mark.setData(x=self._all.x[chosen], y=self._all.log_ms[chosen])
        self._plot.viewport().setCursor(
            Qt.CursorShape.ArrowCursor if point is None else Qt.CursorShape.PointingHandCursor
        )
        self._tip.hide()
        self.point_hovered.emit(None if point is None else self._all.carried(point))

    def say(self, words: str) -> None:
        """Write what the point under the mouse is, beside it."""
        if self._hovered is not None:
            self._tip.say(words, self._plot.mapToParent(self.place_of(self._hovered)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.hover(None)
        super().resizeEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._mouse = None
        self.hover(None)
        super().leaveEvent(event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        over = QVBoxLayout(self._plot)
        over.addWidget(self._words, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName("Statement durations over time")
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setMouseEnabled(x=True, y=False)
        self._view.setClipToView(True)
        left, bottom = self._view.getAxis("left"), self._view.getAxis("bottom")
        left.setTicks([[(at, words) for at, words in _DECADES]])
        left.setWidth(54)
        for axis in (left, bottom):
            axis.setStyle(tickFont=self._font, tickLength=0, tickAlpha=0, tickTextOffset=8)
        marks = (self._region, *self._grid, self._mark, self._threshold)
        for item in marks:
            self._view.addItem(item, ignoreBounds=True)
        self._box.addItem(self._cloud, ignoreBounds=True)
        self._region.setZValue(-10)
        self._region.setVisible(False)
        self._mark.setZValue(35)
        self._threshold.setZValue(30)
        self._threshold.label.setFont(self._font)
        self._threshold.sigPositionChanged.connect(self._move)
        self._threshold.sigPositionChangeFinished.connect(
            lambda: self.threshold_moved.emit(self._threshold_ms)
        )
        self._box.sigRangeChangedManually.connect(lambda *_: self.set_paused(True))
        self._box.dragged.connect(self._drag)
        self._plot.scene().sigMouseMoved.connect(self._look_under)
        self._plot.scene().sigMouseClicked.connect(self._click)
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
        error = QColor(tokens.error)
        self._cloud.set_marks(marks_of(tokens))
        self._mark.setBrush(pg.mkBrush(None))
        self._mark.setPen(pg.mkPen(QColor(tokens.text), width=1.5))
        pale, edge = QColor(tokens.accent), pg.mkPen(QColor(tokens.accent), width=1)
        pale.setAlphaF(0.14)
        self._region.setBrush(pale)
        for side in self._region.lines:
            side.setPen(edge)
        dashed = pg.mkPen(error, width=1)
        dashed.setDashPattern([5, 4])
        self._threshold.setPen(dashed)
        self._threshold.setHoverPen(pg.mkPen(error, width=2))
        self._threshold.label.setColor(error)
        self._threshold.label.fill = pg.mkBrush(QColor(tokens.error_pale))
        self._say_threshold()
        self._draw_lines()

    def _draw_points(self) -> None:
        points = self._all
        self._cloud.set_points(points, points.kinds(self._threshold_ms, _COLOURS))
        slow = int(points.slow(self._threshold_ms).sum())
        self.setAccessibleDescription(
            f"{self._formats.integer(len(points))} statements, {self._formats.integer(slow)} "
            f"above {self._formats.duration(self._threshold_ms)}, {int(points.failed.sum())} failed"
        )

    def _draw_lines(self) -> None:
        for item in self._drawn:
            self._view.removeItem(item)
        self._drawn = []
        tokens = self._theme.tokens
        apart, below = _LABEL_HIGH_PX * self._box.viewPixelSize()[1], _FLOOR
        for shown in sorted(
            (line for line in self._lines if len(line.x)), key=lambda line: float(line.ms[-1])
        ):
            ink = QColor(tokens.ink(shown.tone))
            log_ms = np.log10(np.clip(shown.ms, LEAST_MS, MOST_MS))
            curve = pg.PlotCurveItem(
                shown.x, log_ms, pen=pg.mkPen(ink, width=1.6), antialias=True, connect="finite"
            )
            curve.setZValue(20)
            words = f"{shown.name} {self._formats.duration(float(shown.ms[-1]))}"
            text = pg.TextItem(words, color=ink, anchor=(-0.06, 0.5), fill=_veil(tokens.surface))
            text.setFont(self._font)
            # From the lowest up, each label clear of the one before: P95 and P99 are often the same.
            below = max(float(log_ms[-1]), below + apart)
            text.setPos(float(shown.x[-1]), below)
            # Above the threshold, which else strikes through it.
            text.setZValue(31)
            for item in (curve, text):
                self._view.addItem(item, ignoreBounds=True)
                self._drawn.append(item)

    def _follow(self) -> None:
        """Keep the newest point at the right, and the slowest under the roof."""
        if self._paused:
            return
        end = float(self._all.x.max()) if len(self._all) else time.time()
        # At the right there is room for the percentiles' labels.
        beyond = self._window_s * _LABEL_PX / max(self.width(), 4 * _LABEL_PX)
        self._view.setXRange(end - self._window_s, end + beyond, padding=0.005)
        highest = float(self._all.log_ms.max(initial=0.0))
        self._view.setYRange(_FLOOR, max(_ROOF, highest + 0.35), padding=0)

    def _move(self) -> None:
        self._threshold_ms = float(10 ** self._threshold.value())
        self._say_threshold()
        self._draw_points()

    def _say_threshold(self) -> None:
        self._threshold.label.setFormat(f"threshold {self._formats.threshold(self._threshold_ms)}, drag")

    def _drag(self, start: float, end: float) -> None:
        self.set_brush((min(start, end), max(start, end)))

    def _look_under(self, at: QPointF | None = None) -> None:
        """Hover over what is where the mouse is, or was last."""
        self._mouse = self._mouse if at is None else at
        if self._mouse is not None:
            self.hover(self._under(self._mouse))

    def _under(self, at: QPointF) -> int | None:
        """Return the point at a place of the scene."""
        if not self._box.sceneBoundingRect().contains(at):
            return None
        inside = self._box.mapSceneToView(at)
        return self._all.nearest(inside.x(), inside.y(), self._box.viewPixelSize())

    def _click(self, event: Any) -> None:
        place = self._under(event.scenePos())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.point_clicked.emit(self._all.carried(place))


class _BrushBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Tells of a drag with the left button; the other buttons and the axes move the view as ever."""

    dragged = Signal(float, float)

    @override
    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() != Qt.MouseButton.LeftButton or axis is not None:
            super().mouseDragEvent(ev, axis)
            return
        ev.accept()
        self.dragged.emit(self.mapToView(ev.buttonDownPos()).x(), self.mapToView(ev.pos()).x())


class _Clock(pg.DateAxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """The time of day in the zone of all other times; `14:02:30`, over days with the date."""

    def __init__(self, formats: Formats) -> None:
        super().__init__("bottom")
        self._formats = formats
        # How many labels have room is reckoned from an example of each zoom, which are shorter than ours.
        for coarsest_s, zoom in self.zoomLevels.items():
            self.zoomLevels[coarsest_s] = type(zoom)(zoom.tickSpecs, _WIDEST_TICK)

    @override
    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        step_s = values[1] - values[0] if len(values) > 1 else spacing
        return [self._formats.moment(value, step_s) for value in values]


def _veil(surface: str) -> Any:
    """Let a label be read over the points behind it."""
    ground = QColor(surface)
    ground.setAlphaF(0.8)
    return pg.mkBrush(ground)
