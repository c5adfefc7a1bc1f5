"""The credits desk: figures, the calendar of what expires, and the credits of the day or filter chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QBoxLayout, QDialog, QWidget
from typing_extensions import override

from console.ledger.audit.news import Topic
from console.ledger.credits.ahead.calendar import calendar
from console.ledger.credits.ahead.forecast import forecast
from console.ledger.credits.export import export_credits
from console.ledger.credits.filter import CreditView
from console.ledger.credits.listing import totals
from ui.kit.formats import sentence
from ui.kit.lists.choice import Choice
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import State
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import TitleRow, button, column_of, row_of, scrolling
from ui.kit.widgets.buttons import allow
from ui.routes import OpenBatch, OpenExpiring, Route
from ui.screen import Screen
from ui.screens.credits.act_bar import ActBar
from ui.screens.credits.calendar_card import CalendarCard
from ui.screens.credits.figures import CreditFigures, open_words
from ui.screens.credits.filters import CreditFilters
from ui.screens.credits.forecast_dialog import ForecastDialog
from ui.screens.credits.grant_list.dialog import GrantListDialog
from ui.screens.credits.list_head import ListHead
from ui.screens.credits.listing import Listing
from ui.screens.credits.selection import CreditSelection
from ui.screens.credits.table import CreditTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from console.errors import ConsoleError
    from console.files.exports import ExportResult
    from console.ledger.credits.ahead.calendar import ExpiryCalendar
    from console.ledger.credits.ahead.forecast import Forecasts
    from console.ledger.credits.filter import CreditFilter
    from console.ledger.credits.listing import CreditTotals
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.lists.export_strip import Work

REFRESH_MS: Final = 300_000
"""The calendar reads every open credit: each five minutes, and when one asks or has acted."""
_WIDE_PX: Final = 860


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with its currency, view and filters."""

    screen: ClassVar[str] = "credits"
    currency: str
    view: CreditView
    filters: tuple[object, ...]


class Credits(Screen):
    """What expires when, and the credits of all customers in one currency."""

    topics = frozenset({Topic.POSTED, Topic.HOLDS, Topic.JOBS, Topic.BATCHES})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._totals: CreditTotals | None = None
        self._forecasts: Forecasts | None = None
        self._summary = ""
        codes = [one.code for one in context.session.currencies]
        self.title = TitleRow("Credits")
        self.currency = Choice(
            "Currency", [(code, code) for code in codes], context.store, "currency/credits"
        )
        self.grant_button = button("Grant\N{HORIZONTAL ELLIPSIS}")
        self.list_button = button("Grant from list\N{HORIZONTAL ELLIPSIS}")
        self.figures = CreditFigures(context)
        self.calendar = CalendarCard(context)
        self.head = ListHead(context)
        self.filters = CreditFilters(context, self._money)
        self.list = CreditTable(context)
        self.model, self.table = self.list.model, self.list.table
        self.selection = CreditSelection(self.table, self.model, context.session.books.zone)
        self.acts = ActBar(context, self, self.selection)
        self._chips = row_of(self.filters, self.acts, spacing=GAP)
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work, noun="credits", total="left"
        )
        self.renewal = Renewal(self, REFRESH_MS, on_show=False)
        # What is asked for by a route makes the first load needless: that is loaded instead.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._build()
        self._connect()
        self._soon.start()

    @override
    def refresh(self) -> None:
        self._read_calendar()
        self._load()

    @override
    def renew(self) -> None:
        self._read_calendar()
        # With rows chosen, or in the middle of the list, what is read stays.
        if self.selection.selection is None or len(self.selection.rows) <= 1:
            self.model.renew()

    @override
    def focus_filter(self) -> None:
        self.filters.account.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    @override
    def place(self) -> Route | None:
        return _AsLeft(self.currency.chosen, self.head.view, self.filters.values)

    @override
    def show_again(self, place: Route | None) -> None:
        if not isinstance(place, _AsLeft):
            super().show_again(place)
            return
        self.currency.choose(place.currency)
        self.head.show_view(place.view)
        self.filters.put(place.filters)

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenExpiring):
            self._soon.stop()
            self.currency.choose(route.currency)
            self._read_calendar()
            self._show_days(*self._days_ahead(route.days))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.list.close_uses():
            return
        elif self.selection.selection is not None:
            self.selection.clear()
        else:
            self.filters.clear_all()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.calendar.days.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_title()
        direction, wide = QBoxLayout.Direction, self.width() >= _WIDE_PX
        self._chips.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    @property
    def _money(self) -> Currency | None:
        """The currency that everything here is of."""
        known = self.context.session.currencies
        return next((one for one in known if one.code == self.currency.chosen), None)

    @property
    def _wanted(self) -> CreditFilter:
        return self.filters.wanted(self.currency.chosen, self.head.view)

    def _read_calendar(self) -> None:
        """Read what expires when, and then, which takes longer, what of it will stay unused."""
        code, context = self.currency.chosen, self.context
        if not code:
            self.figures.forget("no currency yet")
            self.calendar.show_trouble("The ledger has no currency yet: ledgerctl currency add")
            return
        zone = context.session.books.zone
        context.worker.run(
            lambda cancel: calendar(context.database, code, zone, cancel=cancel),
            done=self._take_calendar, failed=self._miss_calendar, owner=self, replaces="calendar",
        )  # fmt: skip
        context.worker.run(
            lambda cancel: forecast(context.database, code, zone, cancel=cancel),
            done=self._take_forecast, failed=self._miss_forecast, owner=self, replaces="forecast",
        )  # fmt: skip

    def _take_calendar(self, found: ExpiryCalendar) -> None:
        self.context.notices.withdraw("credits.calendar")
        self.figures.show_calendar(found)
        self.calendar.show_calendar(found)
        words = open_words(found, self.context.formats)
        self._summary = words.replace(" ", " open ", 1)
        self._fit_title()

    def _fit_title(self) -> None:
        """Leave out what the title says where its buttons need the room: the first figure says it too."""
        self.title.set_subtitle(self._summary if self.width() >= _WIDE_PX else "")

    def _take_forecast(self, found: Forecasts) -> None:
        self._forecasts = found
        self.figures.show_forecast(found)

    def _miss_forecast(self, _error: ConsoleError) -> None:
        # The calendar, asked at the same moment, says why the server does not answer.
        if self._forecasts is None:
            self.figures.forget_forecast("not read")

    def _miss_calendar(self, error: ConsoleError) -> None:
        words = f"Not read: {sentence(str(error))}"
        if self.calendar.is_shown:
            self.context.notices.fail(f"The calendar was not read again: {error}", key="credits.calendar")
            return
        self.figures.forget("not read")
        self.calendar.show_trouble(words)

    def _load(self) -> None:
        """Load the list from its beginning, and what it comes to."""
        self._soon.stop()
        currency, wanted = self._money, self._wanted
        if currency is None:
            self.table.set_state(State.EMPTY)
            return
        context = self.context
        self._totals = None
        self.head.show_of(self.filters)
        self.calendar.set_day(self.filters.day if self.head.view is CreditView.OPEN else None)
        self._look()
        self.table.set_empty_words(*self._empty_words())
        zone = context.session.books.zone
        self.model.show(Listing(context.database, context.settings.page_size, wanted, zone))
        self.context.worker.run(
            lambda cancel: totals(context.database, wanted, zone, cancel=cancel),
            done=self._take_totals, failed=self._miss_totals, owner=self, replaces="totals",
        )  # fmt: skip

    def _take_totals(self, found: CreditTotals) -> None:
        self._totals = found
        if self._money is not None:
            self.head.show_totals(found, self._money)
        self._look()

    def _miss_totals(self, error: ConsoleError) -> None:
        self.head.show_trouble(f"not added up: {error}")

    def _look(self) -> None:
        """Say what is chosen, and offer what can be done to it."""
        if self._money is not None:
            self.head.show_chosen(self.selection, self._money, self._totals)
        self.acts.show_list(self.head.view, self._money, self._totals)

    def _choose_all(self) -> None:
        if self._totals is not None and self._totals.credits:
            self.selection.take_all(self._wanted, self._totals)
            self.table.setFocus()

    def _choose_day(self, day: date) -> None:
        self._list_days(day, day, self.calendar.chosen_source)

    def _list_days(self, first: date, last: date, source: str = "") -> None:
        """List the open credits of some days, and take the keyboard there."""
        self.leaving.emit()
        self._show_days(first, last, source)

    def _show_days(self, first: date, last: date, source: str = "") -> None:
        self.head.show_view(CreditView.OPEN)
        self.filters.show_days(first, last, source)
        self.table.setFocus()

    def _days_ahead(self, days: int) -> tuple[date, date]:
        today = self.context.formats.today()
        return today, today + timedelta(days=days - 1)

    def _list_within(self, days: int | None) -> None:
        if days is None:
            self.leaving.emit()
            self.head.show_view(CreditView.OPEN)
            self.filters.clear_all()
            self.filters.settle()
            return
        self._list_days(*self._days_ahead(days))

    def _show_forecast(self) -> None:
        """Show how the forecast comes about, once it was read."""
        if self._forecasts is not None:
            self._open_dialog(ForecastDialog(self.context, self._forecasts, self))

    def _grant_list(self) -> None:
        """Ask for a list of names; its draft is opened on its own page."""
        if self._money is not None:
            dialog = GrantListDialog(self.context, self._money, self)
            dialog.made.connect(lambda number: self.context.navigator.go(OpenBatch(number)))
            self._open_dialog(dialog)

    def _open_dialog(self, dialog: QDialog) -> None:
        self.context.theme.dress(dialog)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _change_currency(self) -> None:
        if self._money is not None:
            self.filters.set_currency(self._money)
        self._forecasts = None
        self.figures.forget("reading\N{HORIZONTAL ELLIPSIS}")
        self.calendar.forget()
        self.refresh()

    def _empty_words(self) -> tuple[str, str]:
        if self.filters.any_set:
            return "No credit matches", "Choose another day, change a filter above, or press Clear all"
        if self.head.view is CreditView.EXPIRED:
            return "No expired credits", "Credit that was not used by its end stands here, and can be revived"
        return "No open credits", "Credit that is granted stands here until it is used: press G to grant some"

    def _export_work(self) -> Work:
        """Return the export of all that match the filters, in the order shown."""
        self.filters.settle()
        database, zone, wanted = self.context.database, self.context.session.books.zone, self._wanted

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_credits(database, path, wanted, zone=zone, cancel=cancel, progress=report)

        return work

    def _connect(self) -> None:
        self._soon.timeout.connect(self.refresh)
        self.renewal.due.connect(self.renew)
        self.currency.changed.connect(self._change_currency)
        self.calendar.chosen.connect(self._choose_day)
        self.calendar.source_changed.connect(lambda: self.filters.show_source(self.calendar.chosen_source))
        self.figures.wanted.connect(self._list_within)
        self.filters.changed.connect(self._load)
        self.head.view_changed.connect(self._load)
        self.selection.changed.connect(self._look)
        self.acts.all_wanted.connect(self._choose_all)
        self.acts.done.connect(self.refresh)
        self.grant_button.clicked.connect(self.acts.grant)
        self.list_button.clicked.connect(self._grant_list)
        self.figures.forecast_wanted.connect(self._show_forecast)

    def _build(self) -> None:
        self.title.add_action(self.currency)
        for made in (self.grant_button, self.list_button):
            self.title.add_action(made)
            allow(made, self.acts.grant_refusal)
        self.title.add_action(self.export.button)
        self._chips.setStretch(0, 1)
        self._chips.setAlignment(self.acts, Qt.AlignmentFlag.AlignTop)
        parts = (self.title, self.export, self.figures, self.calendar, self.head, self._chips, self.list)
        inside = QWidget()
        inside.setLayout(column_of(*parts, spacing=GAP))
        self.page.addWidget(scrolling(inside), 1)
