"""The console itself: its connections, how quickly it answers, what it holds, and what it does without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout
from typing_extensions import override

from console.ledger.audit.news import Topic
from console.monitor.history import SIZE_LIMIT
from console.workspace.workspace import history_file
from ui.kit.formats import DOT
from ui.kit.renewal import Renewal
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import TitleRow, caption, label, line
from ui.kit.widgets.cards import Card
from ui.routes import OpenJobs
from ui.screen import Screen
from ui.screens.health import courses
from ui.screens.health.figures import ConsoleFigures, gather
from ui.screens.health.jobs.card import JobsCard
from ui.screens.health.tiles import PicturedFigure

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from ui.context import Context
    from ui.routes import Route

REFRESH_MS: Final = 1_000
_COLUMNS: Final = 3
_WIDE_PX: Final = 880
_NO_CACHE: Final = "No cache in use: names and currencies are read from the database each time."
_NO_REPLICA: Final = "None configured: everything is read from the primary."
_BREAKER: Final = {
    "closed": ("closed", Tone.CREDIT),
    "half-open": ("trying", Tone.WARNING),
    "open": ("open", Tone.ERROR),
}


class Health(Screen):
    """Reads itself anew every second while it is seen, without a statement; only the jobs are asked for."""

    topics = frozenset({Topic.JOBS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._history = history_file(context.settings, context.paths)
        self.title = TitleRow("Console")
        self.pool = PicturedFigure("Pool in use", context.theme)
        self.breaker = PicturedFigure("Connection breaker", context.theme)
        self.retries = PicturedFigure("Writes sent again", context.theme)
        self.lag = PicturedFigure("Window lag P99", context.theme, of="Window lag")
        self.memory = PicturedFigure("Memory", context.theme)
        self.statements = PicturedFigure("Statements recorded", context.theme, of="Statements")
        self.jobs = JobsCard(context)
        self.cache = label(_NO_CACHE, wrap=True)
        self.replica = label(_NO_REPLICA, wrap=True)
        self.kept = label(wrap=True)
        self.kept_where = label(tone="muted", wrap=True, selectable=True)
        self._figures = (self.pool, self.breaker, self.retries, self.lag, self.memory, self.statements)
        self._tiles = QGridLayout()
        self._columns = 0
        self.renewal = Renewal(self, REFRESH_MS)
        self.renewal.due.connect(self._look)
        self._build()

    @override
    def refresh(self) -> None:
        self._look()
        self.jobs.refresh()

    @override
    def renew(self) -> None:
        self.jobs.refresh()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenJobs):
            self.jobs.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _look(self) -> None:
        ledger, history = self.context.ledger, self._history
        self.context.worker.run(
            lambda _cancel: gather(ledger, history), done=self.show_figures, owner=self, replaces="figures"
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(_COLUMNS if event.size().width() >= _WIDE_PX else _COLUMNS - 1)

    def _arrange(self, columns: int) -> None:
        """Put the tiles side by side, so many in a row that no note is cut."""
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self._figures):
            self._tiles.removeWidget(tile)
            self._tiles.addWidget(tile, place // columns, place % columns)
        for column in range(_COLUMNS):
            self._tiles.setColumnStretch(column, int(column < columns))

    def show_figures(self, now: ConsoleFigures) -> None:
        """Show what holds at a moment."""
        formats = self.context.formats
        whole = formats.integer
        beyond = f"overflow {now.pool.overflow} of {now.pool.limit - now.pool_size}"
        self.pool.set(
            f"{now.pool.busy} / {now.pool.limit}", f"{whole(now.pool.waiting)} waiting{DOT}{beyond}"
        )
        self.pool.set_figure_tone("error" if now.pool.waiting else None)
        self._show_breaker(now)
        self.retries.set(whole(now.retries), "since the start, each under its first key")
        lag = self.context.lag.lag()
        self.lag.set(
            f"{formats.decimals(lag.p99_ms, 0)} ms",
            f"P50 {formats.decimals(lag.p50_ms)} ms{DOT}longest {formats.decimals(lag.longest_ms, 0)} ms",
        )
        self.lag.set_figure_tone("warning" if lag.p99_ms > courses.LATE_MS else None)
        self.memory.set(formats.size(now.memory_bytes), "of this process, libraries included")
        last = now.statements
        per_minute = f"{whole(last.count)} in the last minute"
        self.statements.set(
            whole(now.recorded),
            f"{per_minute}, P95 {formats.duration(last.p95_ms)}" if last.count else per_minute,
        )
        self._show_history(now)
        self._show_courses(now.pool.limit)
        self.title.set_subtitle(
            f"this program{DOT}{self.context.session.operator} on {self.context.session.identity.name}"
        )

    def _show_courses(self, pool_limit: int) -> None:
        samples, formats = self.context.sampler.samples, self.context.formats
        self.pool.show_course(courses.pool(samples, pool_limit))
        self.breaker.show_course(courses.breaker(samples, formats))
        self.retries.show_course(courses.retries(samples, formats))
        self.lag.show_course(courses.lag(samples, formats))
        self.memory.show_course(courses.memory(samples, formats))
        self.statements.show_course(courses.statements(samples, formats))

    def _show_breaker(self, now: ConsoleFigures) -> None:
        word, tone = _BREAKER.get(now.breaker, (now.breaker, Tone.NEUTRAL))
        if now.breaker == "open":
            note = f"next try in {self.context.formats.decimals(now.tries_again_in_s, 0)} s"
        elif now.breaker == "half-open":
            note = "one connection tries now"
        else:
            note = "connections are made"
        if now.failures:
            note += f"{DOT}{self.context.formats.integer(now.failures)} failed in a row"
        self.breaker.set(word, note)
        self.breaker.set_figure_tone({Tone.ERROR: "error", Tone.WARNING: "warning"}.get(tone))

    def _show_history(self, now: ConsoleFigures) -> None:
        limit = self.context.formats.size(SIZE_LIMIT)
        if now.history_bytes is None:
            self.kept.setText("No history yet: the file is begun when the first whole minute is over.")
            self.kept_where.hide()
        else:
            size = self.context.formats.size(now.history_bytes)
            self.kept.setText(f"{size} of {limit} at most; what is older than 7 days is forgotten.")
            self.kept_where.setText(str(self._history))
            self.kept_where.show()

    def _build(self) -> None:
        # With the keyboard on the page itself, its keys scroll where the window is low.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Console")
        self._tiles.setSpacing(GAP)
        for tile in self._figures:
            tile.set("\N{EN DASH}", "reading\N{HORIZONTAL ELLIPSIS}")
        self._arrange(_COLUMNS)
        around = Card("Beside the window", spacing=10)
        facts = QGridLayout()
        facts.setHorizontalSpacing(24)
        facts.setVerticalSpacing(9)
        facts.setColumnStretch(1, 1)
        parts = (("Cache", self.cache), ("Replica", self.replica), ("History of statements", self.kept))
        for place, (name, words) in enumerate(parts):
            facts.addWidget(caption(name), 2 * place, 0)
            facts.addWidget(words, 2 * place, 1)
            if place < len(parts) - 1:
                facts.addWidget(line(), 2 * place + 1, 0, 1, 2)
        facts.addWidget(self.kept_where, 2 * len(parts), 1)
        around.body.addLayout(facts)
        self.kept_where.hide()
        self.kept.setText("Reading\N{HORIZONTAL ELLIPSIS}")
        self.page.addWidget(self.title)
        self.page.addLayout(self._tiles)
        self.page.addWidget(self.jobs)
        self.page.addWidget(around)
        self.page.addStretch(1)
