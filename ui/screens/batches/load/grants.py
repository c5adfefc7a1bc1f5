"""When a line counts, and the credit that it grants: what it is called and when it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from console.files.mappings.words import DATE_FORMATS
from ui.kit.widgets.basics import Field, column_of, row_of
from ui.screens.batches.load.fields import Choice, ColumnChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QHBoxLayout

    from console.files.mappings.mapping import Mapping

_ISO = "ISO 8601"
_EXPIRY_HINT = "A date is the end of that day. An empty cell: never."
_SOURCE_HINT = "Such as a campaign. A line with one gives a credit of its own."


class DateFields(QWidget):
    """Date, source and expiry columns; one format reads both dates."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.date = ColumnChoice("none: when it posts")
        self.date_format = Choice(editable=True)
        self.date_format.addItems([_ISO, *DATE_FORMATS])
        self.source = ColumnChoice("none")
        self.expires = ColumnChoice("none: never expires")
        self.setLayout(
            column_of(
                pair_of(Field("Date column", self.date), Field("Date format", self.date_format)),
                pair_of(
                    Field("Credit source column", self.source, hint=_SOURCE_HINT),
                    Field("Credit expiry column", self.expires, hint=_EXPIRY_HINT),
                ),
            )
        )
        for choice in (self.date, self.source, self.expires):
            choice.currentIndexChanged.connect(self._edited)
        self.date_format.currentTextChanged.connect(self._edited)
        self._allow()

    def stated(self) -> dict[str, str | None]:
        """Return what is chosen, as a mapping's fields."""
        pattern = self.date_format.currentText().strip()
        return {
            "date_column": self.date.value(),
            "date_format": None if pattern in {"", _ISO} else pattern,
            "source_column": self.source.value(),
            "expires_column": self.expires.value(),
        }

    def show_mapping(self, mapping: Mapping) -> None:
        """Show what a mapping says."""
        self.date.choose(mapping.date_column)
        self.date_format.setCurrentText(mapping.date_format or _ISO)
        self.source.choose(mapping.source_column)
        self.expires.choose(mapping.expires_column)

    def offer(self, header: Sequence[str]) -> None:
        """Offer a file's columns."""
        for choice in (self.date, self.source, self.expires):
            choice.offer(header)

    def _edited(self) -> None:
        self._allow()
        self.changed.emit()

    def _allow(self) -> None:
        self.date_format.setEnabled(self.date.value() is not None or self.expires.value() is not None)


def pair_of(first: QWidget, second: QWidget) -> QHBoxLayout:
    """Return two fields side by side, each with half of the width."""
    row = row_of(first, second)
    for at, part in enumerate((first, second)):
        row.setStretch(at, 1)
        row.setAlignment(part, Qt.AlignmentFlag.AlignTop)
    return row
