"""A few events, and the audit over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.bookkeeping import Line, create_batch, transfer
from tests.models.writes import REASON, done, write
from ui.kit.table.paged_model import State
from ui.screens.control.audit.screen import Audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from ui.context import Context

NEWEST_FIRST = (
    "set_limit", "set_limit", "create_batch", "add_note", "transfer", "open_account", "open_account",
    "add_currency",
)  # fmt: skip


class Audits(Protocol):
    """Shows the audit in a window of its own, and waits for its list."""

    def __call__(self, context: Context, *, width: int = 1188) -> Audit: ...


@pytest.fixture
def happened(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Do what NEWEST_FIRST says, from its end: the transfer is refused."""
    open_accounts({"alice": 1_000, "bob": 0})
    transfer(operator, "bob", "alice", 1_250)
    done(write(operator, "add_note", "alice", "called"))
    create_batch(operator, [Line(1, "alice", "bob", 5, "r")])
    for per_day in (5_000, 9_000):
        done(write(admin, "set_limit", "ledger_operator", "transfer", "CR", 900, per_day, REASON))


@pytest.fixture
def show(qtbot: QtBot) -> Audits:
    """Show the audit."""

    def make(context: Context, *, width: int = 1188) -> Audit:
        made = Audit(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made.model.state in {State.READY, State.EMPTY, State.ERROR})
        return made

    return make


@pytest.fixture
def audit(context: Context, show: Audits, happened: None) -> Audit:
    """Show the audit to an operator."""
    return show(context)
