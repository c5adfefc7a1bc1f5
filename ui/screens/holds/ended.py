"""How a hold ended: by whom, when and why, and what was captured of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.credit import ReservationStatus
from ui.kit.days import moment_words
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, caption, label, row_of

if TYPE_CHECKING:
    from console.ledger.holds.page import HoldRow
    from ui.context import Context

_HOW: Final = {
    ReservationStatus.CAPTURED: "Captured",
    ReservationStatus.RELEASED: "Released",
    ReservationStatus.EXPIRED: "Ended after its time",
}


class EndedPart(QWidget):
    """A sentence and the way to the capture; hidden while the hold is active."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        name = caption("How it ended")
        self._told = label(font=text_font(tabular=True), wrap=True, selectable=True)
        name.setBuddy(self._told)
        self.transaction_button = button("", compact=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(name)
        layout.addWidget(self._told)
        layout.addLayout(row_of(self.transaction_button, None))
        self.hide()

    @property
    def words(self) -> str:
        """What is said; empty while hidden."""
        return "" if self.isHidden() else self._told.text()

    def show_hold(self, row: HoldRow) -> None:
        """Show how a hold ended; nothing of one that is active."""
        if row.closed_at is None:
            self.forget()
            return
        by = f" by {row.closed_by}" if row.closed_by else ""
        lines = [f"{_HOW[row.status]}{by} at {moment_words(self._formats, row.closed_at)}."]
        if row.status is ReservationStatus.CAPTURED:
            back = row.amount - row.captured_amount
            lines.append(f"{self._formats.money(row.captured_amount, row.currency)} captured.")
            if back:
                lines.append(f"{self._formats.money(back, row.currency)} went back to the account.")
        if row.close_reason:
            lines.append(f"Reason: {row.close_reason}")
        if row.close_ticket:
            lines.append(f"Ticket: {row.close_ticket}")
        self._told.setText("\n".join(lines))
        self.transaction_button.setVisible(row.transaction is not None)
        if row.transaction is not None:
            self.transaction_button.setText(f"Transaction {row.transaction}")
        self.show()

    def forget(self) -> None:
        """Show nothing."""
        self.hide()
