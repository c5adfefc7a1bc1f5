"""Credits of three customers that end on three days, and the desk that shows them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.files.days import end_of
from tests.cluster import connected
from tests.models.writes import done, write
from ui.acts.form import ActForm
from ui.kit.table.paged_model import State
from ui.screens.credits.screen import Credits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytestqt.qtbot import QtBot

    from ui.context import Context

SOON, LATER = 3, 40
"""In so many days the promotion ends, and what is of the winter sale."""
GRANTS: Final = (
    ("noor.a", 1_000, "promo", SOON), ("greta.l", 2_000, "promo", SOON), ("farid.h", 4_000, "promo", SOON),
    ("noor.a", 800, "goodwill", SOON), ("greta.l", 16_000, "winter sale", LATER),
    ("farid.h", 32_000, "goodwill", None),
)  # fmt: skip
"""Whose, how much in minor units, of which source, and in how many days it ends."""


def ends_in(days: int | None, context: Context) -> datetime | None:
    """Return the end of the day in so many days."""
    zone = context.session.books.zone
    return None if days is None else end_of(context.formats.today() + timedelta(days=days), zone)


def day_in(days: int, context: Context) -> date:
    """Return the day in so many days."""
    return context.formats.today() + timedelta(days=days)


@pytest.fixture
def granted(context: Context, open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> list[int]:
    """Grant the credits; return their numbers in that order."""
    open_accounts({"noor.a": 0, "greta.l": 0, "farid.h": 0})
    with connected(as_role("t_operator")) as ledger:
        return [
            done(write(ledger, "grant_credit", name, "CR", amount, source, ends_in(days, context)))["lot"]
            for name, amount, source, days in GRANTS
        ]


class Desks(Protocol):
    """Shows the desk once it was read."""

    def __call__(self, context: Context, *, width: int = 1_188) -> Credits: ...


@pytest.fixture
def desk_of(qtbot: QtBot) -> Desks:
    """Show the desk to any operator."""

    def show(context: Context, *, width: int = 1_188) -> Credits:
        made = Credits(context)
        qtbot.addWidget(made)
        context.theme.dress(made)
        made.resize(width, 800)
        with qtbot.waitActive(made):
            made.show()
            made.activateWindow()
        read(qtbot, made)
        return made

    return show


@pytest.fixture
def desk(granted: list[int], context: Context, desk_of: Desks) -> Credits:
    """Show the desk with the credits."""
    return desk_of(context)


def read(qtbot: QtBot, desk: Credits) -> None:
    """Wait until all that the desk asked for was read."""
    worker = desk.context.worker
    qtbot.waitUntil(
        lambda: worker.active == 0 and desk.model.state in {State.READY, State.EMPTY, State.ERROR}
    )


def press(*keys: Qt.Key) -> None:
    """Press keys where the keyboard is."""
    for key in keys:
        at = QApplication.focusWidget()
        assert at is not None
        QTest.keyClick(at, key)


def form_of(qtbot: QtBot, desk: Credits) -> ActForm:
    """Return the form that is open, once the ledger said what it would come to."""
    (form,) = (one for one in desk.findChildren(ActForm) if one.isVisible())
    qtbot.waitUntil(lambda: form.foresight.found is not None or form.foresight.error is not None)
    return form


def do(qtbot: QtBot, desk: Credits, form: ActForm) -> None:
    """Give a reason, do what the form says, and leave it."""
    QTest.keyClicks(form.blanks.reason, "the promotion goes on")
    QTest.keyClick(form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: form.is_done)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    read(qtbot, desk)
