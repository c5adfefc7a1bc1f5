"""One batch: how far it is, what it holds, and its posting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.errors import OutcomeUnknownError, RefusedError
from console.ledger.batches.detail import detail
from models.batch import BatchStatus
from ui.acts.deciding.acting import read_acting
from ui.kit.formats import plain_tip
from ui.kit.keyed_write import AGAIN, LATE
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import TitleRow, button, column_of, label, row_of, scrolling
from ui.kit.widgets.inputs import is_typed_in
from ui.kit.widgets.stepper import Stepper
from ui.routes import OpenBatchTransactions
from ui.screens.batches.batch.being_posted import BeingPosted
from ui.screens.batches.batch.cards.column import BatchCards
from ui.screens.batches.batch.decisions import BatchDecisions
from ui.screens.batches.batch.discard import DiscardDialog
from ui.screens.batches.batch.figures import BatchFigures
from ui.screens.batches.batch.steps import STEPS, steps_of
from ui.screens.batches.batch.tabs import PROBLEMS_TAB, WALLETS_TAB, BatchTabs
from ui.screens.batches.batch.work import BatchWork
from ui.screens.batches.columns import STATUS_TONES
from ui.screens.batches.rights import BatchRights

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.batches.detail import BatchDetail
    from ui.context import Context
    from ui.screens.batches.state import BatchState

_NAME_SHOWN = 44


class BatchPage(QWidget):
    """A page for one batch and no other; `pending` while its posting must not be forgotten."""

    back_wanted = Signal()
    discarded = Signal(object)

    def __init__(self, context: Context, batch_id: int) -> None:
        super().__init__()
        self.batch_id = batch_id
        self._context = context
        self._formats = context.formats
        self._state: BatchState | None = None
        rights = BatchRights(context.session.rights)
        self.work = BatchWork(context, batch_id, self)
        self.decisions = BatchDecisions(context, self.work, self)
        self.title = TitleRow(f"#{batch_id}")
        self.being_posted = BeingPosted(context, batch_id, self.work)
        self.being_posted.watch_on(self)
        self.back_button = button("Batches", flat=True)
        context.icons.dress(self.back_button, Glyph.BACK)
        self.stepper = Stepper(context.theme, STEPS)
        self.figures = BatchFigures()
        self.tabs = BatchTabs(context, batch_id, context.formats, rights)
        self.cards = BatchCards(context.formats, rights)
        self.posting, self.decision = self.cards.posting, self.cards.decision
        self.posted_card = self.cards.posted
        self._flow = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._trouble = label(tone="error", font=text_font(tabular=True), wrap=True, selectable=True)
        self._retry = button("Try again")
        self._body = QWidget()
        self._build()
        self._connect()
        read_acting(context, self, then=self._look_anew)

    @property
    def state(self) -> BatchState | None:
        """What is known of the batch; None until it was first read."""
        return self._state

    @property
    def pending(self) -> bool:
        """Whether a posting runs, or ended without an answer."""
        return self.work.pending

    @property
    def trouble(self) -> str:
        """Why the batch could not be read."""
        return self._trouble.text()

    @property
    def flow(self) -> str:
        """What the head says of where the batch's money goes."""
        return "" if self._flow.isHidden() else self._flow.text()

    def reload(self) -> None:
        """Read the batch as it is now, and check an open one."""
        self.work.read()

    def renew(self) -> None:
        """Read the batch again if others have changed it; until that is known the page stays as it is."""
        database, batch_id = self._context.database, self.batch_id
        read_acting(self._context, self, then=self._look_anew)
        self._context.worker.run(
            lambda cancel: detail(database, batch_id, cancel=cancel),
            done=self._compare,
            failed=lambda _error: None,
            owner=self,
            replaces="news",
        )

    def _look_anew(self) -> None:
        """Read the batch for whoever may decide on it now, or no longer; not under their hands."""
        if not (self.pending or self.work.busy or is_typed_in(self)):
            self.reload()

    def _compare(self, found: BatchDetail) -> None:
        is_busy = bool(self.pending or self.work.busy) or is_typed_in(self)
        if self._state is not None and found != self._state.detail and not is_busy:
            self.reload()

    def focus_lines(self) -> None:
        """Put the keyboard into the lines."""
        self.tabs.focus_table()

    def _show(self, state: BatchState) -> None:
        self._state = state
        row = state.row
        self._say_trouble("")
        cut = f"{row.name[: _NAME_SHOWN - 1]}…" if len(row.name) > _NAME_SHOWN else row.name
        self.title.set_title(f"#{row.id} {cut}")
        self.title.setToolTip("" if cut == row.name else plain_tip(row.name))
        submitted = row.status is BatchStatus.SUBMITTED
        status = "waiting for approval" if submitted else row.status.value
        self.title.chip.set(status, STATUS_TONES[row.status])
        self.setAccessibleName(f"Batch {row.id} {row.name}, {status}")
        self.being_posted.watches = state.open
        money, posted = partial(self._formats.money, currency=row.currency), row.posted_at is not None
        self._flow.setText(state.detail.flow.words(money, posted=posted))
        self.stepper.show_steps(steps_of(state, self._formats, self.work.busy))
        self._show_figures()
        self.tabs.show_state(state)
        self.cards.show_state(state)

    def _show_figures(self) -> None:
        if self._state is None:
            return
        card = self.posting
        self.figures.show_state(
            self._state, self._formats, lines_expected=card.expected_lines.amount,
            total_expected=card.expected_total.amount,
        )  # fmt: skip

    def _show_busy(self, words: str) -> None:
        self.title.set_subtitle("Reading…" if words and self._state is None else "")
        self.cards.set_busy(words, unknown=self.work.unknown)
        if self._state is not None:
            self.stepper.show_steps(steps_of(self._state, self._formats, words))

    def _rehearsed(self, state: BatchState) -> None:
        self._show(state)
        if state.rehearsed is not None and state.rehearsed.run is not None:
            opened = state.rehearsed.run.posted.opened
            also = f", {self._formats.count(opened, 'account')} opened" if opened else ""
            lines = self._formats.count(state.rehearsed.run.posted.lines, "line")
            self.posting.outcome.say(f"Dry run, rolled back: {lines} would post{also}.", "credit")
            self.tabs.show_tab(WALLETS_TAB)

    def _posted(self, state: BatchState, *, late: bool) -> None:
        self._show(state)
        if state.posted is None:
            return
        done, written = state.posted, self._formats
        cost = state.posting_cost
        took = "" if cost is None else f" in {written.duration(cost.ms)}"
        opened = f", {written.count(done.opened, 'account')} opened" if done.opened else ""
        words = (
            f"#{self.batch_id} posted: {written.count(done.lines, 'line')} as one transaction{took}, "
            f"transactions {done.first_id}\N{EN DASH}{done.last_id}{opened}."
        )
        if late:
            words = f"{LATE} {words}"
        self._context.notices.confirm(words, key=f"batch {self.batch_id}")
        self.posted_card.show_button.setFocus()

    def _refused(self, error: ConsoleError, state: BatchState) -> None:
        self._show(state)
        self.posting.forget_typed_total()
        self.posting.outcome.say(str(error), "error")
        if state.problems:
            self.tabs.show_tab(PROBLEMS_TAB)
        else:
            # It is not as it was when it was checked: another operator may have posted it.
            self._context.notices.show_error(error)
            self.reload()

    def _failed(self, error: ConsoleError) -> None:
        if self._state is None:
            self._say_trouble(str(error))
        else:
            self.cards.say(str(error), "warning" if self.work.unknown else "error")
            if not self._state.open:
                self._context.notices.show_error(error)

    def _decided(self, words: str) -> None:
        """Say what was decided, and read the batch as it is now."""
        self.cards.say("")
        self.cards.forget_typed()
        self._context.notices.confirm(words, key=f"batch {self.batch_id}")
        self.reload()

    def _undecided(self, error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError)
        self.cards.say(f"{error} {AGAIN}" if unknown else str(error), "warning" if unknown else "error")
        if isinstance(error, RefusedError):
            # It is not as it was when it was read: somebody else may have decided.
            self.reload()

    def _say_trouble(self, words: str) -> None:
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))
        self._retry.setVisible(bool(words))
        self._flow.setVisible(not words and self._state is not None)
        self._body.setVisible(not words and self._state is not None)

    def _show_transactions(self) -> None:
        self._context.navigator.go(OpenBatchTransactions(self.batch_id))

    def _ask_discard(self) -> None:
        if self._state is None:
            return
        dialog = DiscardDialog(self._state.row, self._formats, self)
        dialog.accepted.connect(self.work.discard)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _post(self) -> None:
        # The card's button is the one guard here; the ledger is the other.
        if self._state is not None:
            self.posting.outcome.say("")
            self.work.post(self._state)

    def _rehearse(self) -> None:
        if self._state is not None:
            self.posting.outcome.say("")
            self.work.rehearse(self._state)

    def _check(self) -> None:
        if self._state is not None:
            self.cards.say("")
            self.work.check(self._state)

    def _read(self, state: BatchState) -> None:
        """Take up a fresh reading, and keep what this page has seen happen."""
        before = self._state
        if before is not None:
            state = replace(
                state,
                checked=state.checked or before.checked,
                rehearsed=before.rehearsed,
                posted=before.posted,
                posting_cost=before.posting_cost,
            )
        self._checked(state)

    def _checked(self, state: BatchState) -> None:
        self._show(state)
        if state.problems:
            self.tabs.show_tab(PROBLEMS_TAB)

    def _cancel(self) -> None:
        self.cards.show_cancelling()
        self.work.cancel()

    def _set_aside(self, lines: tuple[int, ...]) -> None:
        if self._state is not None and lines and not self.work.busy:
            self.decisions.ask_setting_aside(self._state, lines)

    def _connect(self) -> None:
        work, posting, decision = self.work, self.posting, self.decision
        work.read_done.connect(self._read)
        work.checked.connect(self._checked)
        work.rehearsed.connect(self._rehearsed)
        work.posted.connect(lambda state, late: self._posted(state, late=late))
        work.refused.connect(self._refused)
        work.failed.connect(self._failed)
        work.cancelled.connect(lambda words: self.cards.say(words, "muted"))
        work.discarded.connect(self.discarded)
        work.decided.connect(self._decided)
        work.undecided.connect(self._undecided)
        work.busy_changed.connect(self._show_busy)
        posting.rehearsal_wanted.connect(self._rehearse)
        posting.posting_wanted.connect(self._post)
        posting.discard_wanted.connect(self._ask_discard)
        posting.expectations_changed.connect(self._show_figures)
        for card in (posting, decision):
            card.check_wanted.connect(self._check)
            card.cancel_wanted.connect(self._cancel)
        self.posted_card.transactions_wanted.connect(self._show_transactions)
        self.decisions.serve(self.cards, lambda: self._state)
        self.tabs.aside_wanted.connect(self._set_aside)
        self.back_button.clicked.connect(self.back_wanted)
        self.being_posted.ended.connect(self.renew)
        self._retry.clicked.connect(self.reload)

    def _build(self) -> None:
        left = column_of(self.figures, self.tabs, spacing=GAP)
        left.setStretchFactor(self.tabs, 1)
        inner = QHBoxLayout()
        inner.setSpacing(GAP)
        inner.addLayout(left, 1)
        inner.addWidget(self.cards)
        whole = column_of(self.stepper, inner, spacing=GAP)
        whole.setStretchFactor(inner, 1)
        self._body.setLayout(whole)
        # Where the window is low the page scrolls; figures and buttons are never squeezed.
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row_of(self.back_button, self.title, spacing=8))
        layout.addWidget(self._flow)
        layout.addWidget(self.being_posted)
        layout.addLayout(row_of(self._trouble, self._retry, None))
        layout.addWidget(scrolling(self._body), 1)
        self._say_trouble("")
        self._body.hide()
