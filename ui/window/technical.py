"""Keeps the screens about the database itself from whoever answers customers, unless they ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from ui.window.main_window import MainWindow

TITLE: Final = "Show Queries and Server"
KEPT: Final = "window/technical"


class Technical(QObject):
    """Leaves those screens, their commands and the pool out of a window; its menu takes them in again."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._commands = {
            command.id: command
            for command in window.context.commands.all()
            if command.id in {f"go.{entry.id}" for entry in window.entries if entry.technical}
        }
        self.action: QAction | None = None
        if not window.context.session.rights.only_supports:
            return
        self.action = window.top_bar.add_to_menu(TITLE, self._turn)
        self.action.setCheckable(True)
        self.action.setChecked(window.context.store.value(KEPT) in {True, "true"})
        self._look()

    def _turn(self) -> None:
        """Keep what was chosen for the next start, and show it."""
        self._window.context.store.setValue(KEPT, self.action is not None and self.action.isChecked())
        self._look()

    def _look(self) -> None:
        shown = self.action is not None and self.action.isChecked()
        window, commands = self._window, self._window.context.commands
        for entry in window.entries:
            if entry.technical:
                window.navigation.set_shown(entry.id, shown=shown)
        window.status_bar.show_pool(shown=shown)
        if shown:
            commands.add(*self._commands.values())
            return
        commands.remove(*self._commands)
        if any(entry.technical and entry.id == window.current_id for entry in window.entries):
            window.open_screen(window.entries[0].id)
