"""The live list of statements, shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ui.screens.queries.screen import Queries

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.context import Context


@pytest.fixture
def queries(quiet_context: Context, qtbot: QtBot) -> Queries:
    """Show the live list of statements."""
    made = Queries(quiet_context)
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    return made
