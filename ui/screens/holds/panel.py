"""The hold that is chosen, or several: whose, how much, since when, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import shown
from console.ledger.acts.ends import of_hold
from ui.acts.act import Subject
from ui.acts.holds import HOLD_ACTS, RELEASE, no_later_capture, on_holds
from ui.kit.commands import native
from ui.kit.days import age
from ui.kit.formats import plain_tip, sentence
from ui.kit.lists.end_history import EndHistory
from ui.kit.theme.fonts import figure_font, text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, label, row_of, scrolling
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.cards import Card
from ui.routes import OpenAccount, OpenTransaction
from ui.screens.holds.capture import CapturePart
from ui.screens.holds.ended import EndedPart
from ui.screens.holds.listing import end_tone
from ui.screens.holds.words import end_words, held_of, sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from ui.context import Context
    from ui.screens.holds.listing import Listed

WIDTH: Final = 366
LEAST_HEIGHT: Final = 250
_BY_NAME: Final = 12


class HoldPanel(Card):
    """Hidden until a row is chosen. act_wanted: the form of an act is to be opened on what is shown."""

    closed = Signal()
    act_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=6)
        self._context = context
        self._rows: tuple[Listed, ...] = ()
        self.setAccessibleName("Hold")
        self.setMinimumHeight(LEAST_HEIGHT)
        self._who = label(font=text_font(15, weight=QFont.Weight.DemiBold), selectable=True)
        self._chip = Chip()
        self.account_button = self._icon_button(Glyph.ACCOUNTS, "Account")
        self.copy_button = self._icon_button(Glyph.COPY, "Copy reference")
        self.close_button = self._icon_button(Glyph.CLOSE, "Hide (Esc)")
        self._amount = label(font=figure_font(), selectable=True)
        self._facts = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self.capture = CapturePart(context)
        self.ended = EndedPart(context)
        self.history = EndHistory(
            context.worker, context.formats,
            lambda number, cancel: of_hold(context.database, number, cancel=cancel),
        )  # fmt: skip
        self._after = label(tone="muted", wrap=True)
        first, *rest = (f"{act.title}\N{HORIZONTAL ELLIPSIS}" for act in HOLD_ACTS)
        self.act_buttons = (button(first, accent=True), *(button(words) for words in rest))
        self._build()
        self._connect()
        self.hide()

    @property
    def rows(self) -> tuple[Listed, ...]:
        """What is shown; empty while hidden."""
        return self._rows

    @property
    def subject(self) -> Subject:
        """What acts are done on: the holds shown, and how much of one a capture would take."""
        held = tuple(held_of(row.hold) for row in self._rows)
        if not held:
            return Subject()
        one = held[0].username if len({hold.username for hold in held}) == 1 else ""
        taking = self.capture.taking if len(held) == 1 else None
        return Subject(one, held[0].currency, holds=held, taking=taking)

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at, from the top."""
        head = (self.account_button, self.copy_button, self.close_button)
        return (*head, self.capture.amount, self.ended.transaction_button, *self.act_buttons)

    @property
    def facts(self) -> str:
        """What is said of the hold in a sentence."""
        return self._facts.text()

    @property
    def after(self) -> str:
        """What is said under the buttons: what a release means, or why nothing can be done."""
        return self._after.text()

    def show_rows(self, rows: Sequence[Listed]) -> None:
        """Show one hold in full, or what several come to; none hides it all."""
        self._rows = tuple(rows)
        if not rows:
            self.capture.forget()
            self.ended.forget()
            self.history.show_of(None)
            self.hide()
        elif len(rows) == 1:
            self._show_one(rows[0])
        else:
            self._show_many()
        if rows:
            self._offer()
            self.show()

    def focus_first(self) -> None:
        """Put the keyboard on what is typed here, or on what leads on."""
        if not self.capture.isHidden():
            self.capture.amount.setFocus(Qt.FocusReason.OtherFocusReason)
            self.capture.amount.selectAll()
        elif not self.account_button.isHidden():
            self.account_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _show_one(self, listed: Listed) -> None:
        row, formats = listed.hold, self._context.formats
        self._who.setText(row.username)
        self._chip.set(_chip_words(listed), end_tone(row) or Tone.NEUTRAL)
        words = f"Account {row.username}"
        self.account_button.setAccessibleName(words)
        self.account_button.setToolTip(plain_tip(words))
        self.account_button.show()
        self.copy_button.show()
        self._amount.setText(formats.money(row.amount, row.currency))
        self._amount.setAccessibleName(formats.spoken_amount(row.amount, row.currency))
        self._facts.setText(_facts(listed))
        self._facts.setToolTip(plain_tip(formats.timestamp(row.created_at)))
        self.capture.setVisible(row.is_active)
        if row.is_active:
            self.capture.show_hold(row)
        else:
            self.capture.forget()
        self.ended.show_hold(row)
        self.history.show_of(row.id)

    def _show_many(self) -> None:
        formats, holds = self._context.formats, [row.hold for row in self._rows]
        self._who.setText(f"{formats.integer(len(holds))} holds selected")
        late = sum(hold.past_due for hold in holds)
        self._chip.set(f"{formats.integer(late)} overdue" if late else "", Tone.WARNING)
        self.account_button.hide()
        self.copy_button.hide()
        self._amount.setText(sums(holds, formats))
        self._amount.setAccessibleName(self._amount.text())
        lines = [
            f"{shown(hold.reference)}, {hold.username}, {formats.money(hold.amount, hold.currency)}"
            for hold in holds[:_BY_NAME]
        ]
        if len(holds) > _BY_NAME:
            lines.append(f"and {formats.integer(len(holds) - _BY_NAME)} more")
        self._facts.setText("\n".join(lines))
        self._facts.setToolTip("")
        self.capture.forget()
        self.capture.hide()
        self.ended.forget()
        self.history.show_of(None)

    def _offer(self) -> None:
        rights, subject = self._context.session.rights, self.subject
        for made, act in zip(self.act_buttons, HOLD_ACTS, strict=True):
            fitting = on_holds(act, subject)
            words = fitting.offer(rights)
            made.setText(f"{words}  {act.key}")
            made.setAccessibleName(words)
            allow(made, fitting.refusal(rights, subject))
            if made.isEnabled():
                made.setToolTip(native(act.key))
            made.setVisible(any(row.hold.is_active for row in self._rows))
        refusal = RELEASE.refusal(rights, subject)
        active = any(row.hold.is_active for row in self._rows)
        self._after.setText(sentence(refusal) if refusal else no_later_capture(subject))
        self._after.setVisible(active)

    def _open_account(self) -> None:
        if len(self._rows) == 1:
            row = self._rows[0].hold
            self._context.navigator.go(OpenAccount(row.username, row.currency.code))

    def _open_transaction(self) -> None:
        transaction = self._rows[0].hold.transaction if len(self._rows) == 1 else None
        if transaction is not None:
            self._context.navigator.go(OpenTransaction(transaction))

    def _copy(self) -> None:
        if len(self._rows) == 1:
            QGuiApplication.clipboard().setText(self._rows[0].hold.reference)

    def _connect(self) -> None:
        self.account_button.clicked.connect(self._open_account)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.closed)
        self.ended.transaction_button.clicked.connect(self._open_transaction)
        for made, act in zip(self.act_buttons, HOLD_ACTS, strict=True):
            made.clicked.connect(partial(self.act_wanted.emit, act))

    def _build(self) -> None:
        head = row_of(
            self._who, self._chip, None, self.account_button, self.copy_button, self.close_button, spacing=8
        )
        inside = QWidget()
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(10)
        for part in (self._amount, self._facts, self.capture, self.ended, self.history):
            parts.addWidget(part)
        parts.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(scrolling(inside, ground="surface"), 1)
        self.body.addLayout(row_of(*self.act_buttons, None, spacing=8))
        self.body.addWidget(self._after)

    def _icon_button(self, glyph: Glyph, name: str) -> QPushButton:
        made = button("", flat=True, compact=True)
        made.setAccessibleName(name)
        made.setToolTip(name)
        self._context.icons.dress(made, glyph, size=14)
        return made


def _chip_words(listed: Listed) -> str:
    row = listed.hold
    return "overdue" if row.past_due else "active" if row.is_active else row.status.value


def _facts(listed: Listed) -> str:
    """Say since when it is held, by whom, for what, under which reference and until when."""
    row = listed.hold
    purpose = f" for \N{LEFT DOUBLE QUOTATION MARK}{row.description}\N{RIGHT DOUBLE QUOTATION MARK}"
    held = f"{row.reference}, held {age(row.created_at, listed.at)} ago by {row.created_by}"
    parts = [f"{held}{purpose if row.description else ''}"]
    if row.ticket:
        parts.append(f"ticket {row.ticket}")
    if row.is_active:
        ends = end_words(row, listed.at)
        parts.append(ends if row.past_due or row.expires_at is None else f"ends {ends}")
    return " \N{MIDDLE DOT} ".join(parts)
