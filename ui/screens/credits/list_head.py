"""Over the list: of which day or filter it is, what that comes to, what is chosen, and open or expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from console.files.days import day_words
from console.ledger.credits.filter import CreditView
from ui.kit.formats import DOT
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.kit.widgets.buttons import stop_while_checked
from ui.screens.credits.shares import shares_words

if TYPE_CHECKING:
    from datetime import date

    from console.ledger.credits.listing import CreditTotals
    from console.money import Currency
    from ui.context import Context
    from ui.screens.credits.filters import CreditFilters
    from ui.screens.credits.selection import CreditSelection

_DAY: Final = "dddd d MMMM yyyy"
_COUNTING: Final = "adding up\N{HORIZONTAL ELLIPSIS}"
_TITLES: Final = {CreditView.OPEN: "Open credits", CreditView.EXPIRED: "Expired credits"}


class ListHead(QWidget):
    """Emits `view_changed` when the other list is wanted."""

    view_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.views = {
            CreditView.OPEN: button("Open", compact=True),
            CreditView.EXPIRED: button("Expired", compact=True),
        }
        self._title = label(font=text_font(weight=text_font().Weight.DemiBold))
        self._words = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._chosen = label(tone="muted", font=text_font(tabular=True))
        group = QButtonGroup(self)
        for view, made in self.views.items():
            stop_while_checked(made)
            made.setAccessibleName(_TITLES[view])
            group.addButton(made)
            made.clicked.connect(self.view_changed)
        self.views[CreditView.OPEN].setChecked(True)
        row = row_of(self._title, self._words, self._chosen, *self.views.values(), spacing=10)
        row.setStretch(1, 1)
        for part in (self._title, self._words, self._chosen):
            row.setAlignment(part, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(row)

    @property
    def view(self) -> CreditView:
        """Which of the two lists is wanted."""
        return next(view for view, made in self.views.items() if made.isChecked())

    @property
    def title(self) -> str:
        """What the list is of."""
        return self._title.text()

    @property
    def words(self) -> str:
        """What the list comes to."""
        return self._words.text()

    @property
    def chosen(self) -> str:
        """What is chosen of it; empty for nothing."""
        return self._chosen.text()

    def show_view(self, view: CreditView) -> None:
        """Choose a list, without telling."""
        self.views[view].setChecked(True)

    def show_of(self, filters: CreditFilters) -> None:
        """Name what is listed; what it comes to is being added up."""
        self._title.setText(self._named(filters))
        self._words.setText(_COUNTING)

    def show_totals(self, totals: CreditTotals, currency: Currency) -> None:
        """Say what the list comes to."""
        formats = self._formats
        if not totals.credits:
            self._words.setText("nothing")
            return
        of = f"{formats.count(totals.credits, 'credit')} of {formats.count(totals.accounts, 'account')}"
        if not totals.is_whole:
            of = f"more than {of}"
        parts = [(one.source, one.amount) for one in totals.by_source]
        said = (formats.money(totals.amount, currency), of, shares_words(parts, formats))
        self._words.setText(DOT.join(one for one in said if one))

    def show_trouble(self, words: str) -> None:
        """Say why nobody knows what the list comes to."""
        self._words.setText(words)

    def show_chosen(self, selection: CreditSelection, currency: Currency, whole: CreditTotals | None) -> None:
        """Say how many credits are chosen, of how many, and what is left of them."""
        found, formats = selection.selection, self._formats
        if found is None:
            self._chosen.setText("")
        elif selection.everything:
            self._chosen.setText(
                f"All {formats.integer(found.count)} that match are selected{DOT}"
                f"{formats.money(found.amount, currency)}"
            )
        else:
            of = f" of {formats.integer(whole.credits)}" if whole is not None and whole.is_whole else ""
            self._chosen.setText(
                f"{formats.integer(found.count)}{of} selected{DOT}{formats.money(found.amount, currency)}"
            )
        self._chosen.setAccessibleName(self._chosen.text())

    def _named(self, filters: CreditFilters) -> str:
        days, title = filters.until_days, _TITLES[self.view]
        if days is None:
            return f"{title} that match" if filters.any_set else title
        first, last = days
        if first == last:
            return _long(first)
        return f"{day_words(first)} \N{EN DASH} {day_words(last)}"


def _long(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), _DAY)
