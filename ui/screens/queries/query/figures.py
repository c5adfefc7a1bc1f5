"""A statement's figures: by window, by minute, by caller, and what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.kit.charts.sparkline import Sparkline
from ui.kit.table.columns import Column, Kind
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import caption, label
from ui.kit.widgets.cards import Card, KeyFigure
from ui.screens.queries.span import WINDOWS, screen_word

if TYPE_CHECKING:
    from console.monitor.recording.detail import Caller, StatementDetail
    from console.monitor.recording.percentiles import Percentiles
    from console.monitor.recording.ring import Snapshot
    from ui.context import Context

_CALLERS_AT_MOST: Final = 6
_WIDTH_PX, _ANY_PX = 432, 16_777_215


@dataclass(frozen=True, slots=True)
class WindowRow:
    """The percentiles of one window of time; None where nothing ran in it."""

    window: str
    calls: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


_WINDOW_COLUMNS: Final[tuple[Column[WindowRow], ...]] = (
    Column("window", "Window", stretch=True),
    Column("calls", "Calls", Kind.INTEGER, width=66),
    Column("p50_ms", "P50 ms", Kind.DECIMAL, width=74),
    Column("p95_ms", "P95 ms", Kind.DECIMAL, width=74),
    Column("p99_ms", "P99 ms", Kind.DECIMAL, width=74),
)
_CALLER_COLUMNS: Final[tuple[Column[Caller], ...]] = (
    Column("action", "Action", value=lambda row: row.action or "outside any action", stretch=True),
    Column("screen", "Screen", value=lambda row: screen_word(row.screen), muted=True, width=110),
    Column("calls", "Calls", Kind.INTEGER, width=70),
    Column("total_ms", "Total ms", Kind.DECIMAL, muted=True, width=86),
)


class StatementTiles(QHBoxLayout):
    """Calls, total, mean, P95 and errors in large figures."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.setSpacing(GAP)
        self.calls, self.total, self.mean = KeyFigure("Calls"), KeyFigure("Total"), KeyFigure("Mean")
        self.p95, self.errors = KeyFigure("P95, last 15 min"), KeyFigure("Errors")
        for tile in (self.calls, self.total, self.mean, self.p95, self.errors):
            self.addWidget(tile)

    def show_detail(self, detail: StatementDetail, errors: str) -> None:
        """Show the figures of the last hour; `errors` says which they were."""
        formats = self._formats
        rows = formats.about(detail.rows)
        noun = "row" if detail.rows == 1 else "rows"
        self.calls.set(formats.about(detail.calls), "last hour")
        self.total.set(formats.duration(detail.total_ms), f"{rows} {noun}")
        fetch, wait = formats.decimals(detail.fetch_ms), formats.duration(detail.wait_ms)
        self.mean.set(formats.duration(detail.mean_ms), f"fetch {fetch}, wait {wait}")
        lately = detail.windows.get(WINDOWS[1].seconds)
        ran = lately is not None and lately.count
        self.p95.set(
            formats.duration(lately.p95_ms) if lately is not None and ran else "\N{EN DASH}",
            f"{formats.integer(lately.count)} {'call' if lately.count == 1 else 'calls'}"
            if lately is not None and ran
            else "no call",
        )
        self.errors.set(formats.about(detail.failures), errors or "none failed")
        self.errors.set_figure_tone("error" if detail.failures else None)


class QueryFigures(QWidget):
    """The column at the right: windows, trend and callers."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.set_narrow(narrow=False)
        self.windows = RowsModel(_WINDOW_COLUMNS, context.formats, parent=self)
        self.callers = RowsModel(_CALLER_COLUMNS, context.formats, parent=self)
        windows = context.table("statement windows", "Percentiles by window", parent=self)
        windows.set_snug(at_most=len(WINDOWS))
        windows.setModel(self.windows)
        callers = context.table("statement callers", "Callers", parent=self)
        callers.set_snug(at_most=_CALLERS_AT_MOST)
        callers.setModel(self.callers)
        callers.set_empty_words("No callers", "Screens and actions that send this statement appear here")
        self.trend = Sparkline(context.theme)
        self._trend_words = label(tone="muted", font=text_font(tabular=True))
        card = Card(spacing=6)
        card.body.addWidget(caption("P95 by minute, last hour"))
        card.body.addWidget(self.trend)
        card.body.addWidget(self._trend_words)
        self.trend.setMinimumHeight(52)
        self.trend.setMaximumHeight(72)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for part in (windows, card, callers):
            layout.addWidget(part)
        layout.addStretch(1)

    def show_detail(self, detail: StatementDetail) -> None:
        """Show what is known of the statement."""
        self.windows.set_rows(
            _window_row(window.words.capitalize(), detail.windows.get(window.seconds)) for window in WINDOWS
        )
        if tuple(detail.callers) != self.callers.rows:
            self.callers.set_rows(detail.callers)
        minutes = [minute for minute in detail.trend if minute.calls]
        words = self._trend_of([minute.p95_ms for minute in minutes])
        self.trend.set_values([minute.p95_ms for minute in minutes], spoken=words)
        self._trend_words.setText(words)
        self.trend.setVisible(len(minutes) > 1)

    def set_narrow(self, *, narrow: bool) -> None:
        """Take the whole width of a narrow window, or a column of a wide one."""
        self.setMinimumWidth(0 if narrow else _WIDTH_PX)
        self.setMaximumWidth(_ANY_PX if narrow else _WIDTH_PX)

    def _trend_of(self, values: list[float]) -> str:
        if len(values) < 2:  # noqa: PLR2004 - a trend has two ends
            return "One minute so far; a trend needs two"
        low, high = (self._formats.duration(one) for one in (min(values), max(values)))
        last = self._formats.duration(values[-1])
        return f"{low} to {high} in {len(values)} minutes, now {last}"


def errors_of(snapshot: Snapshot, fingerprint: str) -> str:
    """Say which errors a statement met lately: `QueryCanceled 57014` and how often."""
    number = next(
        (place for place, shape in enumerate(snapshot.fingerprints) if shape.id == fingerprint), None
    )
    mine = np.flatnonzero(snapshot.failed & (snapshot.fingerprint == (-1 if number is None else number)))
    met = Counter(
        failure.text
        for place in mine.tolist()
        if (failure := snapshot.failures[snapshot.failure[place]]) is not None
    )
    return ", ".join(f"{count} \N{MULTIPLICATION SIGN} {text}" for text, count in met.most_common(3))


def _window_row(words: str, times: Percentiles | None) -> WindowRow:
    if times is None or not times.count:
        return WindowRow(words, 0, None, None, None)
    return WindowRow(words, times.count, times.p50_ms, times.p95_ms, times.p99_ms)
