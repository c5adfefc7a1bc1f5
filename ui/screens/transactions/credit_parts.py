"""Which credits a transaction used up, opened or brought back; nothing where it cannot have touched any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.files.text import shown
from console.ledger.accounts.statement import NO_EXPIRY
from console.ledger.credits.parts import parts
from models.transaction import TransactionKind
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.errors import ConsoleError
    from console.ledger.credits.parts import Part
    from console.ledger.transactions.page import TransactionRow
    from ui.context import Context

PAUSE_MS: Final = 150
"""Only where the keyboard stays so long is asked for: it passes many rows on its way."""

_MOST = 20
# A transfer, a deposit, a payout or an adjustment never touches a lot.
_TOUCHING: Final = frozenset({
    TransactionKind.GRANT, TransactionKind.CAPTURE, TransactionKind.EXPIRY, TransactionKind.REVERSAL,
})  # fmt: skip


class CreditParts(QWidget):
    """A line for each credit, with what it gave or got."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._transaction = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        name = caption("By credit")
        self._lines = label(font=text_font(tabular=True), wrap=True, selectable=True)
        name.setBuddy(self._lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(name)
        layout.addWidget(self._lines)
        self.hide()

    @property
    def words(self) -> str:
        """What is shown; empty while there is nothing to say."""
        return "" if self.isHidden() else self._lines.text()

    def show_row(self, row: TransactionRow) -> None:
        """Show the parts of a transaction once they are read."""
        self._context.worker.drop(self)
        self._pause.stop()
        self.setVisible(row.kind in _TOUCHING)
        if row.kind in _TOUCHING:
            self._transaction = row.id
            self._say("\N{HORIZONTAL ELLIPSIS}", "muted")
            self._pause.start()

    def _ask(self) -> None:
        database, transaction = self._context.database, self._transaction
        self._context.worker.run(
            lambda cancel: parts(database, transaction, cancel=cancel),
            done=self._show, failed=self._fail, owner=self, replaces="parts",
        )  # fmt: skip

    def _show(self, found: Sequence[Part]) -> None:
        told = _worth_telling(found)
        self.setVisible(bool(told))
        lines = [self._line(part) for part in told[:_MOST]]
        if len(told) > _MOST:
            lines.append(f"and {self._context.formats.integer(len(told) - _MOST)} more")
        self._say("\n".join(lines))

    def _line(self, part: Part) -> str:
        amount = self._context.formats.amount(part.amount, part.currency, signed=True)
        return f"{NO_EXPIRY if part.source is None else shown(part.source)} {amount}"

    def _fail(self, error: ConsoleError) -> None:
        self._say(f"not read: {error}", "error")

    def _say(self, words: str, tone: str | None = None) -> None:
        restyle(self._lines, tone=tone)
        self._lines.setText(words)


def _worth_telling(found: Sequence[Part]) -> list[Part]:
    """Return the parts of whoever's credit was touched or, where nobody's was, of who paid."""
    touched = {part.username for part in found if part.lot is not None}
    return [part for part in found if (part.username in touched if touched else part.amount < 0)]
