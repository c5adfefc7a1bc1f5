"""The card beside a draft or an approved batch: what posting will do, and the buttons that decide."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from models.batch import BatchStatus
from ui.kit.days import short_moment
from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, caption, label, line, restyle, row_of
from ui.kit.widgets.buttons import WhyNot, allow
from ui.kit.widgets.cards import Card
from ui.kit.widgets.running import Outcome, RunningStrip
from ui.screens.batches.batch.approvals_given import ApprovalsGiven
from ui.screens.batches.batch.control_totals import ControlTotals
from ui.screens.batches.state import plan_words

if TYPE_CHECKING:
    from ui.kit.formats import Formats
    from ui.screens.batches.rights import BatchRights
    from ui.screens.batches.state import BatchState

CARD_WIDTH = 318
_HASH_SHOWN = 4


class PostingCard(Card):
    """Everything the operator decides about a batch that may be posted; a grey button says why."""

    check_wanted = Signal()
    rehearsal_wanted = Signal()
    posting_wanted = Signal()
    submission_wanted = Signal()
    withdrawal_wanted = Signal()
    rejection_wanted = Signal()
    discard_wanted = Signal()
    cancel_wanted = Signal()
    expectations_changed = Signal()
    offset_wanted = Signal(int, bool)

    def __init__(self, formats: Formats, rights: BatchRights) -> None:
        super().__init__("Post as one transaction", spacing=12)
        self.setFixedWidth(CARD_WIDTH)
        self._formats = formats
        self._rights = rights
        self._state: BatchState | None = None
        self._unknown = False
        self._plan = label(tone="muted", font=text_font(tabular=True), wrap=True)
        self._content = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self.expected = ControlTotals(formats)
        self.expected_lines, self.expected_total = self.expected.lines, self.expected.total
        self.typed_total = self.expected.typed.edit
        self.post_button = button("Post", accent=True)
        self._why = WhyNot(self.post_button)
        self.outcome = Outcome()
        self.check_button = button("Check again")
        self.rehearse_button = button("Dry run")
        self.submit_button = button("Submit for approval…")
        self.withdraw_button = button("Withdraw…")
        self.reject_button = button("Reject…", danger=True)
        self.discard_button = button("Discard draft…", danger=True)
        self.offsets = Offsets(formats)
        self.running = RunningStrip(formats)
        self.cancel_button = self.running.cancel_button
        self.agreed = ApprovalsGiven(formats)
        self._withdrawn = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self._build()
        self._connect()
        self.set_busy("")

    @property
    def reason(self) -> str:
        """Why the batch cannot be posted now; empty when it can."""
        return self._why_not()

    @property
    def withdrawn(self) -> str:
        """Why a draft came back from its approval."""
        return "" if self._withdrawn.isHidden() else self._withdrawn.text()

    def show_state(self, state: BatchState) -> None:
        """Show what posting this batch would do."""
        self._state = state
        row = state.row
        self.expected.set_currency(row.currency)
        self._plan.setText(plan_words(state, self._formats))
        self.agreed.show_request(state.request)
        self._show_withdrawn(state)
        self.offsets.show_state(state, self._rights.no_offset(state.detail))
        content = (
            "" if state.checked is None else f"content {short_hash(state.checked.check.summary.content_hash)}"
        )
        self._content.setText(" \N{MIDDLE DOT} ".join(part for part in (content, row.file_name) if part))
        self._show_reason()

    def set_busy(self, words: str) -> None:
        """Say what is under way and for how long; empty words end it."""
        self.running.show_busy(words)
        self._show_reason()

    def set_unknown(self, *, unknown: bool) -> None:
        """Say that an answer to COMMIT was lost: the button then asks again with the same key."""
        self._unknown = unknown
        self._show_reason()

    def forget_typed_total(self) -> None:
        """Have the total typed again."""
        self.typed_total.clear()

    def _why_not(self) -> str:
        state = self._state
        if state is None or self.running.words:
            return "wait until this has ended"
        if self._unknown:
            return ""
        return (
            self._rights.no_posting(state.detail)
            or self._unfit(state)
            or self.expected.unlike(state.row)
            or self.expected.typed.why_not(state.row.total)
        )

    def _why_no_submission(self) -> str:
        state = self._state
        if state is None or self.running.words or self._unknown:
            return "wait until this has ended"
        return (
            self._rights.no_submission(state.detail) or self._unfit(state) or self.expected.unlike(state.row)
        )

    def _unfit(self, state: BatchState) -> str:
        if state.checked is None:
            return "check it first"
        if state.problems:
            return f"{self._formats.count(len(state.problems), 'problem')} to fix first"
        return ""

    def _show_reason(self) -> None:
        state, reason = self._state, self._why_not()
        if state is not None:
            count = self._formats.count(state.row.lines, "line")
            self.post_button.setText("Ask again" if self._unknown else f"Post {count}")
            self.expected.show_problems(state.row)
            self._show_ways(state)
        never = "" if state is None else self._rights.no_posting(state.detail)
        self._why.explain(reason, never=never, quiet=bool(self.running.words))
        allow(self.submit_button, self._why_no_submission())
        waiting = "" if state is not None and not self.running.words else "wait until this has ended"
        unknown = waiting or ("ask again first" if self._unknown else "")
        allow(self.check_button, waiting)
        if state is None:
            return
        allow(self.rehearse_button, unknown or self._rights.no_rehearsal(state.detail))
        allow(self.discard_button, unknown or self._rights.no_discarding(state.detail))
        allow(self.reject_button, unknown or self._rights.no_rejection())
        if state.request is not None:
            allow(self.withdraw_button, unknown or self._rights.no_withdrawal(state.request))

    def _show_ways(self, state: BatchState) -> None:
        """Offer submission or discarding of a draft, withdrawal or rejection of what is approved."""
        draft = state.row.status is BatchStatus.DRAFT
        caught = draft and state.detail.to_post > 0
        self.submit_button.setVisible(draft)
        self.discard_button.setVisible(draft)
        self.withdraw_button.setVisible(not draft and self._rights.made(state.detail))
        self.reject_button.setVisible(not draft and self._rights.approves)
        self.expected.typed.setVisible(not caught)
        for way, first in ((self.submit_button, caught), (self.post_button, not caught)):
            if way.property("accent") is not first:
                restyle(way, accent=first)

    def _show_withdrawn(self, state: BatchState) -> None:
        """Say why a draft came back."""
        asked = state.detail.posting
        back = state.request is None and asked is not None and asked.closed_at is not None
        self._withdrawn.setVisible(back)
        if back and asked is not None and asked.closed_at is not None:
            when = short_moment(asked.closed_at, self._formats)
            how = "sent back" if asked.status == "returned" else asked.status
            by = "" if asked.status == "expired" else f" by {asked.closed_by}"
            self._withdrawn.setText(f"Was submitted, and {how}{by}, {when}: {asked.close_reason}")

    def _typed(self) -> None:
        self._show_reason()
        self.expectations_changed.emit()

    def _connect(self) -> None:
        for pressed, wanted in (
            (self.check_button, self.check_wanted),
            (self.rehearse_button, self.rehearsal_wanted),
            (self.post_button, self.posting_wanted),
            (self.submit_button, self.submission_wanted),
            (self.withdraw_button, self.withdrawal_wanted),
            (self.reject_button, self.rejection_wanted),
            (self.discard_button, self.discard_wanted),
            (self.cancel_button, self.cancel_wanted),
        ):
            pressed.clicked.connect(wanted)
        self.typed_total.returnPressed.connect(self.post_button.click)
        self.expected.changed.connect(self._typed)
        self.offsets.wanted.connect(self.offset_wanted)

    def _build(self) -> None:
        for hidden in (self.agreed, self._withdrawn):
            hidden.setVisible(False)
        for part in (
            self._plan, self._withdrawn, self.agreed, self.offsets, self.expected, self.outcome,
            self.post_button, self._why, self.submit_button, self.running,
        ):  # fmt: skip
            self.body.addWidget(part)
        self.body.addLayout(row_of(self.rehearse_button, self.check_button))
        self.body.addStretch(1)
        self.body.addWidget(line())
        self.body.addWidget(caption("What is posted"))
        self.body.addWidget(self._content)
        self.body.addLayout(row_of(self.withdraw_button, self.reject_button))
        self.body.addWidget(self.discard_button)
        self.body.setSpacing(11)
        order = (
            self.expected_lines, self.expected_total, self.typed_total, self.post_button, self.submit_button,
            self.cancel_button, self.rehearse_button, self.check_button, self.withdraw_button,
            self.reject_button, self.discard_button,
        )  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)


class Offsets(QWidget):
    """The batches that were not given back in full, each to be taken out of what this one pays, or not."""

    wanted = Signal(int, bool)

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.boxes: dict[int, QCheckBox] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._rows.addWidget(caption("Take back what is left of"))
        self.hide()

    def show_state(self, state: BatchState, refusal: str) -> None:
        """Show which of them this batch takes; `refusal` says why nobody changes that now."""
        offered = state.detail.offsets
        if [one.batch for one in offered] != list(self.boxes):
            self._make([one.batch for one in offered])
        draft = state.row.status is BatchStatus.DRAFT
        for one in offered:
            box = self.boxes[one.batch]
            left = self._formats.money(one.left, state.row.currency)
            box.setText(f"#{one.batch}, {left}")
            box.setAccessibleName(f"Take back what is left of batch {one.batch} {one.name}, {left}")
            box.setChecked(one.is_taken)
            allow(box, refusal if draft else "it is frozen")
            if box.isEnabled():
                box.setToolTip(plain_tip(f"{one.name}: from each account no more than this batch pays it"))
        self.setVisible(bool(offered))

    def _make(self, batches: list[int]) -> None:
        for old in self.boxes.values():
            old.deleteLater()
        self.boxes = {}
        for number in batches:
            box = QCheckBox()
            box.clicked.connect(lambda checked, number=number: self.wanted.emit(number, checked))
            self._rows.addWidget(box)
            self.boxes[number] = box


def short_hash(content: bytes) -> str:
    """Return the two ends of a hash: `a91f…03c7`."""
    text = content.hex()
    return f"{text[:_HASH_SHOWN]}…{text[-_HASH_SHOWN:]}"
