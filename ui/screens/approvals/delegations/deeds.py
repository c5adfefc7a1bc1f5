"""What is done about delegations: a checker makes one, and it is ended; each a dialog and a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QComboBox
from typing_extensions import override

from console.files.days import end_of
from console.ledger.approvals import delegations
from console.ledger.approvals.delegations import MOST_DAYS
from console.ledger.operators.page import DISABLED, page
from ui.acts.deciding.acting import until_day
from ui.acts.deeds.deed import Deed, DeedForm, open_deed
from ui.kit.widgets.basics import Field, row_of
from ui.kit.widgets.inputs import DateEdit
from ui.screens.approvals.delegations.words import WHAT_ENDS, WHAT_IT_IS, named

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from PySide6.QtWidgets import QWidget

    from console.ledger.approvals.delegations import Delegated, DelegationRow
    from console.ledger.operators.page import Operators
    from ui.acts.deeds.deed import Call, DeedDialog
    from ui.context import Context
    from ui.kit.formats import Formats

_USUAL_DAYS: Final = 7
_NAME_PX: Final = 240


class DelegateForm(DeedForm):
    """Who decides in one's place, and the last day on which they do."""

    def __init__(self, formats: Formats, operator: str) -> None:
        super().__init__()
        self._formats = formats
        self._operator = operator
        self.who = QComboBox(editable=True)
        self.who.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.who.setMinimumWidth(_NAME_PX)
        today = formats.today()
        self.day = DateEdit(today + timedelta(days=_USUAL_DAYS))
        # The day ends with its last moment: one more would be past the ledger's ninety days.
        self.day.setMinimumDate(DateEdit(today).date())
        self.day.setMaximumDate(DateEdit(today + timedelta(days=MOST_DAYS - 1)).date())
        self.who.editTextChanged.connect(self.changed)
        self.day.dateChanged.connect(self.changed)
        fields = row_of(
            Field("Who decides for you", self.who), Field("Until the end of", self.day), None, spacing=12
        )
        self.setLayout(fields)
        self.setFocusProxy(self.who)

    @property
    def chosen(self) -> tuple[str, datetime | None]:
        """The operator's name, and the first moment after the last day; the form has no problem."""
        return self.who.currentText().strip(), end_of(self.day.day(), self._formats.zone)

    @property
    @override
    def problem(self) -> str:
        """What is missing."""
        name, _ends = self.chosen
        if not name:
            return "fill in: who decides for you"
        return "that is yourself: name another operator" if name == self._operator else ""

    def offer(self, found: Operators) -> None:
        """Complete the names of those who may sign in as they are typed; what is typed already stays."""
        typed = self.who.currentText()
        self.who.clear()
        self.who.addItems([
            row.name for row in found.rows
            if row.name != self._operator and row.status != DISABLED and set(row.groups) - {"keeper"}
        ])  # fmt: skip
        self.who.setEditText(typed)


class DelegationDeeds:
    """Opens the dialogs over a page; `then` follows what was done."""

    def __init__(self, context: Context, *, then: Callable[[], None]) -> None:
        self._context = context
        self._then = then

    def delegate(self, over: QWidget) -> DeedDialog:
        """Let somebody decide in one's place."""
        context = self._context
        form = DelegateForm(context.formats, context.session.operator)

        def order(reason: str) -> Call:
            name, ends = form.chosen
            if ends is None:
                raise AssertionError("the last day there is, is beyond what the field takes")
            return lambda key, cancel: delegations.delegate(
                context.ledger, name, ends, reason=reason, key=key, cancel=cancel
            )

        def said(done: Delegated) -> str:
            return f"{done.delegate} decides for you until {until_day(done.ends_at, context.formats)}."

        deed = Deed("Let somebody decide for you", WHAT_IT_IS, "Delegate", "Delegating", order, said)
        dialog = open_deed(context, deed, over, form, then=self._then)
        database, rights = context.database, context.session.rights
        # Without an answer the name is typed in full; the ledger knows whether there is such an operator.
        context.worker.run(
            lambda cancel: page(database, rights, cancel=cancel),
            done=form.offer, failed=lambda _error: None, owner=form,
        )  # fmt: skip
        return dialog

    def end(self, row: DelegationRow, over: QWidget) -> DeedDialog:
        """End one before its time."""
        context = self._context

        def order(reason: str) -> Call:
            return lambda key, cancel: delegations.end(
                context.ledger, row.id, reason=reason, key=key, cancel=cancel
            )

        words = f"{named(row, context.formats)}. {WHAT_ENDS}"
        deed = Deed(
            "End a delegation", words, "End", "Ending", order,
            lambda _done: f"{row.delegate} decides no longer for {row.delegator}.", danger=True,
        )  # fmt: skip
        return open_deed(context, deed, over, then=self._then)
