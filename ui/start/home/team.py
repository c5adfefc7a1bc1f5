"""What an import of profiles would do, before it does it, and what would protect less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from console.settings.profiles.team import Coming
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, column_of, label, row_of, scrolling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from console.settings.profiles.team import Change, Entry, ImportPlan

_WIDTH: Final = 560
_MOST_PX: Final = 320
_INDENT_PX: Final = 26
_WORDS: Final = (
    "What is ticked is taken over. What would protect less than now is left out unless you tick it."
)
# What a profile's values are called in the form.
_CALLED: Final = {
    "hosts": "Hosts", "database": "Database", "colour": "Colour", "environment": "Environment",
    "production": "The real thing", "read_only": "Read-only", "tls": "Encryption",
    "root_certificate": "Issuer's certificate", "pooler": "Through a pooler",
}  # fmt: skip


class TeamDialog(QDialog):
    """A line a profile, ticked unless it would protect less than now; emits `wanted` with those ticked."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, plan: ImportPlan) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import profiles")
        self._boxes: list[tuple[QCheckBox, Entry]] = []
        self.keep_button, self.deed_button = button("Cancel"), button("Take over", accent=True)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._give)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(14)
        for entry in plan.entries:
            self._add(lines, entry)
        for refused in plan.refused:
            words = f"Profile {refused.place}, {refused.name}: {refused.reason}"
            lines.addWidget(label(words, tone="error", wrap=True, selectable=True))
        lines.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        heading = text_font(15, weight=text_font().Weight.DemiBold)
        layout.addWidget(label(plan.path.name, font=heading, wrap=True))
        layout.addWidget(label(_WORDS, tone="muted", wrap=True))
        self._lines, self._area = lines, scrolling(inside, ground="surface")
        layout.addWidget(self._area, 1)
        layout.addLayout(row_of(None, self.keep_button, self.deed_button))
        self.setFixedWidth(_WIDTH)
        self._look()

    @property
    def boxes(self) -> Sequence[tuple[QCheckBox, Entry]]:
        """What may be ticked, each with what it takes over."""
        return tuple(self._boxes)

    @property
    def words(self) -> str:
        """All that is said, a line each."""
        return "\n".join(one.text() for one in self.findChildren(QLabel))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # As high as it needs, and no higher than a small window.
        needed = self._lines.sizeHint().height()
        self._area.setFixedHeight(min(needed, _MOST_PX))
        self.adjustSize()

    def _add(self, lines: QVBoxLayout, entry: Entry) -> None:
        box = QCheckBox(f"{entry.profile.name}: {entry.coming.value}")
        box.setEnabled(entry.coming is not Coming.SAME)
        # What protects less is taken on purpose, and never with all the rest.
        box.setChecked(entry.coming is not Coming.SAME and not entry.weaker)
        box.toggled.connect(lambda _checked: self._look())
        self._boxes.append((box, entry))
        under = QVBoxLayout()
        under.setContentsMargins(_INDENT_PX, 0, 0, 0)
        under.setSpacing(3)
        for words in entry.weaker:
            under.addWidget(label(f"Protects less: {words}.", tone="warning", wrap=True))
        for change in entry.changes:
            under.addWidget(label(_told(change), tone="muted", font=label_font(), wrap=True))
        lines.addLayout(column_of(box, under, spacing=4))

    def _look(self) -> None:
        self.deed_button.setEnabled(any(box.isChecked() for box, _entry in self._boxes))

    def _give(self) -> None:
        self.wanted.emit([entry for box, entry in self._boxes if box.isChecked()])
        self.accept()


def _told(change: Change) -> str:
    """Say what a value is now, and what it would be."""
    called = _CALLED.get(change.field, change.field)
    return f"{called}: {change.before or 'none'} \N{RIGHTWARDS ARROW} {change.after or 'none'}"
