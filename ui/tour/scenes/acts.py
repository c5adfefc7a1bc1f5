"""The tour's stops at single acts: each form with its preview, one that is refused, and one that was done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.acts import catalogue
from ui.acts.form import ActForm
from ui.screens.accounts.screen import Accounts
from ui.tour.hands import expect, screen, window_of
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from ui.acts.act import Act
    from ui.tour.walk import Walk

_REASON: Final = "the shop charged twice, says the customer"
_TICKET: Final = "SUP-1204"
_FILLED: Final[dict[str, str]] = {
    "amount": "1", "limit": "5", "source": "goodwill", "reference": "desk 7", "name": "segment",
    "value": "regular",
}  # fmt: skip
# What is in its way stands in the preview: the account has money.
_REFUSED: Final = catalogue.CLOSE


def form(walk: Walk, act: Act) -> None:
    """Open an act's form on the account, and fill it in until the ledger says what it would do."""
    opened = _opened(walk, act)
    for key, edit in opened.blanks.edits.items():
        place = edit.focusProxy()
        if edit.missing and place is not None:
            QTest.keyClicks(place, _FILLED.get(key) or _other(walk, act, key))
    QTest.keyClicks(opened.blanks.reason, _REASON)
    QTest.keyClicks(opened.blanks.ticket.line, _TICKET)
    walk.wait(lambda: opened.foresight.found is not None, "the preview")
    refused = bool(opened.reason)
    expect(refused is (act is _REFUSED), f"{act.title}: {opened.preview.words}")


def done(walk: Walk) -> None:
    """Do what the form of the stop before says, and read what was done."""
    opened = _open_form(walk)
    QTest.keyClick(opened, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    walk.wait(lambda: opened.is_done, "the end of the act")


def dark(walk: Walk) -> None:
    """See a form in the dark."""
    form(walk, catalogue.TRANSFER)


def leave(walk: Walk) -> None:
    """Leave the last form, and see the page with what was done."""
    opened = _open_form(walk)
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    expect(not opened.isVisible(), "the form does not close")


def _opened(walk: Walk, act: Act) -> ActForm:
    """Leave the form that is open, if one is, and open another from the palette's command."""
    window = window_of(walk)
    for before in window.findChildren(ActForm):
        before.close()
    walk.settle()
    if not window.context.commands.run(f"act.{act.id}"):
        raise TourError(f"the form of {act.title} cannot be opened")
    return _open_form(walk)


def _open_form(walk: Walk) -> ActForm:
    for opened in window_of(walk).findChildren(ActForm):
        if opened.isVisible():
            return opened
    raise TourError("no form is open")


def _other(walk: Walk, act: Act, key: str) -> str:
    """Return what else is filled in: another customer, a name that nobody has, a movement of the account."""
    page = screen(walk, Accounts).account_page
    rows = [] if page is None else page.tabs.statement.model.rows
    if key == "transaction":
        return str(next(row.id for row in rows if row.reverses is None and row.reversed_by is None))
    if act is catalogue.OPEN:
        return "a.newcomer"
    return next(row.counterparty for row in rows if not row.counterparty.startswith("@"))


def _stops(*acts: Act) -> tuple[Stop, ...]:
    return tuple(Stop(f"act-{act.id}", partial(form, act=act)) for act in acts)


ACT_STOPS: Final = (
    *_stops(
        catalogue.TRANSFER, catalogue.DEPOSIT, catalogue.PAYOUT, catalogue.ADJUSTMENT, catalogue.REVERSAL,
        catalogue.HOLD, catalogue.OPEN, catalogue.OVERDRAFT, catalogue.NOTE, catalogue.METADATA,
        catalogue.CLOSE, catalogue.GRANT,
    ),
    Stop("act-granted", done),
    *_stops(catalogue.FREEZE),
    Stop("act-frozen", done),
    *_stops(catalogue.UNFREEZE),
    Stop("act-unfrozen", done),
    Stop("account-acted-on", leave),
)  # fmt: skip
DARK_ACTS: Final = (Stop("act-dark", dark), Stop("account-acted-on-dark", leave))
