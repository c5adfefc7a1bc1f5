"""The notes of an account, what waits for somebody first, and the ways to write, flag, assign and close."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.ledger.accounts.notes import add_note, assign, assignees, close, flag
from ui.kit.commands import native
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite
from ui.kit.lists.renewed import show_rows
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import bring_into_view, button, label, row_of
from ui.kit.widgets.buttons import WhyNot, allow
from ui.kit.widgets.inputs import NameBox
from ui.kit.widgets.running import Outcome
from ui.screens.accounts.account.columns import NOTE_COLUMNS, note_text
from ui.waiting import count_waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from console.errors import ConsoleError
    from console.ledger.accounts.detail import Account
    from console.ledger.accounts.notes import Note
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_ROLES: Final = "needs role support or operator"
_SYSTEM: Final = "only a customer's account has notes"
_ANYONE: Final = "anyone"
# More names than these are chosen by ledgerctl: a menu of hundreds is none.
_MENU_NAMES: Final = 12


class NotesTab(QWidget):
    """Emits `changed` when something was written; `pending` while what was begun must not be forgotten."""

    changed = Signal()

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._context = context
        self._username = username
        rights = context.session.rights
        self._never = "" if rights.has("support") or rights.has("operator") else _ROLES
        self._assignees: tuple[str, ...] | None = None
        self._one = KeyedWrite(context.worker, self)
        self.edit = QLineEdit()
        self.flag_box = QCheckBox("Flag")
        self.flag_box.setToolTip("The note asks for something, and waits until it is done")
        self.assignee = NameBox()
        self.assignee.setAccessibleName("Whom the flag waits for")
        self.assignee.addItem(_ANYONE)
        self._whom = label("for", tone="muted")
        self.add_button = button("Add note")
        self.done_button = button("Mark as done")
        self._why = WhyNot(self.add_button)
        self.outcome = Outcome()
        self.model: RowsModel[Note] = RowsModel(NOTE_COLUMNS, context.formats, (), self)
        self.table = context.table("account.notes", "Notes")
        self.table.set_empty_words("No notes", "What an operator writes down about the account stands here.")
        self.table.setModel(self.model)
        self.table.set_row_actions(self._row_actions)
        self._whole = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self._whole.setAccessibleName("The whole note")
        self._whole.hide()
        self._build()
        self._connect()
        self._look()

    @property
    def pending(self) -> bool:
        """Whether something is being written, or was without an answer."""
        return self._one.pending

    @property
    def whole(self) -> str:
        """The text of the note that is shown in full; empty when none is."""
        return "" if self._whole.isHidden() else self._whole.text()

    @property
    def reason(self) -> str:
        """Why no note can be added now; empty when one can."""
        if self._never:
            return self._never
        if self._one.busy:
            return "something is being written"
        return "" if self._text() else "write the note"

    def show_account(self, found: Account) -> None:
        """Show the notes of an account."""
        show_rows(self.table, self.model, found.notes, lambda note: note.id)
        if found.credits.available is None:
            self._never = _SYSTEM
        self._look()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._never:
            database = self._context.database
            self._context.worker.run(
                lambda cancel: assignees(database, cancel=cancel),
                done=self._offer, failed=lambda _error: None, owner=self, replaces="assignees",
            )  # fmt: skip

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._one.busy:
            self.outcome.say("Cancelling\N{HORIZONTAL ELLIPSIS}", "muted")
            self._one.cancel()
        elif self.edit.hasFocus() and self._text():
            # A note that was begun is not lost by one key: the first Esc only leaves the field.
            self.table.setFocus()
        elif self.whole:
            self._whole.hide()
        else:
            super().keyPressEvent(event)

    def _offer(self, names: tuple[str, ...]) -> None:
        self._assignees = names
        self.assignee.clear()
        self.assignee.addItem(_ANYONE)
        for name in names:
            self.assignee.addItem(name, name)

    def _text(self) -> str:
        return self.edit.text().strip()

    def _look(self) -> None:
        free, flagged = not self._never and not self._one.busy, self.flag_box.isChecked()
        # While it is written the field keeps the keyboard, so that Esc can cancel.
        self.edit.setEnabled(not self._never)
        self.edit.setReadOnly(not free)
        for part in (self.flag_box, self.assignee):
            part.setEnabled(free)
        self._whom.setVisible(flagged)
        self.assignee.setVisible(flagged)
        self.edit.setPlaceholderText("What is to be done" if flagged else "What is known of the account")
        self.edit.setAccessibleName("What is to be done" if flagged else "Note")
        self.add_button.setText("Flag account" if flagged else "Add note")
        self._why.explain(self.reason, never=self._never, quiet=not self._never)
        allow(self.done_button, self._not_done(self._current()))

    def _show_whole(self, note: Note) -> None:
        self._whole.setText(note_text(note))
        self._whole.show()
        bring_into_view(self._whole)

    def _follow(self, note: Note | None) -> None:
        """Let the text that is shown in full be of the row that the keyboard is at."""
        if note is None:
            self._whole.hide()
        elif not self._whole.isHidden():
            self._show_whole(note)
        self._look()

    def _current(self) -> Note | None:
        row = self.table.current_row()
        return row if row in self.model.rows else None

    def _not_done(self, note: Note | None) -> str:
        """Return why the flag of a note cannot be closed or assigned now."""
        if self._never:
            return self._never
        if self._one.busy:
            return "something is being written"
        if note is None or not note.flagged:
            return "select a flag that is open"
        return "" if note.waits else "it is done already"

    def _row_actions(self, note: Note) -> list[RowAction]:
        copy = QGuiApplication.clipboard().setText
        actions = [RowAction("Show the whole note", partial(self._show_whole, note), native("Return"))]
        copying = RowAction("Copy note", partial(copy, note.text), refusal="" if note.text else "erased")
        if not note.flagged:
            return [*actions, copying]
        refusal = self._not_done(note)
        actions.append(RowAction("Mark as done", partial(self._close, note), refusal=refusal))
        for name in (None, *self._nearest()):
            title = f"Assign to {self._called(name)}"
            if name != note.assignee:
                actions.append(RowAction(title, partial(self._assign, note, name), refusal=refusal))
        return [*actions, copying]

    def _nearest(self) -> tuple[str, ...]:
        """Return who can be assigned, the operator first, then so many others."""
        mine = self._context.session.operator
        names = sorted(self._assignees or (), key=lambda name: name != mine)
        return tuple(names[:_MENU_NAMES])

    def _called(self, name: str | None) -> str:
        return _ANYONE if name is None else "me" if name == self._context.session.operator else name

    def _add(self) -> None:
        note, ledger, username = self._text(), self._context.ledger, self._username
        self.edit.setFocus()
        if not self.flag_box.isChecked():
            self._write(
                ("note", note), f"Note on {username} written.",
                lambda key, cancel: add_note(ledger, username, note, key=key, cancel=cancel),
                then=self._begin,
            )  # fmt: skip
            return
        assignee = self.assignee.currentData()
        self._write(
            ("flag", note, assignee), f"{username} flagged.",
            lambda key, cancel: flag(ledger, username, note, assignee=assignee, key=key, cancel=cancel),
            then=self._begin,
        )  # fmt: skip

    def _close_current(self) -> None:
        note = self._current()
        if note is not None:
            self._close(note)

    def _close(self, note: Note) -> None:
        ledger, username = self._context.ledger, self._username
        self._write(
            ("done", note.id), "Flag marked as done.",
            lambda key, cancel: close(ledger, username, note.id, key=key, cancel=cancel),
        )  # fmt: skip

    def _assign(self, note: Note, name: str | None) -> None:
        ledger, username = self._context.ledger, self._username
        self._write(
            ("assign", note.id, name), f"Flag assigned to {name or _ANYONE}.",
            lambda key, cancel: assign(ledger, username, note.id, name, key=key, cancel=cancel),
        )  # fmt: skip

    def _write(
        self,
        act: tuple[object, ...],
        words: str,
        call: Callable[[UUID, Cancellation], Any],
        *,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Write once; what it did is said under `words`."""

        def done(_answer: Any, late: bool) -> None:  # noqa: FBT001 - told by position
            self.outcome.say("")
            told = f"{LATE} {words}" if late else words
            self._context.notices.confirm(told, key=f"note {self._username}")
            then()
            count_waiting(self._context, "accounts", self)
            self.changed.emit()

        self._one.write(
            act, "Writing", call, done, failed=partial(self._failed, act),
            cancelled=partial(self._cancelled, act),
        )  # fmt: skip

    def _begin(self) -> None:
        """Begin the next note where this one was written."""
        self.edit.clear()
        self.flag_box.setChecked(False)
        self.assignee.setCurrentIndex(0)
        self.edit.setFocus()

    def _failed(self, act: tuple[object, ...], error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError) or self._one.in_doubt(act)
        self.outcome.say(f"{error} {AGAIN}" if unknown else str(error), "warning" if unknown else "error")

    def _cancelled(self, act: tuple[object, ...]) -> None:
        if self._one.in_doubt(act):
            self.outcome.say(f"Unconfirmed: asking was cancelled. {AGAIN}", "warning")
        else:
            self.outcome.say("Cancelled. Nothing was written.", "muted")

    def _show_busy(self, words: str) -> None:
        if words:
            self.outcome.say(f"{words}\N{HORIZONTAL ELLIPSIS} Esc cancels.", "muted")
        self._look()

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._look)
        self.flag_box.toggled.connect(self._look)
        self.edit.returnPressed.connect(self.add_button.click)
        self.add_button.clicked.connect(self._add)
        self.done_button.clicked.connect(self._close_current)
        self._one.busy_changed.connect(self._show_busy)
        self.table.activated_row.connect(self._show_whole)
        self.table.current_row_changed.connect(self._follow)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = row_of(
            self.edit, self.flag_box, self._whom, self.assignee, self.add_button, self.done_button, spacing=8
        )
        row.setStretch(0, 1)
        layout.addLayout(row)
        layout.addWidget(self._why)
        layout.addWidget(self.outcome)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._whole)
