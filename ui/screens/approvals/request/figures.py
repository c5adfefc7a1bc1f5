"""What a request asks for: its head, its figures, who has agreed, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from console.files.text import party_in_full, shown
from ui.kit.days import moment_words, short_moment
from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, caption, label, row_of
from ui.kit.widgets.flow import Flow
from ui.routes import OpenAccount, OpenBatch, OpenRequest, OpenTransaction
from ui.screens.approvals.words import (
    STATUS_TONES,
    amount_words,
    batch_of,
    closed_by,
    kind_words,
    status_words,
    title,
)

if TYPE_CHECKING:
    from console.ledger.approvals.page import Request, RequestRow
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.routes import Route

_TITLE_PX: Final = 16
_FIGURE_PX: Final = 20
_FACT_PX: Final = 14
_HASH_ENDS: Final = 4
_ACCOUNTS: Final = ("username", "from", "to")


class RequestHead(QWidget):
    """What is asked for, its number, how far it is, and the hash of what its checkers agree to."""

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._title = label(
            font=text_font(_TITLE_PX, weight=QFont.Weight.DemiBold, tabular=True), wrap=True, selectable=True
        )
        self._number = Chip()
        self._status = Chip()
        self._content = label(tone="muted", font=label_font(), selectable=True)
        self.close_button = button("", flat=True, compact=True)
        self.close_button.setAccessibleName("Back to the list")
        self.close_button.setToolTip("Back to the list (Esc)")
        context.icons.dress(self.close_button, Glyph.BACK, size=14)
        self.close_button.clicked.connect(self.closed)
        first = row_of(self.close_button, self._title, spacing=8)
        first.setStretch(1, 1)
        first.setAlignment(self.close_button, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(first)
        layout.addLayout(row_of(self._number, self._status, None, self._content, spacing=8))

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        return self._title.text()

    @property
    def chips(self) -> tuple[str, str]:
        """Its number with its kind, and how far it is."""
        return self._number.text(), self._status.text()

    def show_row(self, row: RequestRow) -> None:
        """Show another request, or the same as it is now."""
        self._title.setText(title(row, self._formats))
        self._number.set(f"{kind_words(row.kind)} request {row.id}", Tone.ACCENT)
        self._status.set(status_words(row.status), STATUS_TONES[row.status])
        whole = row.content.hex()
        self._content.setText(f"content {whole[:_HASH_ENDS]}\N{HORIZONTAL ELLIPSIS}{whole[-_HASH_ENDS:]}")
        self._content.setToolTip(plain_tip(f"SHA-256 of what is approved: {whole}"))
        self._content.setAccessibleDescription(whole)


class _Fact(QWidget):
    """A name over a value; hidden while there is none."""

    def __init__(self, name: str, *, px: int = _FACT_PX) -> None:
        super().__init__()
        self._name = caption(name)
        self.value: QLabel = label(
            font=text_font(px, weight=QFont.Weight.DemiBold, tabular=True), selectable=True
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(2)
        layout.addWidget(self._name)
        layout.addStretch(1)
        layout.addWidget(self.value)

    def show_value(self, words: str, *, tip: str = "") -> None:
        """Show another value; an empty one hides the fact."""
        self.value.setText(words)
        self.value.setToolTip(plain_tip(tip) if tip else "")
        self.setAccessibleName(f"{self._name.text()}: {words}")
        self.setVisible(bool(words))


class RequestFigures(QWidget):
    """Amount, maker, ticket, approvals and end side by side; the reason, and who has agreed, below."""

    wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._facts = {
            name: _Fact(name, px=_FIGURE_PX if name == "Amount" else _FACT_PX)
            for name in ("Amount", "Maker", "Submitted", "Ticket", "Approvals", "Waits until")
        }
        # The largest figure's height for all: the values of a line stand on one line.
        tallest = self._facts["Amount"].sizeHint().height()
        for fact in self._facts.values():
            fact.setMinimumHeight(tallest)
        self._reason = label(wrap=True, selectable=True)
        self._told = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._ways: list[tuple[str, Route]] = []
        self.way_buttons = tuple(button("", compact=True) for _ in range(3))
        for place, made in enumerate(self.way_buttons):
            made.clicked.connect(lambda _checked=False, at=place: self.wanted.emit(self._ways[at][1]))
        name = caption("Reason")
        name.setBuddy(self._reason)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(Flow(*self._facts.values(), spacing=18))
        reason = QVBoxLayout()
        reason.setSpacing(2)
        reason.addWidget(name)
        reason.addWidget(self._reason)
        layout.addLayout(reason)
        layout.addWidget(self._told)
        layout.addLayout(Flow(*self.way_buttons, spacing=8))

    @property
    def words(self) -> str:
        """The facts, the reason and what is told, a line each."""
        facts = [one.accessibleName() for one in self._facts.values() if not one.isHidden()]
        return "\n".join([*facts, self._reason.text(), self._told.text()])

    def show_row(self, row: RequestRow) -> None:
        """Show what the list knows already."""
        formats = self._formats
        given, needed = formats.integer(row.approvals_given), formats.integer(row.approvals_required)
        ends = "" if row.expires_at is None else short_moment(row.expires_at, formats)
        for name, value in (
            ("Amount", amount_words(row, formats)),
            ("Maker", shown(row.created_by)),
            ("Submitted", short_moment(row.created_at, formats)),
            ("Ticket", shown(row.ticket or "")),
            ("Approvals", f"{given} of {needed}"),
            ("Waits until", ends if row.closed_at is None else ""),
        ):
            self._facts[name].show_value(value)
        self._facts["Submitted"].value.setToolTip(plain_tip(moment_words(formats, row.created_at)))
        self._reason.setText(row.reason)
        self._show_ways(_ways(row))
        self._tell(ended_words(row, formats))

    def show_request(self, found: Request) -> None:
        """Show also who has agreed, and what came of it."""
        row, formats = found.row, self._formats
        lines = [
            f"Approved by {one.by}, {short_moment(one.approved_at, formats)}"
            + (f": {one.note}" if one.note else "")
            for one in found.approvals
        ]
        self._tell("\n".join(line for line in (*lines, ended_words(row, formats)) if line))
        ways = _ways(row)
        transaction = (found.outcome or {}).get("transaction")
        if isinstance(transaction, int):
            ways.insert(0, (f"Transaction {transaction}", OpenTransaction(transaction)))
        self._show_ways(ways)

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        self._told.setVisible(bool(words))

    def _show_ways(self, ways: list[tuple[str, Route]]) -> None:
        self._ways = ways[: len(self.way_buttons)]
        for place, made in enumerate(self.way_buttons):
            made.setVisible(place < len(self._ways))
            if place < len(self._ways):
                made.setText(self._ways[place][0])


def ended_words(row: RequestRow, formats: Formats) -> str:
    """Say how a request ended: by whom, when and why; empty while it is open."""
    if row.closed_at is None:
        return ""
    by = f" by {closer}" if (closer := closed_by(row)) else ""
    words = status_words(row.status)
    told = f"{words[:1].upper()}{words[1:]}{by}, {short_moment(row.closed_at, formats)}"
    return f"{told}: {row.close_reason}" if row.close_reason else f"{told}."


def _ways(row: RequestRow) -> list[tuple[str, Route]]:
    """Return where a request leads, with what a button says."""
    found: list[tuple[str, Route]] = []
    batch = batch_of(row)
    if batch is not None:
        found.append((f"Open batch #{batch}", OpenBatch(batch)))
    transaction = row.request.get("transaction")
    if isinstance(transaction, int):
        found.append((f"Transaction {transaction}", OpenTransaction(transaction)))
    for side in _ACCOUNTS:
        name = row.request.get(side)
        if isinstance(name, str) and not name.startswith("@"):
            found.append((f"Account {shown(party_in_full(name))}", OpenAccount(name, row.currency.code)))
    if row.follows is not None:
        found.insert(0, (f"Sent back before as request {row.follows}", OpenRequest(row.follows)))
    return found
