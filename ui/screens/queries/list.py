"""The live list of what the console's own statements cost: graph, table and figures of one span of time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget
from typing_extensions import override

from console.settings import SettingNotKeptError, keep_setting
from ui.kit.commands import native
from ui.kit.renewal import Renewal
from ui.kit.table.row_menu import RowAction
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import TitleRow
from ui.kit.widgets.buttons import PairButton
from ui.routes import OpenServer
from ui.screens.queries.graph import QueryGraph
from ui.screens.queries.rows import Analysis, QueryRow, analyse
from ui.screens.queries.span import INTERVALS, POINTS_AT_MOST, WINDOWS, between, span_s
from ui.screens.queries.table import QueryTable
from ui.screens.queries.tiles import QueryTiles

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from console.monitor.recording.ring import Snapshot
    from ui.context import Context

ANALYSE_MS: Final = 1_000
_SOON_MS: Final = 60
# Below this the title has no room for words, nor for what the navigation offers too.
_NARROW_PX: Final = 960
_DEFAULT_WINDOW, _DEFAULT_INTERVAL = 1, 1
_SLOWER_KEYS = frozenset({Qt.Key.Key_Plus, Qt.Key.Key_Equal})
_FASTER_KEYS = frozenset({Qt.Key.Key_Minus, Qt.Key.Key_Underscore})
_NEVER = (-1, 0.0)


class QueryList(QWidget):
    """Every statement as a point, every shape of statement as a row; alive while it is seen."""

    opened = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window, self._interval = _DEFAULT_WINDOW, _DEFAULT_INTERVAL
        self._snapshot: Snapshot | None = None
        self._drawn_until = _NEVER
        self._stale = True
        self._narrow = False
        self._rows: tuple[QueryRow, ...] = ()
        self.title = TitleRow("Queries")
        self.windows = [PairButton(window.word) for window in WINDOWS]
        self.slow_only = PairButton("Slow only")
        self.server = PairButton("Server sessions")
        self.pause = PairButton("Pause", "Space", strong_lead=True)
        self.graph = QueryGraph(context, float(context.settings.slow_threshold_ms))
        self.chart = self.graph.chart
        self._statements = QueryTable(context, self)
        self.model, self.table = self._statements.model, self._statements.table
        self.tiles = QueryTiles(context.formats)
        self._redraw = Renewal(self, ANALYSE_MS)
        self._analyse = Renewal(self, ANALYSE_MS)
        # A range is drawn with the mouse: not each of its steps is worth a calculation.
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._build()
        self._connect()
        self.choose_interval(_DEFAULT_INTERVAL)

    @property
    def window_s(self) -> float:
        """How much time is shown."""
        return WINDOWS[self._window].seconds

    @property
    def interval_ms(self) -> int:
        """How often the graph is drawn."""
        return INTERVALS[self._interval]

    @property
    def selected(self) -> Snapshot | None:
        """The statements that table and figures are about: those of the window, or of the range brushed."""
        brush = self.chart.brush
        if self._snapshot is None or brush is None:
            return self._snapshot
        return between(self._snapshot, *brush)

    def refresh(self) -> None:
        """Draw and work out what there is now."""
        self._drawn_until, self._stale = _NEVER, True
        self._draw()
        self._start_analysis()

    def toggle_pause(self) -> None:
        """Hold still what is shown, or go on."""
        self.chart.set_paused(not self.chart.paused)

    def choose_window(self, place: int) -> None:
        """Show the last minute, quarter of an hour, hour or all, by its place in WINDOWS."""
        self._window = min(max(place, 0), len(WINDOWS) - 1)
        self.windows[self._window].setChecked(True)
        self.chart.set_paused(False)
        self.refresh()

    def choose_interval(self, place: int) -> None:
        """Draw as often as the place in INTERVALS says."""
        self._interval = min(max(place, 0), len(INTERVALS) - 1)
        self._redraw.set_interval(self.interval_ms)
        self._analyse.set_interval(max(self.interval_ms, ANALYSE_MS))
        self.graph.show_interval(self.interval_ms)

    def select(self, fingerprint: str) -> bool:
        """Select a statement's row; False when it is not shown."""
        return self._statements.select(fingerprint)

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key asks: Space, plus, minus, or the number of a window; False for any other."""
        key = event.key()
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        window = key - Qt.Key.Key_1
        if key == Qt.Key.Key_Space:
            self.toggle_pause()
        elif key in _SLOWER_KEYS:
            self.choose_interval(self._interval + 1)
        elif key in _FASTER_KEYS:
            self.choose_interval(self._interval - 1)
        elif 0 <= window < len(WINDOWS):
            self.choose_window(window)
        elif key == Qt.Key.Key_Escape and self.chart.brush is not None:
            self.graph.clear_brush()
        else:
            return False
        return True

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW_PX
        self.server.setVisible(not narrow)
        if narrow != self._narrow:
            self._narrow = narrow
            self._show_figures()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The table would take Space for itself.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.take_key(event):
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        group = QButtonGroup(self)
        for place, part in enumerate(self.windows, start=1):
            part.setCheckable(True)
            part.setToolTip(f"Key {place}")
            group.addButton(part)
            self.title.add_action(part)
        self.windows[self._window].setChecked(True)
        self.slow_only.setCheckable(True)
        self.slow_only.setToolTip("Only statements with a run above the threshold")
        self.title.add_action(self.slow_only)
        self.title.add_action(self.server)
        self.title.add_action(self.pause)
        self._show_rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addWidget(self.graph, 3)
        layout.addWidget(self.table, 2)
        layout.addLayout(self.tiles)

    def _connect(self) -> None:
        self._redraw.due.connect(self._draw)
        self._analyse.due.connect(self._start_analysis)
        self._soon.timeout.connect(self._start_analysis)
        for place, part in enumerate(self.windows):
            part.clicked.connect(lambda _checked, at=place: self.choose_window(at))
        self.server.clicked.connect(lambda _checked: self._context.navigator.go(OpenServer()))
        self.pause.clicked.connect(lambda _checked: self.toggle_pause())
        self.slow_only.toggled.connect(lambda _on: self._show_rows())
        self.graph.interval_wanted.connect(
            lambda by: self.choose_interval((self._interval + by) % len(INTERVALS))
        )
        self.graph.brushed.connect(lambda _span: self._look_again())
        self.graph.opened.connect(self.opened)
        self.chart.paused_changed.connect(self._show_paused)
        self.chart.threshold_moved.connect(self._keep_threshold)
        self.table.activated_row.connect(lambda row: self.opened.emit(row.fingerprint))
        self.table.installEventFilter(self)
        self.table.set_row_actions(
            lambda row: [RowAction("Open", partial(self.opened.emit, row.fingerprint), native("Return"))]
        )

    def _draw(self) -> None:
        """Draw what is new."""
        self.tiles.show_now(self._context.database.pool, self._context.lag.lag())
        if self.chart.paused:
            return
        snapshot = self._context.recorder.snapshot(self.window_s)
        until = (len(snapshot), float(snapshot.wall[-1]) if len(snapshot) else 0.0)
        if until == self._drawn_until:
            return
        self._drawn_until, self._snapshot, self._stale = until, snapshot, True
        self.graph.show_snapshot(snapshot, span_s(snapshot, self.window_s))
        self._show_figures()

    def _look_again(self) -> None:
        """Show table and figures of what is selected now."""
        self._stale = True
        self._show_figures()
        self._soon.start()

    def _show_figures(self) -> None:
        selected = self.selected
        if selected is not None and self._snapshot is not None:
            self.tiles.show_snapshot(selected, self.chart.threshold_ms)
            words = self._words(self._snapshot, len(selected))
            self.title.set_subtitle("" if self._narrow else words)
            self.title.setAccessibleDescription(words)

    def _words(self, snapshot: Snapshot, count: int) -> str:
        formats, window = self._context.formats, WINDOWS[self._window]
        parts = [
            f"this console, {'the range selected' if self.chart.brush else window.words}",
            f"{formats.integer(count)} {'statement' if count == 1 else 'statements'}",
        ]
        if len(snapshot) > POINTS_AT_MOST:
            parts.append(f"{formats.integer(self.graph.points)} drawn, every slow one among them")
        if snapshot.covers_s < self.window_s:
            parts.append(f"older than {formats.duration(snapshot.covers_s * 1_000)} not kept")
        return " \N{MIDDLE DOT} ".join(parts)

    def _start_analysis(self) -> None:
        """Work the table and the percentiles out on a pool thread, unless nothing is new."""
        selected, whole = self.selected, self._snapshot
        if selected is None or whole is None or not self._stale:
            return
        self._stale = False
        window_s, threshold_ms = self.window_s, self.chart.threshold_ms
        seconds = span_s(whole, window_s)
        recorder = self._context.recorder
        # The histograms know what the ring has forgotten, but nothing of a range inside the window.
        forgotten = self.chart.brush is None and whole.covers_s < window_s
        self._context.worker.run(
            lambda _cancel: analyse(
                selected,
                seconds,
                threshold_ms,
                recorder.figures(window_s).by_fingerprint if forgotten else None,
            ),
            done=self._show_analysis,
            owner=self,
            replaces="analysis",
        )

    def _show_analysis(self, analysis: Analysis) -> None:
        self.graph.show_trend(analysis.trend)
        self._rows = analysis.rows
        self._show_rows()

    def _show_rows(self) -> None:
        rows = tuple(row for row in self._rows if row.slow) if self.slow_only.isChecked() else self._rows
        self._statements.show_rows(rows, self._why_empty())

    def _why_empty(self) -> tuple[str, str]:
        if self.slow_only.isChecked() and self._rows:
            return "No slow statements", "Nothing here took longer than the threshold"
        if self.chart.brush is not None:
            return "No statements in this range", "Select another, or clear it with Escape"
        return "No statements yet", "What the other screens ask the database appears here"

    def _keep_threshold(self, threshold_ms: float) -> None:
        """Count anew, and remember the threshold for the next start."""
        self._look_again()
        try:
            keep_setting(self._context.paths.settings_file, "slow_threshold_ms", max(1, round(threshold_ms)))
        except SettingNotKeptError as error:
            self._context.notices.warn(str(error), key="threshold")

    def _show_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot takes its value by position
        self.pause.set_pair("Resume" if paused else "Pause", "Space")
        if not paused:
            self.refresh()
