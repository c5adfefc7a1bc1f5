"""Whoever answers customers sees no screens about the database, unless they ask for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from console.ledger.operators.rights import Rights
from tests.ui.gallery import make_context
from ui.kit.commands import Commands
from ui.screens.registry import SCREENS
from ui.window.main_window import MainWindow
from ui.window.technical import TITLE, Technical

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

HIDDEN = {"Queries", "Server"}


@pytest.fixture
def window_of(theme: Theme, store: QSettings, worker: Worker, qtbot: QtBot) -> object:
    """Return what makes the window of somebody in these groups, with a blank for each screen."""

    def make(*groups: str) -> tuple[MainWindow, Technical]:
        context = make_context(theme, store, worker)
        rights = Rights("mara", frozenset(f"ledger_{group}" for group in groups))
        context = replace(
            context,
            session=replace(context.session, rights=rights),
            commands=Commands(store, context.notices.warn),
        )
        blanks = [replace(entry, factory=lambda _context: QLabel()) for entry in SCREENS]
        window = MainWindow(context, blanks)
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.open_screen("overview")
        window.status_bar.set_pool("pool 1 of 8")
        technical = Technical(window)
        window.show()
        return window, technical

    return make


def shown(window: MainWindow) -> set[str]:
    """Return the screens in the navigation."""
    return {one.text().strip() for one in window.navigation.findChildren(QPushButton) if one.isVisible()}


def offered(window: MainWindow) -> set[str]:
    """Return the screens that the palette finds."""
    titles = {match.title for match in window.context.commands.find("go to")}
    return {title.removeprefix("Go to ") for title in titles if title.startswith("Go to ")}


def pool_is_seen(window: MainWindow) -> bool:
    return any(one.text() == "pool 1 of 8" and one.isVisible() for one in window.findChildren(QLabel))


@pytest.mark.parametrize("groups", [("operator", "support"), ("viewer",), ("auditor", "support"), ("admin",)])
def test_others_see_everything(window_of: object, groups: tuple[str, ...]) -> None:
    window, technical = window_of(*groups)  # type: ignore[operator]  # a fixture's function
    assert shown(window) == offered(window) - {"the filter"} == {entry.title for entry in SCREENS}
    assert technical.action is None
    assert pool_is_seen(window)


def test_support_sees_them_when_asked_for_and_at_the_next_start_too(window_of: object) -> None:
    window, technical = window_of("support", "viewer")  # type: ignore[operator]  # a fixture's function
    everything = {entry.title for entry in SCREENS}
    assert shown(window) == everything - HIDDEN
    assert not offered(window) & HIDDEN
    assert not pool_is_seen(window)
    action = technical.action
    assert action.text() == TITLE
    action.trigger()
    assert shown(window) == everything
    assert offered(window) >= HIDDEN
    assert pool_is_seen(window)
    again, kept = window_of("support", "viewer")  # type: ignore[operator]  # a fixture's function
    assert shown(again) == everything
    again.open_screen("queries")
    kept.action.trigger()
    assert again.current_id == "overview"
    assert shown(again) == everything - HIDDEN
    again.resize(800, 500)
    again.resize(1440, 900)
    assert shown(again) == everything - HIDDEN
    assert not pool_is_seen(again)
