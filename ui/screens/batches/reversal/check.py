"""What a reversal could not take back in full, and the policy that decides what then happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from console.errors.refusals import sentence
from console.ledger.batches.reversal import ReversalPolicy
from ui.kit.table.columns import Column, Kind
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, column_of, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.batches.reversal import ReversalProblem
    from console.money import Currency
    from ui.context import Context

_ROWS = 6


def _columns(currency: Currency) -> tuple[Column[ReversalProblem], ...]:
    """Return the columns of the lines that come back short, all in the batch's currency."""
    return (
        Column("transaction", "Transaction", Kind.IDENTIFIER, muted=True, sortable=True),
        Column("username", "Account", sortable=True),
        Column("amount", "Amount", Kind.AMOUNT, sortable=True, currency=lambda _row: currency),
        Column("short", "Missing", Kind.AMOUNT, sortable=True, currency=lambda _row: currency),
        Column("code", "Why", value=_why, stretch=True),
    )


def _why(row: ReversalProblem) -> str:
    return sentence(row.code, {}) if row.code else "It can be taken now."


class ReversalCheck(QWidget):
    """The check before: every line that would come back short, and two ways to go on."""

    def __init__(self, context: Context, currency: Currency) -> None:
        """`currency` is the batch's."""
        super().__init__()
        self._formats = context.formats
        self._currency = currency
        self._found = label(
            "Checking what is still there…", tone="muted", font=text_font(tabular=True), wrap=True
        )
        self.model: RowsModel[ReversalProblem] = RowsModel(_columns(currency), context.formats, (), self)
        self.table = context.table(
            "batch.reversal", "Lines that cannot be taken back in full", ground="surface"
        )
        self.table.set_snug(at_most=_ROWS)
        self.table.setModel(self.model)
        self.table.hide()
        self.whole = QRadioButton("All lines in full, or nothing")
        self.available = QRadioButton("What is there; the rest stays and is told")
        self.whole.setChecked(True)
        group = QButtonGroup(self)
        for choice in (self.whole, self.available):
            group.addButton(choice)
            choice.setFont(text_font())
        ways = column_of(caption("Take back"), self.whole, self.available, spacing=6)
        inside = column_of(self._found, self.table, ways, spacing=12)
        self.setLayout(inside)

    @property
    def words(self) -> str:
        """What was found."""
        return self._found.text()

    @property
    def policy(self) -> ReversalPolicy:
        """The policy that is chosen."""
        return ReversalPolicy.AVAILABLE if self.available.isChecked() else ReversalPolicy.ALL

    def show_problems(self, problems: Sequence[ReversalProblem], *, rest: bool = False) -> None:
        """Show what could not be taken back; without any there is but one policy.

        rest: these are all lines of which something is left, those too that could be taken now.
        """
        written = self._formats
        self.model.set_rows(problems)
        self.table.setVisible(bool(problems))
        short = sum(one.short for one in problems)
        if short and rest:
            there = written.money(sum(one.amount - one.short for one in problems), self._currency)
            lines = written.count(len(problems), "line")
            is_ = "is" if len(problems) == 1 else "are"
            words = f"{lines} {is_} not given back in full; {there} of that is there now."
            self.available.setChecked(True)
        elif short:
            lines = written.count(len(problems), "line")
            words = (
                f"{lines} cannot be taken back in full now, {written.money(short, self._currency)} in all."
            )
        else:
            words = (
                "All that is left can be taken now." if rest else "Every line can be taken back in full now."
            )
            self.whole.setChecked(True)
        self._found.setText(words)
        self.available.setEnabled(bool(short))
        self.available.setToolTip("" if short else "nothing is missing")

    def show_failure(self) -> None:
        """Say that nothing is known."""
        self._found.setText("What is still there is not known.")
