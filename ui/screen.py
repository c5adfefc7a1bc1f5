"""What the window asks of a screen, and how screens ask the window for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.theme.tokens import GAP, PAGE_MARGIN

if TYPE_CHECKING:
    from ui.context import Context


class Screen(QWidget):
    """One screen; put its parts into `page`, and answer what the window asks."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.page = QVBoxLayout(self)
        self.page.setContentsMargins(PAGE_MARGIN, 16, PAGE_MARGIN, 16)
        self.page.setSpacing(GAP)

    def refresh(self) -> None:
        """Load again what is shown."""

    def focus_filter(self) -> None:
        """Put the keyboard where the list is filtered."""

    def go_back(self) -> bool:
        """Go back one step inside the screen; False where there is none."""
        return False

    def show_subject(self, subject: object) -> None:
        """Show one thing: an account, a transaction, a batch."""


class Navigator(QObject):
    """Carries a screen's wish to see another screen, and what waits there, to the window."""

    wanted = Signal(str, object)
    counted = Signal(str, object)

    def go(self, screen: str, subject: object = None) -> None:
        """Open a screen by its id; with a subject, on that."""
        self.wanted.emit(screen, subject)

    def set_count(self, screen: str, count: int | None) -> None:
        """Show how many things wait on a screen."""
        self.counted.emit(screen, count)
