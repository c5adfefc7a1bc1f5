"""What a dialog says beside its buttons, and whether all of it is there to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from ui.kit.widgets.buttons import WhyNot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog


def why_not(dialog: QDialog) -> str:
    """Return why a dialog's deed cannot be done; all of the words have to be in sight."""
    [shown] = (one for one in dialog.findChildren(WhyNot) if one.isVisible())
    QApplication.processEvents()
    breaks = int(Qt.TextFlag.TextWordWrap) if shown.wordWrap() else 0
    room = QRect(0, 0, shown.width(), 10_000)
    words = shown.fontMetrics().boundingRect(room, breaks, shown.text())
    assert words.width() <= shown.width(), f"{shown.text()}: cut at {shown.width()} px"
    assert words.height() <= shown.height(), f"{shown.text()}: cut at {shown.height()} px of height"
    return shown.text()
