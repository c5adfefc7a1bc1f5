"""The card in which usernames are pasted or loaded, counted as they come, and looked up."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from console.ledger.balances.lookup import NAME_LIMIT
from console.ledger.balances.names import names_in_file, names_in_text, repeated
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, caption, label, restyle, row_of
from ui.kit.widgets.cards import Card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.errors import ConsoleError
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker

WIDTH = 268
_COUNT_AFTER_MS = 150
_EDITOR_PX = 72
_PLACEHOLDER = """noor.a
kofi.mensah
elif.kaya

One a line, or separated by comma, semicolon or tab. Repeated names count once."""


class NameList(Card):
    """Keeps what was typed until it is cleared; `wanted` carries the names when they are to be looked up."""

    wanted = Signal(object)

    def __init__(
        self, worker: Worker, formats: Formats, *, deed: str = "Look up", accent: bool = True
    ) -> None:
        """`deed` is what the button says that the names are wanted by."""
        super().__init__(spacing=8)
        self._worker, self._formats = worker, formats
        self.setFixedWidth(WIDTH)
        self.editor = QPlainTextEdit()
        self.editor.setFont(text_font(tabular=True))
        self.editor.setPlaceholderText(_PLACEHOLDER)
        self.editor.setTabChangesFocus(True)
        self.editor.setMinimumHeight(_EDITOR_PX)
        self.editor.setAccessibleName("Usernames")
        self.count = label(font=text_font(tabular=True))
        self.said = label(tone="muted", font=label_font(), wrap=True)
        self.load_button = button("Load file\N{HORIZONTAL ELLIPSIS}")
        self.clear_button = button("Clear")
        self.look_up_button = button(deed, accent=accent)
        self.look_up_button.setToolTip("Ctrl+Return")
        head = caption("Usernames")
        head.setBuddy(self.editor)
        self.body.addLayout(row_of(head, None, self.count))
        self.body.addWidget(self.editor, 1)
        self.body.addWidget(self.said)
        self.body.addLayout(row_of(self.load_button, self.clear_button, None, spacing=8))
        self.body.addWidget(self.look_up_button)
        self._recount = QTimer(self, singleShot=True, interval=_COUNT_AFTER_MS)
        self._recount.timeout.connect(self._show_count)
        self.editor.textChanged.connect(self._recount.start)
        self.load_button.clicked.connect(lambda _checked: self.ask_file())
        self.clear_button.clicked.connect(self.editor.clear)
        self.look_up_button.clicked.connect(self.look_up)
        self._say("")
        self._show_count()

    @property
    def names(self) -> tuple[str, ...]:
        """The names typed so far, repeats included."""
        return names_in_text(self.editor.toPlainText())

    def look_up(self) -> None:
        """Ask for the balances of what is typed, unless there is nothing or too much of it."""
        self._show_count()
        if self.look_up_button.isEnabled():
            self.wanted.emit(self.names)

    def set_names(self, names: Sequence[str]) -> None:
        """Put other names in place of what is typed; Ctrl+Z brings that back."""
        cursor = self.editor.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText("\n".join(names))
        self._show_count()

    def add_name(self, name: str) -> None:
        """Add a name after what is typed, unless it is there."""
        names = self.names
        if name.lower() not in names:
            self.set_names((*names, name))

    def ask_file(self) -> QFileDialog:
        """Ask for a file of names."""
        dialog = QFileDialog(self, "Load usernames")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Text and CSV files (*.txt *.csv *.tsv)", "All files (*)"])
        if QGuiApplication.platformName() == "offscreen":
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.fileSelected.connect(lambda name: self.load(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def load(self, path: Path) -> None:
        """Read the first column of a file, off the GUI thread."""
        self._say(f"Reading {path.name}\N{HORIZONTAL ELLIPSIS}")
        self._worker.run(
            lambda cancel: names_in_file(path, cancel=cancel),
            done=partial(self._loaded, path.name),
            failed=self._refused,
            cancelled=lambda: self._say(""),
            owner=self,
            replaces="file",
        )

    def _loaded(self, name: str, names: tuple[str, ...]) -> None:
        self.set_names(names)
        self._say(f"From {name}; Ctrl+Z brings back what was here.")

    def _refused(self, error: ConsoleError) -> None:
        self._say(str(error), tone="error")

    def _say(self, words: str, *, tone: str = "muted") -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))
        restyle(self.said, tone=tone)
        self.said.setAccessibleName(words)

    def _show_count(self) -> None:
        self._recount.stop()
        names = self.names
        write = self._formats.integer
        again = repeated(names)
        noun = "name" if len(names) == 1 else "names"
        words = f"{write(len(names))} {noun}" + (f", {write(again)} repeated" if again else "")
        too_many = len(names) > NAME_LIMIT
        if too_many:
            words = f"{write(len(names))}; at most {write(NAME_LIMIT)}"
        self.count.setText(words)
        restyle(self.count, tone="error" if too_many else "muted")
        restyle(self.editor, invalid=too_many)
        self.clear_button.setEnabled(bool(names))
        self.look_up_button.setEnabled(bool(names) and not too_many)
        refusal = (
            "too many names at once; split the list" if too_many else "" if names else "paste names first"
        )
        self.look_up_button.setToolTip(refusal or "Ctrl+Return")
