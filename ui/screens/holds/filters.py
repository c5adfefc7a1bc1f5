"""The filters over the holds: a view of them, and chips for what can be asked beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from console.ledger.holds.page import HoldFilter, View
from ui.kit.days import reading_note
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.filter_row import FilterRow
from ui.kit.theme.tokens import COMPACT_HEIGHT
from ui.kit.widgets.basics import label, restyle
from ui.kit.widgets.buttons import PairButton, stop_while_checked
from ui.kit.widgets.checked_filters import CheckedChip, ShortText
from ui.kit.widgets.flow import Flow
from ui.screens.holds.words import TITLES, sweep_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from console.ledger.holds.counts import HoldCounts
    from console.ledger.jobs.states import JobStates
    from ui.context import Context
    from ui.kit.formats import Formats

_AT_LEAST = "+"


class ViewBar(QWidget):
    """A button for each view, with how many holds it has; `changed` comes with another one chosen.

    The arrow keys go from one to the next. At the end stands what becomes of those whose time is over.
    """

    changed = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.buttons = {view: PairButton(words) for view, words in TITLES.items()}
        self.sweep = label(tone="muted")
        self.sweep.setFixedHeight(COMPACT_HEIGHT)
        group = QButtonGroup(self)
        for made in self.buttons.values():
            stop_while_checked(made)
            group.addButton(made)
        self.buttons[View.ACTIVE].setChecked(True)
        group.buttonToggled.connect(self._toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(Flow(*self.buttons.values(), spacing=8), 1)
        row.addWidget(self.sweep, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def view(self) -> View:
        """The view chosen."""
        return next(view for view, made in self.buttons.items() if made.isChecked())

    def choose(self, view: View) -> None:
        """Choose a view without telling."""
        with QSignalBlocker(self):
            self.buttons[view].setChecked(True)

    def show_counts(self, counts: HoldCounts, code: str) -> None:
        """Show how many each view has, of one currency or of all."""
        for view, number in counts.of(code).items():
            more = _AT_LEAST if counts.more else ""
            self.buttons[view].set_pair(TITLES[view], f"{self._formats.integer(number)}{more}")

    def _toggled(self, _made: QPushButton, checked: bool) -> None:  # noqa: FBT001 - told by position
        if checked:
            self.changed.emit()

    def show_jobs(self, states: JobStates) -> None:
        """Say what becomes of those whose time is over."""
        self.sweep.setText(sweep_words(states, self._formats))
        restyle(self.sweep, tone="warning" if states.lease is None else "muted")


class HoldFilters(FilterRow):
    """Chips for what can be asked of the holds beside their view."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        formats, currencies = context.formats, context.session.currencies
        self.currency = CurrencyChip("holds", currencies, context.store)
        self.account = CheckedChip("Account", ShortText("exact username"))
        self.reference = CheckedChip("Reference", ShortText("exact reference"))
        note = reading_note(formats, currencies)
        self.show_chips(self.currency, self.account, self.reference, note=note)

    def wanted(self, view: View) -> HoldFilter:
        """Return what the chips ask for in a view; what is half typed into an open editor is not in it."""
        return HoldFilter(
            user=str(self.account.applied_value or ""),
            reference=str(self.reference.applied_value or ""),
            currency=self.currency.code,
            view=view,
        )

    def show_only(self, code: str, reference: str) -> None:
        """Ask for one currency or all, perhaps for one reference, and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.currency.choose(code)
        self.reference.put(reference or None)
        self._changed()
        self.settle()
