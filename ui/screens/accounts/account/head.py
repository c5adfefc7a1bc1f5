"""Whose account it is, and where it leads."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from console.files.days import day_of
from console.files.text import party_in_full, shown
from console.ledger.books.names import currency_words
from ui.kit.formats import DOT
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import tone_of
from ui.kit.widgets.basics import TitleRow, button, label, row_of
from ui.kit.widgets.buttons import allow
from ui.screens.accounts.account.columns import note_text
from ui.screens.accounts.account.follow import FollowButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from console.ledger.accounts.detail import Account
    from console.money import Currency
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.screens.accounts.account.reading import Reading

_FLAG_LENGTH: Final = 500


class AccountHead(QWidget):
    """The username with its status, what is known of the customer, and the currencies to choose from."""

    currency_wanted = Signal(str)

    def __init__(self, context: Context, username: str) -> None:
        super().__init__()
        self._formats = context.formats
        self.title = TitleRow(shown(party_in_full(username)))
        self.back_button = button("Accounts", flat=True)
        self.back_button.setToolTip("Esc")
        context.icons.dress(self.back_button, Glyph.BACK)
        self.answer_button = button("Copy answer")
        self.follow = FollowButton(context, username)
        self.transactions_button = button("Transactions")
        allow(self.answer_button, "the account is not read yet")
        self.currencies: dict[str, QPushButton] = {}
        self._choice = QButtonGroup(self)
        self._choosers = QWidget()
        self._chooser_row = row_of(spacing=6)
        self._choosers.setLayout(self._chooser_row)
        self.title.add_beside(self._choosers)
        self.title.add_action(self.answer_button)
        self.title.add_action(self.follow)
        self.title.add_action(self.transactions_button)
        self._about = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._flag = label(tone="warning", font=text_font(tabular=True), wrap=True, selectable=True)
        self._metadata = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row_of(self.back_button, self.title, spacing=8))
        for part in (self._about, self._metadata, self._flag):
            layout.addWidget(part)
            part.hide()
        self._choosers.hide()

    @property
    def about(self) -> str:
        """What is said of the customer, under the name."""
        return self._about.text()

    @property
    def metadata(self) -> str:
        """What else is kept with the account, under that."""
        return self._metadata.text()

    @property
    def flag(self) -> str:
        """What the oldest open flag asks for, and how many others are open; empty when none is."""
        return self._flag.text()

    def show_reading(self, reading: Reading) -> None:
        """Show whose account it is, and which of its currencies."""
        found = reading.account
        allow(self.answer_button)
        status = found.credits.status.value
        self.title.chip.set(status, tone_of(status))
        self._about.setText(_about(found, self._formats.day(day_of(found.opened_at, self._formats.zone))))
        self._about.show()
        metadata = DOT.join(f"{shown(key)}: {shown(str(value))}" for key, value in found.metadata.items())
        self._metadata.setText(metadata)
        self._metadata.setVisible(bool(metadata))
        self._flag.setText(_flag(found, self._formats))
        self._flag.setVisible(bool(self._flag.text()))
        self.follow.show_account(found)
        self._show_currencies(reading.currencies, found.credits.currency)

    def _show_currencies(self, currencies: tuple[Currency, ...], chosen: Currency) -> None:
        codes = [one.code for one in currencies]
        if codes != list(self.currencies):
            self._make_choosers(codes)
        self._choosers.setVisible(len(codes) > 1)
        if chosen.code in self.currencies:
            self.currencies[chosen.code].setChecked(True)

    def _make_choosers(self, codes: list[str]) -> None:
        for old in self.currencies.values():
            self._choice.removeButton(old)
            old.deleteLater()
        self.currencies = {}
        for code in codes:
            made = button(code, compact=True)
            made.setCheckable(True)
            made.setAccessibleName(f"Currency {currency_words(code)}")
            made.clicked.connect(lambda _checked, code=code: self.currency_wanted.emit(code))
            self._choice.addButton(made)
            self._chooser_row.addWidget(made)
            self.currencies[code] = made
        # Where they stand: made last, they would come after the whole page.
        walked = (self.back_button, *self.currencies.values(), self.answer_button)
        for before, after in pairwise(walked):
            self.setTabOrder(before, after)


def _about(found: Account, since: str) -> str:
    """Write `Noor Amrani · noor@example.org · since 2023-04-02 · trust level 1`."""
    known = [found.credits.display_name, found.email or ""]
    if found.credits.available is None:
        return DOT.join([*filter(None, known), "an account of the ledger itself", f"since {since}"])
    known = [*(shown(one) for one in known if one), f"since {since}", f"trust level {found.trust_level}"]
    return DOT.join([*known, "you follow"] if found.followed else known)


def _flag(found: Account, formats: Formats) -> str:
    """Return what is to be done: `Flagged for mara: ask for a passport. 2 more flags open.`, if any is."""
    waiting = [note for note in found.notes if note.waits]
    if not waiting:
        return ""
    oldest, others = waiting[-1], found.open_flags - 1
    whom = f" for {oldest.assignee}" if oldest.assignee else ""
    text = " ".join(note_text(oldest).split())
    more = f" {formats.count(others, 'more flag')} open." if others else ""
    words = shown(text, _FLAG_LENGTH)
    # A period after what is cut would hide that it is.
    ended = words if len(text) > _FLAG_LENGTH else f"{words.rstrip('.')}."
    return f"Flagged{whom}: {ended}{more}"
