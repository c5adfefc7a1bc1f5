"""The small questions before a ledger is open: how a ledger here is called, and whether one may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QVBoxLayout

from console.settings.profiles.profile import COLOURS, Profile, ProfileError
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label, row_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WIDTH: Final = 420


class SureDialog(QDialog):
    """Asks once more before something goes; Cancel has the keyboard."""

    def __init__(self, parent: QWidget, *, title: str, words: str, deed: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        self.keep_button = button("Cancel")
        self.deed_button = button(deed, danger=True)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(title, font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True))
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addLayout(row_of(None, self.keep_button, self.deed_button))
        self.keep_button.setFocus()


class OwnProfileDialog(QDialog):
    """Changes what a ledger on this computer is called and how it looks; emits `changed` with the profile."""

    changed = Signal(object)

    def __init__(self, parent: QWidget, profile: Profile) -> None:
        super().__init__(parent)
        self._profile = profile
        self.setWindowTitle(f"Change {profile.name}")
        self.setFixedWidth(_WIDTH)
        self.name, self.environment = QLineEdit(profile.name), QLineEdit(profile.environment)
        for editor in (self.name, self.environment):
            editor.setFont(text_font())
        self.environment.setReadOnly(profile.kind == "demo")
        self.colour = QComboBox()
        self.colour.addItems([one.capitalize() for one in COLOURS])
        self.colour.setCurrentIndex(COLOURS.index(profile.colour))
        self.read_only = QCheckBox("Read-only, with no exception")
        self.read_only.setChecked(profile.read_only)
        self._trouble = label(tone="error", wrap=True)
        self._trouble.hide()
        self.keep_button, self.deed_button = button("Cancel"), button("Save", accent=True)
        self.deed_button.setDefault(True)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        heading = text_font(15, weight=text_font().Weight.DemiBold)
        layout.addWidget(label(f"Change {profile.name}", font=heading, wrap=True))
        layout.addWidget(Field("Name", self.name))
        layout.addWidget(Field("Environment, in a word", self.environment))
        layout.addWidget(Field("Colour", self.colour))
        layout.addWidget(self.read_only)
        layout.addWidget(self._trouble)
        layout.addLayout(row_of(None, self.keep_button, self.deed_button))

    def say(self, words: str) -> None:
        """Say why it was not changed."""
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))
        self.adjustSize()

    def _save(self) -> None:
        try:
            made = self._profile.changed(
                name=self.name.text().strip(),
                environment=self.environment.text().strip(),
                colour=COLOURS[self.colour.currentIndex()],
                read_only=self.read_only.isChecked(),
            )
        except ProfileError as error:
            self.say(str(error))
            return
        self.changed.emit(made)
