"""Takes the program's windows out of sight, and brings them back as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Curtain:
    """Hides a window with all that stands before it; nothing in them is closed, asked or lost."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._focus = QApplication.focusWidget()
        self._before: list[QWidget] = []

    def draw(self, *, spare: QWidget) -> None:
        """Hide all windows but one. A menu or list that hangs open is closed: it would come back nowhere."""
        while (popup := QApplication.activePopupWidget()) is not None and popup.close():
            pass
        for shown in QApplication.topLevelWidgets():
            if shown.isVisible() and shown not in {spare, self._window}:
                if shown.windowType() is not Qt.WindowType.ToolTip:
                    self._before.append(shown)
                shown.hide()
        self._window.hide()

    def open(self) -> None:
        """Show them again, the window first, with the keyboard where it was."""
        self._window.show()
        for shown in self._before:
            # What was going on behind the curtain may have ended and taken its dialog with it.
            if isValid(shown) and shown.parent() is not None:
                shown.show()
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus()
