"""The screen of operators, shown to whoever a test needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ui.screens.control.operators.screen import OperatorsScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.context import Context


@pytest.fixture
def show(qtbot: QtBot) -> Callable[..., OperatorsScreen]:
    """Show the screen once it has its list."""

    def make(context: Context, *, width: int = 1188) -> OperatorsScreen:
        made = OperatorsScreen(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made.found is not None)
        return made

    return make


@pytest.fixture
def screen(boss_context: Context, show: Callable[..., OperatorsScreen]) -> OperatorsScreen:
    """Show the screen to an administrator."""
    return show(boss_context)
