"""The card beside what was submitted: what its checkers decide on, and why somebody cannot."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.acts.deciding.typed_total import TypedTotal
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import Field, button, caption, label, line, row_of
from ui.kit.widgets.buttons import WhyNot, allow
from ui.kit.widgets.cards import Card, heading_label
from ui.kit.widgets.reason import ReasonEdit
from ui.kit.widgets.running import Outcome, RunningStrip
from ui.screens.batches.batch.approvals_given import ApprovalsGiven
from ui.screens.batches.batch.cards.posting import CARD_WIDTH, short_hash
from ui.screens.batches.state import plan_words

if TYPE_CHECKING:
    from console.ledger.batches.detail import BatchRequest
    from ui.kit.formats import Formats
    from ui.screens.batches.rights import BatchRights
    from ui.screens.batches.state import BatchState

_WAIT = "wait until this has ended"
_OWN = "A maker cannot approve their own batch; the database refuses it."


class DecisionCard(Card):
    """Approve or reject as a checker, withdraw as the maker; each grey button says why."""

    approval_wanted = Signal()
    rejection_wanted = Signal()
    return_wanted = Signal()
    withdrawal_wanted = Signal()
    check_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, formats: Formats, rights: BatchRights) -> None:
        super().__init__(spacing=11)
        self.setFixedWidth(CARD_WIDTH)
        self._formats = formats
        self._rights = rights
        self._state: BatchState | None = None
        self._heading = heading_label("")
        self._plan = label(tone="muted", font=text_font(tabular=True), wrap=True)
        self.typed = TypedTotal(formats, "approve")
        self.note = ReasonEdit("optional, such as what it was checked against")
        self._note_field = Field("Words for the audit", self.note)
        self.outcome = Outcome()
        self.approve_button = button("Approve", accent=True)
        self._why = WhyNot(self.approve_button)
        self.return_button = button("Send back…")
        self.reject_button = button("Reject…", danger=True)
        self.withdraw_button = button("Withdraw…")
        self.check_button = button("Check again")
        self.running = RunningStrip(formats)
        self.agreed = ApprovalsGiven(formats)
        self._content = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self._foot = label(_OWN, tone="muted", font=label_font(), wrap=True)
        self._build()
        self._connect()

    @property
    def reason(self) -> str:
        """Why this operator cannot approve now; empty when they can."""
        return self._why_not()

    def show_state(self, state: BatchState) -> None:
        """Show what would be approved."""
        self._state = state
        self._heading.setText("Your decision" if self._rights.approves else "Waiting for approval")
        self.typed.set_currency(state.row.currency)
        self._plan.setText(self._words_of(state))
        self.agreed.show_request(state.deciding)
        # What is reversed is checked by the ledger when it is carried out.
        self.check_button.setVisible(state.open)
        parts = [state.row.file_name]
        if state.row.content_hash is not None:
            parts.insert(0, f"content {short_hash(state.row.content_hash)}")
        self._content.setText(" \N{MIDDLE DOT} ".join(part for part in parts if part))
        self._show_reasons()

    def set_busy(self, words: str) -> None:
        """Say what is under way and for how long; empty words end it."""
        self.running.show_busy(words)
        self._show_reasons()

    def forget(self) -> None:
        """Have the total and the words typed again."""
        self.typed.edit.clear()
        self.note.clear()

    def _why_not(self) -> str:
        state, asked = self._state, self._asked()
        if state is None or asked is None or self.running.words:
            return _WAIT
        never = self._rights.no_approval(asked)
        if never:
            return never
        if state.problems:
            return f"{self._formats.count(len(state.problems), 'problem')} would refuse the posting"
        return self.typed.why_not(state.row.total)

    def _asked(self) -> BatchRequest | None:
        return None if self._state is None else self._state.deciding

    def _words_of(self, state: BatchState) -> str:
        asked = state.deciding
        if asked is None or asked.policy is None:
            return plan_words(state, self._formats)
        lines = self._formats.count(state.row.lines, "line")
        way = "all in full, or nothing" if asked.policy == "all" else "what is there; the rest stays"
        total = self._formats.money(state.row.total, state.row.currency)
        return f"Reversal of {lines}, {total}: {way}."

    def _show_reasons(self) -> None:
        state, asked, reason = self._state, self._asked(), self._why_not()
        never = "" if asked is None else self._rights.no_approval(asked)
        self._why.explain(reason, never=never, quiet=bool(self.running.words))
        busy = _WAIT if self.running.words else ""
        allow(self.check_button, busy)
        if state is None or asked is None:
            return
        for part in (self.typed, self._note_field):
            part.setVisible(not never)
        mine = asked.created_by == self._rights.operator
        self._foot.setVisible(not mine)
        self.typed.show_problem(state.row.total)
        lines = self._formats.count(state.row.lines, "line")
        self.approve_button.setText("Approve reversal" if asked.policy else f"Approve {lines}")
        for one in (self.return_button, self.reject_button):
            allow(one, busy or self._rights.no_rejection())
        self.return_button.setVisible(not mine)
        allow(self.withdraw_button, busy or self._rights.no_withdrawal(asked))
        self.withdraw_button.setVisible(mine)

    def _build(self) -> None:
        for part in (
            self._heading, self._plan, self.typed, self._note_field, self.outcome, self.approve_button,
            self._why, self.running,
        ):  # fmt: skip
            self.body.addWidget(part)
        self.body.addLayout(row_of(self.return_button, self.reject_button, self.withdraw_button))
        self.body.addWidget(self.check_button)
        self.body.addStretch(1)
        self.body.addWidget(line())
        self.body.addWidget(self.agreed)
        self.body.addWidget(caption("What is approved"))
        self.body.addWidget(self._content)
        self.body.addWidget(self._foot)
        order = (
            self.typed.edit, self.note, self.approve_button, self.running.cancel_button, self.return_button,
            self.reject_button, self.withdraw_button, self.check_button,
        )  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _connect(self) -> None:
        self.approve_button.clicked.connect(self.approval_wanted)
        self.return_button.clicked.connect(self.return_wanted)
        self.reject_button.clicked.connect(self.rejection_wanted)
        self.withdraw_button.clicked.connect(self.withdrawal_wanted)
        self.check_button.clicked.connect(self.check_wanted)
        self.running.cancel_button.clicked.connect(self.cancel_wanted)
        self.typed.edit.textChanged.connect(self._show_reasons)
        self.typed.edit.returnPressed.connect(self.approve_button.click)
