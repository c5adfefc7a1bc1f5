"""What stands beside a batch: one of three cards, by how far it is and who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from models.batch import BatchStatus
from ui.kit.widgets.basics import row_of
from ui.screens.batches.batch.cards.decision import DecisionCard
from ui.screens.batches.batch.cards.posted import PostedCard
from ui.screens.batches.batch.cards.posting import PostingCard

if TYPE_CHECKING:
    from ui.kit.formats import Formats
    from ui.screens.batches.rights import BatchRights
    from ui.screens.batches.state import BatchState


class BatchCards(QWidget):
    """Posting for a draft or an approved batch, a decision for what was submitted, facts for what is done."""

    def __init__(self, formats: Formats, rights: BatchRights) -> None:
        super().__init__()
        self._rights = rights
        self.posting = PostingCard(formats, rights)
        self.decision = DecisionCard(formats, rights)
        self.posted = PostedCard(formats, rights)
        self.setLayout(row_of(self.posting, self.decision, self.posted, spacing=0))
        self.decision.hide()
        self.posted.hide()

    def show_state(self, state: BatchState) -> None:
        """Show the card for this batch as it is now."""
        asked = state.deciding
        submitted = state.row.status is BatchStatus.SUBMITTED
        # Who has no say in a reversal that waits sees what was posted.
        decides = submitted or (asked is not None and self._rights.decides(asked))
        self.posting.setVisible(state.open and not submitted)
        self.decision.setVisible(decides)
        self.posted.setVisible(not state.open and not decides)
        if decides:
            self.decision.show_state(state)
        elif state.open:
            self.posting.show_state(state)
        else:
            self.posted.show_state(state)

    def set_busy(self, words: str, *, unknown: bool) -> None:
        """Say what is under way; `unknown` is whether a posting ended without its answer."""
        self.posting.set_busy(words)
        self.posting.set_unknown(unknown=unknown)
        self.decision.set_busy(words)

    def show_cancelling(self) -> None:
        """Say that the server was asked to stop."""
        for card in (self.posting, self.decision):
            card.running.show_cancelling()

    def say(self, words: str, tone: str | None = None) -> None:
        """Say how the last deed ended; empty words say nothing."""
        for card in (self.posting, self.decision):
            card.outcome.say(words, tone)

    def forget_typed(self) -> None:
        """Have the total and the words typed again."""
        self.posting.forget_typed_total()
        self.decision.forget()
