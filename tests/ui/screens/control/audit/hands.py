"""The hands at the audit: a filter is set, an event chosen and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.table.paged_model import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.screens.control.audit.screen import Audit


def kinds(audit: Audit) -> list[str]:
    """Return what is listed."""
    return [event.action for event in audit.model.rows]


def anew(qtbot: QtBot, audit: Audit, ask: Callable[[], None]) -> None:
    """Ask for another list, and wait until it is there."""
    came: list[bool] = []
    told = audit.model.first_page_shown.connect(lambda: came.append(True))
    ask()
    qtbot.waitUntil(lambda: bool(came) and audit.model.state in {State.READY, State.EMPTY})
    audit.model.first_page_shown.disconnect(told)


def choose(qtbot: QtBot, audit: Audit, kind: str) -> None:
    """Choose the newest event of a kind, and wait until it is read in full."""
    audit.table.setFocus()
    audit.table.select_place(kinds(audit).index(kind))
    qtbot.waitUntil(lambda: audit.panel.found is not None and audit.panel.found.event.action == kind)
