"""Reversing a whole batch: what could not be taken back, a dry run, a policy and a reason before the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands as approvals
from console.ledger.batches import reversal
from console.ledger.batches.reversal import BatchReversal
from models.batch import BatchStatus
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label, row_of
from ui.kit.widgets.buttons import WhyNot, allow
from ui.kit.widgets.reason import ReasonEdit
from ui.kit.widgets.running import Outcome, RunningStrip
from ui.screens.batches.reversal.check import ReversalCheck
from ui.screens.batches.rights import approvals_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.ledger.batches.detail import BatchDetail
    from console.ledger.batches.reversal import ReversalProblem, ReversalRehearsal, ReversedBatch
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

    T = TypeVar("T")

_WIDTH = 720
_REHEARSED = "dry run"
_REVERSE = ("reverse",)


class ReversalDialog(QDialog):
    """Emits `ended` with what was done in words; it stays until the operator or the deed closes it."""

    ended = Signal(str)

    def __init__(self, context: Context, detail: BatchDetail, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._formats = context.formats
        self._detail = detail
        self._checked = False
        # What could not be taken is taken later, as often as it needs.
        self._rest = detail.row.status is BatchStatus.REVERSED
        self.setWindowTitle("Take the rest" if self._rest else "Reverse batch")
        self.setFixedWidth(_WIDTH)
        self.check = ReversalCheck(context, detail.row.currency)
        self.edit = ReasonEdit("such as the ticket, and who asked for it")
        self.outcome = Outcome()
        self.running = RunningStrip(context.formats)
        self.rehearse_button = button("Dry run")
        self.keep_button = button("Cancel")
        deed = "Take the rest" if self._rest else "Reverse batch"
        verb = "Submit reversal" if detail.to_reverse else deed
        self.reverse_button = button(verb, danger=not detail.to_reverse, accent=bool(detail.to_reverse))
        self._why = WhyNot(self.reverse_button)
        self._one = KeyedWrite(context.worker, self)
        self._build()
        self._connect()
        self._look()
        self._read()

    @property
    def reason(self) -> str:
        """Why it cannot be reversed now; empty when it can."""
        return self._why_not()

    @override
    def reject(self) -> None:
        # While something runs the same button ends it; closing would hide how it ended.
        if self.running.words and self._checked:
            self._cancel()
        else:
            super().reject()

    def _read(self) -> None:
        database, number = self._context.database, self._detail.row.id
        self._ask(
            "Checking",
            lambda cancel: (
                reversal.reversal_rest(database, number, cancel=cancel)
                if self._rest
                else reversal.reversal_problems(database, number, cancel=cancel)
            ),
            self._show_problems,
        )

    def _show_problems(self, problems: Sequence[ReversalProblem]) -> None:
        self._checked = True
        self.check.show_problems(problems, rest=self._rest)
        self.adjustSize()

    def _order(self, reason: str) -> BatchReversal:
        return BatchReversal(self._detail.row.id, self.check.policy, reason)

    def _rehearse(self) -> None:
        # A reason is not needed to look, but the ledger's function will not do without.
        ledger, order = self._context.ledger, self._order(_REHEARSED)

        def done(would: ReversalRehearsal) -> None:
            accounts = self._formats.count(len(would.wallets), "account")
            taken = self._taken(would.reversed, "would be taken back")
            self.outcome.say(f"Dry run, rolled back: {accounts}, {taken}", "credit")

        self.outcome.say("")
        self._ask(
            "Dry run", lambda cancel: reversal.reverse_batch_rehearsal(ledger, order, cancel=cancel), done
        )

    def _reverse(self) -> None:
        ledger, order = self._context.ledger, self._order(self.edit.reason)
        asks = self._detail.to_reverse > 0

        def call(key: UUID, cancel: Cancellation) -> str:
            if asks:
                approvals.submit(ledger, order, reason=order.reason, key=key, cancel=cancel)
                return f"The reversal of batch #{order.batch} waits for approval."
            done = reversal.reverse_batch(ledger, order, key=key, cancel=cancel)
            return f"#{order.batch} reversed: {self._taken(done, 'taken back')}"

        def done(said: str, late: bool) -> None:  # noqa: FBT001 - told by position
            self.ended.emit(f"{LATE} {said}" if late else said)
            self.accept()

        def cancelled() -> None:
            self.outcome.say("Cancelled. What the batch is now stands on its page.", "muted")
            self._end()

        self.outcome.say("")
        words = "Submitting" if asks else "Reversing"
        self._one.write(_REVERSE, words, call, done, failed=self._failed, cancelled=cancelled)

    def _taken(self, done: ReversedBatch, verb: str) -> str:
        written, money = self._formats, self._detail.row.currency
        words = f"{written.money(done.total, money)} on {written.count(done.lines, 'line')} {verb}"
        return f"{words}, {written.money(done.short, money)} is left." if done.short else f"{words}."

    def _ask(self, words: str, work: Callable[[Cancellation], T], done: Callable[[T], None]) -> None:
        def ended(answer: T) -> None:
            done(answer)
            self._end()

        def cancelled() -> None:
            self.outcome.say("Cancelled.", "muted")
            self._end()

        self._one.ask(words, work, ended, failed=self._failed, cancelled=cancelled)

    def _end(self) -> None:
        # What came is taken after the word that nothing runs any more.
        self._look()
        # A button that is greyed under way gives the keyboard to its neighbour.
        self.edit.setFocus()

    def _failed(self, error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError)
        self.outcome.say(f"{error} {AGAIN}" if unknown else str(error), "warning" if unknown else "error")
        if not self._checked:
            self.check.show_failure()
        self._end()

    def _show_busy(self, words: str) -> None:
        self.running.show_busy(words)
        self._look()

    def _why_not(self) -> str:
        if self.running.words:
            return "wait until this has ended"
        if not self._checked:
            return "the check before has no answer"
        return self.edit.missing

    def _look(self) -> None:
        self._why.explain(self._why_not(), quiet=bool(self.running.words))
        allow(self.rehearse_button, self._why_no_rehearsal())

    def _why_no_rehearsal(self) -> str:
        if self.running.words:
            return "wait until this has ended"
        if self._detail.to_reverse:
            return f"a rule asks for {approvals_words(self._detail.to_reverse)} first"
        return ""

    def _cancel(self) -> None:
        self.running.show_cancelling()
        self._one.cancel()

    def _connect(self) -> None:
        self._one.busy_changed.connect(self._show_busy)
        self.edit.textChanged.connect(self._look)
        self.rehearse_button.clicked.connect(self._rehearse)
        self.reverse_button.clicked.connect(self._reverse)
        self.keep_button.clicked.connect(self.reject)
        self.running.cancel_button.clicked.connect(self._cancel)

    def _build(self) -> None:
        row, written = self._detail.row, self._formats
        deed = f"Take what is left of batch #{row.id}?" if self._rest else f"Reverse batch #{row.id}?"
        heading = label(deed, font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        moved = f"{written.count(row.lines, 'line')}, {written.money(row.total, row.currency)}"
        words = f"{row.name}: {moved}. It is taken back as one transaction, linked both ways."
        if self._rest:
            left = written.money(self._detail.left, row.currency)
            words = f"{row.name}: {moved}, of which {left} is not given back yet."
        if self._detail.to_reverse:
            words += f" A rule asks for {approvals_words(self._detail.to_reverse)} first."
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(self.check)
        layout.addWidget(Field("Reason, for the audit", self.edit))
        for part in (self.outcome, self.running):
            layout.addWidget(part)
        foot = row_of(self.rehearse_button, None, self._why, self.keep_button, self.reverse_button)
        foot.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(foot)
        self.edit.setFocus()
