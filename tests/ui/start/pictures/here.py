"""The ways that stay on this computer: the welcome, a demo that is thrown away, a ledger of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.start.home.dialogs import SureDialog
from ui.tour.hands import press

if TYPE_CHECKING:
    from tests.ui.start.pictures.album import Album


def welcome(album: Album) -> None:
    """Show the three ways, with nothing known yet."""
    start = album.begin().start_window
    album.page(start.ledgers)
    album.keep("welcome")


def demo(album: Album) -> None:
    """Make a demo, leave it and throw it away."""
    start = album.session.start_window
    press(start.ledgers.demo)
    album.wait(lambda: start.currentWidget() is start.preparing, "the preparing")
    album.keep("demo-begins")
    album.wait(lambda: " of " in start.preparing.words, "the progress")
    album.keep("demo-is-made")
    album.opened()
    album.keep("demo-is-open")
    album.press_key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    album.page(start.ledgers)
    album.keep("list-with-the-demo")
    [row] = start.ledgers.rows
    start.ledgers.throw_wanted.emit(row.profile)
    album.wait(lambda: bool(start.findChildren(SureDialog)), "the question")
    album.keep("demo-throw-away")
    press(start.findChildren(SureDialog)[0].deed_button)
    album.wait(lambda: start.ledgers.said == "The demo is gone.", "that it is gone")
    album.page(start.ledgers)
    album.keep("demo-is-gone")


def own(album: Album) -> None:
    """Make an empty ledger on this computer."""
    start = album.session.start_window
    press(start.ledgers.own)
    album.page(start.own_form)
    album.keep("own-form")
    form = start.own_form
    form.operator.setText("Anna Berger")
    press(form.deed_button)
    album.keep("own-form-with-a-problem")
    form.operator.setText("anna")
    form.currency.code.setFocus()
    form.currency.code.selectAll()
    QTest.keyClicks(form.currency.code, "JPY")
    press(form.deed_button)
    album.opened()
    album.keep("own-is-open")
