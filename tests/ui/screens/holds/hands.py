"""The hands at the desk: a row is chosen, a view opened, a form waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtTest import QTest

from tests.ui.acts.hands import focused, shown_form
from ui.kit.table.paged_model import State

if TYPE_CHECKING:
    from PySide6.QtCore import Qt
    from pytestqt.qtbot import QtBot

    from console.ledger.holds.page import View
    from ui.acts.form import ActForm
    from ui.screens.holds.screen import HoldsDesk


def references(desk: HoldsDesk) -> list[str]:
    """Return what is listed."""
    return [row.hold.reference for row in desk.model.rows]


def choose(desk: HoldsDesk, reference: str) -> None:
    """Choose a row as the keyboard does."""
    desk.table.setFocus()
    desk.table.select_place(references(desk).index(reference))


def previewed(qtbot: QtBot, desk: HoldsDesk) -> None:
    """Wait until it is known what a capture would use."""
    qtbot.waitUntil(lambda: desk.panel.capture.found is not None)


def open_view(qtbot: QtBot, desk: HoldsDesk, view: View) -> None:
    """Choose a view, and wait for its list."""
    came: list[bool] = []
    told = desk.model.first_page_shown.connect(lambda: came.append(True))
    desk.views.buttons[view].click()
    qtbot.waitUntil(lambda: bool(came) and desk.model.state in {State.READY, State.EMPTY})
    desk.model.first_page_shown.disconnect(told)


def press(desk: HoldsDesk, key: Qt.Key) -> ActForm:
    """Press a letter where the keyboard is, and return the form that it opens."""
    QTest.keyClick(focused(), key)
    return shown_form(desk)
