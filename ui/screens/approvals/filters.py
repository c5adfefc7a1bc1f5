"""The views of the desk with their counts, and the chips for what can be asked beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QWidget
from typing_extensions import override

from console.ledger.approvals.inbox import InboxFilter, View
from ui.kit.days import reading_note
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.filter_row import FilterRow
from ui.kit.widgets.basics import Field, row_of
from ui.kit.widgets.buttons import PairButton, stop_while_checked
from ui.kit.widgets.checked_filters import AmountRange, CheckedChip, ShortText
from ui.kit.widgets.filters import OneChoice
from ui.screens.approvals.words import KINDS, TITLES, kind_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from console.ledger.approvals.inbox import InboxCounts
    from console.money import Currency
    from ui.context import Context
    from ui.kit.formats import Formats


class ViewBar(QWidget):
    """A button for each view, the arrow keys going from one to the next; `changed` comes with another one."""

    changed = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.buttons = {view: PairButton(words) for view, words in TITLES.items()}
        group = QButtonGroup(self)
        for made in self.buttons.values():
            stop_while_checked(made)
            group.addButton(made)
        self.buttons[View.FOR_ME].setChecked(True)
        group.buttonToggled.connect(self._toggled)
        self.setLayout(row_of(*self.buttons.values(), spacing=8))

    @property
    def view(self) -> View:
        """The view chosen."""
        return next(view for view, made in self.buttons.items() if made.isChecked())

    def choose(self, view: View) -> None:
        """Choose a view without telling."""
        with QSignalBlocker(self):
            self.buttons[view].setChecked(True)

    def show_counts(self, counts: InboxCounts) -> None:
        """Show how many wait for whoever is signed in, and how many of their own are open."""
        for view, number in ((View.FOR_ME, counts.for_me), (View.MINE, counts.mine)):
            self.buttons[view].set_pair(TITLES[view], self._formats.integer(number))

    def _toggled(self, _made: QPushButton, checked: bool) -> None:  # noqa: FBT001 - told by position
        if checked:
            self.changed.emit()


class AtLeast(AmountRange):
    """The least amount alone; the value is (least, None) in minor units, or None."""

    def __init__(self, formats: Formats, currency: Currency | None) -> None:
        super().__init__(formats, currency)
        self.findChildren(Field)[1].hide()


class _KindChoice(OneChoice):
    """One kind of request; the value is the ledger's word for it, or None."""

    @override
    def words(self) -> str:
        kind = self.value()
        return super().words() if kind is None else kind_words(kind)


class RequestFilters(FilterRow):
    """Chips for what can be asked of the requests beside their view."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        formats, currencies = context.formats, context.session.currencies
        self.currency = CurrencyChip("approvals", currencies, context.store)
        self._range = AtLeast(formats, self.currency.currency)
        self.kind = CheckedChip("Kind", _KindChoice(tuple(KINDS.items())))
        self.maker = CheckedChip("Maker", ShortText("exact name of an operator"))
        self.amount = CheckedChip("Amount", self._range)
        self.currency.changed.connect(self._follow_currency)
        note = reading_note(formats, currencies)
        self.show_chips(self.currency, self.kind, self.maker, self.amount, note=note)

    @property
    def wanted(self) -> InboxFilter:
        """What the chips ask for; what is half typed into an open editor is not in it."""
        least, _most = cast("tuple[int | None, int | None]", self.amount.applied_value or (None, None))
        money = self.currency.currency
        # Amounts are of one currency, also where the ledger has no other.
        code = money.code if least is not None and money is not None else self.currency.code
        return InboxFilter(
            kind=str(self.kind.applied_value or ""),
            currency=code,
            maker=str(self.maker.applied_value or ""),
            at_least=least,
        )

    @override
    def put(self, values: tuple[object, ...]) -> None:
        self.currency.put(values[0])
        self._range.set_currency(self.currency.currency)
        super().put(values)

    @override
    def clear_all(self) -> None:
        super().clear_all()
        self._range.set_currency(self.currency.currency)

    def show_all(self) -> None:
        """Ask for nothing, at once and without telling: what follows loads the list."""
        for one in self.chips:
            one.reset()
        self._range.set_currency(self.currency.currency)
        self.clear_button.hide()

    def _follow_currency(self) -> None:
        """Read amounts in the currency chosen; one in another means nothing now."""
        self._range.set_currency(self.currency.currency)
        self.amount.take()
