"""The tour's stops at the desk of holds: the list, one hold, a capture in part, the form on several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.holds.page import View
from ui.acts.form import ActForm
from ui.kit.table.paged_model import State
from ui.screens.holds.screen import HoldsDesk
from ui.tour.hands import expect, go, press, screen
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from ui.tour.walk import Walk

_REASON: Final = "the order was cancelled before it left"
_SELECTED: Final = 4


def desk(walk: Walk) -> None:
    """See who waits for money that is set aside, the oldest first."""
    go(walk, "holds")
    shown = screen(walk, HoldsDesk)
    walk.wait(lambda: shown.model.state is State.READY and shown.counts is not None, "the holds")
    began = [row.hold.created_at for row in shown.model.rows]
    expect(len(began) > _SELECTED and began == sorted(began), "the oldest holds do not come first")


def one(walk: Walk) -> None:
    """Choose a hold by the keyboard: the credits that a capture would use are named."""
    shown = screen(walk, HoldsDesk)
    shown.table.setFocus()
    shown.table.select_place(0)
    QTest.keyClick(shown.table, Qt.Key.Key_Down)
    _previewed(walk)


def part(walk: Walk) -> None:
    """Type less than all of it."""
    shown = screen(walk, HoldsDesk)
    QTest.keyClick(shown.table, Qt.Key.Key_Return)
    QTest.keyClicks(shown.panel.capture.amount, "1")
    _previewed(walk)
    found = shown.panel.capture.found
    expect(found is not None and found.taking < found.held, "the capture is not of a part")


def several(walk: Walk) -> None:
    """Choose a few of one currency, and press what releases them: the form says how many and of how much."""
    shown = screen(walk, HoldsDesk)
    shown.table.setFocus()
    shown.table.select_place(0)
    code = shown.model.rows[0].hold.currency.code
    alike = [at for at, row in enumerate(shown.model.rows) if row.hold.currency.code == code]
    for place in alike[1:_SELECTED]:
        cell = shown.table.visualRect(shown.model.index(place, 0)).center()
        left, held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
        QTest.mouseClick(shown.table.viewport(), left, held, cell)
    press(shown.panel.act_buttons[0])
    form = _form(shown)
    QTest.keyClicks(form.blanks.reason, _REASON)
    walk.wait(lambda: form.foresight.found is not None, "the preview")
    expect(not form.reason, form.preview.words)


def ended(walk: Walk) -> None:
    """Do it with Ctrl+Enter, and find them among those that have ended."""
    shown = screen(walk, HoldsDesk)
    form = _form(shown)
    QTest.keyClick(form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    walk.wait(lambda: form.is_done, "the end of the act")
    QTest.keyClick(form, Qt.Key.Key_Escape)
    press(shown.views.buttons[View.ENDED])
    walk.wait(
        lambda: (
            shown.model.state is State.READY
            and bool(shown.model.rows)
            and shown.model.rows[0].hold.close_reason == _REASON
        ),
        "the holds that have ended",
    )
    shown.table.setFocus()
    shown.table.select_place(0)
    walk.wait(lambda: bool(shown.panel.ended.words), "how it ended")


def _previewed(walk: Walk) -> None:
    shown = screen(walk, HoldsDesk)
    walk.wait(lambda: shown.panel.capture.found is not None, "what a capture would use")


def _form(shown: HoldsDesk) -> ActForm:
    for opened in shown.findChildren(ActForm):
        if opened.isVisible():
            return opened
    raise TourError("no form is open")


HOLD_STOPS: Final = (
    Stop("holds", desk),
    Stop("hold", one),
    Stop("hold-in-part", part),
    Stop("holds-released", several),
    Stop("holds-ended", ended),
)
