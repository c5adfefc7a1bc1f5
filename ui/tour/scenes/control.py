"""The tour's stops at what holds the ledger in check: the audit, one event, a verify, the head for paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.kit.notices import NoticesStrip
from ui.kit.table.paged_model import State
from ui.screens.control.audit.screen import Audit
from ui.screens.control.integrity.paper_dialog import PaperDialog
from ui.screens.control.integrity.screen import Integrity
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk

# The demo has some ten thousand transactions to read.
_VERIFY_MS: Final = 60_000
# An account was frozen and freed on the way: it says what stood before.
_CHANGE: Final = "set_account_status"


def audit(walk: Walk) -> None:
    """See what was done and refused, the newest first."""
    go(walk, "audit")
    strip = window_of(walk).findChild(NoticesStrip)
    if strip is not None:
        strip.dismiss_all()
    shown = screen(walk, Audit)
    walk.wait(lambda: shown.model.state is State.READY, "the events")
    numbers = [event.id for event in shown.model.rows]
    expect(numbers == sorted(numbers, reverse=True), "the newest events do not come first")


def event(walk: Walk) -> None:
    """Choose an event by the keyboard: it is read in full, and fits into the chain."""
    shown = screen(walk, Audit)
    shown.table.setFocus()
    kinds = [event.action for event in shown.model.rows]
    shown.table.select_place(kinds.index(_CHANGE) - 1 if _CHANGE in kinds else 0)
    QTest.keyClick(shown.table, Qt.Key.Key_Down)
    walk.wait(lambda: shown.panel.found is not None, "the event in full")
    expect(shown.panel.found is not None and shown.panel.found.fits, shown.panel.verdict)


def integrity(walk: Walk) -> None:
    """See how far the seals go and what this computer remembers, before a verify."""
    go(walk, "integrity")
    shown = screen(walk, Integrity)
    walk.wait(
        lambda: shown.tiles.head.accessibleName().startswith("Head of the chain, event: "), "the figures"
    )
    expect(not shown.seal_button.isEnabled(), "an operator is offered to seal")


def verify_done(walk: Walk) -> None:
    """Verify all of it: nothing is found."""
    shown = screen(walk, Integrity)
    press(shown.verify_button)
    walk.wait(lambda: shown.last is not None and not shown.is_verifying, "the verify", _VERIFY_MS)
    expect(shown.last is not None and shown.last.passed, shown.outcome.text())


def paper(walk: Walk) -> None:
    """Take the chain's head on paper."""
    shown = screen(walk, Integrity)
    press(shown.paper_button)
    walk.wait(lambda: any(one.isVisible() for one in shown.findChildren(PaperDialog)), "the sheet")


def away(walk: Walk) -> None:
    """Put the sheet away: what was verified stays to be read."""
    shown = screen(walk, Integrity)
    QTest.keyClick(shown.findChildren(PaperDialog)[0], Qt.Key.Key_Escape)
    shown.table.setFocus()
    shown.table.select_place(0)


CONTROL_STOPS: Final = (
    Stop("audit", audit),
    Stop("audit-event", event),
    Stop("integrity", integrity),
    Stop("integrity-verified", verify_done),
    Stop("integrity-paper", paper),
    Stop("integrity-promise", away),
)
