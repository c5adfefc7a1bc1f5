"""What one operator may do with the request that is shown, and in words why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.ledger.approvals.page import OPEN, RequestStatus
from ui.acts.deciding.rights import NO_ADMIN, no_approval, no_deciding, no_operating, no_withdrawal
from ui.screens.approvals.words import status_words

if TYPE_CHECKING:
    from console.ledger.approvals.page import Request, RequestRow
    from console.ledger.operators.rights import Rights


@dataclass(frozen=True, slots=True)
class RequestRights:
    """The operator's rights, asked about one request as it was read."""

    rights: Rights

    def made(self, row: RequestRow) -> bool:
        """Whether this operator asked for it."""
        return row.created_by == self.rights.operator

    def no_approval(self, found: Request) -> str:
        """Say why this operator cannot approve it."""
        row = found.row
        if row.status is not RequestStatus.PENDING:
            return f"it is {status_words(row.status)}"
        if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
            return "its time is over; its maker submits it anew"
        if row.is_control and not self.made(row):
            return self._no_control()
        return no_approval(
            self.rights, row.created_by, (one for had in found.approvals for one in had.voices)
        )

    def no_ending(self, found: Request) -> str:
        """Say why this operator cannot reject it or send it back."""
        never = self._no_control() if found.row.is_control else no_deciding(self.rights)
        return _closed(found.row) or never

    def _no_control(self) -> str:
        """Say why this operator decides on no change of a control."""
        return self.rights.no_writing() if self.rights.administers else NO_ADMIN

    def no_withdrawal(self, found: Request) -> str:
        """Say why this operator cannot take it back."""
        return _closed(found.row) or no_withdrawal(self.rights, found.row.created_by)

    def no_submission(self, row: RequestRow) -> str:
        """Say why this operator cannot submit anew what was sent back."""
        if row.status is not RequestStatus.RETURNED:
            return f"it is {status_words(row.status)}"
        if not self.made(row):
            return f"only {row.created_by}, who submitted it, can submit it again"
        return self.rights.no_writing()

    def no_execution(self, found: Request) -> str:
        """Say why this operator cannot carry it out."""
        if found.row.status is RequestStatus.PENDING:
            return "not all have approved it"
        never = self._no_control() if found.row.is_control else no_operating(self.rights)
        return _closed(found.row) or never


def _closed(row: RequestRow) -> str:
    return "" if row.status in OPEN else f"it is {status_words(row.status)}"
