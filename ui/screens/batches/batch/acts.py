"""Submission, approval, rejection, withdrawal and reversal of one batch: each asked, done once, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands as approvals
from ui.kit.widgets.reason import ReasonDialog
from ui.screens.batches.reversal.dialog import ReversalDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.screens.batches.batch.cards import BatchCards
    from ui.screens.batches.batch.deeds import BatchDeeds
    from ui.screens.batches.state import BatchState


class BatchActs(QObject):
    """One keyed write at a time; until its outcome is known the same act is asked again with the same key."""

    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, deeds: BatchDeeds, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._deeds = deeds
        self._page = page
        self._keys: dict[tuple[object, ...], UUID] = {}

    def serve(self, cards: BatchCards, state: Callable[[], BatchState | None]) -> None:
        """Do what the cards ask for, on the batch as `state` then knows it."""

        def on(wanted: SignalInstance, act: Callable[[BatchState], None]) -> None:
            def ask() -> None:
                known = state()
                if known is not None:
                    act(known)

            wanted.connect(ask)

        note = cards.approval.note
        on(cards.decision.submission_wanted, self.ask_submission)
        on(cards.approval.approval_wanted, lambda known: self.approve(known, note.reason))
        on(cards.posted.reversal_wanted, self.reverse)
        for card in (cards.decision, cards.approval):
            on(card.rejection_wanted, self.ask_rejection)
            on(card.withdrawal_wanted, self.ask_withdrawal)

    def ask_submission(self, state: BatchState) -> None:
        """Ask why, then freeze the draft and ask for its approval."""
        if state.checked is None:
            return
        content, number = state.checked.check.summary.content_hash, state.row.id
        database = self._context.database
        self._ask(
            title="Submit for approval",
            heading=f"Submit batch #{number} for approval?",
            words="Its lines are frozen as they were checked. Others approve exactly these; you cannot.",
            deed="Submit",
            then=lambda reason: self._act(
                "Submitting", f"Batch #{number} waits for approval.", (number, "submit", content, reason),
                lambda key, cancel: approvals.submit_batch(
                    database, number, content, reason=reason, key=key, cancel=cancel
                ),
            ),
        )  # fmt: skip

    def approve(self, state: BatchState, note: str) -> None:
        """Agree to exactly what was submitted."""
        asked, number = state.deciding, state.row.id
        if asked is None:
            return
        database = self._context.database
        self._act(
            "Approving", f"You have approved {_what(state)}.", (number, "approve", asked.id, note),
            lambda key, cancel: approvals.approve(
                database, asked.id, asked.content, note=note, key=key, cancel=cancel
            ),
        )  # fmt: skip

    def ask_rejection(self, state: BatchState) -> None:
        """Ask why, then say no for good."""
        asked, number, what = state.deciding or state.request, state.row.id, _what(state)
        if asked is None:
            return
        database = self._context.database
        batch_words = "It can then never be posted. Its file can be loaded again, as another batch."
        self._ask(
            title="Reject",
            heading=f"Reject {what}?",
            words="The batch stays posted." if asked.policy else batch_words,
            deed="Reject",
            danger=True,
            then=lambda reason: self._act(
                "Rejecting", f"You have rejected {what}.", (number, "reject", asked.id, reason),
                lambda key, cancel: approvals.reject(
                    database, asked.id, reason=reason, key=key, cancel=cancel
                ),
            ),
        )  # fmt: skip

    def ask_withdrawal(self, state: BatchState) -> None:
        """Ask why, then make it a draft again, or leave it posted."""
        asked, number, what = state.deciding or state.request, state.row.id, _what(state)
        if asked is None:
            return
        database = self._context.database
        batch_words = "It is a draft again, and approvals given to it are void."
        self._ask(
            title="Withdraw",
            heading=f"Withdraw {what}?",
            words="The batch stays posted." if asked.policy else batch_words,
            deed="Withdraw",
            then=lambda reason: self._act(
                "Withdrawing", f"You have withdrawn {what}.", (number, "withdraw", asked.id, reason),
                lambda key, cancel: approvals.withdraw(
                    database, asked.id, reason=reason, key=key, cancel=cancel
                ),
            ),
        )  # fmt: skip

    def reverse(self, state: BatchState) -> None:
        """Carry out a reversal that was approved; else show what it would take back, and do it from there."""
        asked, number = state.detail.reversing, state.row.id
        if asked is not None and asked.status == "approved":
            request, database = asked.id, self._context.database
            self._act(
                "Reversing", f"Batch #{number} is reversed.", (number, "execute", request),
                lambda key, cancel: approvals.execute(database, request, key=key, cancel=cancel),
            )  # fmt: skip
            return
        dialog = ReversalDialog(self._context, state.detail, self._page)
        dialog.ended.connect(self.ended)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask(
        self, *, title: str, heading: str, words: str, deed: str, then: Callable[[str], None],
        danger: bool = False,
    ) -> None:  # fmt: skip
        dialog = ReasonDialog(self._page, title=title, heading=heading, words=words, deed=deed, danger=danger)
        dialog.given.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _act(
        self,
        words: str,
        said: str,
        act: tuple[object, ...],
        call: Callable[[UUID, Cancellation], Any],
    ) -> None:
        key = self._keys.setdefault(act, uuid4())
        came_to: list[Any] = []

        def work(cancellation: Cancellation) -> None:
            came_to.append(call(key, cancellation))

        def done(_nothing: object = None) -> None:
            self._keys.pop(act, None)
            self.ended.emit(said)

        def failed(error: ConsoleError) -> None:
            if not isinstance(error, OutcomeUnknownError):
                self._keys.pop(act, None)
            self.failed.emit(error)

        def cancelled() -> None:
            if came_to:
                done()
            else:
                # The server may have been quicker: what the batch is now says so.
                self._deeds.cancelled.emit("Cancelled.")
                self._deeds.read()

        self._deeds.run(words, work, done, failed=failed, cancelled=cancelled)


def _what(state: BatchState) -> str:
    """Name what is decided on."""
    asked = state.deciding
    return f"{'the reversal of ' if asked is not None and asked.policy else ''}batch #{state.row.id}"
