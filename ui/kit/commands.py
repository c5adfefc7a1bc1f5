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
    """One line of the palette, ready to run; `near` is whether a word of it begins as was typed."""

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
        """Return the commands that match a text, best first: those with a word that begins so."""
        ranked: list[tuple[bool, float, int, Command]] = []
        for place, command in enumerate(self._commands.values()):
            rank = score(text, f"{command.title} {command.words}")
            if rank is not None:
                far = not begins_word(text, f"{command.title} {command.words}")
                ranked.append((far, -rank, place, command))
        ranked.sort(key=lambda one: one[:3])
        return [self._match(command, near=not far) for far, _, _, command in ranked]

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


_START = 3.0
_WORD = 2.0
_RUN = 1.5
_LETTER = 1.0
_WHOLE = 10.0


def begins_word(typed: str, title: str) -> bool:
    """Whether what was typed stands at the beginning of a word; nothing typed stands everywhere."""
    return re.search(rf"(?<!\w){re.escape(typed.strip())}", title, re.IGNORECASE) is not None


def score(typed: str, title: str) -> float | None:
    """Return how well every typed letter is found in order, None when one is missing; 0 for no text."""
    wanted = typed.casefold().replace(" ", "")
    text = title.casefold()
    if not wanted:
        return 0.0
    found = text.find(typed.casefold().strip())
    if found >= 0:
        at_word = found == 0 or not text[found - 1].isalnum()
        return (_WHOLE if at_word else _LETTER) + len(wanted) * _RUN - found / 100
    total, at, before = 0.0, 0, -2
    for letter in wanted:
        place = text.find(letter, at)
        if place < 0:
            return None
        if place == before + 1:
            total += _RUN
        elif place == 0:
            total += _START
        elif not text[place - 1].isalnum():
            total += _WORD
        else:
            total += _LETTER / (1 + place - at)
        before, at = place, place + 1
    return total - len(text) / 1000
