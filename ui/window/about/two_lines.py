"""A list whose rows have a name and, below it, more softly, what is to be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import label_font, text_font

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_ROW_PX: Final = 46
_INSET_PX: Final = 8
_EDGE_PX: Final = 4


class TwoLineList(QListWidget):
    """Takes rows of two lines and what they stand for; what is too long is whole in its tooltip."""

    def __init__(self, spoken: str, width_px: int) -> None:
        super().__init__()
        self.setAccessibleName(spoken)
        self.setFont(text_font())
        self.setFixedWidth(width_px)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_TwoLines(self))

    def add(self, name: str, about: str, stands_for: object, *, ticked: bool | None = None) -> None:
        """Add a row; one that is `ticked` or not can be by mouse and by Space."""
        item = QListWidgetItem(f"{name}\n{about}")
        item.setData(Qt.ItemDataRole.UserRole, stands_for)
        item.setToolTip(plain_tip(about))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {about}")
        if ticked is not None:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.addItem(item)


class _TwoLines(QStyledItemDelegate):
    """Draws the row as the style does, and the two lines in its place for the text."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _ROW_PX)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        widget: QWidget = option.widget
        name, _, about = str(index.data()).partition("\n")
        begins = widget.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, widget)
        option.text = ""
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        # The style's place hugs the text that it would draw: only where it begins is of use.
        row = option.rect.adjusted(0, _EDGE_PX, -_INSET_PX, -_EDGE_PX)
        place = QRect(row)
        place.setLeft(begins.left() + _INSET_PX)
        half = place.height() // 2
        # The application's: a style sheet makes all of a widget's own colours the text's.
        palette = QGuiApplication.palette()
        painter.save()
        for line, font, role, top in (
            (name, text_font(), QPalette.ColorRole.Text, place.top()),
            (about, label_font(), QPalette.ColorRole.PlaceholderText, place.top() + half),
        ):
            painter.setFont(font)
            painter.setPen(palette.color(role))
            shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(
                QRect(place.left(), top, place.width(), half), Qt.AlignmentFlag.AlignVCenter, shown
            )
        painter.restore()
