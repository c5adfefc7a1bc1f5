"""The sheet with the chain's head as it will be printed, and the way to a PDF of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, QStandardPaths, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QVBoxLayout, QWidget

from ui.kit.theme.tokens import LIGHT
from ui.kit.widgets.basics import button, label, restyle, row_of, scrolling
from ui.kit.widgets.placing import fit_dialog
from ui.screens.control.integrity import paper

if TYPE_CHECKING:
    from ui.kit.worker import Worker
    from ui.screens.control.integrity.paper import Sheet

_SIZE: Final = QSize(700, 860)
_WIDTH_PX: Final = 595


class PaperDialog(QDialog):
    """Shows the sheet at the size of its letters; a PDF of it is written off the GUI thread."""

    def __init__(self, parent: QWidget, worker: Worker, sheet: Sheet) -> None:
        super().__init__(parent)
        self._worker = worker
        self.sheet = sheet
        self.setWindowTitle("Head for paper")
        self.preview = QLabel()
        self.preview.setPixmap(_drawn(sheet, self.devicePixelRatioF()))
        self.preview.setAccessibleName("; ".join(f"{name}: {value}" for name, value in sheet.lines))
        self.preview.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._said = label(tone="muted", wrap=True, selectable=True)
        self.copy_button = button("Copy as text")
        self.save_button = button("Save as PDF\N{HORIZONTAL ELLIPSIS}", accent=True)
        self.close_button = button("Close")
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(lambda _checked: self.ask())
        self.close_button.clicked.connect(self.accept)
        area = scrolling(self.preview)
        # The keyboard scrolls what it cannot otherwise reach.
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName("Preview")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(area, 1)
        layout.addWidget(self._said)
        layout.addLayout(row_of(self.copy_button, None, self.close_button, self.save_button))
        fit_dialog(self, _SIZE)
        self.save_button.setFocus()

    @property
    def said(self) -> str:
        """What came of saving it."""
        return self._said.text()

    def ask(self) -> QFileDialog:
        """Ask for a file, then write the PDF to it."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, "Save the head as PDF", folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["PDF files (*.pdf)", "All files (*)"])
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"audit-head-{self.sheet.head.id}.pdf")
        if QGuiApplication.platformName() == "offscreen":
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def save(self, path: Path) -> None:
        """Write the PDF; says where it is, or why it is not."""
        self.save_button.setEnabled(False)
        sheet = self.sheet
        self._worker.run(lambda _cancel: _written(path, sheet), done=self._saved, owner=self, replaces="save")

    def _saved(self, refusal: str) -> None:
        self.save_button.setEnabled(True)
        self._said.setText(refusal or "Saved. Print it, sign it, and keep it away from the server.")
        restyle(self._said, tone="error" if refusal else "credit")

    def _copy(self) -> None:
        lines = (f"{name}: {' '.join(value.split())}" for name, value in self.sheet.lines)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _written(path: Path, sheet: Sheet) -> str:
    """Write the PDF on a pool thread; return why it cannot be, or nothing."""
    try:
        paper.save_pdf(path, sheet)
    except OSError as error:
        return f"Not saved: {path.name} cannot be written: {error.strerror or error}. Choose another folder."
    return ""


def _drawn(sheet: Sheet, ratio: float) -> QPixmap:
    height = round(_WIDTH_PX * paper.HEIGHT / paper.WIDTH)
    pixmap = QPixmap(round(_WIDTH_PX * ratio), round(height * ratio))
    painter = QPainter(pixmap)
    painter.scale(pixmap.width() / paper.WIDTH, pixmap.height() / paper.HEIGHT)
    paper.draw(painter, sheet)
    # The edge of the paper, where what lies behind is as white.
    painter.setPen(QColor(LIGHT.border_strong))
    painter.drawRect(QRectF(0.5, 0.5, paper.WIDTH - 1, paper.HEIGHT - 1))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
