"""One registry of everything the operator can do: keys, the palette and the list of keys read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget


def _allowed() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done.

    id: dotted and stable, keys are kept under it. keys: the default, portable, such as `Ctrl+K`.
    refusal: returns why it cannot be done now, empty when it can. words: more to be found by.
    """

    id: str
    title: str
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    group: str = ""
    refusal: Callable[[], str] = _allowed
    words: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One line of the palette, ready to run; `near` is whether its words begin as was typed."""

    title: str
    detail: str
    keys: str
    refusal: str
    run: Callable[[], None] = field(compare=False)
    near: bool = True


class Commands(QObject):
    """The registry; `install` gives a window the keys."""

    changed = Signal()
    ran = Signal(str)

    def __init__(self, store: QSettings, refused: Callable[[str], None]) -> None:
        """`store` keeps the keys the operator chose; `refused` shows why a command did not run."""
        super().__init__()
        self._store = store
        self._refused = refused
        self._commands: dict[str, Command] = {}
        self._window: QWidget | None = None
        self._actions: dict[str, QAction] = {}

    def add(self, *commands: Command) -> None:
        """Register commands; one with a known id takes the place of the old."""
        for command in commands:
            self._commands[command.id] = command
            self._bind(command)
        self.changed.emit()

    def remove(self, *ids: str) -> None:
        """Forget commands."""
        for command_id in ids:
            self._commands.pop(command_id, None)
            action = self._actions.pop(command_id, None)
            if action is not None and self._window is not None:
                self._window.removeAction(action)
                action.deleteLater()
        self.changed.emit()

    def install(self, window: QWidget) -> None:
        """Make the keys of all commands, also later ones, work in a window."""
        self._window = window
        for command in self._commands.values():
            self._bind(command)

    def all(self) -> Sequence[Command]:
        """Return every command, in the order they were registered."""
        return tuple(self._commands.values())

    def keys_of(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command: the operator's, else the default."""
        kept = self._store.value(f"keys/{command_id}")
        if kept is None:
            return self._commands[command_id].keys
        return tuple(part for part in str(kept).split("; ") if part)

    def set_keys(self, command_id: str, keys: Sequence[str] | None) -> None:
        """Keep other keys for a command; None goes back to the default."""
        name = f"keys/{command_id}"
        if keys is None:
            self._store.remove(name)
        else:
            self._store.setValue(name, "; ".join(keys))
        self._bind(self._commands[command_id])
        self.changed.emit()

    def holder_of(self, key: str) -> Command | None:
        """Return the command that a key belongs to."""
        wanted = QKeySequence(key)
        for command in self._commands.values():
            if any(QKeySequence(one) == wanted for one in self.keys_of(command.id)):
                return command
        return None

    def run(self, command_id: str) -> bool:
        """Run a command, or say why not; return whether it ran."""
        command = self._commands[command_id]
        reason = command.refusal()
        if reason:
            self._refused(f"{command.title}: {reason}")
            return False
        command.run()
        self.ran.emit(command_id)
        return True

    def find(self, text: str) -> list[Match]:
        """Return the commands that have what is typed, best first: those with words that begin so."""
        fits = [(fit(text, f"{one.title} {one.words}"), one) for one in self._commands.values()]
        ranked = sorted(((rank, one) for rank, one in fits if rank is not None), key=lambda pair: pair[0])
        return [self._match(command, near=not within) for (within, _), command in ranked]

    def _match(self, command: Command, *, near: bool) -> Match:
        keys = self.keys_of(command.id)
        return Match(
            command.title,
            command.group,
            native(keys[0]) if keys else "",
            command.refusal(),
            partial(self._run_quietly, command.id),
            near,
        )

    def _run_quietly(self, command_id: str) -> None:
        self.run(command_id)

    def _bind(self, command: Command) -> None:
        if self._window is None:
            return
        action = self._actions.get(command.id)
        if action is None:
            action = QAction(command.title, self._window)
            action.triggered.connect(partial(self._trigger, command.id))
            self._actions[command.id] = action
            self._window.addAction(action)
        action.setShortcuts([QKeySequence(key) for key in self.keys_of(command.id)])

    def _trigger(self, command_id: str, *_checked: object) -> None:
        self.run(command_id)


def native(key: str) -> str:
    """Return a key as this platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def fit(typed: str, title: str) -> tuple[bool, int] | None:
    """Return how well a title fits, lower is better; None when it does not.

    The first is False when each typed word begins one of the title's, True when the typed text only stands
    within it, as one piece; the second is where it stands.
    """
    begins = [re.search(rf"(?<!\w){re.escape(word)}", title, re.IGNORECASE) for word in typed.split()]
    places = [found.start() for found in begins if found is not None]
    if len(places) == len(begins):
        return False, min(places, default=0)
    within = title.casefold().find(typed.strip().casefold())
    return None if within < 0 else (True, within)
