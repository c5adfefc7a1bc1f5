"""The dialog that makes a draft of a list: names at the left, at the right what each of them gets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import LoadedBeforeError
from console.ledger.batches.grants import GrantList, load_grants
from ui.acts.act import Blank, Entry, Subject
from ui.acts.edits import TicketEdit, edit_of, field_of
from ui.kit.commands import native
from ui.kit.formats import DOT
from ui.kit.lists.name_list import NameList
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, column_of, label, restyle, row_of, scrolling
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.placing import fit_dialog
from ui.kit.widgets.reason import ReasonEdit
from ui.kit.widgets.running import Outcome, RunningStrip
from ui.screens.credits.grant_list.checked import UNFIT_COLUMNS, Checked, Unfit, check

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from console.errors import ConsoleError
    from console.ledger.batches.commands import LoadedBatch
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from ui.acts.edits import Edit
    from ui.context import Context

KEYS: Final = ("Ctrl+Return", "Ctrl+Enter")
_SIZE: Final = QSize(860, 620)
_SHOWN_UNFIT: Final = 6
_BLANKS: Final = (
    Blank("amount", "Amount each", Entry.AMOUNT),
    Blank("source", "Source", placeholder="such as winter-sale"),
    Blank("expires_at", "Until", Entry.EXPIRY, optional=True),
)
_TICKET: Final = Blank("ticket", "Ticket", optional=True, placeholder="such as SUP-1204")
_TELL: Final = "Paste names or load a file, then check them: nothing is granted here, a draft batch is made."


class GrantListDialog(QDialog):
    """Emits `made` with the number of the draft."""

    made = Signal(int)

    def __init__(self, context: Context, currency: Currency, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._currency = context, currency
        self._checked: Checked | None = None
        self._again = False
        self._run = QObject(self)
        self.setWindowTitle("Grant from list")
        self.names = NameList(context.worker, context.formats, deed="Check names", accent=False)
        subject = Subject(currency=currency)
        self.edits: dict[str, Edit] = {
            blank.key: edit_of(blank, context, subject, currency) for blank in _BLANKS
        }
        self.reason = ReasonEdit("why they get it; stands on each grant")
        self.ticket = TicketEdit(_TICKET)
        self.said = label(_TELL, tone="muted", font=text_font(tabular=True), wrap=True)
        self.model: RowsModel[Unfit] = RowsModel(UNFIT_COLUMNS, context.formats, (), self)
        self.table = context.table("credits.unfit", "Names that can get no credit", ground="surface")
        self.table.setModel(self.model)
        self.table.set_snug(at_most=_SHOWN_UNFIT)
        self.leave_out_button = button("Leave them out", compact=True)
        self.outcome = Outcome()
        self.running = RunningStrip(context.formats)
        self.close_button = button("Cancel")
        self.deed_button = button("Make a draft", accent=True)
        self._why = WhyNot(self.deed_button)
        self._build()
        self._connect()
        self._show_checked()

    @property
    def reason_why_not(self) -> str:
        """Why no draft can be made now; empty when it can."""
        return self._why_not()

    @property
    def checked(self) -> Checked | None:
        """What the names came to; None while they are others than those that were checked."""
        return self._checked

    @override
    def showEvent(self, arg__1: QShowEvent) -> None:
        super().showEvent(arg__1)
        if not arg__1.spontaneous():
            fit_dialog(self, _SIZE)
            self.names.editor.setFocus()

    @override
    def reject(self) -> None:
        if self.running.words:
            self.running.show_cancelling()
            self._context.worker.cancel(self._run)
        else:
            super().reject()

    def _check(self, names: tuple[str, ...]) -> None:
        database, code = self._context.database, self._currency.code
        self._begin(f"Looking up {self._context.formats.count(len(names), 'name')}")
        self._context.worker.run(
            lambda cancel: check(database, names, code, cancel=cancel),
            done=self._take, failed=self._failed, cancelled=self._cancelled, owner=self._run,
        )  # fmt: skip

    def _take(self, found: Checked) -> None:
        self._end()
        self._checked = found
        self._show_checked()
        first = next((edit for edit in self.edits.values() if edit.missing), self.reason)
        (self.leave_out_button if found.unfit else first).setFocus()

    def _forget(self) -> None:
        """Drop what was found: the names are others now."""
        if self._checked is not None:
            self._checked = None
            self._show_checked()

    def _leave_out(self) -> None:
        """Take the names that can get nothing off the list."""
        found = self._checked
        if found is not None:
            self.names.set_names(found.ready)
            self._checked = Checked(found.ready, (), 0)
            self._show_checked()
            self.reason.setFocus()

    def _make(self) -> None:
        context, wanted = self._context, self._wanted()
        if wanted is None:
            return
        ledger, zone, again = context.ledger, context.session.books.zone, self._again
        name = f"{wanted.source}, {context.formats.count(len(wanted.names), 'account')}"

        def work(cancel: Cancellation) -> LoadedBatch:
            return load_grants(ledger, wanted, zone, name=name, again=again, cancel=cancel)

        self._begin("Making the draft")
        context.worker.run(
            work, done=self._made, failed=self._failed, cancelled=self._cancelled, owner=self._run
        )

    def _made(self, loaded: LoadedBatch) -> None:
        self._end()
        self.accept()
        self.made.emit(loaded.batch_id)

    def _failed(self, error: ConsoleError) -> None:
        self._end()
        self._again = isinstance(error, LoadedBeforeError)
        self.outcome.say(str(error), "warning" if self._again else "error")
        self._look()

    def _cancelled(self) -> None:
        self._end()
        self.outcome.say("Cancelled. Nothing was written.", "muted")

    def _wanted(self) -> GrantList | None:
        """Return what is filled in; None while something is missing."""
        amount, expires_at = self.edits["amount"].value, self.edits["expires_at"].value
        if self._why_not() or self._checked is None or not isinstance(amount, int):
            return None
        ends = expires_at if isinstance(expires_at, datetime) else None
        return GrantList(
            self._checked.ready, self._currency, amount, str(self.edits["source"].value or ""), ends,
            self.reason.reason, str(self.ticket.value or ""),
        )  # fmt: skip

    def _why_not(self) -> str:
        if self.running.words:
            return "wait until this has ended"
        if self._checked is None:
            return "check the names first" if self.names.names else "give names first"
        if self._checked.unfit:
            return "some names can get no credit: correct them, or leave them out"
        if not self._checked.ready:
            return "give names first"
        for edit in self.edits.values():
            if edit.problem or edit.missing:
                return edit.problem or edit.missing
        return self.reason.missing or self.ticket.problem

    def _do(self) -> None:
        """Do what comes next: check the names, or make the draft."""
        if self._checked is None:
            self.names.look_up()
        else:
            self._make()

    def _begin(self, words: str) -> None:
        self.outcome.say("")
        self.running.show_busy(words)
        self._look()

    def _end(self) -> None:
        self.running.show_busy("")
        self._look()

    def _show_checked(self) -> None:
        found, formats = self._checked, self._context.formats
        self.table.setVisible(found is not None and bool(found.unfit))
        self.leave_out_button.setVisible(found is not None and bool(found.unfit))
        if found is None:
            self._tell(_TELL, "muted")
        else:
            self.model.set_rows(found.unfit)
            words = f"{formats.count(len(found.ready), 'account')} can get credit"
            if found.unfit:
                words += f"{DOT}{formats.count(len(found.unfit), 'name')} cannot"
            if found.repeated:
                words += f"{DOT}{formats.integer(found.repeated)} repeated, counted once"
            self._tell(words, "warning" if found.unfit else "credit")
        self._look()

    def _tell(self, words: str, tone: str) -> None:
        self.said.setText(words)
        restyle(self.said, tone=tone)

    def _look(self) -> None:
        """Say on the button what would be made, and beside it what is missing."""
        busy = bool(self.running.words)
        self._inside.setEnabled(not busy)
        amount, found = self.edits["amount"].value, self._checked
        words = "Make it all the same" if self._again else "Make a draft"
        if found is not None and found.ready and isinstance(amount, int):
            total = self._context.formats.money(amount * len(found.ready), self._currency)
            words = f"{words}, {total} in all"
        self.deed_button.setText(words)
        self._why.explain(self._why_not(), otherwise=f"{native(KEYS[0])} makes it.", quiet=busy)

    def _changed(self) -> None:
        self._again = False
        self._look()

    def _connect(self) -> None:
        self.names.wanted.connect(self._check)
        self.names.editor.textChanged.connect(self._forget)
        for edit in self.edits.values():
            edit.changed.connect(self._changed)
        self.reason.textChanged.connect(self._changed)
        self.ticket.changed.connect(self._changed)
        self.leave_out_button.clicked.connect(self._leave_out)
        self.running.cancel_button.clicked.connect(self.reject)
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._make)
        for key in KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._do)

    def _build(self) -> None:
        heading = label("Grant from list", font=text_font(15, weight=text_font().Weight.DemiBold))
        amount, source, until = (field_of(blank.title, self.edits[blank.key]) for blank in _BLANKS)
        pair = row_of(amount, source, spacing=12)
        for one in (amount, source):
            pair.setAlignment(one, Qt.AlignmentFlag.AlignTop)
        fields = column_of(
            pair, until, Field("Reason", self.reason),
            field_of(_TICKET.title, self.ticket), self.said, self.table,
            row_of(self.leave_out_button, None), None, spacing=10,
        )  # fmt: skip
        right = QWidget()
        right.setLayout(fields)
        self._inside = QWidget()
        both = row_of(self.names, scrolling(right, ground="surface"), spacing=16)
        both.setStretch(1, 1)
        self._inside.setLayout(both)
        foot = deed_row(self._why, self.close_button, self.deed_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for part in (heading, self._inside, self.outcome, self.running):
            layout.addWidget(part, 1 if part is self._inside else 0)
        layout.addLayout(foot)
