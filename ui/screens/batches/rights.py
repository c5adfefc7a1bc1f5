"""What one operator may do with one batch, and in words why not; the database decides all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.batch import BatchStatus
from ui.acts.deciding.rights import no_approval, no_deciding, no_operating, no_withdrawal

if TYPE_CHECKING:
    from console.ledger.batches.detail import BatchDetail, BatchRequest
    from console.ledger.operators.rights import Rights


@dataclass(frozen=True, slots=True)
class BatchRights:
    """The operator's rights, asked about batches."""

    rights: Rights

    @property
    def operator(self) -> str:
        """Who is signed in."""
        return self.rights.operator

    @property
    def approves(self) -> bool:
        """Whether they decide on what others submit."""
        return self.rights.decides

    def no_loading(self) -> str:
        """Say why this operator cannot load a file."""
        return self._no_operating()

    def made(self, detail: BatchDetail) -> bool:
        """Whether this operator made the batch."""
        return detail.row.created_by == self.operator

    def no_posting(self, detail: BatchDetail) -> str:
        """Say why this operator cannot post it; empty when they can."""
        if refusal := self._no_operating():
            return refusal
        if detail.row.status is not BatchStatus.DRAFT:
            return ""
        if not self.made(detail):
            return f"only {detail.row.created_by}, who loaded it, can post a draft"
        if detail.to_post:
            return f"a rule asks for {approvals_words(detail.to_post)}: submit it"
        return ""

    def no_rehearsal(self, detail: BatchDetail) -> str:
        """Say why this operator cannot post it and roll it back; the database judges both alike."""
        if detail.row.status is BatchStatus.SUBMITTED:
            return "only once it is approved"
        return self.no_posting(detail)

    def no_submission(self, detail: BatchDetail) -> str:
        """Say why this operator cannot ask for its approval."""
        if refusal := self._no_operating():
            return refusal
        return "" if self.made(detail) else f"only {detail.row.created_by}, who loaded it, can submit it"

    def no_approval(self, asked: BatchRequest) -> str:
        """Say why this operator cannot approve it."""
        return no_approval(
            self.rights, asked.created_by, (one for had in asked.approvals for one in had.voices), "batch"
        )

    def no_rejection(self) -> str:
        """Say why this operator cannot reject it."""
        return no_deciding(self.rights)

    def no_withdrawal(self, asked: BatchRequest) -> str:
        """Say why this operator cannot take it back."""
        return no_withdrawal(self.rights, asked.created_by)

    def no_discarding(self, detail: BatchDetail) -> str:
        """Say why this operator cannot throw it away."""
        if refusal := self._no_operating():
            return refusal
        return "" if self.made(detail) else f"only {detail.row.created_by}, who loaded it, can discard it"

    def no_setting_aside(self, detail: BatchDetail) -> str:
        """Say why this operator cannot set lines of it aside."""
        if refusal := self._no_operating():
            return refusal
        if detail.row.status is not BatchStatus.DRAFT:
            return "its lines are frozen"
        return "" if self.made(detail) else f"only {detail.row.created_by}, who loaded it, sets lines aside"

    def no_offset(self, detail: BatchDetail) -> str:
        """Say why this operator cannot choose what it takes of other batches."""
        if refusal := self._no_operating():
            return refusal
        return "" if self.made(detail) else f"only {detail.row.created_by}, who loaded it, chooses that"

    def no_reversal(self, detail: BatchDetail) -> str:
        """Say why this operator cannot reverse it, or carry out the reversal that was approved."""
        if refusal := self._no_operating():
            return refusal
        asked = detail.reversing
        if asked is not None and asked.status == "pending":
            return f"the reversal that {asked.created_by} submitted waits for approval"
        return ""

    def _no_operating(self) -> str:
        return no_operating(self.rights)

    def decides(self, asked: BatchRequest) -> bool:
        """Whether this operator has a say in a request: to approve or reject it, or to take it back."""
        return self.approves or asked.created_by == self.operator


def approvals_words(count: int) -> str:
    """Return `1 approval`, `2 approvals`."""
    return f"{count} approval{'' if count == 1 else 's'}"
