"""Names and values under a heading, as many as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME_PX = 104
_LONGEST_WORD = 24
_PIECE = 12
_BREAK = "\u200b"


def breaking(text: str) -> str:
    """Return a text whose long words, such as hashes, may break; what nobody sees is not to be copied."""
    return " ".join(
        word
        if len(word) <= _LONGEST_WORD
        else _BREAK.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
        for word in text.split(" ")
    )


class LinesPart(QWidget):
    """Hidden while there is nothing to show."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._lines: tuple[tuple[str, str], ...] = ()
        self._cells: list[QWidget] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnMinimumWidth(0, _NAME_PX)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._heading = label(heading, font=text_font(weight=text_font().Weight.Medium))
        layout.addWidget(self._heading)
        layout.addLayout(self._grid)
        self.setAccessibleName(heading)
        self.hide()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Iterable[tuple[str, str]], tone: str | None = None) -> None:
        """Show other lines; a line without a name takes the whole width."""
        for old in self._cells:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells = []
        self._lines = tuple(lines)
        for row, (name, value) in enumerate(self._lines):
            words = breaking(value)
            told = label(words, tone=tone, font=text_font(tabular=True), wrap=True, selectable=words == value)
            told.setAccessibleName(f"{name}: {value}" if name else value)
            if name:
                head = caption(name)
                head.setWordWrap(True)
                head.setBuddy(told)
                self._put(head, row, 0, 1)
            self._put(told, row, 1 if name else 0, 1 if name else 2)
        self.setVisible(bool(self._lines))

    def _put(self, cell: QWidget, row: int, column: int, span: int) -> None:
        self._grid.addWidget(cell, row, column, 1, span, Qt.AlignmentFlag.AlignTop)
        self._cells.append(cell)
        cell.show()
