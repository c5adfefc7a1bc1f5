"""The editors of a mapping: one column, a column or one account for all, several columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.widgets.basics import button
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent

_CONSTANT = "\0constant"
_SHOWN = 40


class Choice(QComboBox):
    """One of some values; the wheel changes it only while it has the keyboard."""

    def __init__(self, *, editable: bool = False) -> None:
        super().__init__()
        self.setEditable(editable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def value(self) -> str | None:
        """Return what is chosen."""
        found: str | None = self.currentData()
        return found

    def choose(self, value: str | None) -> None:
        """Choose a value; one that is not offered is added and says that it is not there."""
        at = self.findData(value)
        if at < 0:
            self.addItem(f"{value} (not in this file)", value)
            at = self.count() - 1
        self.setCurrentIndex(at)

    @override
    def wheelEvent(self, e: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(e)
        else:
            e.ignore()


class ColumnChoice(Choice):
    """One column of the file; `nothing` is said where none is chosen."""

    def __init__(self, nothing: str) -> None:
        super().__init__()
        self._nothing = nothing
        self.offer(())

    def offer(self, header: Sequence[str]) -> None:
        """Offer a file's columns; a choice that is not among them stays, and says so."""
        chosen = self.value() if self.count() else None
        self.blockSignals(True)
        self.clear()
        self.addItem(self._nothing, None)
        self._add_more()
        for column in header:
            if column:
                self.addItem(column[:_SHOWN], column)
        self.choose(chosen)
        self.blockSignals(False)

    def _add_more(self) -> None:
        """Add choices that are no columns."""


class PartyChoice(QWidget):
    """A column with the names, or one account for all lines."""

    changed = Signal()

    def __init__(self, what: str) -> None:
        super().__init__()
        self.column = _PartyColumn("choose a column")
        self.column.setAccessibleName(f"{what} column")
        self.constant = QLineEdit()
        self.constant.setPlaceholderText("account, such as @issuance")
        self.constant.setAccessibleName(f"{what}, one account for all lines")
        self.constant.hide()
        self.setFocusProxy(self.column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(self.column)
        layout.addWidget(self.constant)
        self.column.currentIndexChanged.connect(self._chosen)
        self.constant.textChanged.connect(self.changed)

    def value(self) -> tuple[str | None, str | None]:
        """Return (column, constant), one of them or none."""
        chosen = self.column.value()
        if chosen == _CONSTANT:
            return None, self.constant.text().strip() or None
        return chosen, None

    def choose(self, column: str | None, constant: str | None) -> None:
        """Choose one of the two."""
        self.constant.setText(constant or "")
        self.column.choose(_CONSTANT if constant is not None else column)
        self._show_constant()

    def offer(self, header: Sequence[str]) -> None:
        """Offer a file's columns."""
        self.column.offer(header)
        self._show_constant()

    def _chosen(self) -> None:
        self._show_constant()
        self.changed.emit()

    def _show_constant(self) -> None:
        self.constant.setVisible(self.column.value() == _CONSTANT)


class _PartyColumn(ColumnChoice):
    @override
    def _add_more(self) -> None:
        self.addItem("one for all lines", _CONSTANT)


class ColumnsChoice(PressButton):
    """Several columns, joined in the order of the file."""

    changed = Signal()

    def __init__(self, nothing: str) -> None:
        super().__init__()
        self.setFont(button("").font())
        self._nothing = nothing
        self._header: tuple[str, ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self._name()

    def value(self) -> tuple[str, ...]:
        """Return the columns chosen."""
        return self._chosen

    def choose(self, columns: Sequence[str]) -> None:
        """Choose columns."""
        self._chosen = tuple(columns)
        self._fill()

    def offer(self, header: Sequence[str]) -> None:
        """Offer a file's columns; those chosen that are not among them stay."""
        self._header = tuple(column for column in header if column)
        self._fill()

    def _fill(self) -> None:
        self._menu.clear()
        absent = tuple(column for column in self._chosen if column not in self._header)
        for column in self._header + absent:
            action = self._menu.addAction(column.replace("&", "&&")[:_SHOWN])
            action.setData(column)
            action.setCheckable(True)
            action.setChecked(column in self._chosen)
            action.toggled.connect(self._toggled)
        self._name()

    def _toggled(self) -> None:
        self._chosen = tuple(action.data() for action in self._menu.actions() if action.isChecked())
        self._name()
        self.changed.emit()

    def _name(self) -> None:
        words = ", ".join(self._chosen) or self._nothing
        self.setText(words.replace("&", "&&")[:_SHOWN])
        self.setToolTip("")
        self.setAccessibleDescription(words)
