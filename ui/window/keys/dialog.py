"""The list of all keys, and the way to change one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QKeySequenceEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.commands import native
from ui.kit.table.columns import Column
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.kit.widgets.placing import fit_dialog
from ui.window.keys.fixed_keys import FIXED_KEYS

if TYPE_CHECKING:
    from ui.context import Context
    from ui.kit.commands import Commands


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One command with its keys as this platform writes them; without an id they belong to a place."""

    id: str
    title: str
    group: str
    keys: str


COLUMNS: tuple[Column[KeyRow], ...] = (
    Column("title", "Command", stretch=True, sortable=True),
    Column("group", "Where", muted=True, sortable=True, yields=1),
    Column("keys", "Keys", width=150, sortable=True),
)


class _KeyField(QKeySequenceEdit):
    """Takes one key; Esc alone stays the key that closes the dialog."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self.setAccessibleName("New key")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


class KeysDialog(QDialog):
    """Lists every command; the key of the chosen one can be set anew or put back."""

    def __init__(self, commands: Commands, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands = commands
        self.setObjectName("keys")
        self.setWindowTitle("Keys")
        fit_dialog(self, QSize(640, 560))
        self.model = RowsModel(COLUMNS, context.formats, parent=self)
        self.table = context.table("keys", "Keys", ground="surface", parent=self)
        self.table.setModel(self.model)
        self.editor = _KeyField()
        self._said = label(tone="muted", wrap=True)
        self._set, reset, close = button("Set key", accent=True), button("Default"), button("Close")
        self._set.clicked.connect(self.set_key)
        reset.clicked.connect(self.reset_key)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(label("Keys", font=text_font(16, weight=QFont.Weight.DemiBold)))
        layout.addWidget(self.table, 1)
        layout.addWidget(self._said)
        layout.addLayout(row_of(self.editor, self._set, reset, None, close))
        self._said.setText("Choose a command, press its new key, then set it.")
        self._fill()

    def set_key(self) -> None:
        """Give the chosen command the key that was pressed, unless another has it."""
        row, key = self.table.current_row(), self.editor.keySequence()
        if not isinstance(row, KeyRow) or key.isEmpty():
            return
        if not row.id:
            self._said.setText(f"{row.keys} belongs to its place and cannot be set anew.")
            return
        text = key.toString(QKeySequence.SequenceFormat.PortableText)
        holder = self._commands.holder_of(text)
        if holder is not None and holder.id != row.id:
            self._said.setText(f"{native(text)} already means: {holder.title}")
            return
        self._commands.set_keys(row.id, (text,))
        self._fill()

    def reset_key(self) -> None:
        """Give the chosen command its default keys again."""
        row = self.table.current_row()
        if isinstance(row, KeyRow) and row.id:
            self._commands.set_keys(row.id, None)
            self._fill()

    def _fill(self) -> None:
        place = self.table.currentIndex().row()
        rows = [
            KeyRow(one.id, one.title, one.group, _written(self._commands.keys_of(one.id)))
            for one in self._commands.all()
        ]
        rows += [KeyRow("", title, where, _written(keys)) for title, where, keys in FIXED_KEYS]
        self.model.set_rows(rows)
        self.editor.clear()
        self.table.select_place(max(place, 0))


def _written(keys: tuple[str, ...]) -> str:
    """Return keys as this platform writes them."""
    return ", ".join(native(key) for key in keys)
