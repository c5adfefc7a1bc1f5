"""What the desk has of delegations: a line that says for whom one decides, and a button to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.acts.deciding.acting import acting_words, read_acting
from ui.kit.commands import Command
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.screens.approvals.delegations.deeds import DelegationDeeds
from ui.screens.approvals.delegations.dialog import DelegationsDialog
from ui.screens.approvals.delegations.words import no_delegating

if TYPE_CHECKING:
    from ui.context import Context


class DelegationPart(QWidget):
    """Stands above the list while the operator decides for somebody.

    changed: they decide for others than before. done: one was made or ended here.
    """

    changed = Signal()
    done = Signal()

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__()
        self._context = context
        self._page = page
        self._dialog: DelegationsDialog | None = None
        self.deeds = DelegationDeeds(context, then=self.done.emit)
        self.button = button("Delegations\N{HORIZONTAL ELLIPSIS}")
        self.button.clicked.connect(self.show_all)
        self._line = label(tone="accent", font=text_font(tabular=True), wrap=True, selectable=True)
        self._line.setAccessibleName("For whom you decide")
        self.setLayout(row_of(self._line))
        self.hide()
        self._add_commands()

    @property
    def words(self) -> str:
        """For whom the operator decides, as it is said above the list; empty for nobody."""
        return self._line.text()

    @property
    def dialog(self) -> DelegationsDialog | None:
        """The list of all, while it is open."""
        return self._dialog

    def read(self) -> None:
        """Read for whom the operator decides now, and the list of all where it is open."""
        read_acting(self._context, self, then=self.look)
        if self._dialog is not None:
            self._dialog.refresh()

    def look(self) -> None:
        """Say it as it is now: it also ends by itself."""
        words = acting_words(self._context.session.rights, self._context.formats)
        if words != self.words:
            self._line.setText(words)
            self.setVisible(bool(words))
            self.changed.emit()

    def show_all(self) -> None:
        """Open the list of all."""
        if self._dialog is None:
            self._dialog = DelegationsDialog(self._context, self.deeds, self._page)
            self._dialog.finished.connect(self._closed)
            self._context.theme.dress(self._dialog)
        self._dialog.open()

    def delegate(self) -> None:
        """Let somebody decide in one's place."""
        self.deeds.delegate(self._page)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _add_commands(self) -> None:
        rights = self._context.session.rights
        self._context.commands.add(
            Command(
                "approvals.delegations", "Delegations: who decides for whom", self.show_all,
                group="Approvals", words="checker absence holiday",
            ),
            Command(
                "approvals.delegate", "Let somebody decide for you", self.delegate, group="Approvals",
                refusal=lambda: no_delegating(rights), words="delegate delegation checker absence holiday",
            ),
        )  # fmt: skip
