"""Nothing is out of reach in the smallest window: 800 by 500, a screen of 1,920 by 1,080 at 200 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QLineEdit, QPushButton

from ui.kit.widgets.placing import LEAST, RoomArea
from ui.screens.registry import SCREENS
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ui.context import Context
    from ui.screen import ScreenEntry

_HANDLES = (QAbstractButton, QLineEdit, QComboBox)


@pytest.fixture
def window(qtbot: QtBot, context: Context) -> MainWindow:
    """Return the whole window on a real ledger, as small as it can be."""
    made = MainWindow(context, SCREENS)
    qtbot.addWidget(made)
    made.open_screen(SCREENS[0].id)
    made.show()
    made.resize(LEAST)
    qtbot.waitUntil(lambda: made.size() == LEAST)
    return made


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.context.worker.active == 0)
    qtbot.wait(20)


def cut_in(whole: QWidget) -> list[str]:
    """Name what can be pressed or typed into, and lies partly outside, or is narrower than its words."""
    found = []
    for part in (one for kind in _HANDLES for one in whole.findChildren(kind) if one.isVisibleTo(whole)):
        if part.window() is not whole.window():
            continue  # a popup has a place of its own
        place = QRect(part.mapTo(whole, QPoint()), part.size())
        if not _scrolls(part, whole) and not whole.rect().contains(place):
            found.append(f"{part.accessibleName()}: outside at {place}")
        if isinstance(part, QPushButton) and part.text() and part.width() < part.minimumSizeHint().width():
            found.append(f"{part.text()}: {part.width()} px wide")
    return found


def _scrolls(part: QWidget, whole: QWidget) -> bool:
    """Whether a part lies in something that scrolls inside the whole."""
    around = part.parentWidget()
    while around is not None and around is not whole:
        if around.objectName() == "qt_scrollarea_viewport":
            return True
        around = around.parentWidget()
    return False


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: one.id)
def test_every_screen_can_be_reached_whole(window: MainWindow, qtbot: QtBot, screen: ScreenEntry) -> None:
    window.open_screen(screen.id)
    window.context.notices.warn("The link is down.")
    settle(window, qtbot)
    shown = window.current_screen
    assert shown is not None
    area = next(one for one in window.findChildren(RoomArea) if one.widget() is shown)
    least = shown.minimumSizeHint()
    assert shown.width() >= least.width()
    assert shown.height() >= min(least.height(), area.maximumViewportSize().height())
    assert cut_in(shown) == []
    assert unnamed_in(window) == []
    for bar in (window.top_bar, window.navigation, window.status_bar):
        assert cut_in(bar) == []
        assert [one.text() for one in bar.findChildren(QLabel) if is_cut(one)] == []


def unnamed_in(whole: QWidget) -> list[str]:
    """Return what is shown and can be pressed or typed into, and that nobody could be told of by its name."""
    return [
        f"{type(part).__name__} in {type(part.parentWidget()).__name__}"
        for kind in _HANDLES
        for part in whole.findChildren(kind)
        if part.isVisible() and not part.objectName().startswith("qt_")
        if not (part.accessibleName() or (part.text() if isinstance(part, QAbstractButton) else ""))
    ]


def is_cut(label: QLabel) -> bool:
    return label.isVisible() and bool(label.text()) and label.width() < label.minimumSizeHint().width()


def test_the_navigation_shows_pictures_alone_with_their_titles_as_tips(window: MainWindow) -> None:
    window.context.navigator.set_count("batches", 3)
    entries = {one.accessibleName(): one for one in window.navigation.findChildren(QPushButton)}
    batches = entries["Batches, 3 waiting"]
    assert (batches.text(), batches.toolTip()) == ("", "Batches, 3 waiting")
    count = batches.findChildren(QLabel)[0]
    assert (count.text(), count.isVisible(), is_cut(count)) == ("\N{BULLET}", True, False)
    window.resize(1200, 700)
    assert (batches.text().strip(), batches.toolTip(), count.text()) == ("Batches", "", "3")


def test_the_status_bar_leaves_out_what_has_no_room_and_cuts_nothing(
    window: MainWindow, qtbot: QtBot
) -> None:
    bar = window.status_bar
    bar.set_connection("no answer since 14:32:04")
    bar.set_meter(4, 1_234.5, 10_000, action="batches.post")
    bar.set_pool("pool 8 of 8")
    bar.set_cache("cache 96 %")
    qtbot.waitUntil(lambda: not any(is_cut(one) for one in bar.findChildren(QLabel)))
    shown = [one.text() for one in bar.findChildren(QLabel) if one.isVisible()]
    assert {"no answer since 14:32:04", "4 statements", "One person may change controls"} <= set(shown)
    assert "cache 96 %" not in shown
    cache = next(one for one in bar.findChildren(QLabel) if one.text() == "cache 96 %")
    window.resize(1400, 700)
    qtbot.waitUntil(cache.isVisible)


def test_the_list_of_keys_fits(window: MainWindow) -> None:
    window.show_keys()
    dialog = window.findChild(QDialog, "keys")
    assert dialog is not None
    assert dialog.size().boundedTo(LEAST) == dialog.size()
    assert dialog.minimumSizeHint().boundedTo(LEAST) == dialog.minimumSizeHint()
    assert cut_in(dialog) == []
    dialog.close()
