"""Reversing a whole batch: what could not be taken back, a dry run, a policy and a reason before the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands as approvals
from console.ledger.batches import reversal as reversals
from console.ledger.batches.reversal import BatchReversal
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import Field, button, label, restyle, row_of
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.reason import ReasonEdit
from ui.kit.widgets.running import RunningStrip
from ui.screens.batches.reversal.check import ReversalCheck
from ui.screens.batches.rights import approvals_words
from ui.screens.batches.state import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.ledger.batches.detail import BatchDetail
    from console.ledger.batches.reversal import ReversalProblem, ReversalRehearsal, ReversedBatch
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_WIDTH = 720
_REHEARSED = "dry run"


class ReversalDialog(QDialog):
    """Emits `ended` with what was done in words; it stays until the operator or the deed closes it."""

    ended = Signal(str)

    def __init__(self, context: Context, detail: BatchDetail, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._formats = context.formats
        self._detail = detail
        self._checked = False
        self._attempt: tuple[BatchReversal, UUID] | None = None
        self.setWindowTitle("Reverse batch")
        self.setFixedWidth(_WIDTH)
        self.check = ReversalCheck(context)
        self.edit = ReasonEdit("such as the ticket, and who asked for it")
        self._outcome = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self.running = RunningStrip(context.formats)
        self._why = label(tone="muted", font=label_font(), wrap=True)
        self.rehearse_button = button("Dry run")
        self.keep_button = button("Cancel")
        verb = "Submit reversal" if detail.to_reverse else "Reverse batch"
        self.reverse_button = button(verb, danger=not detail.to_reverse, accent=bool(detail.to_reverse))
        self._build()
        self._connect()
        self._look()
        self._read()

    @property
    def reason(self) -> str:
        """Why it cannot be reversed now; empty when it can."""
        return self._why_not()

    @property
    def outcome(self) -> str:
        """What the last dry run or deed came to."""
        return self._outcome.text()

    @override
    def reject(self) -> None:
        # While something runs the same button ends it; closing would hide how it ended.
        if self.running.words and self._checked:
            self._cancel()
        else:
            super().reject()

    def _read(self) -> None:
        database, number = self._context.database, self._detail.row.id

        def work(cancellation: Cancellation) -> Sequence[ReversalProblem]:
            return reversals.reversal_problems(database, number, cancel=cancellation)

        self._run("Checking", work, self._show_problems)

    def _show_problems(self, problems: Sequence[ReversalProblem]) -> None:
        self._checked = True
        self.check.show_problems(problems)
        self.adjustSize()

    def _order(self, reason: str) -> BatchReversal:
        return BatchReversal(self._detail.row.id, self.check.policy, reason)

    def _rehearse(self) -> None:
        # A reason is not needed to look, but the ledger's function will not do without.
        database, order = self._context.database, self._order(_REHEARSED)

        def work(cancellation: Cancellation) -> ReversalRehearsal:
            return reversals.reverse_batch_rehearsal(database, order, cancel=cancellation)

        def done(would: ReversalRehearsal) -> None:
            accounts = count_words(len(would.wallets), "account", self._formats)
            taken = self._taken(would.reversed, "would be taken back")
            self._say(f"Dry run, rolled back: {accounts}, {taken}", "credit")

        self._say("")
        self._run("Dry run", work, done)

    def _reverse(self) -> None:
        if self._why_not():
            return
        database, order = self._context.database, self._order(self.edit.reason)
        if self._attempt is None or self._attempt[0] != order:
            self._attempt = order, uuid4()
        key, asks = self._attempt[1], self._detail.to_reverse > 0
        came_to: list[str] = []

        def work(cancellation: Cancellation) -> None:
            if asks:
                approvals.submit(database, order, reason=order.reason, key=key, cancel=cancellation)
                came_to.append(f"The reversal of batch #{order.batch} waits for approval.")
            else:
                done = reversals.reverse_batch(database, order, key=key, cancel=cancellation)
                came_to.append(f"#{order.batch} reversed: {self._taken(done, 'taken back')}")

        def done(_nothing: object = None) -> None:
            self.ended.emit(came_to[0])
            self.accept()

        def cancelled() -> None:
            if came_to:
                done()
            else:
                self._say("Cancelled. What the batch is now stands on its page.", "muted")

        self._say("")
        self._run("Submitting" if asks else "Reversing", work, done, cancelled=cancelled)

    def _taken(self, done: ReversedBatch, verb: str) -> str:
        written, code = self._formats, self._detail.row.currency
        words = f"{written.amount(done.total)} {code} on {count_words(done.lines, 'line', written)} {verb}"
        return f"{words}, {written.amount(done.short)} stays." if done.short else f"{words}."

    def _run(
        self,
        words: str,
        work: Callable[[Cancellation], Any],
        done: Callable[..., None],
        *,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        def ended(then: Callable[..., None], *answer: object) -> None:
            self.running.show_busy("")
            then(*answer)
            self._look()
            # A button that is greyed under way gives the keyboard to its neighbour.
            self.edit.setFocus()

        self.running.show_busy(words)
        self._look()
        self._context.worker.run(
            work,
            done=lambda answer: ended(done, answer),
            failed=lambda error: ended(self._failed, error),
            cancelled=lambda: ended(cancelled or (lambda: self._say("Cancelled.", "muted"))),
            owner=self,
            replaces="reversal",
        )

    def _failed(self, error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError)
        if not unknown:
            self._attempt = None
        more = " Press it again to ask; it is done once." if unknown else ""
        self._say(f"{error}{more}", "warning" if unknown else "error")
        if not self._checked:
            self.check.show_failure()

    def _say(self, words: str, tone: str | None = None) -> None:
        self._outcome.setText(words)
        self._outcome.setVisible(bool(words))
        restyle(self._outcome, tone=tone)

    def _why_not(self) -> str:
        if self.running.words:
            return "wait until this has ended"
        if not self._checked:
            return "the check before has no answer"
        return self.edit.missing

    def _look(self) -> None:
        reason = self._why_not()
        allow(self.reverse_button, reason)
        allow(self.rehearse_button, self._why_no_rehearsal())
        self._why.setText(f"Not yet: {reason}." if reason and not self.running.words else "")

    def _why_no_rehearsal(self) -> str:
        if self.running.words:
            return "wait until this has ended"
        if self._detail.to_reverse:
            return f"a rule asks for {approvals_words(self._detail.to_reverse)} first"
        return ""

    def _cancel(self) -> None:
        self.running.show_cancelling()
        self._context.worker.cancel(self)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._look)
        self.rehearse_button.clicked.connect(self._rehearse)
        self.reverse_button.clicked.connect(self._reverse)
        self.keep_button.clicked.connect(self.reject)
        self.running.cancel_button.clicked.connect(self._cancel)

    def _build(self) -> None:
        row, written = self._detail.row, self._formats
        heading = label(
            f"Reverse batch #{row.id}?", font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True
        )
        moved = f"{count_words(row.lines, 'line', written)}, {written.amount(row.total)} {row.currency}"
        words = f"{row.name}: {moved}. It is taken back as one transaction, linked both ways, once."
        if self._detail.to_reverse:
            words += f" A rule asks for {approvals_words(self._detail.to_reverse)} first."
        self._outcome.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(self.check)
        layout.addWidget(Field("Reason, for the audit", self.edit))
        for part in (self._outcome, self.running):
            layout.addWidget(part)
        foot = row_of(self.rehearse_button, None, self._why, self.keep_button, self.reverse_button)
        foot.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(foot)
        self.edit.setFocus()
