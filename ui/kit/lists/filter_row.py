"""Filters over a list: a row of chips, told once somebody has paused, and one way to clear them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.tokens import COMPACT_HEIGHT
from ui.kit.widgets.basics import button, label
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.kit.lists.currency_filter import CurrencyChip
    from ui.kit.widgets.checked_filters import CheckedChip

DEBOUNCE_MS = 300


class FilterRow(QWidget):
    """Chips for what can be asked; `changed` comes once the operator has paused."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.chips: tuple[CheckedChip, ...] = ()
        self.clear_button = button("Clear all", compact=True, flat=True)
        self.clear_button.clicked.connect(self.clear_all)
        self.clear_button.hide()
        self._currency: CurrencyChip | None = None
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self.changed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    @property
    def any_set(self) -> bool:
        """Whether anything is asked for."""
        return any(chip.applied_value is not None for chip in self.chips)

    @property
    def values(self) -> tuple[object, ...]:
        """What each chip asks for, as `put` takes it."""
        return tuple(chip.applied_value for chip in self.chips)

    def put(self, values: tuple[object, ...]) -> None:
        """Ask again for what `values` was, at once."""
        for chip, value in zip(self.chips, values, strict=True):
            chip.put(value)
        self._changed()
        self.settle()

    def show_chips(self, currency: CurrencyChip | None, *others: CheckedChip, note: str = "") -> None:
        """Put the chips in a row, the currency's first where it is one of them, and a remark at its end."""
        self._currency = currency
        self.chips = others if currency is None else (currency, *others)
        for chip in self.chips:
            chip.changed.connect(self._changed)
        self._row.addLayout(Flow(*self.chips, self.clear_button), 1)
        if note:
            remark = label(note, tone="muted")
            remark.setFixedHeight(COMPACT_HEIGHT)
            self._row.addWidget(remark, 0, Qt.AlignmentFlag.AlignTop)
        self.clear_button.setVisible(self.any_set)

    def clear_all(self) -> None:
        """Choose nothing anywhere."""
        if [chip for chip in self.chips if chip.reset()]:
            if self._currency is not None:
                self._currency.remember()
            self._changed()

    def settle(self) -> None:
        """Do not wait for the pause: somebody reads the filter now."""
        if self._pause.isActive():
            self._pause.stop()
            self.changed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.any_set:
            self.clear_all()
        else:
            super().keyPressEvent(event)

    def _changed(self) -> None:
        self.clear_button.setVisible(self.any_set)
        self._pause.start()
