"""The eight figures of a database: how busy, how large, and what needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QGridLayout

from console.server.figures import hit_ratio, rates
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.cards import KeyFigure
from ui.screens.server.words import seconds_words, share_words

if TYPE_CHECKING:
    from console.server.figures import Figures, Rates, Replica
    from ui.kit.formats import Formats

_COLUMNS: Final = 4
_NOT_YET: Final = "\N{EN DASH}"


class ServerTiles(QGridLayout):
    """Shows what it is told; it asks nobody."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.setSpacing(GAP)
        self.transactions = KeyFigure("Transactions a second")
        self.hits = KeyFigure("Cache hits")
        self.size = KeyFigure("Size")
        self.connections = KeyFigure("Connections")
        self.dead = KeyFigure("Dead rows")
        self.deadlocks = KeyFigure("Deadlocks")
        self.files = KeyFigure("Temporary files")
        self.lag = KeyFigure("Replication lag")
        tiles = (
            self.transactions, self.hits, self.size, self.connections,
            self.dead, self.deadlocks, self.files, self.lag,
        )  # fmt: skip
        for place, tile in enumerate(tiles):
            tile.set(_NOT_YET, "reading\N{HORIZONTAL ELLIPSIS}")
            self.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
        for column in range(_COLUMNS):
            self.setColumnStretch(column, 1)

    def show(self, before: Figures | None, now: Figures) -> None:
        """Show a reading, and rates since the one before it."""
        whole, formats = self._formats.integer, self._formats
        since = None if before is None else rates(before, now)
        self._show_rates(since, now)
        self.size.set(formats.size(now.size_bytes), f"{whole(len(now.tables))} tables")
        self.connections.set(whole(now.connections), f"server's limit {whole(now.connections_at_most)}")
        largest = max(now.tables, key=lambda table: table.dead_rows, default=None)
        most = "" if largest is None or not largest.dead_rows else f"most in {largest.name}"
        self.dead.set(formats.about(now.dead_rows), most or "none seen by the server")
        counted = (
            "since counting began" if now.counted_since is None else f"since {now.counted_since:%Y-%m-%d}"
        )
        self.deadlocks.set(whole(now.deadlocks), counted)
        self.deadlocks.set_figure_tone("error" if since is not None and since.deadlocks else None)
        self.files.set(whole(now.temp_files), f"{formats.size(now.temp_bytes)} written")
        self._show_lag(now)

    def _show_rates(self, since: Rates | None, now: Figures) -> None:
        formats = self._formats
        whole_time = share_words(formats, hit_ratio(now))
        if since is None:
            self.transactions.set(_NOT_YET, "with the next reading")
            self.hits.set(whole_time, "of blocks, in all")
            return
        self.transactions.set(
            formats.decimals(since.transactions_per_s),
            f"over the last {formats.duration(since.seconds * 1_000)}",
        )
        now_words = f"of blocks, {whole_time} in all"
        if since.cache_hits is None:
            self.hits.set(whole_time, "in all; none asked now")
        else:
            self.hits.set(share_words(formats, since.cache_hits), now_words)

    def _show_lag(self, now: Figures) -> None:
        if not now.replicas:
            self.lag.set(_NOT_YET, "no replica connected")
            return
        seen = [one for one in now.replicas if one.behind_s is not None or one.behind_bytes is not None]
        if not seen:
            self.lag.set(_NOT_YET, "needs pg_monitor" if not now.sees_all else "not reported yet")
            return
        last = max(seen, key=lambda one: (one.behind_s or 0.0, one.behind_bytes or 0))
        self.lag.set(self._behind(last), f"{last.name}, {last.state or 'state unknown'}")

    def _behind(self, replica: Replica) -> str:
        if replica.behind_s is not None:
            return seconds_words(self._formats, replica.behind_s)
        return self._formats.size(replica.behind_bytes or 0)
