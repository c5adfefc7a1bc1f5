"""What is under way: a word, the seconds, the way to end it; and how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, column_of, label, restyle, row_of

if TYPE_CHECKING:
    from ui.kit.formats import Formats

_TICK_MS = 100


class Outcome(QLabel):
    """How the last deed ended; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.setFont(text_font(tabular=True))
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def say(self, words: str, tone: str | None = None) -> None:
        """Say it; empty words say nothing."""
        self.setText(words)
        self.setVisible(bool(words))
        restyle(self, tone=tone)


class RunningStrip(QWidget):
    """Hidden while nothing runs."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._words = ""
        self._started = 0.0
        self.cancel_button = button("Cancel", compact=True)
        self._progress = label(font=text_font(tabular=True))
        self._bar = QProgressBar(textVisible=False, minimum=0, maximum=0)
        self._bar.setAccessibleName("Under way")
        self._clock = QTimer(self, interval=_TICK_MS)
        self._clock.timeout.connect(self._tick)
        inside = column_of(row_of(self._progress, None, self.cancel_button), self._bar, spacing=8)
        self.setLayout(inside)
        self.hide()

    @property
    def words(self) -> str:
        """What is under way; empty when nothing is."""
        return self._words

    def show_busy(self, words: str) -> None:
        """Say what is under way and for how long; empty words end it."""
        self._words = words
        self.setVisible(bool(words))
        self.cancel_button.setEnabled(bool(words))
        if words:
            self._started = time.monotonic()
            self._clock.start()
            self._tick()
        else:
            self._clock.stop()

    def show_cancelling(self) -> None:
        """Say that the server was asked to stop."""
        self._words = "Cancelling"
        self.cancel_button.setEnabled(False)

    def _tick(self) -> None:
        seconds = self._formats.decimals(time.monotonic() - self._started)
        self._progress.setText(f"{self._words}, {seconds} s")
