"""Lines of text under a caption, read once the keyboard has stayed at what they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from ui.kit.worker import Worker

PAUSE_MS: Final = 150
"""Only where the keyboard stays so long is asked for: it passes many rows on its way."""


class ReadLines(QWidget):
    """Hidden until there is something to say; `spacing` is that between the caption and the lines."""

    def __init__(self, worker: Worker, name: str, *, above: int = 0, spacing: int = 6) -> None:
        super().__init__()
        self._worker = worker
        self._wanted: tuple[Callable[[Cancellation], Any], Callable[[Any], None]] | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        title = caption(name)
        self._lines = label(font=text_font(tabular=True), wrap=True, selectable=True)
        title.setBuddy(self._lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, above, 0, 0)
        layout.setSpacing(spacing)
        layout.addWidget(title)
        layout.addWidget(self._lines)
        self.hide()

    @property
    def words(self) -> str:
        """What is shown; empty while there is nothing to say."""
        return "" if self.isHidden() else self._lines.text()

    def read(self, ask: Callable[[Cancellation], Any], show: Callable[[Any], None]) -> None:
        """Ask after the pause, on a pool thread, and show the answer; what was asked before is dropped."""
        self.drop()
        self._wanted = ask, show
        self._pause.start()

    def drop(self) -> None:
        """Ask for nothing any more."""
        self._worker.drop(self)
        self._pause.stop()
        self._wanted = None

    def say(self, words: str, tone: str | None = None) -> None:
        """Write the lines."""
        restyle(self._lines, tone=tone)
        self._lines.setText(words)

    def _ask(self) -> None:
        if self._wanted is not None:
            ask, show = self._wanted
            self._worker.run(ask, done=show, failed=self._fail, owner=self, replaces="lines")

    def _fail(self, error: ConsoleError) -> None:
        self.say(f"not read: {error}", "error")
        self.show()
