"""Submission, approval, rejection, withdrawal and reversal of one batch: each asked, done once, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from console.ledger.approvals import commands as approvals
from console.ledger.batches import commands
from ui.acts.deciding.decisions import Asked, Decisions
from ui.screens.batches.reversal.dialog import ReversalDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget

    from console.ledger.batches.commands import SetAside
    from console.ledger.batches.detail import BatchRequest
    from ui.context import Context
    from ui.screens.batches.batch.cards.column import BatchCards
    from ui.screens.batches.batch.work import BatchWork
    from ui.screens.batches.state import BatchState


_STAYS = "The batch stays posted."


class BatchDecisions(QObject):
    """Asks why where a reason is needed, then has the decision written."""

    def __init__(self, context: Context, work: BatchWork, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._ledger = context.ledger
        self._work = work
        self._page = page
        self._decisions = Decisions(context.ledger, work.decide, page)

    def serve(self, cards: BatchCards, state: Callable[[], BatchState | None]) -> None:
        """Do what the cards ask for, on the batch as `state` then knows it."""

        def on_known(act: Callable[[BatchState], None]) -> None:
            known = state()
            if known is not None:
                act(known)

        def on(wanted: SignalInstance, act: Callable[[BatchState], None]) -> None:
            wanted.connect(lambda: on_known(act))

        note, typed = cards.decision.note, cards.decision.typed
        on(cards.posting.submission_wanted, self.ask_submission)
        on(cards.decision.approval_wanted, lambda known: self.approve(known, note.reason, typed.edit.amount))
        on(cards.decision.return_wanted, self.ask_return)
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
        self._decisions.ask(
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

    def approve(self, state: BatchState, note: str, typed: int | None) -> None:
        """Agree to exactly what was submitted; typed: its total, in minor units."""
        if state.deciding is not None:
            self._decisions.approve(_asked(state.deciding, state), note=note, typed=typed)

    def ask_return(self, state: BatchState) -> None:
        """Ask what is to be changed, then send it back to its maker."""
        asked = state.deciding
        if asked is not None:
            words = "It is a draft again, and its maker reads what you write."
            self._decisions.ask_return(_asked(asked, state), _STAYS if asked.policy else words)

    def ask_rejection(self, state: BatchState) -> None:
        """Ask why, then say no for good."""
        asked = state.deciding or state.request
        if asked is not None:
            words = "It can then never be posted. Its file can be loaded again, as another batch."
            self._decisions.ask_rejection(_asked(asked, state), _STAYS if asked.policy else words)

    def ask_withdrawal(self, state: BatchState) -> None:
        """Ask why, then make it a draft again, or leave it posted."""
        asked = state.deciding or state.request
        if asked is not None:
            words = "It is a draft again, and approvals given to it are void."
            self._decisions.ask_withdrawal(_asked(asked, state), _STAYS if asked.policy else words)

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

    def ask_setting_aside(self, state: BatchState, lines: tuple[int, ...]) -> None:
        """Ask why, then put these lines into a draft of their own."""
        number, ledger, formats = state.row.id, self._ledger, self._context.formats
        money, count = state.row.currency, formats.count(len(lines), "line")

        def said(done: SetAside) -> str:
            aside = f"{formats.count(done.lines, 'line')}, {formats.money(done.total, money)}"
            left = f"{formats.count(done.left_lines, 'line')}, {formats.money(done.left_total, money)}"
            return f"Set aside as batch #{done.aside}: {aside}. Left in batch #{number}: {left}."

        self._decisions.ask(
            title="Set lines aside",
            heading=f"Set {count} of batch #{number} aside?",
            words="They become a draft of their own, with the numbers that they have in the file; the others "
            "can then be posted or submitted.",
            deed=f"Set {count} aside",
            then=lambda reason: self._work.decide(
                ("aside", *lines), "Setting aside", said,
                lambda key, cancel: commands.set_aside(
                    ledger, number, lines, reason=reason, key=key, cancel=cancel
                ),
            ),
        )  # fmt: skip

    def reverse(self, state: BatchState) -> None:
        """Carry out a reversal that was approved; else show what it would take back, and do it from there."""
        asked = state.detail.reversing
        if asked is not None and asked.status == "approved":
            self._decisions.execute(_asked(asked, state), "Reversing", f"Batch #{state.row.id} is reversed.")
            return
        dialog = ReversalDialog(self._context, state.detail, self._page)
        dialog.ended.connect(self._work.decided)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _asked(asked: BatchRequest, state: BatchState) -> Asked:
    """Name what is decided on."""
    what = f"{'the reversal of ' if asked.policy else ''}batch #{state.row.id}"
    return Asked(asked.id, asked.content, what)
