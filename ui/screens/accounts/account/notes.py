"""The notes of an account, newest first, and the way to add one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.ledger.accounts.notes import add_note
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite
from ui.kit.table.rows_model import RowsModel
from ui.kit.widgets.basics import button, row_of
from ui.kit.widgets.buttons import WhyNot
from ui.kit.widgets.running import Outcome
from ui.screens.accounts.account.columns import NOTE_COLUMNS

if TYPE_CHECKING:
    from uuid import UUID

    from PySide6.QtGui import QKeyEvent

    from console.errors import ConsoleError
    from console.ledger.accounts.detail import Account
    from console.ledger.accounts.notes import Note, Noted
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_ROLES = "needs role support or operator"
_SYSTEM = "only a customer's account has notes"


class NotesTab(QWidget):
    """Emits `added` when a note was written; `pending` while one must not be forgotten."""

    added = Signal()

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._username = username
        rights = context.session.rights
        self._never = "" if rights.has("support") or rights.has("operator") else _ROLES
        self._one = KeyedWrite(context.worker, self)
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("What is known of the account, such as a ticket")
        self.edit.setAccessibleName("Note")
        self.add_button = button("Add note")
        self._why = WhyNot(self.add_button)
        self.outcome = Outcome()
        self.model: RowsModel[Note] = RowsModel(NOTE_COLUMNS, context.formats, (), self)
        self.table = context.table("account.notes", "Notes")
        self.table.set_empty_words("No notes", "What an operator writes down about the account stands here.")
        self.table.setModel(self.model)
        self.edit.textChanged.connect(self._look)
        self.edit.returnPressed.connect(self.add_button.click)
        self.add_button.clicked.connect(self._add)
        self._one.busy_changed.connect(self._look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = row_of(self.edit, self.add_button, spacing=8)
        row.setStretch(0, 1)
        layout.addLayout(row)
        layout.addWidget(self._why)
        layout.addWidget(self.outcome)
        layout.addWidget(self.table, 1)
        self._look()

    @property
    def pending(self) -> bool:
        """Whether a note is being written, or was without an answer."""
        return self._one.pending

    @property
    def reason(self) -> str:
        """Why no note can be added now; empty when one can."""
        if self._never:
            return self._never
        if self._one.busy:
            return "a note is being written"
        return "" if self._text() else "write the note"

    def show_account(self, found: Account) -> None:
        """Show the notes of an account."""
        self.model.set_rows(found.notes)
        if found.credits.available is None:
            self._never = _SYSTEM
            self._look()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A note that was begun is not lost by one key: the first Esc only leaves the field.
        if event.key() == Qt.Key.Key_Escape and self.edit.hasFocus() and self._text():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def _text(self) -> str:
        return self.edit.text().strip()

    def _look(self) -> None:
        self.edit.setEnabled(not self._never and not self._one.busy)
        self._why.explain(self.reason, never=self._never, quiet=not self._never)

    def _add(self) -> None:
        note, ledger, username = self._text(), self._context.ledger, self._username

        def call(key: UUID, cancel: Cancellation) -> Noted:
            return add_note(ledger, username, note, key=key, cancel=cancel)

        self.outcome.say("")
        self._one.write(
            ("note", note), "Writing", call, self._added, failed=partial(self._failed, ("note", note)),
            cancelled=lambda: self.outcome.say("Cancelled. Nothing was written.", "muted"),
        )  # fmt: skip

    def _added(self, _done: Noted, late: bool) -> None:  # noqa: FBT001 - told by position
        self.edit.clear()
        words = f"Note on {self._username} written."
        self._context.notices.confirm(f"{LATE} {words}" if late else words, key=f"note {self._username}")
        self.edit.setFocus()
        self.added.emit()

    def _failed(self, act: tuple[str, str], error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError) or self._one.in_doubt(act)
        self.outcome.say(f"{error} {AGAIN}" if unknown else str(error), "warning" if unknown else "error")
