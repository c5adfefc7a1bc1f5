"""What the words on a command line mean; what makes no sense is a UsageError that names the option."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from console.errors import UsageError
from console.files.days import end_of, start_of
from console.files.reading.dates import parse_date
from console.files.text import NAME_RULE, plain_name
from console.money import AmountError, Currency, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo
    from pathlib import Path

    from console.ledger.books.currencies import Books

Word = TypeVar("Word", bound=StrEnum)


def moment(written: str | None, option: str, zone: tzinfo) -> datetime | None:
    """Return a moment written in ISO 8601; without a zone in `zone`, a date is its first moment."""
    if written is None:
        return None
    found = _read(written, option, zone)
    return found if isinstance(found, datetime) else start_of(found, zone)


def day(written: str, option: str, zone: tzinfo) -> date:
    """Return a business day written in ISO 8601."""
    found = _read(written, option, zone)
    return found.astimezone(zone).date() if isinstance(found, datetime) else found


def until(written: str | None, option: str, zone: tzinfo) -> datetime | None:
    """Return when something ends, written in ISO 8601: a date is the end of that day in `zone`."""
    if written is None:
        return None
    found = _read(written, option, zone)
    if isinstance(found, datetime):
        return found
    ends = end_of(found, zone)
    if ends is None:
        raise UsageError(f"{option}: {written} is the last day there is; state an earlier one.")
    return ends


def _read(written: str, option: str, zone: tzinfo) -> date | datetime:
    try:
        return parse_date(written, None, zone)
    except ValueError:
        raise UsageError(
            f"{option}: {written!r} is no date; write 2026-11-21 or 2026-11-21T14:30:00+01:00."
        ) from None


def minor_units(written: str | None, currency: Currency, option: str) -> int | None:
    """Return an amount such as 12.50 in minor units."""
    if written is None:
        return None
    try:
        return parse_amount(written, currency.exponent)
    except AmountError as error:
        raise UsageError(f"{option}: {error}") from None


def one_of(words: type[Word], written: str, option: str) -> Word:
    """Return one of a set of words, such as a kind of transaction, in whichever case it is written."""
    try:
        return words(written.lower())
    except ValueError as error:
        raise UsageError(f"{option}: {error}; there are {', '.join(words)}.") from None


def account(written: str, option: str) -> str:
    """Return an account's name as the ledger keeps it."""
    name = plain_name(written)
    if name is None:
        raise UsageError(f"{option}: {written!r} is no name of an account. {NAME_RULE}")
    return name


def operation_key(written: str, option: str = "--key") -> UUID:
    """Return an operation's key."""
    try:
        return UUID(written)
    except ValueError:
        raise UsageError(f"{option}: {written!r} is no UUID.") from None


def content_hash(written: str, option: str = "--content") -> bytes:
    """Return the hash of a batch's lines, of which `batch validate` shows the hexadecimal digits."""
    try:
        found = bytes.fromhex(written)
    except ValueError:
        found = b""
    if len(found) != 32:  # noqa: PLR2004 - SHA-256
        raise UsageError(f"{option}: {written!r} is not the 64 hexadecimal digits of a content hash.")
    return found


def chosen(books: Books, code: str | None) -> Currency:
    """Return the currency of this code; without one, the only one that is open."""
    if not books.currencies:
        raise UsageError("This ledger has no currency yet. Add one with: ledgerctl currency add EUR")
    if code is not None:
        return _known(books, code)
    choice = books.open_currencies
    if len(choice) == 1:
        return choice[0]
    if not choice:
        raise UsageError("All currencies of this ledger are closed; say which is meant: --currency CODE.")
    known = ", ".join(currency.code for currency in choice)
    raise UsageError(f"This ledger has several currencies; say which with --currency: {known}.")


def one_or_all(books: Books, code: str | None) -> Currency | None:
    """Return the currency of this code; None, which means all, without one."""
    return None if code is None else _known(books, code)


def of_amounts(books: Books, code: str | None) -> Currency:
    """Return the currency in which amounts are asked for: the one named, or the only one there ever was."""
    if code is None and len(books.currencies) > 1:
        known = ", ".join(currency.code for currency in books.currencies)
        raise UsageError(f"Amounts are of a currency; say which with --currency: {known}.")
    return chosen(books, code)


def _known(books: Books, code: str) -> Currency:
    for currency in books.currencies:
        if currency.code == code.upper():
            return currency
    known = ", ".join(currency.code for currency in books.currencies)
    raise UsageError(f"--currency: there is no {code!r} in this ledger; it has {known or 'none yet'}.")


def names_asked(names: Sequence[str] | None, path: Path | None) -> list[str]:
    """Return the accounts named, and those in the first column of a file; at least one."""
    asked = list(names or ())
    if path is not None:
        from console.ledger.balances.names import names_in_file  # noqa: PLC0415 - a file is seldom named

        asked += names_in_file(path)
    if not asked:
        raise UsageError("Name an account, or a file of them with --file.")
    return asked
