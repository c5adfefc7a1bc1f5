"""The calendar of what expires: its legend, the source it is of, how much is seen at once, and its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from console.ledger.credits.ahead.days import DAYS
from ui.kit.charts.calendar.day_calendar import DayCalendar
from ui.kit.charts.calendar.days import Span, ranges
from ui.kit.charts.calendar.steps_key import StepsKey
from ui.kit.charts.day_bars import PartKey
from ui.kit.lists.choice import Choice
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import COMPACT_HEIGHT
from ui.kit.widgets.basics import button, label, row_of
from ui.kit.widgets.buttons import allow, stop_while_checked
from ui.kit.widgets.cards import Card
from ui.kit.widgets.flow import Flow
from ui.screens.credits.shares import drawn, short_amount

if TYPE_CHECKING:
    from datetime import date

    from console.ledger.credits.ahead.calendar import ExpiryCalendar
    from ui.context import Context

_HEADING: Final = "What expires when"
_ANY: Final = ""
_WAIT: Final = "Reading what expires\N{HORIZONTAL ELLIPSIS}"
_NOTHING: Final = (
    "Nothing expires within a year. Credit that is granted with an end stands here by its last day."
)


class CalendarCard(Card):
    """Shows one currency's year; chosen: the day to list the credits of.

    source_changed: only the credits of a source are wanted, or of any again.
    """

    chosen = Signal(object)
    source_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=8)
        self._context = context
        self._found: ExpiryCalendar | None = None
        today = context.formats.today()
        self.days = DayCalendar(context.theme, today=today, empty="Nothing expires")
        self.key = StepsKey(context.theme)
        self.source = Choice("Source", [(_ANY, "any")], context.store, "credits/source")
        self.spans = {
            span: button(title, compact=True)
            for span, title in ((Span.YEAR, "Year"), (Span.MONTH, "Month"), (Span.WEEK, "Week"))
        }
        self.back_button = button("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", compact=True)
        self.on_button = button("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", compact=True)
        self.said = label(_WAIT, tone="muted", wrap=True)
        self._period = label(tone="muted", font=text_font(tabular=True))
        self._parts: list[PartKey] = []
        self._legend = Flow(spacing=12)
        self._build()
        self._connect()

    @property
    def chosen_source(self) -> str:
        """The source that the calendar is of; empty for any."""
        return self.source.chosen

    @property
    def is_shown(self) -> bool:
        """Whether a calendar was read."""
        return self._found is not None

    @property
    def words(self) -> str:
        """What is said instead of days; empty when they are shown."""
        return "" if self.said.isHidden() else self.said.text()

    def show_calendar(self, found: ExpiryCalendar) -> None:
        """Show a year as it was read."""
        self._found = found
        self._offer_sources(found)
        self._show()

    def show_trouble(self, words: str) -> None:
        """Say why there is no calendar; what was read before stays."""
        if self._found is None:
            self._say(words)

    def forget(self) -> None:
        """Show none: another currency's is on its way."""
        self._found = None
        self._say(_WAIT)

    def set_day(self, day: date | None) -> None:
        """Outline the day whose credits are listed."""
        self.days.set_chosen(day)

    def _show(self) -> None:
        found, formats = self._found, self._context.formats
        if found is None:
            return
        currency, today = found.currency, found.today
        year = drawn(found, formats, only=self.chosen_source)
        largest = max((one.amount for one in year.days), default=0)
        self.days.set_days(
            year.parts, year.days, today=today, last=today + timedelta(days=DAYS - 1),
            spoken=f"{_HEADING}, {currency.code}: {formats.count(len(year.days), 'day')} of the next year",
        )  # fmt: skip
        self.key.set_steps(
            f"{short_amount(largest, currency, formats)} a day",
            ranges(self.days.bounds, lambda minor: formats.amount(minor, currency)),
        )
        self._show_parts()
        self._say("" if year.days else _NOTHING)

    def _show_parts(self) -> None:
        """Name the colours of a week's bars: a year and a month are of one colour."""
        for old in self._parts:
            self._legend.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._parts = [PartKey(self._context.theme, part) for part in self.days.parts]
        for made in self._parts:
            made.setFixedHeight(COMPACT_HEIGHT)
            self._legend.addWidget(made)
        self._look()

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))
        # While it is read for the first time its place is kept: the keyboard begins there.
        self.days.setVisible(words in {"", _WAIT})
        self._look()

    def _offer_sources(self, found: ExpiryCalendar) -> None:
        ranked = found.sources
        kept = [self.chosen_source] if self.chosen_source and self.chosen_source not in ranked else []
        self.source.set_choices([(_ANY, "any"), *((name, name) for name in (*ranked, *kept))])

    def _set_span(self, span: Span) -> None:
        self.days.set_span(span)
        self._look()

    def _look(self) -> None:
        """Say which days are seen, and offer those before and after."""
        span, shown = self.days.span, self.said.isHidden()
        paged = shown and (span is not Span.YEAR or not self.days.grid.whole)
        self._period.setText(self.days.period if paged else "")
        for made, step in ((self.back_button, -1), (self.on_button, 1)):
            made.setVisible(paged)
            allow(made, "" if self.days.can_page(step) else "the calendar ends here")
        for made in self.spans.values():
            made.setEnabled(shown)
        self.key.setVisible(shown and span is not Span.WEEK)
        for part in self._parts:
            part.setVisible(shown and span is Span.WEEK)

    def _connect(self) -> None:
        self.days.chosen.connect(self.chosen)
        self.days.moved.connect(self._look)
        self.source.changed.connect(self._show)
        self.source.changed.connect(self.source_changed)
        self.back_button.clicked.connect(lambda: self.days.page(-1))
        self.on_button.clicked.connect(lambda: self.days.page(1))
        for span, made in self.spans.items():
            made.clicked.connect(lambda _checked, span=span: self._set_span(span))

    def _build(self) -> None:
        group = QButtonGroup(self)
        for made in self.spans.values():
            stop_while_checked(made)
            group.addButton(made)
        self.spans[Span.YEAR].setChecked(True)
        self.back_button.setAccessibleName("Days before")
        self.on_button.setAccessibleName("Days after")
        heading = label(_HEADING, font=text_font(weight=text_font().Weight.DemiBold))
        heading.setFixedHeight(COMPACT_HEIGHT)
        self._period.setFixedHeight(COMPACT_HEIGHT)
        self.key.setFixedHeight(COMPACT_HEIGHT)
        for named in (heading, self.key, self._period):
            self._legend.addWidget(named)
        controls = QWidget()
        controls.setLayout(
            Flow(self.source, self.back_button, self.on_button, *self.spans.values(), spacing=8)
        )
        head = row_of(spacing=8)
        head.addLayout(self._legend, 1)
        head.addWidget(controls)
        self.body.addLayout(head)
        self.body.addWidget(self.days)
        self.body.addWidget(self.said)
        self._say(_WAIT)
