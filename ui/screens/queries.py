"""The live graph of what the console's own statements cost; it sends none itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup
from typing_extensions import override

from ui.buttons import PairButton
from ui.cards import Card
from ui.charts import DurationChart, PercentileLine
from ui.commands import Command
from ui.forms import TitleRow
from ui.grid import GridModel
from ui.lag import LagSampler
from ui.screen import Screen
from ui.screens.query_rows import COLUMNS, Analysis, QueryRow, analyse
from ui.screens.query_tiles import QueryTiles
from ui.tokens import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from console.monitor.ring import Snapshot
    from ui.context import Context

REDRAW_MS: Final = 250
ANALYSE_MS: Final = 1_000
POINTS_AT_MOST: Final = 10_000
SPAN_AT_LEAST_S: Final = 20.0
WINDOWS: Final = ((60.0, "1 min"), (900.0, "15 min"), (3_600.0, "1 h"))
_DEFAULT: Final = 1
_LONGER = frozenset({Qt.Key.Key_Plus, Qt.Key.Key_Equal})
_SHORTER = frozenset({Qt.Key.Key_Minus, Qt.Key.Key_Underscore})


class Queries(Screen):
    """Every statement as a point, every shape of statement as a row; alive while it is seen."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._window = _DEFAULT
        self._snapshot: Snapshot | None = None
        self._drawn_until = (-1, 0.0)
        self._analysed_until = (-1, 0.0)
        self._span_s = self.window_s
        self._rows: tuple[QueryRow, ...] = ()
        self.title = TitleRow("Queries")
        self.windows = [PairButton(words) for _, words in WINDOWS]
        self.slow_only = PairButton("Slow only")
        self.pause = PairButton("Pause", "Space", strong_lead=True)
        self.chart = DurationChart(
            context.theme, context.formats, threshold_ms=float(context.settings.slow_threshold_ms)
        )
        self.model = GridModel(COLUMNS, context.formats, parent=self)
        self.table = context.table("queries", parent=self)
        self.tiles = QueryTiles(context.formats)
        # The window's own, which has watched since it was opened.
        self.lag = context.worker.findChild(LagSampler) or LagSampler(self)
        self._redraw = QTimer(self, interval=REDRAW_MS)
        self._analyse = QTimer(self, interval=ANALYSE_MS)
        self._build()
        self._connect()
        if self.lag.parent() is self:
            self.lag.start()

    @property
    def window_s(self) -> float:
        """How much time is shown."""
        return WINDOWS[self._window][0]

    @override
    def refresh(self) -> None:
        self._drawn_until = self._analysed_until = (-1, 0.0)
        self._draw()
        self._start_analysis()

    @override
    def focus_filter(self) -> None:
        self.slow_only.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._redraw.start()
        self._analyse.start()
        self.refresh()
        self.setFocus()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._redraw.stop()
        self._analyse.stop()
        super().hideEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take_key(event):
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The table would take Space for itself.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._take_key(event):
            return True
        return super().eventFilter(watched, event)

    def toggle_pause(self) -> None:
        """Hold still what is shown, or go on."""
        self.chart.set_paused(not self.chart.paused)

    def choose_window(self, place: int) -> None:
        """Show the last minute, quarter of an hour or hour, by its place in WINDOWS."""
        self._window = min(max(place, 0), len(WINDOWS) - 1)
        self.windows[self._window].setChecked(True)
        self.chart.set_paused(False)
        self.refresh()

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        group = QButtonGroup(self)
        for part in self.windows:
            part.setCheckable(True)
            group.addButton(part)
            self.title.add_action(part)
        self.windows[self._window].setChecked(True)
        self.slow_only.setCheckable(True)
        self.slow_only.setToolTip("Only statements with a run above the threshold")
        self.title.add_action(self.slow_only)
        self.title.add_action(self.pause)
        card = Card()
        card.body.setContentsMargins(10, 8, 10, 6)
        card.body.addWidget(self.chart)
        self.chart.setMinimumHeight(220)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Statements")
        self.table.set_empty_words(
            "No statements yet", "What the other screens ask the database appears here"
        )
        self.table.head.set_order("total_ms", descending=True)
        self.page.addWidget(self.title)
        self.page.addWidget(card, 3)
        self.page.addWidget(self.table, 2)
        self.page.addLayout(self.tiles)

    def _connect(self) -> None:
        self._redraw.timeout.connect(self._draw)
        self._analyse.timeout.connect(self._start_analysis)
        for place, part in enumerate(self.windows):
            part.clicked.connect(lambda _checked, at=place: self.choose_window(at))
        self.pause.clicked.connect(lambda _checked: self.toggle_pause())
        self.slow_only.toggled.connect(lambda _on: self._show_rows())
        self.chart.paused_changed.connect(self._show_paused)
        self.chart.threshold_moved.connect(lambda _ms: self.refresh())
        self.chart.point_clicked.connect(self._select_point)
        self.table.installEventFilter(self)
        self.context.commands.add(
            Command(
                "queries.pause",
                "Queries: pause the graph or go on",
                self.toggle_pause,
                group="Queries, Space",
                refusal=lambda: "" if self.isVisible() else "open Queries first",
            )
        )

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if key == Qt.Key.Key_Space:
            self.toggle_pause()
        elif key in _LONGER:
            self.choose_window(self._window + 1)
        elif key in _SHORTER:
            self.choose_window(self._window - 1)
        else:
            return False
        return True

    def _draw(self) -> None:
        """Draw what is new, four times a second at most."""
        self.tiles.show_now(self.context.database.pool, self.lag.lag())
        if self.chart.paused:
            return
        snapshot = self.context.recorder.snapshot(self.window_s)
        until = (len(snapshot), float(snapshot.wall[-1]) if len(snapshot) else 0.0)
        if until == self._drawn_until:
            return
        self._drawn_until, self._snapshot = until, snapshot
        self._span_s = self._span(snapshot)
        self.chart.set_window(self._span_s)
        newest = slice(-POINTS_AT_MOST, None)
        self.chart.set_points(
            snapshot.wall[newest],
            snapshot.duration_ms[newest],
            snapshot.failed[newest],
            snapshot.fingerprint[newest],  # type: ignore[arg-type]  # an array is read by place like a sequence
        )
        self.tiles.show_snapshot(snapshot, self.chart.threshold_ms)
        self._say_how_many(snapshot)

    def _span(self, snapshot: Snapshot) -> float:
        """Return how much time to draw: a console younger than the window need not draw emptiness."""
        age = float(snapshot.wall.max() - snapshot.wall.min()) if len(snapshot) else 0.0
        return min(self.window_s, max(age * 1.04, SPAN_AT_LEAST_S))

    def _say_how_many(self, snapshot: Snapshot) -> None:
        formats, count = self.context.formats, len(snapshot)
        parts = [
            f"this console, last {WINDOWS[self._window][1]}",
            f"{formats.integer(count)} {'statement' if count == 1 else 'statements'}",
        ]
        if count > POINTS_AT_MOST:
            parts.append(f"the newest {formats.integer(POINTS_AT_MOST)} drawn")
        if snapshot.covers_s < self.window_s:
            parts.append(f"older than {formats.duration(snapshot.covers_s * 1_000)} not kept")
        self.title.set_subtitle(" \N{MIDDLE DOT} ".join(parts))

    def _start_analysis(self) -> None:
        """Work the table and the percentiles out on a pool thread, unless nothing is new."""
        snapshot = self._snapshot
        if snapshot is None or self.chart.paused or self._analysed_until == self._drawn_until:
            return
        self._analysed_until = self._drawn_until
        span_s, threshold_ms = self._span_s, self.chart.threshold_ms
        self.context.worker.run(
            lambda _cancel: analyse(snapshot, span_s, threshold_ms),
            done=self._show_analysis,
            owner=self,
            replaces="analysis",
        )

    def _show_analysis(self, analysis: Analysis) -> None:
        if self.chart.paused:
            return
        lines = analysis.trend
        self.chart.set_percentiles(
            (
                PercentileLine("P50", Tone.CREDIT, lines.at, lines.p50_ms),
                PercentileLine("P95", Tone.WARNING, lines.at, lines.p95_ms),
                PercentileLine("P99", Tone.ERROR, lines.at, lines.p99_ms),
            )
        )
        self._rows = analysis.rows
        self._show_rows()

    def _show_rows(self) -> None:
        """Show the rows without moving what is looked at."""
        rows = tuple(row for row in self._rows if row.slow) if self.slow_only.isChecked() else self._rows
        shown = {row.fingerprint for row in self.model.rows}
        if rows and shown == {row.fingerprint for row in rows}:
            fresh = {row.fingerprint: row for row in rows}
            for place, row in enumerate(self.model.rows):
                self.model.replace_row(place, fresh[row.fingerprint])
            if [row.fingerprint for row in rows] == [row.fingerprint for row in self.model.rows]:
                return
            if self.table.head.order != ("total_ms", True):
                return
        chosen, scrolled = self.table.current_row(), self.table.verticalScrollBar().value()
        self.model.set_rows(rows)
        if isinstance(chosen, QueryRow):
            self._select(chosen.fingerprint)
        self.table.verticalScrollBar().setValue(scrolled)

    def _select(self, fingerprint: str) -> bool:
        for place, row in enumerate(self.model.rows):
            if row.fingerprint == fingerprint:
                self.table.select_place(place)
                return True
        return False

    def _select_point(self, number: object) -> None:
        if self._snapshot is None or not isinstance(number, (int, np.integer)):
            return
        fingerprint = self._snapshot.fingerprints[int(number)].id
        if not self._select(fingerprint) and self.slow_only.isChecked():
            self.slow_only.setChecked(False)
            self._select(fingerprint)

    def _show_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot takes its value by position
        self.pause.set_pair("Go on" if paused else "Pause", "Space")
        if not paused:
            self.refresh()
