"""A file whose lines cannot all be posted: everything that is wrong, and what can be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import TitleRow, button, label, row_of
from ui.screens.batches.problems import ProblemsView

if TYPE_CHECKING:
    from console.errors import LinesRefusedError
    from ui.context import Context
    from ui.screens.batches.load.loading import LoadOrder


class RejectedLines(QWidget):
    """All problems of a file that was refused; no draft was made."""

    back_wanted = Signal()
    again_wanted = Signal(object)
    mapping_wanted = Signal(object)
    file_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._order: LoadOrder | None = None
        self._title = TitleRow("")
        self._title.chip.set("refused", Tone.ERROR)
        self._advice = label(tone="muted", font=text_font(tabular=True), wrap=True)
        self.view = ProblemsView(context, "batch.rejected")
        self.back_button = button("Batches", flat=True)
        context.icons.dress(self.back_button, Glyph.BACK)
        self.export_button = button("Export problems…")
        self.mapping_button = button("Change mapping…")
        self.file_button = button("Choose another file…")
        self.again_button = button("Load again", accent=True)
        self._build()

    @property
    def heading(self) -> str:
        """What the title says."""
        return self.accessibleName()

    def show_refusal(self, order: LoadOrder, error: LinesRefusedError) -> None:
        """Show what is wrong with a file."""
        self._order = order
        heading = str(error)
        self._title.set_title(heading)
        self.setAccessibleName(heading)
        lines = len({one.line for one in error.problems if one.line is not None})
        written = self._context.formats.integer
        noun = "line" if lines == 1 else "lines"
        self._advice.setText(
            f"{order.path.name}: {written(lines)} {noun} to fix. Fix them in the file, or change the "
            "mapping, and load again; "
            "a batch is posted whole or not at all."
        )
        self.view.show_problems(error.problems, error.total)

    def _build(self) -> None:
        self.back_button.clicked.connect(self.back_wanted)
        self.export_button.clicked.connect(self._export)
        self.file_button.clicked.connect(self.file_wanted)
        self.mapping_button.clicked.connect(lambda: self.mapping_wanted.emit(self._order))
        self.again_button.clicked.connect(lambda: self.again_wanted.emit(self._order))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row_of(self.back_button, self._title, spacing=8))
        layout.addWidget(self._advice)
        ways = (self.again_button, self.mapping_button, self.file_button)
        layout.addLayout(row_of(*ways, None, self.export_button))
        layout.addWidget(self.view, 1)

    def _export(self) -> None:
        if self._order is not None:
            self.view.ask_export(f"{self._order.path.stem} problems")
