"""The database in figures: tiles, tables with dead rows, indexes nobody reads, the server's statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from console.server.statements import ABSENT, between, since_start
from ui.kit.lists.renewed import show_rows
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import caption, label
from ui.kit.widgets.cards import Card
from ui.screens.server.columns import INDEXES, STATEMENTS, tables
from ui.screens.server.sessions import columns_table
from ui.screens.server.tiles import ServerTiles

if TYPE_CHECKING:
    from console.server.figures import Figures
    from console.server.statements import Reading
    from ui.context import Context

_STATEMENTS_AT_MOST = 100
_WORDS_PX = 76
_TABLE_PX = 190
_ANY_HEIGHT = 16_777_215
_UPPER_PART, _LOWER_PART = 3, 2
_WORDS = "Statements of the whole server, by pg_stat_statements"


class DatabaseView(QWidget):
    """Shows what it is told; rates are of the reading before and this one."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._first: Reading | None = None
        self.tiles = ServerTiles(context.formats)
        self.tables, self.table_model = columns_table(
            context, "server.tables", "Tables", tables(context.formats)
        )
        self.tables.set_empty_words("No tables", "This database has no tables of its own")
        self.indexes, self.index_model = columns_table(context, "server.indexes", "Indexes", INDEXES)
        self.indexes.set_empty_words("No indexes", "This database has no indexes of its own")
        self.statements, self.statement_model = columns_table(
            context, "server.statements", "Statements of the server", STATEMENTS
        )
        self.statements.set_empty_words(
            "No statements yet", "What any session runs from now on appears here at the next reading"
        )
        self.statements_words = caption(_WORDS)
        self.absence = label(tone="muted", wrap=True)
        without = Card()
        without.body.addWidget(self.absence)
        without.body.addStretch(1)
        self.below = QStackedWidget()
        self.below.addWidget(without)
        self.below.addWidget(self.statements)
        self._layout = QVBoxLayout(self)
        self._build()
        self.explain("Reading\N{HORIZONTAL ELLIPSIS}")

    def show_figures(self, before: Figures | None, now: Figures) -> None:
        """Show a reading, and what happened since the one before it."""
        self.tiles.show(before, now)
        show_rows(self.tables, self.table_model, now.tables, lambda row: row.name)
        show_rows(self.indexes, self.index_model, now.indexes, lambda row: (row.table, row.name))
        if now.statements_schema is None:
            self.explain(ABSENT)

    def show_statements(self, reading: Reading) -> None:
        """Show what ran since this tab was opened, or all when this is the first reading."""
        if self._first is None:
            self._first = reading
            found, since = since_start(reading), "since the server began to count"
        else:
            at = self._first.at
            found = between(self._first, reading)
            since = "since the reading before" if at is None else f"since {self._formats.timestamp(at)}"
        self.statements_words.setText(f"{_WORDS}, {since}")
        self.below.setCurrentIndex(1)
        self._give_room(statements=True)
        show_rows(self.statements, self.statement_model, found[:_STATEMENTS_AT_MOST], lambda row: row.key)

    def begin_anew(self) -> None:
        """Forget the first reading: what comes next is compared with the next one."""
        self._first = None

    def explain(self, words: str) -> None:
        """Say why there are no statements of the server."""
        self.absence.setText(words)
        self.below.setCurrentIndex(0)
        self._give_room(statements=False)

    def _build(self) -> None:
        upper = QHBoxLayout()
        upper.setSpacing(GAP)
        for words, table, part in (
            ("Tables, most dead rows first", self.tables, 6),
            ("Indexes, least read first", self.indexes, 5),
        ):
            side = QVBoxLayout()
            side.setSpacing(8)
            side.addWidget(caption(words))
            side.addWidget(table, 1)
            table.setMinimumHeight(_TABLE_PX)
            upper.addLayout(side, part)
        self.statements.setMinimumHeight(_TABLE_PX - GAP)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP)
        self._layout.addLayout(self.tiles)
        self._layout.addLayout(upper, _UPPER_PART)
        lower = QVBoxLayout()
        lower.setSpacing(8)
        lower.addWidget(self.statements_words)
        lower.addWidget(self.below, 1)
        self._layout.addLayout(lower, _LOWER_PART)

    def _give_room(self, *, statements: bool) -> None:
        """Let the tables above have the room that a sentence does not need."""
        self.below.setMaximumHeight(_ANY_HEIGHT if statements else _WORDS_PX)
        self._layout.setStretch(self._layout.count() - 1, _LOWER_PART if statements else 0)
