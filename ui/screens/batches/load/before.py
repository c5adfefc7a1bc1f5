"""Said before anything else of a file: it became a batch before. To go on is a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from console.ledger.batches.before import loaded_before
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import label, row_of

if TYPE_CHECKING:
    from pathlib import Path

    from console.errors import ConsoleError
    from console.ledger.batches.before import LoadedBefore
    from ui.context import Context


class BeforeLine(QWidget):
    """Looks the file up by its content in the background; hidden unless it was loaded before."""

    changed = Signal()

    def __init__(self, context: Context, path: Path) -> None:
        super().__init__()
        self._zone = context.formats.zone
        self._looking = True
        self._words = label(tone="warning", font=text_font(tabular=True), wrap=True, selectable=True)
        self.again = QCheckBox("Load it again")
        row = row_of(self._words, self.again)
        row.setStretch(0, 1)
        self.setLayout(row)
        self.hide()
        self.again.toggled.connect(self.changed)
        database = context.database
        context.worker.run(
            lambda cancel: loaded_before(database, path, cancel=cancel),
            done=self._take, failed=self._failed, owner=self,
        )  # fmt: skip

    @property
    def words(self) -> str:
        """What is said; empty unless the file was loaded before."""
        return self._words.text()

    @property
    def reason(self) -> str:
        """Why the file cannot be loaded yet; empty when it can."""
        if self._looking:
            return "looking whether it was loaded before"
        return "this file was loaded before" if self.words and not self.again.isChecked() else ""

    def _take(self, found: LoadedBefore | None) -> None:
        self._looking = False
        if found is not None:
            self._words.setText(found.words(self._zone))
            self.again.setAccessibleDescription(self.words)
            self.show()
        self.changed.emit()

    def _failed(self, _error: ConsoleError) -> None:
        # The loading asks the same, and says what is wrong.
        self._looking = False
        self.changed.emit()
