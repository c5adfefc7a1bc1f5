"""What has the keyboard shows it by its border, checked or not; nothing moves or is drawn in the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTabBar, QVBoxLayout, QWidget

from ui.kit.theme.theme import Mode, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

MODES = pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK, Mode.HIGH_CONTRAST])


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    theme.dress(made)
    return made


def focused(qtbot: QtBot, window: QWidget, one: QWidget) -> tuple[QImage, QImage]:
    """Return a widget's picture without the keyboard and with it."""
    layout, other = QVBoxLayout(window), QLineEdit()
    layout.addWidget(one)
    layout.addWidget(other)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    other.setFocus()
    size, hint, without = one.size(), one.sizeHint(), one.grab().toImage()
    QTest.keyClick(other, Qt.Key.Key_Backtab)  # the style underneath draws its box only after a key
    assert one.hasFocus()
    assert (one.size(), one.sizeHint()) == (size, hint)
    return without, one.grab().toImage()


@MODES
@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("name", ["", "compact", "flat", "navigation", "term"])
def test_a_button_has_a_border_of_the_accent_and_no_box_within(
    qtbot: QtBot, window: QWidget, theme: Theme, *, mode: Mode, checked: bool, name: str
) -> None:
    theme.set_mode(mode)
    button = QPushButton("30 days")
    button.setCheckable(True)
    button.setChecked(checked)
    if name:
        button.setProperty(name, True)
    without, shown = focused(qtbot, window, button)
    accent = QColor(theme.tokens.accent).rgb()
    places = [(x, y) for x in range(shown.width()) for y in range(shown.height())]
    changed = {at for at in places if shown.pixel(*at) != without.pixel(*at)}
    inner = QRect(QPoint(), button.size()).adjusted(4, 4, -4, -4)
    assert not {at for at in changed if inner.contains(QPoint(*at))}
    assert sum(shown.pixel(*at) == accent for at in changed) > shown.width() + shown.height()


@MODES
def test_a_tab_has_the_accents_ground(qtbot: QtBot, window: QWidget, theme: Theme, mode: Mode) -> None:
    theme.set_mode(mode)
    tabs = QTabBar()
    tabs.addTab("Statement")
    tabs.addTab("Holds")
    without, shown = focused(qtbot, window, tabs)
    ground = QColor(theme.tokens.accent_pale).rgb()
    corners = [tabs.tabRect(at).topLeft() + QPoint(2, 2) for at in range(2)]
    assert [shown.pixel(at) == ground for at in corners] == [True, False]
    assert all(without.pixel(at) != ground for at in corners)
