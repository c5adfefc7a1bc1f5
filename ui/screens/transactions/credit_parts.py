"""Which credits a transaction used up, opened or brought back; nothing where it cannot have touched any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.files.text import shown
from console.ledger.accounts.statement import NO_EXPIRY
from console.ledger.credits.parts import parts
from models.transaction import TransactionKind
from ui.kit.lists.read_lines import ReadLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.credits.parts import Part
    from console.ledger.transactions.page import TransactionRow
    from ui.context import Context

_MOST = 20
# A transfer, a deposit, a payout or an adjustment never touches a lot.
_TOUCHING: Final = frozenset({
    TransactionKind.GRANT, TransactionKind.CAPTURE, TransactionKind.EXPIRY, TransactionKind.REVERSAL,
})  # fmt: skip


class CreditParts(ReadLines):
    """A line for each credit, with what it gave or got."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.worker, "By credit", above=8, spacing=2)
        self._context = context

    def show_row(self, row: TransactionRow) -> None:
        """Show the parts of a transaction once they are read."""
        self.drop()
        self.setVisible(row.kind in _TOUCHING)
        if row.kind in _TOUCHING:
            database, transaction = self._context.database, row.id
            self.say("\N{HORIZONTAL ELLIPSIS}", "muted")
            self.read(lambda cancel: parts(database, transaction, cancel=cancel), self._show)

    def _show(self, found: Sequence[Part]) -> None:
        told = _worth_telling(found)
        self.setVisible(bool(told))
        lines = [self._line(part) for part in told[:_MOST]]
        if len(told) > _MOST:
            lines.append(f"and {self._context.formats.integer(len(told) - _MOST)} more")
        self.say("\n".join(lines))

    def _line(self, part: Part) -> str:
        amount = self._context.formats.amount(part.amount, part.currency, signed=True)
        return f"{NO_EXPIRY if part.source is None else shown(part.source)} {amount}"


def _worth_telling(found: Sequence[Part]) -> list[Part]:
    """Return the parts of whoever's credit was touched or, where nobody's was, of who paid."""
    touched = {part.username for part in found if part.lot is not None}
    return [part for part in found if (part.username in touched if touched else part.amount < 0)]
