"""The graph's card: legend, pause and selection above it, and words about the point under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from typing_extensions import override

from ui.kit.charts.duration_chart import DurationChart, PercentileLine
from ui.kit.charts.legend import Legend
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, row_of
from ui.kit.widgets.buttons import PairButton
from ui.kit.widgets.cards import Card
from ui.screens.queries.span import INTERVALS, drawn, interval_word, screen_word, series

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent

    from console.monitor.recording.ring import Snapshot
    from ui.context import Context
    from ui.screens.queries.rows import Trend

_BETWEEN = " \N{MIDDLE DOT} "
_STEP = 10**0.1
_BRUSH_STEPS = 20
_KEYS_OF_POINTS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS_OF_THRESHOLD = {Qt.Key.Key_Up: _STEP, Qt.Key.Key_Down: 1 / _STEP}
HELP = (
    "Left and Right go from statement to statement, Enter opens one, Shift with Left or Right selects a "
    "range of time, Up and Down move the threshold, Escape clears, Space pauses"
)


class QueryGraph(Card):
    """Draws a snapshot; tells which statement was opened and which range of time was brushed."""

    opened = Signal(str)
    brushed = Signal(object)
    interval_wanted = Signal(int)

    def __init__(self, context: Context, threshold_ms: float) -> None:
        super().__init__(spacing=4)
        self._formats = context.formats
        self._snapshot: Snapshot | None = None
        self._places: NDArray[np.int64] = np.empty(0, np.int64)
        self._at: int | None = None
        self.chart = DurationChart(context.theme, context.formats, threshold_ms=threshold_ms)
        self.legend = Legend(context.theme)
        self.paused_chip = Chip("", Tone.WARNING)
        self.resume = button("Resume", compact=True)
        self.brush_chip = PairButton("Range", "", strong_lead=False)
        self.interval = PairButton("Every", interval_word(INTERVALS[1]))
        self._build(context)
        self.chart.point_hovered.connect(self._describe)
        self.chart.point_clicked.connect(self._open)
        self.chart.brushed.connect(self._show_brush)
        self.chart.paused_changed.connect(self._show_paused)
        self.resume.clicked.connect(lambda _checked: self.chart.set_paused(False))
        self.brush_chip.clicked.connect(lambda _checked: self.clear_brush())
        self.interval.clicked.connect(lambda _checked: self.interval_wanted.emit(1))

    @property
    def points(self) -> int:
        """How many statements are drawn."""
        return len(self.chart.points)

    def show_snapshot(self, snapshot: Snapshot, seconds: float) -> None:
        """Draw a snapshot over so many seconds; ignored while paused."""
        if self.chart.paused:
            return
        self._snapshot, self._at = snapshot, None
        self._places = places = drawn(snapshot, self.chart.threshold_ms)
        numbers, names = series(snapshot)
        self.legend.set_names(names)
        self.chart.set_words("" if len(snapshot) else "No statements in this time")
        self.chart.set_window(seconds)
        self.chart.set_points(
            snapshot.wall[places],
            snapshot.duration_ms[places],
            snapshot.failed[places],
            places,  # type: ignore[arg-type]  # an array is read by place like a sequence
            series=numbers[places],
        )

    def show_trend(self, trend: Trend) -> None:
        """Draw P50, P95 and P99."""
        self.chart.set_percentiles(
            (
                PercentileLine("P50", Tone.CREDIT, trend.at, trend.p50_ms),
                PercentileLine("P95", Tone.WARNING, trend.at, trend.p95_ms),
                PercentileLine("P99", Tone.ERROR, trend.at, trend.p99_ms),
            )
        )

    def show_interval(self, interval_ms: int) -> None:
        """Say how often the graph is drawn."""
        self.interval.set_pair("Every", interval_word(interval_ms))
        self.interval.setAccessibleName(f"Drawn every {interval_word(interval_ms)}")

    def clear_brush(self) -> None:
        """Select no range, and go on."""
        if self.chart.brush is not None:
            self.chart.set_brush(None)
            self.chart.set_paused(False)

    def words_of(self, place: int) -> str:
        """Say what a statement of the snapshot is: label, time taken, screen and when."""
        snapshot = self._snapshot
        if snapshot is None:
            return ""
        failure = snapshot.failures[snapshot.failure[place]]
        parts = [
            self._formats.duration(float(snapshot.duration_ms[place])),
            screen_word(snapshot.screens[snapshot.screen[place]]),
            self._formats.moment(float(snapshot.wall[place])),
        ]
        if failure is not None:
            parts.append(f"failed, {failure.text}")
        shape = snapshot.fingerprints[snapshot.fingerprint[place]]
        return f"{shape.label}\n{_BETWEEN.join(parts)}"

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shifted = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key in _KEYS_OF_POINTS and self.points:
            (self._brush_by if shifted else self._step)(_KEYS_OF_POINTS[key])
        elif key in _KEYS_OF_THRESHOLD:
            self.chart.set_threshold(self.chart.threshold_ms * _KEYS_OF_THRESHOLD[key])
            self.chart.threshold_moved.emit(self.chart.threshold_ms)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._at is not None:
            self._open(self._places[self._at])
        elif key == Qt.Key.Key_Escape and self.chart.brush is not None:
            self.clear_brush()
        else:
            super().keyPressEvent(event)

    def _build(self, context: Context) -> None:
        self.body.setContentsMargins(12, 8, 10, 6)
        self.chart.setMinimumHeight(200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Graph of statements")
        self.setAccessibleDescription(HELP)
        self.brush_chip.setToolTip("Show the whole window again")
        self.interval.setToolTip("How often the graph is drawn; + and \N{MINUS SIGN} change it")
        context.icons.dress(self.resume, Glyph.PLAY, size=14)
        head = (self.legend, self.brush_chip, self.paused_chip, self.resume, self.interval)
        self.body.addLayout(row_of(*head, spacing=8))
        self.body.addWidget(self.chart, 1)
        self._show_paused()
        self._show_brush(None)

    def _step(self, by: int) -> None:
        """Go to the next statement in time, from the newest when none was chosen."""
        self.chart.set_paused(True)
        last = self.points - 1
        self._at = last if self._at is None else min(max(self._at + by, 0), last)
        self.chart.hover(self._at)

    def _brush_by(self, by: int) -> None:
        """Select a part of the time shown, or move the selection's beginning."""
        x = self.chart.points.x
        first, last = float(x.min()), float(x.max())
        step = max((last - first) / _BRUSH_STEPS, 1e-3)
        start, end = self.chart.brush or (last, last)
        self.chart.set_brush((min(max(start + by * step, first), end), end))

    def _describe(self, place: object) -> None:
        if isinstance(place, (int, np.integer)):
            words = self.words_of(int(place))
            self.chart.say(words)
            self.setAccessibleDescription(words)

    def _open(self, place: object) -> None:
        if self._snapshot is not None and isinstance(place, (int, np.integer)):
            self.opened.emit(self._snapshot.fingerprints[self._snapshot.fingerprint[int(place)]].id)

    def _show_brush(self, span: tuple[float, float] | None) -> None:
        if span is not None:
            words = f"{self._formats.moment(span[0])}\N{EN DASH}{self._formats.moment(span[1])}"
            self.brush_chip.set_pair("Range", f"{words}  \N{MULTIPLICATION SIGN}")
            self.brush_chip.setAccessibleName(f"Selected {words}, press to clear")
        self.brush_chip.setVisible(span is not None)
        self.brushed.emit(span)

    def _show_paused(self) -> None:
        self.paused_chip.set("Paused" if self.chart.paused else "", Tone.WARNING)
        self.resume.setVisible(self.chart.paused)
