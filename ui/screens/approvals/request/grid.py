"""Rows of figures under a head, a hairline between two: what changed, and whose balances would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, caption, label, line

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST: Final = 50
"""Rows that are shown one by one; of what follows, how many."""

_VALUES: Final = 2
_NAME_PX: Final = 130


@dataclass(frozen=True, slots=True)
class GridRow:
    """What it is about, its value before and after as written, and what that means in a chip."""

    name: str
    before: str
    after: str
    effect: str = ""
    tone: Tone = Tone.NEUTRAL


class FigureGrid(QWidget):
    """Three columns and a chip; `heads` name the columns."""

    def __init__(self, *heads: str) -> None:
        super().__init__()
        self._heads = heads
        self._rows: tuple[GridRow, ...] = ()
        self._cells: list[QWidget] = []
        self._spoken: list[str] = []
        self._more = label(tone="muted", font=text_font(tabular=True))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, _NAME_PX)
        self._grid.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._grid)
        layout.addWidget(self._more)
        self.hide()

    @property
    def rows(self) -> tuple[str, ...]:
        """What is shown of each row, as it is spoken."""
        return () if self.isHidden() else tuple(self._spoken)

    def show_rows(self, rows: Sequence[GridRow], *, more: str = "") -> None:
        """Show other rows; none hides it. more: what is said under the last."""
        shown = tuple(rows[:MOST])
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self.setVisible(bool(shown))
        if shown == self._rows:
            return
        self._rows = shown
        self._forget()
        if not shown:
            return
        for column, name in enumerate(self._heads):
            self._put(caption(name), 0, column)
        for place, row in enumerate(shown):
            self._show_row(2 * place + 1, row)

    def _show_row(self, at: int, row: GridRow) -> None:
        rule = line()
        self._grid.addWidget(rule, at, 0, 1, 4)
        self._cells.append(rule)
        figures = text_font(tabular=True)
        name = label(row.name, wrap=True, selectable=True)
        name.setToolTip(plain_tip(row.name))
        before, after = self._heads[1:3]
        spoken = f"{row.name}: {before} {row.before}, {after} {row.after}"
        self._spoken.append(f"{spoken}, {row.effect}" if row.effect else spoken)
        name.setAccessibleName(self._spoken[-1])
        cells = (name, label(row.before, tone="muted", font=figures), label(row.after, font=figures))
        for column, cell in enumerate(cells):
            self._put(cell, at + 1, column)
        if row.effect:
            # In its place first: a chip that is given its word without a parent is a window of its own.
            chip = Chip()
            self._put(chip, at + 1, 3)
            chip.set(row.effect, row.tone)

    def _put(self, cell: QWidget, row: int, column: int) -> None:
        figure = 0 < column <= _VALUES
        side = Qt.AlignmentFlag.AlignRight if figure else Qt.AlignmentFlag.AlignLeft
        if column:
            self._grid.addWidget(cell, row, column, side | Qt.AlignmentFlag.AlignVCenter)
        else:
            # Without an alignment a name that is long takes the column's width and goes on below.
            self._grid.addWidget(cell, row, column)
        self._cells.append(cell)

    def _forget(self) -> None:
        self._spoken = []
        for old in self._cells:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells = []
