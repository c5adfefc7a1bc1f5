"""Windows and popups stand whole on any screen, at any scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from ui.kit.widgets.basics import button, label, scrolling
from ui.kit.widgets.placing import (
    LEAST,
    WANTED,
    KeptOnScreen,
    Pages,
    RoomArea,
    first_place,
    fit_dialog,
    inside,
    place_popup,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")

TITLE_BAR = 38
# What a panel of 40 px leaves of a screen of 1,920 by 1,080 at 100, 125, 150 and 200 %.
SCREENS = [QRect(0, 40, 1920, 1040), QRect(0, 32, 1536, 832), QRect(0, 27, 1280, 693), QRect(0, 20, 960, 520)]


def framed(place: QRect) -> QRect:
    """Return a window with the title bar and edges that a window system adds."""
    return place.adjusted(0, -TITLE_BAR, 2, 0)


@pytest.mark.parametrize("available", SCREENS, ids=lambda one: f"{one.width()}x{one.height()}")
def test_the_first_window_fits_its_screen_with_its_frame(available: QRect) -> None:
    place = first_place(available)
    assert available.contains(framed(place))
    assert place.width() in {WANTED.width(), available.width() - 2}
    assert place.height() in {WANTED.height(), available.height() - TITLE_BAR}


@pytest.mark.parametrize("available", SCREENS, ids=lambda one: f"{one.width()}x{one.height()}")
def test_a_window_of_before_fits_the_screen_of_now(available: QRect) -> None:
    before, now = QWidget(), QWidget()
    before.setGeometry(QRect(700, 300, 2400, 1300))
    KeptOnScreen(now, before.saveGeometry(), available=available)
    assert available.contains(framed(now.geometry()))


def test_what_fits_stays_where_it_was() -> None:
    before, now = QWidget(), QWidget()
    before.setGeometry(QRect(0, 90, 800, 600))
    KeptOnScreen(now, before.saveGeometry(), available=QRect(0, 0, 1000, 800))
    assert now.geometry() == before.geometry()


def test_no_window_must_be_larger_than_a_very_small_screen() -> None:
    window = QWidget()
    KeptOnScreen(window, available=QRect(0, 0, 640, 400))
    assert window.minimumSize() == QSize(638, 400 - TITLE_BAR)
    assert QSize(800, 500) == LEAST


def test_a_rectangle_is_moved_no_further_than_it_must_be() -> None:
    room = QRect(10, 20, 100, 100)
    assert inside(QRect(0, 50, 30, 30), room) == QRect(10, 50, 30, 30)
    assert inside(QRect(95, 110, 30, 30), room) == QRect(80, 90, 30, 30)
    assert inside(QRect(50, 50, 300, 30), room) == QRect(10, 50, 100, 30)


def test_a_dialog_is_no_larger_than_its_window() -> None:
    window = QWidget()
    window.resize(800, 500)
    dialog = QDialog(window)
    fit_dialog(dialog, QSize(1240, 800))
    assert dialog.size() == QSize(752, 452)


def test_a_popup_at_the_edge_is_moved_onto_the_screen() -> None:
    anchor, popup = QWidget(), QWidget()
    screen = anchor.screen().availableGeometry()
    anchor.setGeometry(screen.right() - 40, screen.bottom() - 30, 40, 30)
    popup.resize(300, 200)
    place_popup(popup, anchor, QPoint(0, 34))
    assert screen.contains(popup.geometry())


def test_an_area_scrolls_only_below_what_its_content_needs() -> None:
    inside_it = QWidget()
    layout = QVBoxLayout(inside_it)
    words = QLabel("several words " * 30, wordWrap=True)
    last = button("the last")
    layout.addWidget(words)
    layout.addStretch(1)
    layout.addWidget(last)
    area = RoomArea(inside_it)
    area.resize(600, 400)
    area.show()
    assert inside_it.size() == area.viewport().size() == area.maximumViewportSize()
    area.resize(200, 120)
    assert inside_it.height() > area.viewport().height()
    assert last.geometry().bottom() <= inside_it.height()
    area.ensureWidgetVisible(last)
    shown = QRect(last.mapTo(area.viewport(), QPoint()), last.size())
    assert area.viewport().rect().intersects(shown)
    area.close()


def test_a_page_that_would_like_to_be_high_does_not_make_the_screen_scroll(qtbot: QtBot) -> None:
    """Where words wrap, a layout asks for the height that all of it likes best: a whole page's."""
    high, page, pages, around = QLabel("line\n" * 60), QWidget(), Pages(), QWidget()
    layout = QVBoxLayout(page)
    layout.addWidget(label("word " * 40, wrap=True))
    layout.addWidget(scrolling(high), 1)
    pages.addWidget(page)
    QVBoxLayout(around).addWidget(pages)
    area = RoomArea(around)
    qtbot.addWidget(area)
    area.resize(500, 220)
    area.show()
    assert area.verticalScrollBar().maximum() == 0
    assert around.height() == area.viewport().height()


def test_words_beside_a_scroll_bar_have_the_lines_they_need(qtbot: QtBot) -> None:
    """With the bar they break sooner: at some width that is a line more than without it."""
    around, words = QWidget(), label("several words " * 30, wrap=True)
    fixed = QLabel("high")
    fixed.setFixedHeight(300)
    layout = QVBoxLayout(around)
    layout.addWidget(words)
    layout.addWidget(fixed)
    area = RoomArea(around)
    qtbot.addWidget(area)
    area.show()
    for width in range(300, 330):
        area.resize(width, 200)
        needed = words.heightForWidth(words.width())
        assert words.height() >= needed, width
        assert fixed.geometry().bottom() < around.height() - layout.contentsMargins().bottom(), width
