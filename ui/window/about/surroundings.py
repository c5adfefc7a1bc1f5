"""What only a window knows of its computer: Qt's platform, the screens' sizes and scales, the look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtGui import QScreen
    from PySide6.QtWidgets import QWidget


def surroundings(window: QWidget) -> tuple[tuple[str, str], ...]:
    """Return the facts by name, in logical pixels; no screen's name, maker or number is among them."""
    screens = QGuiApplication.screens()
    facts = [
        ("Qt", qVersion()),
        ("Qt platform", QGuiApplication.platformName()),
        ("Qt locale", QLocale().name()),
        ("style", window.style().name()),
        ("colour scheme", QGuiApplication.styleHints().colorScheme().name.lower()),
        ("window", f"{window.window().width()} x {window.window().height()}"),
    ]
    facts += [(f"screen {number}", _screen(one)) for number, one in enumerate(screens, 1)]
    return tuple(facts)


def _screen(screen: QScreen) -> str:
    size, room = screen.size(), screen.availableSize()
    scale = f"{100 * screen.devicePixelRatio():.0f} %"
    return (
        f"{size.width()} x {size.height()} at {scale}, {room.width()} x {room.height()} for windows, "
        f"{screen.logicalDotsPerInch():.0f} dots per inch"
    )
