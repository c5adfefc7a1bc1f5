"""An operation that is only thought of: who, what and how much, and what the ledger would ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QComboBox
from typing_extensions import override

from console.files.text import shown
from console.ledger.approvals.rules.what_needs_whom import ThoughtOf, what_needs_whom
from console.ledger.approvals.rules.words import KINDS
from console.ledger.operators.roles import MAY, with_included
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import Field, caption, label, restyle, row_of
from ui.kit.widgets.cards import Card
from ui.kit.widgets.inputs import AmountEdit
from ui.screens.control.rules.forms import currency_box, kind_box
from ui.screens.control.rules.words import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.controls import DualControl
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow
    from console.ledger.approvals.rules.what_needs_whom import Needed
    from console.ledger.operators.page import OperatorRow
    from console.money import Currency
    from ui.context import Context

WIDTH: Final = 330
_EMPTY: Final = "Type an amount: what the ledger would ask stands here."
_NOTE: Final = (
    "Nothing is asked of the ledger, and nothing is counted. What an operator by name has used of a limit's "
    "day is taken off; of an allowance's day it is not known here."
)


class TryPart(Card):
    """Answers at once, from the rows that the lists show."""

    def __init__(self, context: Context) -> None:
        super().__init__("Try an operation")
        self._formats = context.formats
        self._rules: Sequence[RuleRow] = ()
        self._dual: DualControl | None = None
        self._limits: Sequence[LimitRow] = ()
        self._allowances: Sequence[AllowanceRow] = ()
        self.needed: Needed | None = None
        self.setAccessibleName("Try an operation")
        self.who = QComboBox()
        self.kind = kind_box(KINDS)
        self.currency = currency_box(context.session.currencies)
        self.amount = AmountEdit(context.formats, self.currency.currentData())
        self._verdict = label(_EMPTY, tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._verdict.setAccessibleName("What the ledger would ask")
        self._fields = (
            Field("Who", self.who), Field("Does", self.kind), Field("How much", self.amount),
            Field("Currency", self.currency),
        )  # fmt: skip
        self._fill_who(())
        self._build()
        for box in (self.who, self.kind):
            box.currentIndexChanged.connect(self._judge)
        self.currency.currentIndexChanged.connect(self._take_currency)
        self.amount.textChanged.connect(self._judge)

    @property
    def words(self) -> str:
        """What is said of the operation."""
        return self._verdict.text()

    def show_rows(
        self,
        rules: Sequence[RuleRow],
        limits: Sequence[LimitRow],
        allowances: Sequence[AllowanceRow],
        operators: Sequence[OperatorRow],
        dual: DualControl,
    ) -> None:
        """Judge by other rows, for whoever may sign in now."""
        self._rules, self._limits, self._allowances, self._dual = rules, limits, allowances, dual
        self._fill_who(operators)
        self._judge()

    def show_currencies(self, currencies: Sequence[Currency]) -> None:
        """Offer other currencies; the one chosen stays, with what was typed in it."""
        if [self.currency.itemData(at) for at in range(self.currency.count())] == list(currencies):
            return
        chosen = self.currency.currentText()
        self.currency.blockSignals(True)
        self.currency.clear()
        for one in currencies:
            self.currency.addItem(one.code, one)
        self.currency.setCurrentIndex(max(0, self.currency.findText(chosen)))
        self.currency.blockSignals(False)
        self._take_currency()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Under a list that wants the room too, a field would give its own away: it is taken for words.
        for field in self._fields:
            field.setMinimumHeight(field.sizeHint().height())

    def _fill_who(self, operators: Sequence[OperatorRow]) -> None:
        """Offer a role each, then everybody by name; who is chosen stays chosen."""
        choices: list[tuple[str, tuple[str, tuple[str, ...]]]] = [
            (f"someone with the role {role}", ("", (role,))) for role in MAY
        ]
        choices += [
            (f"{shown(row.name)} ({', '.join(row.groups)})", (row.name, row.groups)) for row in operators
        ]
        if [self.who.itemText(at) for at in range(self.who.count())] == [words for words, _ in choices]:
            return
        chosen = self.who.currentText() or "someone with the role operator"
        self.who.blockSignals(True)
        self.who.clear()
        for words, data in choices:
            self.who.addItem(words, data)
        self.who.setCurrentIndex(max(0, self.who.findText(chosen)))
        self.who.blockSignals(False)

    def _take_currency(self) -> None:
        self.amount.set_currency(self.currency.currentData())
        self._judge()

    def _judge(self) -> None:
        amount, currency = self.amount.amount, self.currency.currentData()
        if amount is None or amount <= 0 or currency is None:
            self.needed = None
            self._say(self.amount.problem or _EMPTY, "error" if self.amount.problem else "muted")
            return
        name, groups = self.who.currentData()
        holders = frozenset(
            {f"ledger_{role}" for role in with_included(groups)} | ({name} if name else set())
        )
        wanted = ThoughtOf(self.kind.currentData(), currency.code, amount, holders, name)
        dual = self._dual
        moved = dual.moved_today.get((name, currency.code), 0) if dual is not None and dual.is_on else None
        self.needed = what_needs_whom(wanted, self._rules, self._limits, self._allowances, moved)
        self._say(*verdict(self.needed, self._formats, wanted, moved))

    def _say(self, words: str, tone: str) -> None:
        self._verdict.setText(words)
        restyle(self._verdict, tone=tone)

    def _build(self) -> None:
        who, does, amount, currency = self._fields
        self.body.addWidget(who)
        self.body.addWidget(does)
        much = row_of(amount, currency, spacing=10)
        much.setStretch(0, 2)
        much.setStretch(1, 1)
        self.body.addLayout(much)
        self.body.addSpacing(4)
        self.body.addWidget(caption("What the ledger would ask"))
        self.body.addWidget(self._verdict)
        self.body.addStretch(1)
        self.body.addWidget(label(_NOTE, tone="muted", font=label_font(), wrap=True))
