"""How a file is laid out: what was found, and what the operator states instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.files.reading.charset import ENCODINGS
from console.files.reading.layout import DELIMITERS, GROUPINGS, Layout
from ui.kit.widgets.basics import Field, column_of, row_of
from ui.screens.batches.load.fields import Choice

if TYPE_CHECKING:
    from console.files.reading.layout import Dialect

_NAMES = {
    ",": "comma ,",
    ";": "semicolon ;",
    "\t": "tab",
    "|": "bar |",
    ".": "point .",
    " ": "space",
    "'": "apostrophe '",
    "\u2019": "apostrophe \u2019",
    "\u00a0": "no-break space",
    "\u202f": "narrow space",
    "": "none",
}
_FOUND = "found"


class LayoutFields(QWidget):
    """Encoding, delimiter and marks; each says what was found until something is stated."""

    changed = Signal()
    cut_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept = Layout()
        self.encoding = _stated(ENCODINGS)
        self.delimiter = _stated(DELIMITERS)
        self.decimal = _stated((".", ","))
        self.grouping = _stated(GROUPINGS)
        first = row_of(Field("Encoding", self.encoding), Field("Delimiter", self.delimiter))
        second = row_of(Field("Decimal mark", self.decimal), Field("Grouping", self.grouping))
        for row in (first, second):
            row.setStretch(0, 1)
            row.setStretch(1, 1)
        self.setLayout(column_of(first, second))
        for choice in (self.encoding, self.delimiter):
            choice.currentIndexChanged.connect(self.cut_changed)
        for choice in (self.decimal, self.grouping):
            choice.currentIndexChanged.connect(self.changed)

    def stated(self) -> dict[str, object]:
        """Return what is stated, as a mapping's fields; two equal marks leave the grouping to be found."""
        decimal, grouping = self.decimal.value(), self.grouping.value()
        return {
            "encoding": self.encoding.value(),
            "delimiter": self.delimiter.value(),
            "decimal": decimal,
            "grouping": None if grouping == decimal else grouping,
            "quote": self._kept.quote,
            "header_line": self._kept.header_line,
        }

    def show_layout(self, layout: Layout) -> None:
        """Show what a mapping states; what has no field here is kept with it."""
        self._kept = layout
        self.encoding.choose(layout.encoding)
        self.delimiter.choose(layout.delimiter)
        self.decimal.choose(layout.decimal)
        self.grouping.choose(layout.grouping)

    def show_found(self, dialect: Dialect) -> None:
        """Say what was found in the file."""
        for choice, found in (
            (self.encoding, dialect.encoding),
            (self.delimiter, dialect.delimiter),
            (self.decimal, dialect.decimal),
            (self.grouping, dialect.grouping),
        ):
            choice.setItemText(0, f"{_FOUND}: {_NAMES.get(found, found)}")


def _stated(values: tuple[str, ...]) -> Choice:
    made = Choice()
    made.addItem(_FOUND, None)
    for value in values:
        made.addItem(_NAMES.get(value, value), value)
    return made
