"""Integrity over a ledger with a few transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from ui.screens.control.integrity.screen import Integrity

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.context import Context


class Screens(Protocol):
    """Shows integrity in a window of its own, and waits for its figures."""

    def __call__(self, context: Context, *, width: int = 1188) -> Integrity: ...


@pytest.fixture
def show(qtbot: QtBot, open_accounts: Callable[..., None]) -> Screens:
    """Show integrity; two accounts have some money."""
    open_accounts({"alice": 1_000, "bob": 500})

    def make(context: Context, *, width: int = 1188) -> Integrity:
        made = Integrity(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made._glance is not None)
        return made

    return make
