"""The hands in the list of operators: a row found, chosen, and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.ledger.operators.page import OperatorRow
    from ui.screens.control.operators.screen import OperatorsScreen


def row_of(screen: OperatorsScreen, name: str) -> OperatorRow | None:
    return next((row for row in screen.model.rows if row.name == name), None)


def choose(qtbot: QtBot, screen: OperatorsScreen, name: str) -> None:
    screen.refresh()
    qtbot.waitUntil(lambda: row_of(screen, name) is not None)
    screen.table.setFocus()
    screen.table.select_place([row.name for row in screen.model.rows].index(name))
    qtbot.waitUntil(lambda: screen.panel.row is not None and screen.panel.found is not None)


def becomes(qtbot: QtBot, screen: OperatorsScreen, name: str, status: str) -> None:
    def stands() -> bool:
        row = row_of(screen, name)
        return row is not None and row.status == status

    qtbot.waitUntil(stands)
