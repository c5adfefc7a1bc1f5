"""The tour's hands: buttons are pressed, screens opened and expectations kept, or the stop fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from ui.tour.walk import TourError, Walk

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton

    from ui.window.main_window import MainWindow

ScreenType = TypeVar("ScreenType", bound=QWidget)


def press(button: QAbstractButton) -> None:
    """Click a button, which must be there to be clicked."""
    if not button.isVisible() or not button.isEnabled():
        raise TourError(f"the button {button.accessibleName() or button.text()!r} cannot be pressed")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def window_of(walk: Walk) -> MainWindow:
    """Return the window, which must be open by now."""
    if walk.session.window is None:
        raise TourError("the window is not open")
    return walk.session.window


def screen(walk: Walk, kind: type[ScreenType]) -> ScreenType:
    """Return the screen that is open, which must be of this kind."""
    shown = window_of(walk).current_screen
    if not isinstance(shown, kind):
        raise TourError(f"the screen {kind.__name__} is not open")
    return shown


def go(walk: Walk, screen_id: str) -> None:
    """Open a screen from the navigation."""
    window = window_of(walk)
    title = next(entry.title for entry in window.entries if entry.id == screen_id)
    buttons = window.navigation.findChildren(QPushButton)
    press(next(part for part in buttons if part.accessibleName().partition(",")[0] == title))


def expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Fail the stop unless something holds."""
    if not holds:
        raise TourError(otherwise)
