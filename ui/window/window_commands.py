"""The commands and the menu that belong to the window itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from ui.kit.commands import Command
from ui.kit.theme.theme import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.window.main_window import MainWindow

_KEYED_SCREENS = 9


def register_window_commands(window: MainWindow) -> None:
    """Register what the window can do, one command a screen, and give the window all keys."""
    commands, theme, group = window.context.commands, window.context.theme, "Window"
    commands.add(
        Command("palette", "Search and commands", window.open_palette, ("Ctrl+K", "Ctrl+P"), group),
        Command("refresh", "Refresh", window.refresh_screen, ("F5", "Ctrl+R"), group, words="reload"),
        Command("filter", "Go to the filter", window.focus_filter, ("Ctrl+F",), group, words="find"),
        Command("back", "Back", window.go_back, ("Alt+Left",), group),
        Command("cancel", "Cancel what runs", window.cancel_running, ("Ctrl+.",), group, words="stop"),
        Command("keys", "All keys", window.show_keys, ("F1",), group, words="shortcuts help"),
    )
    for place, entry in enumerate(window.entries, start=1):
        keys = (f"Alt+{place}",) if place <= _KEYED_SCREENS else ()
        run = partial(window.open_screen, entry.id)
        commands.add(Command(f"go.{entry.id}", f"Go to {entry.title}", run, keys, "Screen"))
    for mode in Mode:
        title = f"Theme: {_word(mode)}"
        run = partial(theme.set_mode, mode)
        commands.add(Command(f"theme.{mode.name.lower()}", title, run, group=group))
    commands.install(window)


def window_menu(window: MainWindow) -> QMenu:
    """Return the menu behind the operator's name: themes and keys."""
    menu, theme = QMenu(window), window.context.theme
    group = QActionGroup(menu)
    for mode in Mode:
        action = menu.addAction(f"{_word(mode).capitalize()} theme", partial(theme.set_mode, mode))
        action.setCheckable(True)
        action.setChecked(mode is theme.mode)
        group.addAction(action)
    menu.addSeparator()
    menu.addAction("All keys", window.show_keys)
    return menu


def offer_switch(window: MainWindow, run: Callable[[], None]) -> None:
    """Let another operator take over: by key, in the palette, and under the operator's name."""
    title, keys = "Switch operator", ("Ctrl+Shift+O",)
    window.context.commands.add(
        Command("operator.switch", title, run, keys, "Window", words="sign out log off in user")
    )
    window.top_bar.add_to_menu(title, run)


def _word(mode: Mode) -> str:
    return "high contrast" if mode is Mode.HIGH_CONTRAST else mode.value
