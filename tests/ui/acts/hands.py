"""The hands of who uses the keyboard alone: keys are counted, a text typed into a field as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.acts.form import ActForm

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

REASON: Final = "the shop charged twice for one order"
TICKET: Final = "SUP-1204"


class Keys:
    """Presses keys where the keyboard is."""

    def __init__(self) -> None:
        self.pressed = 0

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key, perhaps with another held: that is one key."""
        QTest.keyClick(focused(), key, held)
        self.pressed += 1

    def type(self, text: str) -> None:
        """Type a text into the field that has the keyboard: that is one key, however long it is."""
        QTest.keyClicks(focused(), text)
        self.pressed += 1


def focused() -> QWidget:
    """Return what has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None
    return found


def opened(qtbot: QtBot, page: QWidget, key: Qt.Key) -> ActForm:
    """Press a letter where the keyboard is on a page, and return the form that it opens."""
    window = page.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(focused(), key)
    return shown_form(page)


def shown_form(parent: QWidget) -> ActForm:
    """Return the form that is open."""
    return next(form for form in parent.findChildren(ActForm) if form.isVisible())


def do(form: ActForm) -> None:
    """Press what does it."""
    QTest.keyClick(form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def fill(form: ActForm, **texts: str) -> None:
    """Type texts into blanks, and into the reason and the ticket by their names."""
    fields = {key: edit.focusProxy() for key, edit in form.blanks.edits.items()}
    fields |= {"reason": form.blanks.reason, "ticket": form.blanks.ticket.line}
    for key, text in texts.items():
        field = fields[key]
        assert field is not None
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        QTest.keyClicks(field, text)


def seen(qtbot: QtBot, form: ActForm) -> None:
    """Wait until the preview has its answer."""
    qtbot.waitUntil(lambda: form.foresight.found is not None)


def ended(qtbot: QtBot, form: ActForm) -> None:
    """Wait until nothing is under way."""
    qtbot.waitUntil(lambda: not form.running.words)
