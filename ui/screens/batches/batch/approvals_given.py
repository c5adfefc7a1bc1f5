"""Who asked for a batch's approval and why, and who has agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.kit.days import short_moment
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import caption, column_of, label

if TYPE_CHECKING:
    from console.ledger.batches.detail import BatchRequest
    from ui.kit.formats import Formats


class ApprovalsGiven(QWidget):
    """The request's maker and reason, and the approvals given of those required."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._head = caption()
        self._approvals = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self._asked = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        inside = column_of(self._head, self._approvals, self._asked, spacing=4)
        self.setLayout(inside)

    @property
    def words(self) -> str:
        """All that is said."""
        parts = (self._head.text(), self._approvals.text(), self._asked.text())
        return "\n".join(part for part in parts if part)

    def show_request(self, asked: BatchRequest | None, of: str = "") -> None:
        """Show one request, `of` what it is unless that is plain; nothing without one."""
        self.setVisible(asked is not None)
        if asked is None:
            return
        written = self._formats
        given = written.integer(len(asked.approvals))
        what = f"Approvals of {of}" if of else "Approvals"
        self._head.setText(f"{what}: {given} of {written.integer(asked.required)}")
        lines = [
            f"{one.by}, {short_moment(one.at, written)}" + (f": {one.note}" if one.note else "")
            for one in asked.approvals
        ]
        self._approvals.setText("\n".join(lines))
        self._approvals.setVisible(bool(lines))
        when = short_moment(asked.created_at, written)
        self._asked.setText(f"Submitted by {asked.created_by}, {when}: {asked.reason}")
