"""From one written cell to its value, or to a noted problem and None."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from console.files.days import end_of
from console.files.reading.dates import LATEST, parse_date
from console.files.text import NAME_RULE, REFERENCE_LENGTH, SOURCE_LENGTH, has_hidden, plain_name
from console.money import AmountError, parse_amount

if TYPE_CHECKING:
    from datetime import date

    from console.files.lines.draft import ProblemLog
    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Columns
    from console.files.reading.layout import Dialect
    from console.money import Currency

# Accounts and days repeat from line to line, so each is read once. Bounded in number and in length.
_REMEMBERED = 1 << 16
_REMEMBERED_LENGTH = 100

_HIDDEN = "There is a control or invisible character in this text; remove it."
_DATE_EXAMPLES = {"%Y": "2026", "%y": "26", "%m": "12", "%d": "31", "%H": "23", "%M": "59", "%S": "00"}


class Cells:
    """Reads the cells of one file; each method notes a problem and returns None when it cannot."""

    def __init__(self, mapping: Columns, dialect: Dialect, terms: Terms, log: ProblemLog) -> None:
        self._prefix = mapping.account_prefix
        self._date_format = mapping.date_format
        self._decimal = dialect.decimal
        self._grouping = dialect.grouping
        self._terms = terms
        self._currencies = {one.code: one for one in terms.currencies}
        self._log = log
        self._names: dict[str, str] = {}
        self._dates: dict[str, date | datetime] = {}

    def name(self, line: int, column: str, written: str) -> str | None:
        """Return a user's name, in lower case and with the mapping's prefix."""
        name = self._names.get(written)
        if name is not None:
            return name
        name = plain_name(written, self._prefix)
        if name is None:
            self._log.add(line, column, "user.name", written, NAME_RULE)
        elif len(written) <= _REMEMBERED_LENGTH:
            if len(self._names) >= _REMEMBERED:
                self._names.clear()
            self._names[written] = name
        return name

    @property
    def only(self) -> Currency | None:
        """The currency of every line; None where each line names its own."""
        return None if self._terms.others else self._terms.currency

    def currency(self, line: int, column: str, written: str) -> Currency | None:
        """Return the currency that a line names."""
        found = self._currencies.get(written.strip(" ").upper())
        if found is None:
            if self._terms.others:
                message = (
                    "The ledger has no such currency that is open; fix the line or add the currency first."
                )
            else:
                message = (
                    f"This batch is in {self._terms.currency.code}; put this line into a batch of its own."
                )
            self._log.add(line, column, "currency.other", written, message)
        return found

    def amount(
        self, line: int, column: str, written: str, currency: Currency, *, signed: bool = False
    ) -> int | None:
        """Return minor units, never zero, and below zero only when `signed`."""
        try:
            minor = parse_amount(
                written,
                currency.exponent,
                decimal=self._decimal,
                grouping=self._grouping,
                signed=signed,
            )
        except AmountError as error:
            self._log.add(line, column, error.code, written, str(error))
            return None
        if minor == 0:
            self._log.add(line, column, "amount.zero", written, "The amount is zero; leave the line out.")
            return None
        return minor

    def moment(self, line: int, column: str, written: str) -> date | datetime | None:
        """Return a date, or a moment in UTC."""
        found = self._dates.get(written)
        if found is not None:
            return found
        try:
            value = parse_date(written.strip(" "), self._date_format, self._terms.zone)
        except ValueError:
            self._log.add(line, column, "date.format", written, self._date_advice())
            return None
        if len(written) <= _REMEMBERED_LENGTH:
            if len(self._dates) >= _REMEMBERED:
                self._dates.clear()
            self._dates[written] = value
        return value

    def expiry(self, line: int, column: str, written: str) -> datetime | None:
        """Return when credit expires: a moment as it is, a date at the end of that day."""
        value = self.moment(line, column, written)
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else end_of(value, self._terms.zone)
        if moment is None or moment >= LATEST:
            message = "This expiry is too late; leave the cell empty for credit that does not expire."
            self._log.add(line, column, "expiry.range", written, message)
            return None
        return moment

    def source(self, line: int, column: str, written: str) -> str | None:
        """Return what granted credit is called; an empty cell is no source."""
        return self.text(line, column, written, SOURCE_LENGTH) or None

    def text(self, line: int, column: str, written: str, limit: int) -> str | None:
        """Return the text without outer spaces."""
        text = written.strip(" ")
        if len(text) > limit:
            message = f"This text is longer than {limit} characters; shorten it."
            self._log.add(line, column, "text.length", written, message)
            return None
        if has_hidden(text):
            self._log.add(line, column, "text.character", written, _HIDDEN)
            return None
        return text

    def reference(self, line: int, column: str, written: str) -> str | None:
        """Return a reference, which may not be missing."""
        text = self.text(line, column, written, REFERENCE_LENGTH)
        if text is not None and not text.strip():
            message = "The reference is missing; each line needs one of its own."
            self._log.add(line, column, "reference.empty", written, message)
            return None
        return text

    def _date_advice(self) -> str:
        if self._date_format is None:
            return "This is no date; write it as 2026-12-31."
        example = self._date_format
        for directive, digits in _DATE_EXAMPLES.items():
            example = example.replace(directive, digits)
        return f"This is no date of the form {self._date_format}, such as {example}."
