"""What is filled in on a form: the act's own blanks, the reason without which nothing is done, the ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from ui.acts.act import Blank, Values
from ui.acts.edits import ExpiryEdit, HoldsEdit, MoneyEdit, TicketEdit, edit_of, field_of
from ui.kit.widgets.basics import Field, column_of, row_of
from ui.kit.widgets.reason import ReasonEdit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.money import Currency
    from ui.acts.act import Act, Subject
    from ui.acts.edits import Edit
    from ui.context import Context

_COLUMNS: Final = 3
_COLUMN_PX: Final = 190
_WIDTHS: Final[Mapping[type[QWidget], int]] = {ExpiryEdit: 2, HoldsEdit: _COLUMNS}
_TICKET: Final = Blank("ticket", "Ticket", optional=True, placeholder="such as SUP-1204")


class Blanks(QWidget):
    """Emits `changed` when what the ledger is asked changes, `told` when only reason or ticket do.

    problem: what keeps the order from being made. unsaid: what is wrong with reason or ticket.
    """

    changed = Signal()
    told = Signal()

    def __init__(self, context: Context, act: Act, subject: Subject) -> None:
        super().__init__()
        self._known = {one.code: one for one in context.session.currencies}
        self.currency = QComboBox()
        self._fill_currencies(subject)
        self.edits: dict[str, Edit] = {
            blank.key: edit_of(blank, context, subject, self._chosen()) for blank in act.blanks
        }
        self.reason = ReasonEdit(act.example, wanted=act.wanted)
        self.ticket = TicketEdit(_TICKET)
        self._build(act, asks_currency=act.has_currency and len(self._known) > 1)
        self._connect()

    @property
    def problem(self) -> str:
        """What is wrong or missing, of what the ledger is asked."""
        for edit in self.edits.values():
            if edit.problem or edit.missing:
                return edit.problem or edit.missing
        return ""

    @property
    def unsaid(self) -> str:
        """What is wrong with the reason or the ticket."""
        return self.reason.missing or self.ticket.problem

    @property
    def written(self) -> dict[str, str]:
        """What is filled in, by its blanks, for a sentence."""
        return {key: edit.written for key, edit in self.edits.items()}

    def values(self, reason: str = "") -> Values:
        """Return what is filled in; a `reason` stands in for one that may not be given yet."""
        filled = {key: edit.value for key, edit in self.edits.items()}
        if reason:
            return Values(filled, self._chosen(), reason)
        return Values(filled, self._chosen(), self.reason.reason, str(self.ticket.value or ""))

    def correct_currency(self, code: str) -> None:
        """Take the currency that the ledger found: a transaction has its own, whatever was chosen."""
        self.currency.setCurrentIndex(self.currency.findData(code))

    def focus_first(self) -> None:
        """Put the keyboard on what is to be given first."""
        empty = (edit for edit in self.edits.values() if edit.missing)
        next(empty, self.reason).setFocus()

    def _chosen(self) -> Currency:
        return self._known[self.currency.currentData()]

    def _fill_currencies(self, subject: Subject) -> None:
        for code in self._known:
            self.currency.addItem(code, code)
        if subject.currency is not None:
            self.currency.setCurrentIndex(max(0, self.currency.findData(subject.currency.code)))
            # Of a transaction or a hold it is what it is; an account may have others.
            self.currency.setEnabled(subject.transaction is None and not subject.holds)

    def _take_currency(self) -> None:
        for edit in self.edits.values():
            edit.set_currency(self._chosen())
        self.changed.emit()

    def _connect(self) -> None:
        self.currency.currentIndexChanged.connect(self._take_currency)
        for edit in self.edits.values():
            edit.changed.connect(self.changed)
        self.reason.textChanged.connect(self.told)
        self.ticket.changed.connect(self.told)

    def _build(self, act: Act, *, asks_currency: bool) -> None:
        fields: list[Field] = []
        for blank, edit in zip(act.blanks, self.edits.values(), strict=True):
            fields.append(field_of(blank.title, edit))
            if asks_currency and isinstance(edit, MoneyEdit):
                fields.append(Field("Currency", self.currency))
        if asks_currency and self.currency.parent() is None:
            fields.append(Field("Currency", self.currency))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, _COLUMN_PX)
        place = 0
        for field in fields:
            # An end is said in words too, holds by number and names; no form has anything after an end.
            wide = _WIDTHS.get(type(field.editor), 1)
            grid.addWidget(field, *divmod(place, _COLUMNS), 1, wide)
            place += wide
        ticket = field_of(_TICKET.title, self.ticket)
        said = row_of(Field(act.why, self.reason), ticket, spacing=12)
        said.setAlignment(ticket, Qt.AlignmentFlag.AlignTop)
        said.setStretch(0, 2)
        said.setStretch(1, 1)
        self.setLayout(column_of(grid, said, spacing=10))
