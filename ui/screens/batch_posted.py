"""The card beside a batch that is decided: what was posted, and the way to its transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.cards import Card
from ui.fonts import text_font
from ui.forms import button, caption, label
from ui.screens.batch_decision import CARD_WIDTH, short_hash
from ui.screens.batch_state import count_words

if TYPE_CHECKING:
    from ui.numbers import Formats
    from ui.screens.batch_state import BatchState

_FACTS = ("Transactions", "Moved", "Accounts opened", "Posted by", "Content", "File")


class PostedCard(Card):
    """The facts of a posting; a batch that was rejected or reversed says so."""

    transactions_wanted = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__(spacing=2)
        self.setFixedWidth(CARD_WIDTH)
        self._formats = formats
        self._heading = label(font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        self.body.addWidget(self._heading)
        self._facts = {
            name: (caption(name), label(font=text_font(tabular=True), wrap=True, selectable=True))
            for name in _FACTS
        }
        for name, fact in self._facts.values():
            self.body.addSpacing(8)
            self.body.addWidget(name)
            self.body.addWidget(fact)
        self.show_button = button("Show transactions", accent=True)
        self.show_button.clicked.connect(self.transactions_wanted)
        self.body.addSpacing(14)
        self.body.addWidget(self.show_button)
        self.body.addStretch(1)

    def fact(self, name: str) -> str:
        """Return what stands under a name."""
        return self._facts[name][1].text()

    def show_state(self, state: BatchState) -> None:
        """Show what was posted, by whom and when."""
        row, written = state.row, self._formats
        done = row.first_transaction is not None
        self._heading.setText("Posted as one transaction" if done else f"This batch is {row.status.value}")
        lines = count_words(row.lines, "line", written)
        self._say("Transactions", f"{row.first_transaction}\N{EN DASH}{row.last_transaction}" if done else "")
        self._say("Moved", f"{written.amount(row.total)} {row.currency} on {lines}" if done else "")
        opened = None if state.posted is None else state.posted.opened
        self._say("Accounts opened", "" if opened is None else written.integer(opened))
        self._say(
            "Posted by",
            "" if row.posted_at is None else f"{row.posted_by}, {written.timestamp(row.posted_at)}",
        )
        self._say("Content", "" if row.content_hash is None else short_hash(row.content_hash))
        self._say("File", row.file_name)
        self.show_button.setVisible(done)

    def _say(self, name: str, words: str) -> None:
        for part in self._facts[name]:
            part.setVisible(bool(words))
        self._facts[name][1].setText(words)
