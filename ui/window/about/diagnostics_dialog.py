"""The diagnostics as they would be saved: each file to be read, and to be left out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, restyle, row_of
from ui.kit.widgets.placing import fit_dialog
from ui.window.about.two_lines import TwoLineList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.errors import ConsoleError
    from console.workspace.diagnostics.texts import DiagnosticFile
    from ui.kit.worker import Worker

_SIZE: Final = QSize(900, 640)
_LIST_PX: Final = 310
_WORDS: Final = (
    "For whoever helps you. Nothing leaves this computer by itself: these are the very texts that are saved. "
    "No message of a log is among them, no name, no amount and no secret; untick what you would rather keep."
)


class DiagnosticsDialog(QDialog):
    """Shows what is collected on a worker, and saves what stays ticked to a file of the user's choice."""

    def __init__(
        self, parent: QWidget, worker: Worker, collect: Callable[[], Sequence[DiagnosticFile]]
    ) -> None:
        super().__init__(parent)
        self._worker = worker
        self.chooser: QFileDialog | None = None
        self.setWindowTitle("Save diagnostics")
        fit_dialog(self, _SIZE)
        self.files = TwoLineList("Files to save; Space leaves one out", _LIST_PX)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Text of the file")
        self._said = label("Collecting…", tone="muted", wrap=True, selectable=True)
        self.save_button, self.close_button = button("Save…", accent=True), button("Close")
        self.save_button.setEnabled(False)
        self.save_button.clicked.connect(lambda _checked: self.choose())
        self.close_button.clicked.connect(self.reject)
        self.files.currentItemChanged.connect(self._preview)
        self.files.itemChanged.connect(lambda _item: self._look())
        self._build()
        worker.run(lambda _cancel: collect(), done=self._show, failed=self._fail, owner=self)
        self.files.setFocus()

    @property
    def said(self) -> str:
        """What goes on, went wrong or was done."""
        return self._said.text()

    @property
    def ticked(self) -> tuple[DiagnosticFile, ...]:
        """The files that would be saved."""
        items = [self.files.item(place) for place in range(self.files.count())]
        return tuple(_file_of(item) for item in items if item.checkState() is Qt.CheckState.Checked)

    def choose(self) -> None:
        """Ask where the archive goes; an existing file is replaced only when the user agrees there."""
        name = f"ledger-console-diagnostics-{datetime.now().astimezone():%Y-%m-%d}.zip"
        self.chooser = QFileDialog(self, "Save diagnostics", name, "Archives (*.zip)")
        self.chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # Qt asks about the name with the suffix, so what is replaced is what was asked about.
        self.chooser.setDefaultSuffix("zip")
        self.chooser.fileSelected.connect(lambda chosen: self._save(Path(chosen)))
        self.chooser.finished.connect(self.chooser.deleteLater)
        self.chooser.open()

    def _save(self, path: Path) -> None:
        files = self.ticked
        self.save_button.setEnabled(False)

        def work() -> None:
            from console.workspace.diagnostics.archive import save  # noqa: PLC0415 - on the worker, seldom asked

            save(files, path, overwrite=True)

        def done(_saved: None) -> None:
            self._look()
            count = "1 file" if len(files) == 1 else f"{len(files)} files"
            self._say(f"Saved: {count} in {path}, which only you may read.", tone="credit")

        self._worker.run(lambda _cancel: work(), done=done, failed=self._fail, owner=self)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label("Save diagnostics", font=text_font(16, weight=QFont.Weight.DemiBold)))
        layout.addWidget(label(_WORDS, tone="muted", wrap=True))
        both = row_of(self.files)
        both.addWidget(self.text, 1)
        layout.addLayout(both, 1)
        layout.addWidget(self._said)
        layout.addLayout(row_of(None, self.close_button, self.save_button))

    def _show(self, files: Sequence[DiagnosticFile]) -> None:
        for file in files:
            self.files.add(file.name, file.about, file, ticked=True)
        self.files.setCurrentRow(0)
        self._look()

    def _preview(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        self.text.setPlainText("" if item is None else _file_of(item).text)
        if item is not None:
            self.text.setAccessibleName(f"Text of {_file_of(item).name}")

    def _look(self) -> None:
        """Say how much would be saved; with nothing ticked there is nothing to save."""
        files = self.ticked
        self.save_button.setEnabled(bool(files))
        size_kib = sum(len(file.text.encode()) for file in files) / 1024
        words = f"{len(files)} of {self.files.count()} files, {size_kib:,.0f} KiB of text."
        self._say(words if files else "Every file is left out; tick one to save.", tone="muted")

    def _fail(self, error: ConsoleError) -> None:
        self._look()
        self._say(str(error), tone="error")

    def _say(self, words: str, *, tone: str) -> None:
        self._said.setText(words)
        restyle(self._said, tone=tone)


def _file_of(item: QListWidgetItem) -> DiagnosticFile:
    file: DiagnosticFile = item.data(Qt.ItemDataRole.UserRole)
    return file
