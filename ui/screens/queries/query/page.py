"""One statement: its text, what its runs cost, who sends it, and how the server would run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from console.monitor.recording.detail import statement_detail
from ui.kit.renewal import Renewal
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import TitleRow, button, column_of, row_of, scrolling
from ui.kit.widgets.cards import Card, heading_label
from ui.screens.queries.query.figures import QueryFigures, StatementTiles, errors_of
from ui.screens.queries.query.plan import PlanCard
from ui.screens.queries.query.sql_text import SqlText
from ui.screens.queries.span import screen_word

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from console.monitor.recording.detail import StatementDetail
    from console.monitor.recording.recorder import Recorder
    from ui.context import Context

_REFRESH_MS: Final = 2_000
_LABEL_SHOWN: Final = 70
# Below this the figures stand under the text and the plan, and the page scrolls.
_NARROW_PX: Final = 900


@dataclass(frozen=True, slots=True)
class _Found:
    """What was worked out of one statement; None where the recorder does not know it."""

    label: str
    detail: StatementDetail | None
    errors: str


class QueryPage(QWidget):
    """A page for whichever statement was opened last; its figures go on while it is seen."""

    back_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._fingerprint = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = TitleRow("Statement")
        self.back_button = button("Queries", flat=True)
        self.copy_button = button("Copy SQL", compact=True)
        self.tiles = StatementTiles(context)
        self.sql = SqlText("SQL of the statement, values left out")
        self.plan = PlanCard(context)
        self.figures = QueryFigures(context)
        self.renewal = Renewal(self, _REFRESH_MS, on_show=False)
        self.renewal.due.connect(self.refresh)
        self.sql.setMinimumHeight(120)
        self._columns: QBoxLayout = QHBoxLayout()
        self._build()

    @property
    def fingerprint(self) -> str:
        """Which statement is shown."""
        return self._fingerprint

    def open(self, fingerprint: str) -> None:
        """Show a statement by its fingerprint."""
        if fingerprint != self._fingerprint:
            self._fingerprint = fingerprint
            self.title.set_title("Statement")
            self.title.set_subtitle("Loading\N{HORIZONTAL ELLIPSIS}")
            self.sql.show_text("")
        self.plan.forget(fingerprint)
        self.refresh()

    def refresh(self) -> None:
        """Work out the figures as they are now."""
        recorder, fingerprint = self._context.recorder, self._fingerprint
        if fingerprint:
            self._context.worker.run(
                lambda _cancel: _find(recorder, fingerprint),
                done=self._show,
                owner=self,
                replaces="detail",
            )

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and event.key() == Qt.Key.Key_P and self.plan.ask.isEnabled():
            self.plan.request()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._context.icons.dress(self.back_button, Glyph.BACK)
        self._context.icons.dress(self.copy_button, Glyph.COPY, size=14)
        self.back_button.clicked.connect(lambda _checked: self.back_wanted.emit())
        self.copy_button.clicked.connect(lambda _checked: self.sql.copy_all())
        card = Card(spacing=8)
        card.body.addLayout(row_of(heading_label("SQL"), None, self.copy_button))
        card.body.addWidget(self.sql, 1)
        left = column_of(card, self.plan, spacing=GAP)
        left.setStretch(0, 4)
        left.setStretch(1, 5)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(GAP)
        self._columns.addLayout(left, 3)
        self._columns.addWidget(self.figures, 2)
        body = QWidget()
        body.setLayout(self._columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        row = row_of(self.back_button, self.title)
        row.setStretch(1, 1)
        layout.addLayout(row)
        layout.addLayout(self.tiles)
        layout.addWidget(scrolling(body), 1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW_PX
        direction = QBoxLayout.Direction
        self._columns.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self.figures.set_narrow(narrow=narrow)

    def _show(self, found: _Found) -> None:
        if found.detail is None:
            self.title.set_subtitle("not seen since the console was started")
            return
        shown = found.label
        if len(shown) > _LABEL_SHOWN:
            shown = shown[:_LABEL_SHOWN] + "\N{HORIZONTAL ELLIPSIS}"
        self.title.set_title(shown)
        screens = dict.fromkeys(screen_word(caller.screen) for caller in found.detail.callers)
        self.title.set_subtitle(", ".join(screens))
        self.sql.show_text(found.detail.sql)
        self.tiles.show_detail(found.detail, found.errors)
        self.figures.show_detail(found.detail)


def _find(recorder: Recorder, fingerprint: str) -> _Found:
    """Return what the recorder knows of a statement."""
    shape = recorder.fingerprint(fingerprint)
    return _Found(
        label="" if shape is None else shape.label,
        detail=statement_detail(recorder, fingerprint),
        errors=errors_of(recorder.snapshot(), fingerprint),
    )
