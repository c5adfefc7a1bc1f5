"""The operator's saved mappings: choose one, or keep the one at hand under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from console.files.mappings.store import MappingStore
from ui.kit.widgets.basics import Field, button, row_of
from ui.screens.batches.load.fields import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from console.errors import ConsoleError
    from console.files.mappings.mapping import Mapping
    from ui.context import Context

_PROPOSED = "proposed from the file"
_BESIDE = "\0beside"


class SavedMappings(QWidget):
    """Emits `chosen` with a mapping, or with None for a fresh proposal.

    A mapping that lies beside the file is offered before those that were saved.
    """

    chosen = Signal(object)
    saved = Signal(str)

    def __init__(self, context: Context, folder: Path) -> None:
        super().__init__()
        self._context = context
        self._store = MappingStore(folder)
        self._mapping: Mapping | None = None
        self._beside: Mapping | None = None
        self.choice = Choice()
        self.choice.addItem(_PROPOSED, None)
        self.save_as_button = button("Save mapping as…")
        self.name_edit = QLineEdit()
        self.name_edit.setPlaceholderText("name, such as bank rows")
        self.save_button = button("Save")
        self.drop_button = button("Cancel", flat=True)
        self._choice_field = Field("Mapping", self.choice)
        self._name_field = Field("Save mapping as", self.name_edit)
        self._naming = QWidget()
        self._build()
        self._list()

    def offer_beside(self, name: str, mapping: Mapping, *, chosen: bool) -> None:
        """Offer the mapping that lies beside the file under this name; it may be the one that is shown."""
        self._beside = mapping
        self.choice.blockSignals(True)
        self.choice.insertItem(1, f"from {name}", _BESIDE)
        if chosen:
            self.choice.setCurrentIndex(1)
        self.choice.blockSignals(False)

    def explain(self, problem: str) -> None:
        """Say under the choice why a mapping cannot be used."""
        self._choice_field.set_problem(problem)

    def allow(self, mapping: Mapping | None) -> None:
        """Offer to save this mapping; None cannot be saved."""
        self._mapping = mapping
        self.save_as_button.setEnabled(mapping is not None)
        self.save_as_button.setToolTip("" if mapping is not None else "the mapping is not complete")

    def save(self) -> None:
        """Keep the mapping under the name that was typed."""
        mapping, store, name = self._mapping, self._store, self.name_edit.text().strip()
        if mapping is None:
            return

        def done(names: tuple[str, ...]) -> None:
            self._naming.hide()
            self._offer(names)
            self._select(name)
            self.saved.emit(name)

        def work(_cancellation: object) -> tuple[str, ...]:
            store.save(name, mapping)
            return store.list()

        self._context.worker.run(work, done=done, failed=self._not_saved, owner=self, replaces="store")

    def _not_saved(self, error: ConsoleError) -> None:
        self._name_field.set_problem(str(error))

    def _list(self) -> None:
        store = self._store
        self._context.worker.run(
            lambda _cancellation: store.list(), done=self._offer, owner=self, replaces="store"
        )

    def _offer(self, names: tuple[str, ...]) -> None:
        self.choice.blockSignals(True)
        first = 1 if self._beside is None else 2
        while self.choice.count() > first:
            self.choice.removeItem(first)
        for name in names:
            self.choice.addItem(name, name)
        self.choice.blockSignals(False)

    def _select(self, name: str) -> None:
        self.choice.blockSignals(True)
        self.choice.choose(name)
        self.choice.blockSignals(False)

    def _load(self) -> None:
        store, name = self._store, self.choice.value()
        self._choice_field.set_problem("")
        if name is None or name == _BESIDE:
            self.chosen.emit(None if name is None else self._beside)
            return
        self._context.worker.run(
            lambda _cancellation: store.load(name),
            done=self.chosen.emit,
            failed=lambda error: self._choice_field.set_problem(str(error)),
            owner=self,
            replaces="store",
        )

    def _ask_name(self) -> None:
        self._name_field.set_problem("")
        name = self.choice.value()
        self.name_edit.setText("" if name is None or name == _BESIDE else name)
        self._naming.show()
        self.name_edit.setFocus()

    def _build(self) -> None:
        naming = row_of(self._name_field, self.save_button, self.drop_button, spacing=6)
        self._naming.setLayout(naming)
        self._naming.hide()
        choose = row_of(self._choice_field, self.save_as_button)
        choose.setStretch(0, 1)
        for button_row, made in (
            (choose, self.save_as_button),
            (naming, self.save_button),
            (naming, self.drop_button),
        ):
            button_row.setAlignment(made, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(choose)
        layout.addWidget(self._naming)
        self.choice.currentIndexChanged.connect(self._load)
        self.save_as_button.clicked.connect(self._ask_name)
        self.save_button.clicked.connect(self.save)
        self.name_edit.returnPressed.connect(self.save)
        self.drop_button.clicked.connect(self._naming.hide)
