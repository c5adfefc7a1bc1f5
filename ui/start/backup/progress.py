"""What goes on, in words and with a bar; nothing while nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ui.kit.widgets.basics import label, restyle

if TYPE_CHECKING:
    from console.postgres.steps import Step


class StepProgress(QWidget):
    """A line of words over a bar; afterwards the words alone say how it ended."""

    def __init__(self) -> None:
        super().__init__()
        self._words = label(wrap=True, selectable=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._words)
        layout.addWidget(self._bar)
        self.hide()

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.text()

    def show_step(self, step: Step) -> None:
        """Say what goes on; without a total the bar only moves."""
        self._words.setText(f"{step.words}…")
        restyle(self._words, tone="muted")
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)
        self._bar.show()
        self.show()

    def end(self, words: str, *, tone: str) -> None:
        """Say how it ended."""
        self._words.setText(words)
        restyle(self._words, tone=tone)
        self._bar.hide()
        self.setVisible(bool(words))
