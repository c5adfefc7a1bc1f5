"""Holds in every state on a real ledger, and the desk over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.models.writes import capture, done, grant, let_time_pass, release, reserve
from ui.kit.table.paged_model import State
from ui.screens.holds.screen import HoldsDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from ui.context import Context


class Desks(Protocol):
    """Shows the desk in a window of its own, and waits until it has its list and its counts."""

    def __call__(self, context: Context, *, width: int = 1188) -> HoldsDesk: ...


@pytest.fixture
def holds(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Make holds: old (its account has credits), late (overdue), one and two, and two that have ended."""
    open_accounts({"noor.a": 100_000, "greta.l": 20_000})
    done(grant(operator, "noor.a", 12_000, 900, source="promo 0412"))
    done(grant(operator, "noor.a", 35_000, 9_000, source="Winter sale"))
    done(reserve(operator, "noor.a", 41_250, "old"))
    let_time_pass(admin, 30.5)
    done(reserve(operator, "greta.l", 700, "late", 2))
    let_time_pass(admin, 3.6)
    done(reserve(operator, "greta.l", 800, "one", 5.5))
    done(reserve(operator, "noor.a", 900, "two", 50.5))
    done(reserve(operator, "greta.l", 1_000, "taken"))
    done(reserve(operator, "greta.l", 1_100, "gone"))
    done(capture(operator, "taken", 250))
    done(release(operator, "gone"))


@pytest.fixture
def show(qtbot: QtBot) -> Desks:
    """Show the desk."""

    def make(context: Context, *, width: int = 1188) -> HoldsDesk:
        made = HoldsDesk(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made.model.state in {State.READY, State.EMPTY} and made.counts is not None)
        return made

    return make


@pytest.fixture
def desk(context: Context, show: Desks, holds: None) -> HoldsDesk:
    """Show the desk to an operator."""
    return show(context)
