"""A request that was sent back, submitted anew by its maker as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.writes.operation import Operation

if TYPE_CHECKING:
    from console.ledger.approvals.page import RequestRow


@dataclass(frozen=True, slots=True)
class SameOrder:
    """What a request asked for, word for word; another takes the form of its act."""

    row: RequestRow

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("request.submit", self.row.kind, dict(self.row.request))
