"""The editors of a form's blanks: each says what it holds, how that is written, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget
from typing_extensions import override

from console.files.days import end_of
from console.files.text import has_hidden, plain_name
from console.money import LARGEST
from ui.acts.act import Entry
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, label, row_of
from ui.kit.widgets.inputs import AmountEdit, DateEdit

if TYPE_CHECKING:
    from datetime import date

    from console.money import Currency
    from ui.acts.act import Blank, Held, Subject
    from ui.context import Context
    from ui.kit.formats import Formats

    Filled = str | int | datetime | tuple[str, ...] | None

TICKET_LENGTH: Final = 64
_FIELD_PX: Final = 130
_BY_NAME: Final = 5
_REFERENCE: Final = 40


class Edit(QWidget):
    """One editor; emits `changed` when what it holds does.

    problem: what is wrong with what was typed. missing: what is still to be given. Both empty: it can
    be used.
    """

    changed = Signal()

    problem = ""
    missing = ""

    @property
    def value(self) -> Filled:
        """What it holds; None where it is empty."""
        raise NotImplementedError

    @property
    def written(self) -> str:
        """What it holds, for a sentence."""
        return str(self.value or "")

    def set_currency(self, currency: Currency) -> None:
        """Take amounts of another currency."""

    def _show(self, first: QWidget, *others: QWidget | None) -> None:
        """Stand as parts side by side, of which the first takes the keyboard; None takes the room left."""
        self._first = first
        self.setLayout(row_of(first, *others, spacing=6))
        self.setFocusProxy(first)

    def name(self, words: str) -> None:
        """Call the part that takes the keyboard by these words."""
        self._first.setAccessibleName(words)


class TextEdit(Edit):
    """A line of plain text."""

    def __init__(self, blank: Blank, text: str = "") -> None:
        super().__init__()
        self._blank = blank
        self.line = QLineEdit(text)
        self.line.setPlaceholderText(blank.placeholder)
        self.line.setMinimumWidth(_FIELD_PX)
        self.line.textChanged.connect(self._read)
        self._show(self.line)
        self._judge()

    @property
    @override
    def value(self) -> Filled:
        """The text, without spaces at its ends."""
        return self._text or None

    @property
    def _text(self) -> str:
        return self.line.text().strip()

    def _read(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        self.missing = "" if self._text or self._blank.optional else f"fill in: {self._blank.title.lower()}"
        self.problem = self._wrong(self._text) if self._text else ""

    def _wrong(self, text: str) -> str:
        return "it holds a control or invisible character" if has_hidden(text) else ""


class AccountEdit(TextEdit):
    """The username of a customer's account, as the ledger writes it."""

    @property
    @override
    def value(self) -> Filled:
        """The name in small letters."""
        return plain_name(self._text)

    @override
    def _wrong(self, text: str) -> str:
        if text.startswith("@"):
            return "a customer's account; another act moves money of the ledger's own"
        return "" if plain_name(text) is not None else "no account can have this name"


class NumberEdit(TextEdit):
    """The number of a transaction."""

    @property
    @override
    def value(self) -> Filled:
        """The number."""
        return int(self._text) if self._text and not self.problem else None

    @override
    def _wrong(self, text: str) -> str:
        digits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
        return "" if digits and int(text) <= LARGEST else "a transaction has a number"


class TicketEdit(TextEdit):
    """The number of a ticket."""

    @override
    def _wrong(self, text: str) -> str:
        if len(text) > TICKET_LENGTH:
            return f"a ticket has at most {TICKET_LENGTH} characters"
        return super()._wrong(text)


class MoneyEdit(Edit):
    """An amount with the code of its currency."""

    def __init__(self, blank: Blank, formats: Formats, currency: Currency, minor: int | None) -> None:
        super().__init__()
        self._blank = blank
        self._formats = formats
        self.amount = AmountEdit(formats)
        self.amount.setMinimumWidth(_FIELD_PX)
        self.amount.textChanged.connect(self._read)
        self._code = label(tone="muted")
        self._show(self.amount, self._code)
        self.set_currency(currency)
        self.amount.set_amount(minor)

    @property
    @override
    def value(self) -> Filled:
        """The amount, in minor units."""
        return self.amount.amount

    @property
    @override
    def written(self) -> str:
        """The amount with its currency, or what stands for all there is."""
        minor, currency = self.amount.amount, self.amount.currency
        if minor is None or currency is None:
            return self._blank.placeholder
        return self._formats.money(minor, currency)

    @override
    def set_currency(self, currency: Currency) -> None:
        """Take amounts of another currency; what was typed was meant in the other, and goes."""
        self.amount.set_currency(currency)
        if self._blank.placeholder:
            self.amount.setPlaceholderText(self._blank.placeholder)
        self._code.setText(currency.code)
        self._judge()

    def _read(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        problem = self.amount.problem
        # As part of a sentence, like all the others.
        self.problem = f"{problem[:1].lower()}{problem[1:].rstrip('.')}"
        given = self.amount.amount is not None or self._blank.optional
        self.missing = "" if given else f"fill in: {self._blank.title.lower()}"


class ChoiceEdit(Edit):
    """One of a few."""

    def __init__(self, blank: Blank) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setMinimumContentsLength(1)
        for value, words in blank.choices:
            self.box.addItem(words, value)
        self.box.currentIndexChanged.connect(lambda _place: self.changed.emit())
        self._show(self.box)

    @property
    @override
    def value(self) -> Filled:
        """The value that is chosen."""
        return str(self.box.currentData())

    @property
    @override
    def written(self) -> str:
        """The words of what is chosen."""
        return self.box.currentText()


class ExpiryEdit(Edit):
    """The last day of something that ends, or none; where that is unusual it begins with tomorrow."""

    def __init__(self, formats: Formats, *, ends: bool = False, last: date | None = None) -> None:
        """`last` is a last day that is proposed."""
        super().__init__()
        self._formats = formats
        self.ends = QCheckBox("Ends")
        self.ends.setChecked(ends or last is not None)
        self.day = DateEdit(last or formats.today() + timedelta(days=ends))
        self._said = label(tone="muted", font=text_font(tabular=True))
        self.ends.toggled.connect(self._read)
        self.day.dateChanged.connect(self._read)
        self._show(self.ends, self.day, self._said, None)
        self._look()

    @property
    @override
    def value(self) -> Filled:
        """The first moment after the day; None for what does not end."""
        return end_of(self.day.day(), self._formats.zone) if self.ends.isChecked() else None

    @override
    def name(self, words: str) -> None:
        """Call both parts by these words."""
        self.ends.setAccessibleName(f"{words}: ends")
        self.day.setAccessibleName(f"{words}: last day")

    @property
    @override
    def written(self) -> str:
        """The end as people read it."""
        value = self.value
        return self._formats.until(value) if isinstance(value, datetime) else "no end"

    def _read(self) -> None:
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        self.day.setVisible(self.ends.isChecked())
        self._said.setText(self.written)


class HoldsEdit(Edit):
    """The reference of one hold; those that were chosen before are told: by number and sum, a few by name."""

    def __init__(self, blank: Blank, formats: Formats, holds: tuple[Held, ...]) -> None:
        super().__init__()
        self._formats = formats
        self._holds = holds
        self.line = TextEdit(blank, holds[0].reference if len(holds) == 1 else "")
        self.line.changed.connect(self._read)
        self.told = label(font=text_font(tabular=True), wrap=True, selectable=True)
        if not holds:
            self._show(self.line)
            # What takes the keyboard, and has the name, is the line itself.
            self._first = self.line.line
            self.setFocusProxy(self._first)
            self._read()
            return
        # What was chosen is not typed over: the figures beside it are those of these holds.
        self.told.setText(self._words())
        self._show(self.told)

    @property
    @override
    def value(self) -> Filled:
        """The references."""
        if self._holds:
            return tuple(one.reference for one in self._holds)
        typed = self.line.value
        return (typed,) if isinstance(typed, str) else ()

    @property
    @override
    def written(self) -> str:
        """Return `hold order 767111`, or `12 holds, 1,204.00 CR`."""
        if len(self._holds) > 1:
            return f"{self._formats.count(len(self._holds), 'hold')}, {self._sum()}"
        value = self.value
        reference = value[0] if isinstance(value, tuple) and value else ""
        cut = reference[: _REFERENCE - 1] + "\N{HORIZONTAL ELLIPSIS}"
        return f"hold {reference if len(reference) <= _REFERENCE else cut}"

    def _words(self) -> str:
        if len(self._holds) == 1:
            (one,) = self._holds
            money = self._formats.money(one.amount, one.currency)
            return f"{one.reference}, {money} of {one.username}"
        names = [
            f"{one.reference} {self._formats.amount(one.amount, one.currency)}"
            for one in self._holds[:_BY_NAME]
        ]
        left = len(self._holds) - len(names)
        rest = f" and {self._formats.integer(left)} more" if left else ""
        accounts = self._formats.count(len({one.username for one in self._holds}), "account")
        return f"{self.written}, of {accounts}: {', '.join(names)}{rest}"

    def _sum(self) -> str:
        return self._formats.money(sum(one.amount for one in self._holds), self._holds[0].currency)

    def _read(self) -> None:
        self.problem, self.missing = self.line.problem, self.line.missing
        self.changed.emit()


def edit_of(blank: Blank, context: Context, subject: Subject, currency: Currency) -> Edit:
    """Return the editor of a blank, filled from what the form was opened on."""
    known = getattr(subject, blank.filled) if blank.filled else None
    made: Edit
    match blank.entry:
        case Entry.AMOUNT:
            made = MoneyEdit(blank, context.formats, currency, known)
        case Entry.CHOICE:
            made = ChoiceEdit(blank)
        case Entry.EXPIRY:
            made = ExpiryEdit(context.formats, ends=not blank.optional, last=known)
        case Entry.HOLDS:
            made = HoldsEdit(blank, context.formats, subject.holds)
        case Entry.ACCOUNT:
            made = AccountEdit(blank, known or "")
        case Entry.NUMBER:
            made = NumberEdit(blank, "" if known is None else str(known))
        case Entry.TEXT:
            made = TextEdit(blank)
    return made


def field_of(title: str, edit: Edit, *, hint: str = "") -> Field:
    """Return an editor under its title, which says what is wrong with what was typed."""
    made = Field(title, edit, hint=hint)
    edit.name(title)
    edit.changed.connect(lambda: made.set_problem(edit.problem))
    return made
