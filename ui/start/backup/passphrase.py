"""A passphrase typed twice, or none: what a backup is encrypted with."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from console.workspace.backup.passphrase import SHORTEST_PASSPHRASE
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, label

_CLEAR: Final = (
    "Without one, whoever has the file reads everything in it. Operators' passwords are left out of it then: "
    "after a restore each operator needs a new one."
)


class PassphraseFields(QWidget):
    """Asks for a passphrase and the same again, unless the box says that there is none."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.encrypted = QCheckBox("Encrypt it with a passphrase")
        self.encrypted.setChecked(True)
        self.first, self.again = secret_line(), secret_line()
        least = f"{SHORTEST_PASSPHRASE} characters or more. Nobody restores without it."
        self._fields = (
            Field("Passphrase", self.first, hint=least),
            Field("Passphrase again", self.again),
        )
        self._clear = label(_CLEAR, tone="warning", wrap=True)
        self._clear.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.encrypted)
        for field in self._fields:
            layout.addWidget(field)
        layout.addWidget(self._clear)
        self.encrypted.toggled.connect(self._turn)
        self.first.textChanged.connect(lambda _text: self.changed.emit())
        self.again.textChanged.connect(lambda _text: self.changed.emit())

    @property
    def missing(self) -> str:
        """Say what is not right yet, as the end of `Not yet: …`; empty when it is."""
        if not self.encrypted.isChecked():
            return ""
        if len(self.first.text()) < SHORTEST_PASSPHRASE:
            return "the passphrase is too short" if self.first.text() else "type a passphrase"
        return "" if self.first.text() == self.again.text() else "the passphrases differ"

    @property
    def passphrase(self) -> str | None:
        """What was typed; None for a backup in clear."""
        return self.first.text() if self.encrypted.isChecked() else None

    def _turn(self, encrypted: bool) -> None:  # noqa: FBT001 - a slot takes its value by position
        for field in self._fields:
            field.setVisible(encrypted)
        self._clear.setVisible(not encrypted)
        self.changed.emit()


def secret_line() -> QLineEdit:
    """Return an editor whose text is not shown."""
    made = QLineEdit()
    made.setFont(text_font())
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made
