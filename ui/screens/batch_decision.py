"""The card beside a draft: what posting will do, the control totals, and the buttons that decide."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from ui.cards import Card
from ui.fonts import label_font, text_font
from ui.forms import Field, button, caption, column_of, label, line, restyle, row_of
from ui.inputs import AmountEdit
from ui.screens.batch_state import count_words, short_moment

if TYPE_CHECKING:
    from ui.numbers import Formats
    from ui.screens.batch_state import BatchState

CARD_WIDTH = 318
_TICK_MS = 100
_HASH_SHOWN = 4


class DecisionCard(Card):
    """Everything the operator decides about one draft; the accent button says why it is grey."""

    check_wanted = Signal()
    rehearsal_wanted = Signal()
    posting_wanted = Signal()
    discard_wanted = Signal()
    cancel_wanted = Signal()
    expectations_changed = Signal()

    def __init__(self, formats: Formats, *, operator: str, refusal: str) -> None:
        """`refusal` says why this operator may not post at all; empty when they may."""
        super().__init__("Post as one transaction", spacing=12)
        self.setFixedWidth(CARD_WIDTH)
        self._formats = formats
        self._operator = operator
        self._refusal = refusal
        self._state: BatchState | None = None
        self._busy = ""
        self._unknown = False
        self._started = 0.0
        self._plan = label(tone="muted", font=text_font(tabular=True), wrap=True)
        self._content = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self.expected_lines = AmountEdit(replace(formats, exponent=0))
        self.expected_total = AmountEdit(formats)
        self.typed_total = AmountEdit(formats)
        self.lines_field = Field("Expected lines", self.expected_lines)
        self.total_field = Field("Expected total", self.expected_total)
        self.typed_field = Field("Type the total to confirm", self.typed_total)
        self.post_button = button("Post", accent=True)
        self._reason = label(tone="muted", font=label_font(), wrap=True)
        self._outcome = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self.check_button = button("Check again")
        self.rehearse_button = button("Dry run")
        self.discard_button = button("Discard draft…", danger=True)
        self.cancel_button = button("Cancel", compact=True)
        self._progress = label(font=text_font(tabular=True))
        self._bar = QProgressBar(textVisible=False, minimum=0, maximum=0)
        self._running = QWidget()
        self._clock = QTimer(self, interval=_TICK_MS)
        self._build()
        self._connect()
        self.set_busy("")

    @property
    def reason(self) -> str:
        """Why the batch cannot be posted now; empty when it can."""
        return self._why_not()

    @property
    def outcome(self) -> str:
        """What was said of the last deed."""
        return self._outcome.text()

    def show_state(self, state: BatchState) -> None:
        """Show what posting this batch would do."""
        self._state = state
        row, written = state.row, self._formats
        lines = count_words(row.lines, "line", written)
        words = f"{lines}, {written.amount(row.total)} {row.currency}: all post or none. "
        if state.checked is not None:
            summary = state.checked.check.summary
            if summary.missing and row.create_missing:
                opened = count_words(summary.missing, "account", written)
                prefix = f" named {row.account_prefix}…" if row.account_prefix else ""
                words += f"{opened}{prefix} will be opened first. "
            found = len(state.problems)
            words += f"Checked {short_moment(state.checked.at, written)}: " + (
                f"{count_words(found, 'problem', written)} to mend." if found else "no line would be refused."
            )
        self._plan.setText(words)
        content = (
            "" if state.checked is None else f"content {short_hash(state.checked.check.summary.content_hash)}"
        )
        self._content.setText(" \N{MIDDLE DOT} ".join(part for part in (content, row.file_name) if part))
        self._show_reason()

    def set_busy(self, words: str) -> None:
        """Say what is under way and for how long; empty words end it."""
        self._busy = words
        self._running.setVisible(bool(words))
        self.cancel_button.setEnabled(bool(words))
        if words:
            self._started = time.monotonic()
            self._clock.start()
            self._tick()
        else:
            self._clock.stop()
        self._show_reason()

    def set_cancelling(self) -> None:
        """Say that the server was asked to stop."""
        self._busy = "Cancelling"
        self.cancel_button.setEnabled(False)

    def set_unknown(self, *, unknown: bool) -> None:
        """Say that an answer to COMMIT was lost: the button then asks again with the same key."""
        self._unknown = unknown
        self._show_reason()

    def say(self, words: str, tone: str | None = None) -> None:
        """Say how the last deed ended; empty words say nothing."""
        self._outcome.setText(words)
        self._outcome.setVisible(bool(words))
        restyle(self._outcome, tone=tone)

    def forget_typed_total(self) -> None:
        """Have the total typed again."""
        self.typed_total.clear()

    def _why_not(self) -> str:
        state = self._state
        if state is None or self._busy:
            return "wait until this has ended"
        if self._refusal:
            return self._refusal
        if self._unknown:
            return ""
        if state.checked is None:
            return "check it first"
        if state.problems:
            return f"{count_words(len(state.problems), 'problem', self._formats)} to mend first"
        return self._wrong_expectation(state) or self._wrong_total(state)

    def _wrong_expectation(self, state: BatchState) -> str:
        for edit, found, noun in (
            (self.expected_lines, state.row.lines, "number of lines"),
            (self.expected_total, state.row.total, "total"),
        ):
            if edit.problem or (edit.amount is not None and edit.amount != found):
                return f"the {noun} is not the one expected"
        return ""

    def _wrong_total(self, state: BatchState) -> str:
        if self.typed_total.problem:
            return "what is typed is no amount"
        if self.typed_total.amount is None:
            return "type the total"
        return "" if self.typed_total.amount == state.row.total else "the typed total is not the batch's"

    def _show_reason(self) -> None:
        state, reason = self._state, self._why_not()
        if state is not None:
            count = count_words(state.row.lines, "line", self._formats)
            self.post_button.setText("Ask again" if self._unknown else f"Post {count}")
            self._show_fields(state)
        self.post_button.setEnabled(not reason)
        self.post_button.setToolTip(reason)
        self.post_button.setAccessibleDescription(reason)
        self._reason.setText(f"Not yet: {reason}." if reason else "")
        self._reason.setVisible(bool(reason) and not self._busy)
        free = state is not None and not self._busy
        self.check_button.setEnabled(free)
        self.rehearse_button.setEnabled(free and not self._unknown and not self._refusal)
        mine = state is not None and state.row.created_by == self._operator
        self.discard_button.setEnabled(free and mine and not self._unknown)
        other = "" if mine or state is None else f"only {state.row.created_by}, who loaded it, can discard it"
        self.discard_button.setToolTip(other)
        self.discard_button.setAccessibleDescription(other)

    def _show_fields(self, state: BatchState) -> None:
        for field, edit, found, written in (
            (self.lines_field, self.expected_lines, state.row.lines, self._formats.integer),
            (self.total_field, self.expected_total, state.row.total, self._formats.amount),
        ):
            wrong = edit.amount is not None and edit.amount != found
            field.set_problem(edit.problem or (f"The file has {written(found)}." if wrong else ""))
        typed = self.typed_total
        wrong = typed.amount is not None and typed.amount != state.row.total
        self.typed_field.set_problem(typed.problem or ("This is not the batch's total." if wrong else ""))

    def _tick(self) -> None:
        seconds = self._formats.decimals(time.monotonic() - self._started)
        self._progress.setText(f"{self._busy}, {seconds} s")

    def _typed(self) -> None:
        self._show_reason()
        self.expectations_changed.emit()

    def _connect(self) -> None:
        self._clock.timeout.connect(self._tick)
        self.check_button.clicked.connect(self.check_wanted)
        self.rehearse_button.clicked.connect(self.rehearsal_wanted)
        self.post_button.clicked.connect(self.posting_wanted)
        self.discard_button.clicked.connect(self.discard_wanted)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self.typed_total.returnPressed.connect(self.post_button.click)
        for edit in (self.expected_lines, self.expected_total, self.typed_total):
            edit.textChanged.connect(self._typed)

    def _build(self) -> None:
        self.expected_lines.setPlaceholderText("optional")
        self.expected_total.setPlaceholderText("optional")
        self.typed_total.setPlaceholderText("")
        self._bar.setAccessibleName("Under way")
        self._outcome.setVisible(False)
        running = column_of(row_of(self._progress, None, self.cancel_button), self._bar, spacing=8)
        running.setContentsMargins(0, 0, 0, 0)
        self._running.setLayout(running)
        expected = row_of(self.lines_field, self.total_field)
        for part in (self._plan, expected, self.typed_field, self._outcome, self.post_button, self._reason):
            if isinstance(part, QWidget):
                self.body.addWidget(part)
            else:
                self.body.addLayout(part)
        self.body.addWidget(self._running)
        self.body.addLayout(row_of(self.rehearse_button, self.check_button))
        self.body.addStretch(1)
        self.body.addWidget(line())
        self.body.addWidget(caption("What is posted"))
        self.body.addWidget(self._content)
        self.body.addWidget(self.discard_button)
        self.body.setSpacing(11)
        order = (
            self.expected_lines, self.expected_total, self.typed_total, self.post_button,
            self.cancel_button, self.rehearse_button, self.check_button, self.discard_button,
        )  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)


def short_hash(content: bytes) -> str:
    """Return the two ends of a hash: `a91f…03c7`."""
    text = content.hex()
    return f"{text[:_HASH_SHOWN]}…{text[-_HASH_SHOWN:]}"
