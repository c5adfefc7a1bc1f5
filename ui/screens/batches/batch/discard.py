"""The question before a draft is thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of

if TYPE_CHECKING:
    from console.ledger.batches.page import BatchRow
    from ui.kit.formats import Formats

_WIDTH = 420


class DiscardDialog(QDialog):
    """Names what would be lost; the safe answer has the keyboard."""

    def __init__(self, row: BatchRow, formats: Formats, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Discard draft")
        self.setFixedWidth(_WIDTH)
        heading = label(f"Discard draft #{row.id}?", font=text_font(15, weight=text_font().Weight.DemiBold))
        name = label(row.name, wrap=True)
        lines = formats.integer(row.lines)
        words = label(
            f"Its {lines} lines are removed from the ledger's database. Nothing was posted from them, "
            "and the file itself stays where it is.",
            tone="muted", wrap=True,
        )  # fmt: skip
        self.keep_button = button("Keep it")
        self.discard_button = button("Discard draft", danger=True)
        self.keep_button.clicked.connect(self.reject)
        self.discard_button.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        for part in (heading, name, words):
            layout.addWidget(part)
        layout.addSpacing(6)
        layout.addLayout(row_of(None, self.keep_button, self.discard_button))
        self.keep_button.setFocus()
