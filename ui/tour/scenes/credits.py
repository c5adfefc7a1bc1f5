"""The tour's stops at the credits desk: a year, a month, a week, a day's credits, a later end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.workspace.demo import CURRENCY
from ui.acts.form import ActForm
from ui.kit.charts.calendar.days import WEEK, Span
from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode
from ui.screens.credits.screen import Credits
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from ui.screens.credits.calendar_card import CalendarCard
    from ui.tour.walk import Walk

_REASON: Final = "the promotion goes on for a week"
_TICKET: Final = "OPS-88"


def year(walk: Walk) -> None:
    """See what expires when, and all open credits."""
    go(walk, "credits")
    shown = screen(walk, Credits)
    if walk.several:
        # Of the other currencies a demo has no credit.
        shown.currency.choose(CURRENCY)
    _wait(walk)
    expect(bool(screen(walk, Credits).model.rows), "this demo has no open credit")


def month(walk: Walk) -> None:
    """Go on to a month in which something expires, with its amounts."""
    _go_on(screen(walk, Credits).calendar, Span.MONTH)


def week(walk: Walk) -> None:
    """Go on to a week in which something expires, by its sources."""
    _go_on(screen(walk, Credits).calendar, Span.WEEK)


def day(walk: Walk) -> None:
    """Go to the fullest day by the keyboard, and list its credits."""
    shown = screen(walk, Credits)
    press(shown.calendar.spans[Span.YEAR])
    days, fullest = shown.calendar.days, shown.calendar.days.fullest
    if fullest is None:
        raise TourError("nothing of this demo expires within a year")
    days.setFocus()
    QTest.keyClick(days, Qt.Key.Key_Home)
    while days.day is not None and days.day < fullest:
        far = (fullest - days.day).days >= WEEK
        QTest.keyClick(days, Qt.Key.Key_Right if far else Qt.Key.Key_Down)
    QTest.keyClick(days, Qt.Key.Key_Return)
    _wait(walk)
    expect(shown.filters.day == fullest, "the day that was chosen is not listed")


def uses(walk: Walk) -> None:
    """See what one of them paid for."""
    shown = screen(walk, Credits)
    shown.table.select_place(0)
    QTest.keyClick(shown.table, Qt.Key.Key_Return)
    walk.wait(lambda: shown.list.uses.model.state in {State.READY, State.EMPTY}, "what the credit paid for")
    expect(bool(shown.list.uses.model.rows), "a credit has no movement, not even its grant")


def extend(walk: Walk) -> None:
    """Choose all that match, and see what a later end for them would come to."""
    shown = screen(walk, Credits)
    QTest.keyClick(shown.list.uses.table, Qt.Key.Key_Escape)
    # By their buttons: letters want a window in front, which without a display none need be.
    press(shown.acts.all_button)
    press(shown.acts.extend_button)
    form = _form(walk)
    QTest.keyClicks(form.blanks.reason, _REASON)
    QTest.keyClicks(form.blanks.ticket.line, _TICKET)
    walk.wait(lambda: form.foresight.found is not None, "the dry run")
    expect(not form.reason, f"the ends cannot be changed: {form.preview.words}")


def extended(walk: Walk) -> None:
    """Do it, and read what was done."""
    form = _form(walk)
    QTest.keyClick(form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    walk.wait(lambda: form.is_done, "the end of the act")


def dark(walk: Walk) -> None:
    """See the desk in the dark."""
    window_of(walk).context.theme.set_mode(Mode.DARK)
    go(walk, "credits")
    _wait(walk)


def left(walk: Walk) -> None:
    """Leave the form, and see the day after what was done."""
    form = _form(walk)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    expect(not form.isVisible(), "the form does not close")
    _wait(walk)


def _go_on(card: CalendarCard, span: Span) -> None:
    press(card.spans[span])
    while not any(card.days.has(day) for day in card.days.grid.cells):
        press(card.on_button)


def _wait(walk: Walk) -> None:
    shown = screen(walk, Credits)
    walk.wait(lambda: shown.calendar.is_shown, "the calendar")
    walk.settle()
    walk.wait(lambda: shown.model.state in {State.READY, State.EMPTY}, "the credits")


def _form(walk: Walk) -> ActForm:
    for form in window_of(walk).findChildren(ActForm):
        if form.isVisible():
            return form
    raise TourError("no form is open")


CREDIT_STOPS: Final = (
    Stop("credits", year),
    Stop("credits-month", month),
    Stop("credits-week", week),
    Stop("credits-day", day),
    Stop("credits-uses", uses),
    Stop("credits-extend", extend),
    Stop("credits-extended", extended),
    Stop("credits-after", left),
)
DARK_CREDITS: Final = (Stop("credits-dark", dark),)
