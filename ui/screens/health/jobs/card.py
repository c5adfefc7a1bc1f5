"""The card of the automatic jobs: read anew while the page is seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from typing_extensions import override

from console.ledger.jobs.states import Job, job_history, job_states
from ui.kit.days import moment_words, short_moment
from ui.kit.formats import sentence
from ui.kit.lists.renewed import show_rows
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import State
from ui.kit.table.rows_model import RowsModel
from ui.kit.widgets.basics import bring_into_view, label, restyle
from ui.kit.widgets.cards import Card
from ui.screens.health.jobs.columns import JobRow, columns, in_full
from ui.screens.health.jobs.strip import HOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QEvent, QObject

    from console.errors import ConsoleError
    from console.ledger.jobs.states import JobRun, JobStates, Lease, RunMark
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.context import Context

REFRESH_MS: Final = 5_000
_BY_KEYBOARD: Final = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
_NOBODY: Final = (
    "Nobody runs them now. Open a console with the operator's rights, or start: ledgerctl keeper run"
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading: how the jobs stand, and the runs of the day before it."""

    states: JobStates
    history: Mapping[Job, tuple[RunMark, ...]]

    def rows(self) -> list[JobRow]:
        """Return a row for each job; a run of more than a day ago is gone, though none has ended since."""
        at = self.states.at
        since = at - timedelta(hours=HOURS)
        return [
            JobRow(state, tuple(mark for mark in self.history[state.job] if mark.ended_at > since), at)
            for state in self.states.jobs
        ]


class JobsCard(Card):
    """Shows who runs the jobs, how each stands, what came of its last run and when it is due."""

    def __init__(self, context: Context) -> None:
        super().__init__("Automatic jobs")
        self._context = context
        self._seen: _Seen | None = None
        self._reading = False
        self.runner = label("Reading\N{HORIZONTAL ELLIPSIS}", tone="muted", wrap=True, selectable=True)
        self.about = label(tone="muted", wrap=True, selectable=True)
        self.trouble = label(tone="warning", wrap=True)
        self.model = RowsModel(columns(context.formats, context.session.books), context.formats, parent=self)
        self.table = context.table("console.jobs", "Automatic jobs", ground="surface", parent=self)
        self.table.setModel(self.model)
        self.table.set_snug(at_most=len(Job))
        self.table.set_state(State.LOADING)
        self.table.current_row_changed.connect(lambda _row: self._explain())
        for part in (self.runner, self.table, self.about, self.trouble):
            self.body.addWidget(part)
        self.about.hide()
        self.trouble.hide()
        self.table.installEventFilter(self)
        self.renewal = Renewal(self, REFRESH_MS)
        self.renewal.due.connect(self.refresh)

    def refresh(self) -> None:
        """Read now, unless that is under way."""
        if self._reading:
            return
        self._reading = True
        database, before = self._context.database, self._seen
        self._context.worker.run(
            lambda cancel: _read(database, before, cancel),
            done=self._show,
            failed=self._miss,
            cancelled=self._stop_reading,
            owner=self,
        )

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The area scrolls by itself only from one of its parts to another; a click must not move its target.
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in _BY_KEYBOARD:
            bring_into_view(self)
        return super().eventFilter(watched, event)

    def _show(self, seen: _Seen) -> None:
        self._stop_reading()
        self._seen = seen
        self.trouble.hide()
        lease = seen.states.lease
        self.runner.setText(_NOBODY if lease is None else self._runner(lease))
        self.runner.show()
        restyle(self.runner, tone="warning" if lease is None else "muted")
        show_rows(self.table, self.model, seen.rows(), lambda row: row.state.job)
        self._explain()

    def _runner(self, lease: Lease) -> str:
        since = short_moment(lease.claimed_at, self._context.formats)
        return f"Run by {lease.holder} at {lease.place}, since {since}"

    def _explain(self) -> None:
        """Say all of the chosen job, or of the one that somebody should look at first."""
        urgent = [row for row in self.model.rows if row.urgency]
        first = max(urgent, key=lambda row: row.urgency, default=None)
        row: JobRow | None = self.table.current_row() or first
        if row is not None:
            self.about.setText(in_full(row, self._context.formats, self._context.session.books))
        self.about.setVisible(row is not None)

    def _miss(self, error: ConsoleError) -> None:
        """Keep what was read before, with its moment; the next reading comes by itself."""
        self._stop_reading()
        if self._seen is None:
            self.runner.hide()
            self.table.set_state(State.ERROR, str(error))
            return
        at = moment_words(self._context.formats, self._seen.states.at)
        self.trouble.setText(f"Not read again: {sentence(str(error))} What is shown is of {at}.")
        self.trouble.show()

    def _stop_reading(self) -> None:
        self._reading = False


def _read(database: Database, before: _Seen | None, cancel: Cancellation) -> _Seen:
    """Ask how the jobs stand, and for the runs of the day only when one has ended since."""
    states = job_states(database, cancel=cancel)
    if before is not None and _last_runs(before.states) == _last_runs(states):
        return _Seen(states, before.history)
    return _Seen(states, job_history(database, hours=HOURS, cancel=cancel))


def _last_runs(states: JobStates) -> list[JobRun | None]:
    return [state.last for state in states.jobs]
