"""The card beside a batch that is decided: what was posted, taken back or rejected, and what can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.batch import BatchStatus
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, caption, column_of, label, line
from ui.kit.widgets.buttons import WhyNot
from ui.kit.widgets.cards import Card
from ui.screens.batches.batch.approvals_given import ApprovalsGiven
from ui.screens.batches.batch.cards.posting import CARD_WIDTH, short_hash

if TYPE_CHECKING:
    from ui.kit.formats import Formats
    from ui.screens.batches.rights import BatchRights
    from ui.screens.batches.state import BatchState

_FACTS = (
    "Rejected by", "Reversed by", "Taken back", "Reason", "Transactions", "Moved", "Accounts opened",
    "Took what was left of", "Posted by", "Content", "File",
)  # fmt: skip
_HEADINGS = {
    BatchStatus.POSTED: "Posted as one transaction",
    BatchStatus.REVERSED: "Posted, and reversed",
    BatchStatus.REJECTED: "Rejected",
}


class PostedCard(Card):
    """The facts of a posting; a batch that was rejected or reversed says by whom, when and why."""

    transactions_wanted = Signal()
    reversal_wanted = Signal()

    def __init__(self, formats: Formats, rights: BatchRights) -> None:
        super().__init__(spacing=2)
        self.setFixedWidth(CARD_WIDTH)
        self._formats = formats
        self._rights = rights
        self._heading = label(font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        self.body.addWidget(self._heading)
        self._facts = {
            name: (QWidget(), label(font=text_font(tabular=True), wrap=True, selectable=True))
            for name in _FACTS
        }
        for name, (part, fact) in self._facts.items():
            inside = column_of(caption(name), fact, spacing=2)
            inside.setContentsMargins(0, 8, 0, 0)
            part.setLayout(inside)
            self.body.addWidget(part)
        self.show_button = button("Show transactions", accent=True)
        self.show_button.clicked.connect(self.transactions_wanted)
        self.reverse_button = button("Reverse…", danger=True)
        self.reverse_button.clicked.connect(self.reversal_wanted)
        self._why = WhyNot(self.reverse_button)
        self.agreed = ApprovalsGiven(formats)
        self.body.addSpacing(14)
        self.body.addWidget(self.show_button)
        self.body.addSpacing(8)
        self.body.addWidget(self.reverse_button)
        self.body.addWidget(self._why)
        self.body.addStretch(1)
        self._line = line()
        self.body.addWidget(self._line)
        self.body.addSpacing(8)
        self.body.addWidget(self.agreed)

    def fact(self, name: str) -> str:
        """Return what stands under a name."""
        return self._facts[name][1].text()

    def show_state(self, state: BatchState) -> None:
        """Show what was posted, by whom and when."""
        row, written = state.row, self._formats
        done = row.first_transaction is not None
        self._heading.setText(_HEADINGS.get(row.status, f"This batch is {row.status.value}"))
        self._show_end(state)
        lines = written.count(row.lines, "line")
        self._say("Transactions", f"{row.first_transaction}\N{EN DASH}{row.last_transaction}" if done else "")
        self._say("Moved", f"{written.money(row.total, row.currency)} on {lines}" if done else "")
        opened = None if state.posted is None else state.posted.opened
        self._say("Accounts opened", "" if opened is None else written.integer(opened))
        self._say(
            "Posted by",
            "" if row.posted_at is None else f"{row.posted_by}, {written.timestamp(row.posted_at)}",
        )
        taken = [f"#{one.batch}" for one in state.detail.offsets if one.is_taken]
        self._say("Took what was left of", ", ".join(taken))
        self._say("Content", "" if row.content_hash is None else short_hash(row.content_hash))
        self._say("File", row.file_name)
        self.show_button.setVisible(done)
        back = state.detail.reversing
        back = back if state.detail.left and back is not None and back.open else None
        approved = back is not None and back.status == "approved"
        way = "Take the rest…" if row.status is BatchStatus.REVERSED else "Reverse…"
        self.reverse_button.setText("Carry out reversal" if approved else way)
        self.reverse_button.setVisible(state.detail.left > 0)
        reason = self._rights.no_reversal(state.detail)
        self._why.explain(reason, never=reason, quiet=not state.detail.left)
        # A request that was withdrawn says nothing of this posting.
        asked = state.request if state.request is None or state.request.status != "withdrawn" else None
        self.agreed.show_request(back or asked, "the reversal" if back is not None else "")
        self._line.setVisible(back is not None or asked is not None)

    def _show_end(self, state: BatchState) -> None:
        """Say who rejected or reversed it, when and why."""
        found, asked, written = state.detail, state.request, self._formats
        row = found.row
        rejected = reversed_by = taken = reason = ""
        if asked is not None and asked.status == "rejected" and asked.closed_at is not None:
            rejected = f"{asked.closed_by}, {written.timestamp(asked.closed_at)}"
            reason = asked.close_reason or ""
        if found.reversed_at is not None and found.reversed_total is not None:
            reversed_by = f"{found.reversed_by}, {written.timestamp(found.reversed_at)}"
            left = row.total - found.reversed_total
            taken = written.money(found.reversed_total, row.currency)
            taken += f", {written.money(left, row.currency)} is left" if left else ", all of it"
            reason = found.reversed_reason or ""
        self._say("Rejected by", rejected)
        self._say("Reversed by", reversed_by)
        self._say("Taken back", taken)
        self._say("Reason", reason)

    def _say(self, name: str, words: str) -> None:
        part, fact = self._facts[name]
        part.setVisible(bool(words))
        fact.setText(words)
