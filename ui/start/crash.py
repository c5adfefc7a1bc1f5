"""What is shown when the program itself is wrong: the text, a way to copy it, and no lost window."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of

if TYPE_CHECKING:
    from types import TracebackType

    from ui.kit.theme.theme import Theme

LONGEST_TEXT = 100_000
_log = logging.getLogger(__name__)


class CrashDialog(QDialog):
    """Shows one or more tracebacks; whatever is sent on, the operator has read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something in the console is wrong")
        self.resize(720, 420)
        self._text = QPlainTextEdit(readOnly=True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setAccessibleName("Details")
        close, copy = button("Close"), button("Copy details", accent=True)
        copy.clicked.connect(self.copy)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(
            label("The console met a fault of its own", font=text_font(16, weight=QFont.Weight.DemiBold))
        )
        words = (
            "The ledger is not touched by this: the database takes a write whole or not at all. "
            "Copy the details into a report; they can name accounts, so read them first."
        )
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(self._text, 1)
        layout.addLayout(row_of(None, copy, close))

    @property
    def text(self) -> str:
        """The details shown."""
        return self._text.toPlainText()

    def add(self, text: str) -> None:
        """Show one more traceback; a fault that repeats itself does not fill the memory."""
        if len(self.text) < LONGEST_TEXT:
            self._text.appendPlainText(text)

    def copy(self) -> None:
        """Put the details on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)


class CrashReporter(QObject):
    """Takes exceptions nobody caught, from any thread, to the log and to one dialog."""

    _caught = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: CrashDialog | None = None
        self.theme: Theme | None = None
        self._before = (sys.excepthook, threading.excepthook)
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the hooks of the interpreter."""
        sys.excepthook = self._take
        threading.excepthook = self._take_from_thread

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("uncaught", exc_info=(kind, error, trace))
        self._caught.emit("".join(traceback.format_exception(kind, error, trace)))

    def _take_from_thread(self, caught: Any) -> None:
        if caught.exc_value is not None:
            self._take(caught.exc_type, caught.exc_value, caught.exc_traceback)

    @Slot(str)
    def _show(self, text: str) -> None:
        if self.dialog is None:
            self.dialog = CrashDialog()
            if self.theme is not None:
                self.theme.dress(self.dialog)
            self.dialog.finished.connect(self._forget)
            self.dialog.open()
        self.dialog.add(text)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
