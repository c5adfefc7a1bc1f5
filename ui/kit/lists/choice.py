"""A choice above a page: a button that says what holds, and a menu of the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from ui.kit.widgets.buttons import PairButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSettings


class Choice(PairButton):
    """One of several, kept from one start to the next; not shown where there is one only."""

    changed = Signal()

    def __init__(
        self, lead: str, choices: Sequence[tuple[str, str]], store: QSettings, key: str, first: str = ""
    ) -> None:
        """choices: keys and words. key: under which it is kept. first: what holds before one is made."""
        super().__init__(lead)
        self._of = lead
        self._store = store
        self._kept_as = key
        self._choices: tuple[tuple[str, str], ...] = ()
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        kept = str(store.value(key, "") or "")
        self._chosen = kept if kept in dict(choices) else first
        self.set_choices(choices)

    @property
    def chosen(self) -> str:
        """The key of what holds; empty where there is nothing to choose from."""
        return self._chosen

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices, or the same in other words; what holds stays where it is among them."""
        if choices and tuple(choices) == self._choices:
            return
        self._choices = tuple(choices)
        if self._chosen not in dict(choices):
            self._chosen = next((key for key, _words in choices), "")
        self._menu.clear()
        group = QActionGroup(self._menu)
        for key, words in choices:
            action = self._menu.addAction(words, partial(self.choose, key))
            action.setCheckable(True)
            action.setChecked(key == self._chosen)
            group.addAction(action)
        self._tell()

    def choose(self, key: str) -> None:
        """Take another, and keep it."""
        if key == self._chosen:
            return
        self._chosen = key
        self._store.setValue(self._kept_as, key)
        for action, (other, _words) in zip(self._menu.actions(), self._choices, strict=True):
            action.setChecked(other == key)
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self.set_pair(self._of, dict(self._choices).get(self._chosen, ""))
        self.setVisible(len(self._choices) > 1)
