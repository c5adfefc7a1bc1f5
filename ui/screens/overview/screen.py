"""The overview: the first screen, which says how the ledger is and what waits, by one statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from console.errors import UnavailableError
from console.files.days import day_words
from console.ledger.audit.news import Topic
from console.ledger.books.overview.figures import Since
from console.ledger.books.overview.load import overview
from ui.kit.days import moment_words
from ui.kit.formats import sentence
from ui.kit.lists.choice import Choice
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import State
from ui.kit.widgets.basics import TitleRow, button, label, row_of
from ui.screen import Screen
from ui.screens.overview.chart import DaysCard
from ui.screens.overview.lists import (
    SmallList,
    change_columns,
    count_columns,
    job_columns,
    large_columns,
    waiting_columns,
)
from ui.screens.overview.placing import Areas
from ui.screens.overview.rows import (
    ChangeRow,
    CountRow,
    JobRow,
    LargeRow,
    WaitingRow,
    change_rows,
    count_rows,
    job_rows,
    large_rows,
    waiting_rows,
)
from ui.screens.overview.tiles import Tiles
from ui.screens.overview.words import since_words

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtGui import QShowEvent

    from console.errors import ConsoleError
    from console.ledger.books.overview.figures import CurrencyOverview, Overview
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.routes import Route

REFRESH_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading; unconfirmed: this console's acts in doubt, None where the outbox cannot be read."""

    overview: Overview
    unconfirmed: int | None


class OverviewScreen(Screen):
    """Reads itself anew when it is told of something, and once a minute while it is seen."""

    topics = frozenset({
        Topic.ACCOUNTS, Topic.APPROVALS, Topic.BATCHES, Topic.BOOKS, Topic.HOLDS, Topic.JOBS, Topic.POSTED,
    })  # fmt: skip

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._seen: _Seen | None = None
        self._reading = self._again = False
        codes = [one.code for one in context.session.currencies]
        self.title = TitleRow("Overview")
        self.currency = Choice(
            "Currency", [(code, code) for code in codes], context.store, "currency/overview"
        )
        self.since = Choice(
            "Since", _since_choices(context), context.store, "overview/since", Since.WEEK.value
        )
        self.tiles = Tiles(context)
        self.days = DaysCard(context)
        self.waiting: SmallList[WaitingRow] = SmallList(
            context, "waiting", "Waiting", key=lambda row: row.what
        )
        self.changes: SmallList[ChangeRow] = SmallList(
            context, "since", "How what is owed changed", key=lambda row: row.what
        )
        self.largest: SmallList[LargeRow] = SmallList(
            context, "largest", "Largest transactions today", key=lambda row: row.large.id
        )
        self.accounts: SmallList[CountRow] = SmallList(
            context, "accounts", "Accounts by status and trust level", key=lambda row: row.what
        )
        self.jobs: SmallList[JobRow] = SmallList(
            context, "jobs", "Automatic jobs", key=lambda row: row.state.job
        )
        self.trouble = label(tone="warning", wrap=True)
        self.again = button("Try again", compact=True)
        self._trouble = QWidget()
        self.renewal = Renewal(self, REFRESH_MS)
        # When the screen is opened it may be both shown and told of news: that is one reading.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._build()
        self._connect()

    @override
    def refresh(self) -> None:
        self._soon.start()

    @override
    def renew(self) -> None:
        self._soon.start()

    @override
    def focus_filter(self) -> None:
        self.since.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.setFocus()

    def _look(self) -> None:
        """Read now, or right after what is being read: something may have changed since."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self.context.worker.run(
            self._read, done=self._take, failed=self._miss, cancelled=self._end, owner=self
        )

    def _read(self, cancel: Cancellation) -> _Seen:
        """Read the ledger, and what this console has in doubt; on a pool thread."""
        found, outbox = overview(self.context.database, cancel=cancel), self.context.ledger.outbox
        try:
            return _Seen(found, 0 if outbox is None else len(outbox.doubts()))
        except UnavailableError:
            return _Seen(found, None)

    def _take(self, seen: _Seen) -> None:
        self._seen = seen
        self._trouble.hide()
        counting = seen.overview.counting
        if counting is not None:
            write = self.context.formats.integer
            self._say(
                f"The daily figures are being counted, {write(counting.through)} of {write(counting.newest)} "
                "transactions: until then what is owed, and what came and went, is not known.",
                can_retry=False,
            )
        self._show()
        self._end()

    def _miss(self, error: ConsoleError) -> None:
        """Keep what was read before, with its moment; the next reading comes by itself."""
        if self._seen is None:
            self._say(f"Not read: {sentence(str(error))}", can_retry=True)
            for one in self._lists:
                one.table.set_state(State.ERROR, str(error))
            self.tiles.forget("not read")
            self.days.forget("Not read.")
        else:
            at = moment_words(self.context.formats, self._seen.overview.at)
            self._say(f"Not read again: {sentence(str(error))} What is shown is of {at}.", can_retry=True)
        self._again = False
        self._end()

    def _end(self) -> None:
        self._reading = False
        if self._again:
            self._look()

    def _say(self, words: str, *, can_retry: bool) -> None:
        self.trouble.setText(words)
        self.again.setVisible(can_retry)
        self._trouble.show()

    def _show(self) -> None:
        """Show what was read last, in the currency and since the day that are chosen."""
        if self._seen is None:
            return
        found, context = self._seen.overview, self.context
        by_code = {each.currency.code: each for each in found.currencies}
        self.currency.set_choices([(code, code) for code in by_code])
        self.since.set_choices(_since_choices(context))
        self.title.set_subtitle(_moment(found, context))
        # As they are now: one may have been added since the sign-in.
        books = replace(context.session.books, currencies=tuple(one.currency for one in by_code.values()))
        waiting = waiting_rows(found, self._seen.unconfirmed, context.formats, books)
        self.waiting.show(waiting_columns(context.formats), waiting)
        self.accounts.show(count_columns(), count_rows(found))
        self.jobs.show(job_columns(context.formats), job_rows(found, context.formats, books))
        if by_code:
            self._show_currency(by_code[self.currency.chosen], found.at)
        else:
            self._say("The ledger has no currency yet: ledgerctl currency add", can_retry=False)
            self.tiles.forget("no currency yet")
            self.days.forget("No currency yet.")

    def _show_currency(self, one: CurrencyOverview, at: datetime) -> None:
        formats, since = self.context.formats, Since(self.since.chosen)
        code, title = one.currency.code, f"Since {since_words(since, one.today)}"
        self.tiles.show_currency(one, since, at)
        self.days.show_currency(one)
        self.changes.show(change_columns(title, code), change_rows(one, since))
        self.largest.show(large_columns(code, formats), large_rows(one))

    def _build(self) -> None:
        # With the keyboard on the page itself, its keys scroll where the window is low.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Overview")
        beside = row_of(self.trouble, self.again)
        beside.setStretch(0, 1)
        self._trouble.setLayout(beside)
        self._trouble.hide()
        self.title.add_action(self.currency)
        self.title.add_action(self.since)
        self.changes.table.set_empty_words("Not known yet", "The days are being counted")
        self.largest.table.set_empty_words(
            "Nothing posted today", "The five largest transactions appear here"
        )
        self.accounts.table.set_empty_words("No accounts yet", "They are counted here once they are opened")
        areas = Areas(
            self.days, self.waiting.table, self.changes.table, self.largest.table, self.accounts.table,
            self.jobs.table,
        )  # fmt: skip
        for part in (self.title, self._trouble, self.tiles, areas):
            self.page.addWidget(part)
        self.page.addStretch(1)

    def _connect(self) -> None:
        for wanted in (self.tiles.wanted, self.days.wanted, *(one.wanted for one in self._lists)):
            wanted.connect(self._go)
        for choice in (self.currency, self.since):
            choice.changed.connect(self._show)
        self.again.clicked.connect(self.refresh)
        self.renewal.due.connect(self._soon.start)
        self._soon.timeout.connect(self._look)

    @property
    def _lists(self) -> tuple[SmallList[Any], ...]:
        return (self.waiting, self.changes, self.largest, self.accounts, self.jobs)

    def _go(self, route: Route) -> None:
        self.context.navigator.go(route)


def _since_choices(context: Context) -> list[tuple[str, str]]:
    today = context.formats.today()
    return [(since.value, since_words(since, today)) for since in Since]


def _moment(found: Overview, context: Context) -> str:
    """Return such as `Saturday 21 Nov 2026, 14:32 Europe/Berlin`."""
    zone = context.formats.zone
    return f"{found.today:%A} {day_words(found.today)}, {found.at.astimezone(zone):%H:%M} {zone}"
