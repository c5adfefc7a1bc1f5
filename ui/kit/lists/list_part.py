"""A list as every screen shows it: title with counts, filters, export, table and what is beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.lists.selection_sum import SelectionSum
from ui.kit.theme.tokens import GAP

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLayout

    from ui.kit.formats import Formats
    from ui.kit.lists.export_strip import ExportStrip
    from ui.kit.table.view import LedgerTable
    from ui.kit.widgets.basics import TitleRow


class ListPart(QWidget):
    """Title, filters and export over a table; `table` and `title` are its parts, to be filled and told."""

    def __init__(self, title: TitleRow, table: LedgerTable) -> None:
        super().__init__()
        self.title = title
        self.table = table
        self.selected: SelectionSum | None = None
        self._under_below_px = 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP)
        self._column = QVBoxLayout()
        self._column.setSpacing(GAP)
        self._column.addWidget(self.table, 1)
        self._body = QHBoxLayout()
        self._body.setSpacing(GAP)
        self._body.addLayout(self._column, 1)
        self._layout.addWidget(title)
        self._layout.addLayout(self._body, 1)

    def add_head(self, part: QWidget | QLayout) -> None:
        """Put filters or figures under the title, below those that are there."""
        place = self._layout.count() - 1
        if isinstance(part, QWidget):
            self._layout.insertWidget(place, part)
        else:
            self._layout.insertLayout(place, part)

    def add_above(self, part: QLayout) -> None:
        """Put a row right above the table."""
        self._column.insertLayout(self._column.indexOf(self.table), part)

    def add_below(self, part: QWidget) -> None:
        """Put something under the table, as wide as it."""
        self._column.addWidget(part)

    def add_selection_sum(self, key: str, formats: Formats) -> None:
        """Tell under the table what the rows selected add up to in the column `key`, by currency."""
        self.selected = SelectionSum(self.table, key, formats)
        self._column.addWidget(self.selected.label)

    def add_left(self, part: QWidget) -> None:
        """Put something at the table's left."""
        self._body.insertWidget(0, part)

    def add_right(self, part: QWidget, *, under_below_px: int = 0, stretch: int = 0) -> None:
        """Put something at the table's right, such as the detail of a row.

        under_below_px: where the whole is narrower than that, it stands under the table. stretch: how many
        times as wide as the table it is; 0 for no wider than it needs.
        """
        self._body.addWidget(part, stretch)
        self._under_below_px = under_below_px

    def show_list(self, *, shown: bool) -> None:
        """Show the table and what is under it, or give its room to what is at its right."""
        self.table.setVisible(shown)
        # An empty layout would keep its share of the width.
        self._body.setStretchFactor(self._column, int(shown))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        narrow = event.size().width() < self._under_below_px
        self._body.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)

    def add_export(self, export: ExportStrip) -> None:
        """Offer an export: its button at the title's end, its progress under the title."""
        self.title.add_action(export.button)
        self.add_head(export)
