"""Shows the code that an operator was given, once: to be copied, or read out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from console.files.text import shown
from ui.kit.theme.fonts import code_font, label_font, text_font
from ui.kit.widgets.basics import button, column_of, label, row_of
from ui.kit.widgets.placing import fit_dialog

if TYPE_CHECKING:
    from ui.kit.theme.theme import Theme

_WIDTH: Final = 460
_CODE_PX: Final = 24
_CODE_HIGH_PX: Final = 46
COPIED: Final = "Copied."


class CodeDialog(QDialog):
    """Stays until it is closed; then nobody can tell the code any more."""

    def __init__(self, name: str, code: str, words: str, parent: QWidget) -> None:
        """`words` say until when it is good, and how it is used."""
        super().__init__(parent)
        title = f"The code of {shown(name)}"
        self.setWindowTitle(title)
        self.code = QLineEdit(code, readOnly=True)
        self.code.setFont(code_font(_CODE_PX))
        self.code.setMinimumHeight(_CODE_HIGH_PX)
        self.code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.code.setAccessibleName(title)
        self.words = label(words, wrap=True)
        once = label(
            "It is shown once, here: the ledger keeps a digest of it. If it is lost, give another.",
            tone="muted", font=label_font(), wrap=True,
        )  # fmt: skip
        self.copied = label(tone="muted", font=label_font())
        self.copy_button, self.close_button = button("Copy", accent=True), button("Close")
        self.copy_button.setDefault(True)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        heading = label(title, font=text_font(15, weight=QFont.Weight.DemiBold), wrap=True)
        foot = row_of(self.copied, None, self.close_button, self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.addLayout(column_of(heading, self.code, self.words, once, foot, spacing=12))
        fit_dialog(self, QSize(_WIDTH, layout.totalHeightForWidth(_WIDTH)))
        self.code.selectAll()
        self.code.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())
        self.copied.setText(COPIED)


def open_code(theme: Theme, name: str, code: str, words: str, parent: QWidget) -> CodeDialog:
    """Show a code over a page."""
    dialog = CodeDialog(name, code, words, parent)
    theme.dress(dialog)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
