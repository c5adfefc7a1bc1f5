"""Submission, approval, rejection, withdrawal and reversal of one batch: each asked, done once, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from console.ledger.approvals import commands as approvals
from console.ledger.batches import commands
from ui.kit.widgets.reason import ReasonDialog
from ui.screens.batches.reversal.dialog import ReversalDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget

    from ui.context import Context
    from ui.screens.batches.batch.cards.column import BatchCards
    from ui.screens.batches.batch.work import BatchWork
    from ui.screens.batches.state import BatchState

_PAST = {"Reject": "rejected", "Withdraw": "withdrawn"}


class BatchDecisions(QObject):
    """Asks why where a reason is needed, then has the decision written."""

    def __init__(self, context: Context, work: BatchWork, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._ledger = context.ledger
        self._work = work
        self._page = page

    def serve(self, cards: BatchCards, state: Callable[[], BatchState | None]) -> None:
        """Do what the cards ask for, on the batch as `state` then knows it."""

        def on_known(act: Callable[[BatchState], None]) -> None:
            known = state()
            if known is not None:
                act(known)

        def on(wanted: SignalInstance, act: Callable[[BatchState], None]) -> None:
            wanted.connect(lambda: on_known(act))

        note = cards.decision.note
        on(cards.posting.submission_wanted, self.ask_submission)
        on(cards.decision.approval_wanted, lambda known: self.approve(known, note.reason))
        on(cards.posted.reversal_wanted, self.reverse)
        cards.posting.offset_wanted.connect(
            lambda number, taken: on_known(lambda known: self.offset(known, number, taken=taken))
        )
        for card in (cards.posting, cards.decision):
            on(card.rejection_wanted, self.ask_rejection)
            on(card.withdrawal_wanted, self.ask_withdrawal)

    def ask_submission(self, state: BatchState) -> None:
        """Ask why, then freeze the draft and ask for its approval."""
        content, number, ledger = state.content, state.row.id, self._ledger
        self._ask(
            title="Submit for approval",
            heading=f"Submit batch #{number} for approval?",
            words="Its lines are frozen as they were checked. Others approve exactly these; you cannot.",
            deed="Submit",
            then=lambda reason: self._work.decide(
                ("submit",), "Submitting", f"Batch #{number} waits for approval.",
                lambda key, cancel: approvals.submit_batch(
                    ledger, number, content, reason=reason, key=key, cancel=cancel
                ),
            ),
        )  # fmt: skip

    def approve(self, state: BatchState, note: str) -> None:
        """Agree to exactly what was submitted."""
        asked, ledger = state.deciding, self._ledger
        if asked is not None:
            self._work.decide(
                ("approve", asked.id), "Approving", f"You have approved {_what(state)}.",
                lambda key, cancel: approvals.approve(
                    ledger, asked.id, asked.content, note=note, key=key, cancel=cancel
                ),
            )  # fmt: skip

    def ask_rejection(self, state: BatchState) -> None:
        """Ask why, then say no for good."""
        words = "It can then never be posted. Its file can be loaded again, as another batch."
        self._ask_end(state, "Reject", words, approvals.reject, danger=True)

    def ask_withdrawal(self, state: BatchState) -> None:
        """Ask why, then make it a draft again, or leave it posted."""
        words = "It is a draft again, and approvals given to it are void."
        self._ask_end(state, "Withdraw", words, approvals.withdraw)

    def _ask_end(
        self, state: BatchState, verb: str, words: str, end: Callable[..., object], *, danger: bool = False
    ) -> None:
        """Ask why a request is ended without being carried out, then end it; `words` say what of a draft."""
        asked, what, ledger = state.deciding or state.request, _what(state), self._ledger
        if asked is None:
            return
        self._ask(
            title=verb,
            heading=f"{verb} {what}?",
            words="The batch stays posted." if asked.policy else words,
            deed=verb,
            danger=danger,
            then=lambda reason: self._work.decide(
                (verb, asked.id), f"{verb}ing", f"You have {_PAST[verb]} {what}.",
                lambda key, cancel: end(ledger, asked.id, reason=reason, key=key, cancel=cancel),
            ),
        )  # fmt: skip

    def offset(self, state: BatchState, earlier: int, *, taken: bool) -> None:
        """Let the draft take what is left of an earlier batch, or no longer."""
        number, ledger = state.row.id, self._ledger
        what = f"takes what is left of batch #{earlier}" if taken else f"takes nothing of batch #{earlier}"
        self._work.decide(
            ("offset", earlier, taken), "Writing", f"Batch #{number} {what} when it is posted.",
            lambda key, cancel: commands.offset(
                ledger, number, earlier, on=taken, key=key, cancel=cancel
            ),
        )  # fmt: skip

    def reverse(self, state: BatchState) -> None:
        """Carry out a reversal that was approved; else show what it would take back, and do it from there."""
        asked, ledger = state.detail.reversing, self._ledger
        if asked is not None and asked.status == "approved":
            self._work.decide(
                ("execute", asked.id), "Reversing", f"Batch #{state.row.id} is reversed.",
                lambda key, cancel: approvals.execute(ledger, asked.id, key=key, cancel=cancel),
            )  # fmt: skip
            return
        dialog = ReversalDialog(self._context, state.detail, self._page)
        dialog.ended.connect(self._work.decided)
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


def _what(state: BatchState) -> str:
    """Name what is decided on."""
    asked = state.deciding
    return f"{'the reversal of ' if asked is not None and asked.policy else ''}batch #{state.row.id}"
