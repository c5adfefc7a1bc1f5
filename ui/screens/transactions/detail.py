"""One transaction in full, beside the list it was chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import party_in_full
from ui.acts.act import reversal_of
from ui.acts.catalogue import REVERSAL
from ui.kit.days import moment_words
from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import figure_font, text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, caption, label, row_of, scrolling
from ui.kit.widgets.buttons import ActionButton
from ui.kit.widgets.cards import Card
from ui.routes import OpenAccount, OpenBatch, OpenTransaction
from ui.screens.transactions.credit_parts import CreditParts
from ui.screens.transactions.listing import given_back

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.ledger.transactions.page import TransactionRow
    from ui.acts.act import Subject
    from ui.context import Context

WIDTH = 286
_COPY_PX = 20
_ARROW = " \N{RIGHTWARDS ARROW} "
_SYSTEM = "system account"
_LONGEST = 10_000  # the database allows far less; a label need not prove it


def to_reverse(row: TransactionRow) -> Subject:
    """Return what the form of a row's reversal is opened on."""
    return reversal_of(row.id, row.left, row.currency, reverses=row.reverses)


class TransactionDetail(Card):
    """Amount, both sides with their balances, references and times; hidden until a row is shown.

    reverse_wanted: the form of its reversal is to be opened.
    """

    closed = Signal()
    reverse_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=4)
        self._context = context
        self._row: TransactionRow | None = None
        self._heads: dict[QLabel, QLabel] = {}
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Transaction")
        self._id = label(font=text_font(weight=QFont.Weight.DemiBold, tabular=True), selectable=True)
        self._chip = Chip()
        self._amount = label(font=figure_font(), selectable=True)
        self.copy_id = self._icon_button(Glyph.COPY, "Copy id")
        close = self._icon_button(Glyph.CLOSE, "Hide detail (Esc)")
        self.copy_id.clicked.connect(self._copy_id)
        close.clicked.connect(self.close_detail)
        self.body.addLayout(row_of(self._id, self._chip, None, self.copy_id, close, spacing=8))
        self.body.addWidget(self._amount)
        inside = QWidget()
        self._parts = QVBoxLayout(inside)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(2)
        self.from_account = self._icon_button(Glyph.ACCOUNTS, "Account", low=True)
        self.to_account = self._icon_button(Glyph.ACCOUNTS, "Account", low=True)
        self.from_account.clicked.connect(lambda: self._open_account(payer=True))
        self.to_account.clicked.connect(lambda: self._open_account(payer=False))
        self._from, self._from_balance = self._part("From", second=True, beside=self.from_account)
        self._to, self._to_balance = self._part("To", second=True, beside=self.to_account)
        self.copy_reference = self._icon_button(Glyph.COPY, "Copy reference", low=True)
        self.copy_reference.clicked.connect(self._copy_reference)
        self._reference, _ = self._part("Reference", beside=self.copy_reference)
        self._description, _ = self._part("Description")
        self.credit_parts = CreditParts(context)
        self._parts.addWidget(self.credit_parts)
        self._effective, _ = self._part("Effective")
        self._posted, _ = self._part("Posted")
        self._operator, _ = self._part("Operator")
        self._reversal, _ = self._part("Reversal")
        self._reason, _ = self._part("Reason")
        self._ticket, _ = self._part("Ticket")
        self.batch, self.reverses, self.reversed_by = (button("", compact=True) for _ in range(3))
        self.batch.clicked.connect(self._open_batch)
        self.reverses.clicked.connect(lambda: self._open_linked(reversal=False))
        self.reversed_by.clicked.connect(lambda: self._open_linked(reversal=True))
        self.reverse_button = ActionButton(REVERSAL.offer(context.session.rights))
        self.reverse_button.clicked.connect(self.reverse_wanted)
        self._parts.addSpacing(10)
        for leading in (self.batch, self.reverses, self.reversed_by):
            self._parts.addLayout(row_of(leading, None))
        self._parts.addLayout(row_of(self.reverse_button, None))
        self._parts.addStretch(1)
        self.body.addWidget(scrolling(inside, ground="surface"), 1)
        self.hide()

    @property
    def row(self) -> TransactionRow | None:
        """The transaction shown, None while hidden."""
        return self._row

    def said(self, name: str) -> str:
        """Return what stands under a name; empty where that part is not shown."""
        shown = (where.text() for where, head in self._heads.items() if head.text() == name)
        return next((text for text in shown), "")

    def show_row(self, row: TransactionRow) -> None:
        """Show a transaction."""
        self._row = row
        formats = self._context.formats
        self._id.setText(str(row.id))
        self._chip.set(row.kind.value, Tone.NEUTRAL)
        self._amount.setText(formats.money(row.amount, row.currency))
        self._amount.setAccessibleName(formats.spoken_amount(row.amount, row.currency))
        for where, opens, name in (
            (self._from, self.from_account, row.from_username), (self._to, self.to_account, row.to_username),
        ):  # fmt: skip
            where.setText(party_in_full(name))
            words = f"Account {name}"
            opens.setToolTip(plain_tip(words))
            opens.setAccessibleName(words)
            opens.setVisible(not name.startswith("@"))
        self._from_balance.setText(self._change(row, row.from_balance_after, row.amount))
        self._to_balance.setText(self._change(row, row.to_balance_after, -row.amount))
        self._set_text(self._reference, row.reference)
        self._set_text(self._description, row.description)
        self.credit_parts.show_row(row)
        self._effective.setText(moment_words(formats, row.effective_at))
        self._posted.setText(moment_words(formats, row.posted_at))
        self._set_text(self._operator, row.operator)
        self._show_if(self._reversal, self._given_back(row))
        self._show_if(self._reason, row.reason)
        self._show_if(self._ticket, row.ticket)
        self.copy_reference.setVisible(bool(row.reference))
        for leading, words, other in (
            (self.batch, "Open batch", row.batch_id),
            (self.reverses, "What it reverses,", row.reverses),
            (self.reversed_by, "Its last reversal," if row.left else "Its reversal,", row.reversed_by),
        ):
            leading.setVisible(other is not None)
            leading.setText(f"{words} {other}")
        self.reverse_button.judge(REVERSAL.refusal(self._context.session.rights, to_reverse(row)))
        self.show()

    def focus_first(self) -> None:
        """Put the keyboard on what leads to the payer, or else to the payee."""
        ways = (self.from_account, self.to_account, self.copy_id)
        next(one for one in ways if one.isVisible()).setFocus(Qt.FocusReason.OtherFocusReason)

    def close_detail(self) -> None:
        """Hide, and say so."""
        if self._row is not None:
            self._row = None
            self.hide()
            self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_detail()
        else:
            super().keyPressEvent(event)

    def _change(self, row: TransactionRow, after: int | None, back: int) -> str:
        """Write a side's balance before and after; a system account keeps none in the row."""
        if after is None:
            return _SYSTEM
        formats = self._context.formats
        before = formats.amount(after + back, row.currency)
        return f"balance {before}{_ARROW}{formats.amount(after, row.currency)}"

    def _set_text(self, where: QLabel, text: str | None) -> None:
        where.setText((text or "none")[:_LONGEST])
        where.setEnabled(bool(text))

    def _show_if(self, where: QLabel, text: str) -> None:
        """Show a part only where there is something in it."""
        where.setText(text[:_LONGEST])
        where.setVisible(bool(text))
        self._heads[where].setVisible(bool(text))

    def _given_back(self, row: TransactionRow) -> str:
        """Say what it reverses, or how much of it was given back and how much is left."""
        words = given_back(row, self._context.formats)
        if not row.reversed or not row.left:
            return words
        return f"{words} given back, {self._context.formats.amount(row.left, row.currency)} left"

    def _copy_id(self) -> None:
        if self._row is not None:
            QGuiApplication.clipboard().setText(str(self._row.id))

    def _copy_reference(self) -> None:
        if self._row is not None and self._row.reference:
            QGuiApplication.clipboard().setText(self._row.reference)

    def _open_account(self, *, payer: bool) -> None:
        if self._row is not None:
            name = self._row.from_username if payer else self._row.to_username
            self._context.navigator.go(OpenAccount(name, self._row.currency.code))

    def _open_batch(self) -> None:
        if self._row is not None and self._row.batch_id is not None:
            self._context.navigator.go(OpenBatch(self._row.batch_id))

    def _open_linked(self, *, reversal: bool) -> None:
        row = self._row
        other = None if row is None else row.reversed_by if reversal else row.reverses
        if other is not None:
            self._context.navigator.go(OpenTransaction(other))

    def _part(
        self, name: str, *, second: bool = False, beside: QPushButton | None = None
    ) -> tuple[QLabel, QLabel]:
        """Add a named value, with a muted line under it or a button beside it."""
        first = label(font=text_font(tabular=True), wrap=True, selectable=True)
        under = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        head = caption(name)
        head.setBuddy(first)
        self._heads[first] = head
        # Not a spacing of the layout: what is hidden takes no room.
        head.setContentsMargins(0, 8, 0, 0)
        self._parts.addWidget(head)
        if beside is None:
            self._parts.addWidget(first)
        else:
            value = row_of(first, beside)
            value.setStretch(0, 1)
            self._parts.addLayout(value)
        if second:
            self._parts.addWidget(under)
        return first, under

    def _icon_button(self, glyph: Glyph, name: str, *, low: bool = False) -> QPushButton:
        """Return a button; a low one stands beside a line of text and makes it no higher."""
        made = button("", flat=True, compact=True)
        if low:
            made.setFixedHeight(_COPY_PX)
        made.setAccessibleName(name)
        made.setToolTip(name)
        self._context.icons.dress(made, glyph, size=14)
        return made
