"""What an import of profiles would do, before it does it, and what would protect less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from console.settings.profiles.team import Coming
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, label, row_of, scrolling

if TYPE_CHECKING:
    from console.settings.profiles.team import Entry, ImportPlan

_WIDTH: Final = 560
_HEIGHT: Final = 420


class TeamDialog(QDialog):
    """A line a profile, ticked unless it would protect less than now; emits `wanted` with those ticked."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, plan: ImportPlan) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import profiles")
        self.resize(_WIDTH, _HEIGHT)
        self._boxes: list[tuple[QCheckBox, Entry]] = []
        self.keep_button, self.deed_button = button("Cancel"), button("Take over", accent=True)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._give)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setSpacing(10)
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
        layout.addWidget(scrolling(inside), 1)
        layout.addLayout(row_of(None, self.keep_button, self.deed_button))
        self._look()

    def _add(self, lines: QVBoxLayout, entry: Entry) -> None:
        box = QCheckBox(f"{entry.profile.name}: {entry.coming.value}")
        box.setEnabled(entry.coming is not Coming.SAME)
        # What protects less is taken on purpose, and never with all the rest.
        box.setChecked(entry.coming is not Coming.SAME and not entry.weaker)
        box.toggled.connect(lambda _checked: self._look())
        self._boxes.append((box, entry))
        lines.addWidget(box)
        for words in entry.weaker:
            lines.addWidget(label(f"Protects less: {words}.", tone="warning", wrap=True))
        for change in entry.changes:
            words = f"{change.field}: {change.before} \N{RIGHTWARDS ARROW} {change.after}"
            lines.addWidget(label(words, tone="muted", font=label_font(), wrap=True))

    def _look(self) -> None:
        self.deed_button.setEnabled(any(box.isChecked() for box, _entry in self._boxes))

    def _give(self) -> None:
        self.wanted.emit([entry for box, entry in self._boxes if box.isChecked()])
        self.accept()
