"""A statement's text, to be read, selected and copied but not changed."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from ui.kit.theme.fonts import code_font


class SqlText(QPlainTextEdit):
    """Plain text in a font of one width; the same text again keeps what is selected."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFont(code_font())
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text != self.toPlainText():
            self.setPlainText(text)

    def copy_all(self) -> None:
        """Put the whole text on the clipboard."""
        QGuiApplication.clipboard().setText(self.toPlainText())
