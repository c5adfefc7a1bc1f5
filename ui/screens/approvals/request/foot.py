"""The foot of a request's page: what is typed before it is decided on, and the decisions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from console.ledger.approvals.page import OPEN, RequestStatus
from ui.acts.deciding.typed_total import TypedTotal
from ui.kit.commands import native
from ui.kit.widgets.basics import Field, button, column_of, line, row_of
from ui.kit.widgets.buttons import WhyNot, allow
from ui.kit.widgets.running import RunningStrip
from ui.screens.approvals.request.rights import RequestRights

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from console.ledger.approvals.page import Request, RequestRow
    from ui.context import Context

KEY: Final = "Ctrl+Return"
RETURN_KEY, REJECT_KEY, WITHDRAW_KEY = "S", "R", "W"
"""Letters that open the question why; none of them decides anything."""
_WAIT: Final = "wait until this has ended"
_READING: Final = "it is being read"
_WORDS_MOST: Final = 500
_TYPED_PX: Final = 170


class DecisionFoot(QWidget):
    """Approve, reject or send back as a checker, withdraw as the maker, carry out as an operator."""

    approval_wanted = Signal()
    return_wanted = Signal()
    rejection_wanted = Signal()
    withdrawal_wanted = Signal()
    execution_wanted = Signal()
    submission_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._rights = RequestRights(context.session.rights)
        self._row: RequestRow | None = None
        self._found: Request | None = None
        self.typed = TypedTotal(context.formats, "approve", "request")
        self.typed.setFixedWidth(_TYPED_PX)
        self.note = QLineEdit()
        self.note.setMaxLength(_WORDS_MOST)
        self.note.setPlaceholderText("optional, such as what it was checked against")
        self._note_field = Field("Words for the audit", self.note)
        self.running = RunningStrip(context.formats)
        self.withdraw_button = button(f"Withdraw\N{HORIZONTAL ELLIPSIS}  {WITHDRAW_KEY}")
        self.again_button = button("Submit again\N{HORIZONTAL ELLIPSIS}", accent=True)
        self.return_button = button(f"Send back\N{HORIZONTAL ELLIPSIS}  {RETURN_KEY}")
        self.reject_button = button(f"Reject\N{HORIZONTAL ELLIPSIS}  {REJECT_KEY}", danger=True)
        self.execute_button = button("Carry out", accent=True)
        self.approve_button = button("Approve", accent=True)
        # One place for the reason: it is said of the deed that most people come for.
        self._no_approval = WhyNot(self.approve_button)
        self._no_execution = WhyNot(self.execute_button)
        self._no_submission = WhyNot(self.again_button)
        self._build()
        self._connect()

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """All that can be pressed, from left to right."""
        return (
            self.withdraw_button, self.return_button, self.reject_button, self.again_button,
            self.execute_button, self.approve_button,
        )  # fmt: skip

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at."""
        return (self.note, self.typed.edit, self.running.cancel_button, *self.buttons)

    @property
    def reason(self) -> str:
        """Why this operator cannot approve now; empty when they can."""
        return self._why_not()

    @property
    def why(self) -> str:
        """What is said beside the buttons."""
        shown = (one for one in self._whys if not one.isHidden())
        return "\n".join(one.text() for one in shown)

    @property
    def _whys(self) -> tuple[WhyNot, ...]:
        return (self._no_approval, self._no_execution, self._no_submission)

    def show_row(self, row: RequestRow) -> None:
        """Show what can be done with a request once it has been read; what was typed for another goes."""
        if self._row is None or self._row.id != row.id:
            self.forget()
        self._row, self._found = row, None
        self.typed.set_currency(row.currency)
        self._look()

    def show_request(self, found: Request) -> None:
        """Offer what can be done with it."""
        self._row, self._found = found.row, found
        self._look()

    def set_busy(self, words: str) -> None:
        """Say what is under way; empty words end it."""
        self.running.show_busy(words)
        self._look()

    def forget(self) -> None:
        """Have the total and the words typed again."""
        self.typed.edit.clear()
        self.note.clear()

    def focus_first(self) -> None:
        """Put the keyboard on what comes first of what can be done."""
        deeds = (self.approve_button, self.execute_button, self.again_button, self.withdraw_button)
        stops = (self.typed.edit, *deeds, self.note)
        for one in stops:
            if one.isVisible() and one.isEnabled():
                one.setFocus()
                return

    def _why_not(self) -> str:
        found = self._found
        if self.running.words:
            return _WAIT
        if found is None:
            return _READING
        if never := self._rights.no_approval(found):
            return never
        return self.typed.why_not(found.row.amount) if found.row.typed else ""

    def _look(self) -> None:
        row, found = self._row, self._found
        self.setVisible(row is not None and (row.status in OPEN or self._is_returned(row)))
        if row is None:
            return
        mine, is_open = self._rights.made(row), row.status in OPEN
        approved = row.status is RequestStatus.APPROVED
        never = "" if found is None else self._rights.no_approval(found)
        busy = _WAIT if self.running.words else "" if found is not None else _READING
        deciding = is_open and not never and not approved and not mine
        self._note_field.setVisible(deciding)
        self.typed.setVisible(deciding and row.typed)
        self.typed.show_problem(row.amount)
        self.approve_button.setVisible(is_open and not approved)
        self.execute_button.setVisible(approved)
        self.execute_button.setText("Post" if row.kind == "post_batch" else "Carry out")
        self.again_button.setVisible(not is_open)
        for one in (self.return_button, self.reject_button):
            one.setVisible(is_open and not mine)
            allow(one, busy or ("" if found is None else self._rights.no_ending(found)))
        self.withdraw_button.setVisible(is_open and mine)
        allow(self.withdraw_button, busy or ("" if found is None else self._rights.no_withdrawal(found)))
        self._explain(row, busy, never)

    def _is_returned(self, row: RequestRow) -> bool:
        """Whether it was sent back to whoever reads it; a batch is a draft again, on its own page."""
        returned = row.status is RequestStatus.RETURNED and self._rights.made(row)
        return returned and row.kind != "post_batch"

    def _explain(self, row: RequestRow, busy: str, never: str) -> None:
        quiet, found, status = bool(self.running.words) or self._found is None, self._found, row.status
        self._no_approval.explain(
            self._why_not(), never=never, otherwise=f"{native(KEY)} approves it.",
            quiet=quiet or status is not RequestStatus.PENDING,
        )  # fmt: skip
        no_execution = "" if found is None else self._rights.no_execution(found)
        self._no_execution.explain(
            busy or no_execution, never=no_execution, otherwise=f"{native(KEY)} does it.",
            quiet=quiet or status is not RequestStatus.APPROVED,
        )  # fmt: skip
        no_submission = self._rights.no_submission(row)
        self._no_submission.explain(
            busy or no_submission, never=no_submission, quiet=quiet or status is not RequestStatus.RETURNED
        )

    def _build(self) -> None:
        typed = row_of(self._note_field, self.typed, spacing=10)
        typed.setStretch(0, 1)
        why = QWidget()
        why.setLayout(column_of(*self._whys, spacing=0))
        deeds = row_of(why, *self.buttons, spacing=8)
        deeds.setStretch(0, 1)
        self.setLayout(column_of(line(), typed, self.running, deeds, spacing=10))

    def _connect(self) -> None:
        self.approve_button.clicked.connect(self.approval_wanted)
        self.return_button.clicked.connect(self.return_wanted)
        self.reject_button.clicked.connect(self.rejection_wanted)
        self.withdraw_button.clicked.connect(self.withdrawal_wanted)
        self.execute_button.clicked.connect(self.execution_wanted)
        self.again_button.clicked.connect(self.submission_wanted)
        self.typed.edit.textChanged.connect(self._look)
