"""The mark in the top bar that says whether anything can be written now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.widgets.basics import restyle
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from console.workspace.identity import Identity


class WritingMark(PressButton):
    """Says `Read-only`, or until when it is not; a press unlocks, or locks again."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self.setProperty("compact", True)
        self._can_unlock = identity.can_unlock
        self.setVisible(identity.read_only)
        self.show_locked()

    def show_locked(self) -> None:
        """Say that nothing can be written."""
        self._say(
            "Read-only", "Press to unlock it for a while." if self._can_unlock else "With no exception."
        )
        self.setEnabled(self._can_unlock)
        restyle(self, danger=False)

    def show_unlocked(self, until: str) -> None:
        """Say until when it can be written."""
        self._say(f"Writing until {until}", "Press to lock it now.")
        restyle(self, danger=True)

    def _say(self, words: str, tip: str) -> None:
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleName(f"{words}. {tip}")
