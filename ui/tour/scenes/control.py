"""The tour's stops at what holds the ledger in check: the audit, one event, integrity before and after a verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.kit.table.paged_model import State
from ui.screens.control.audit.screen import Audit
from ui.tour.hands import expect, go, screen
from ui.tour.walk import Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk


def audit(walk: Walk) -> None:
    """See what was done and refused, the newest first."""
    go(walk, "audit")
    shown = screen(walk, Audit)
    walk.wait(lambda: shown.model.state is State.READY, "the events")
    numbers = [event.id for event in shown.model.rows]
    expect(numbers == sorted(numbers, reverse=True), "the newest events do not come first")


def event(walk: Walk) -> None:
    """Choose an event by the keyboard: it is read in full, and fits into the chain."""
    shown = screen(walk, Audit)
    shown.table.setFocus()
    shown.table.select_place(0)
    QTest.keyClick(shown.table, Qt.Key.Key_Down)
    walk.wait(lambda: shown.panel.found is not None, "the event in full")
    expect(shown.panel.found is not None and shown.panel.found.fits, shown.panel.verdict)


CONTROL_STOPS: Final = (
    Stop("audit", audit),
    Stop("audit-event", event),
)
