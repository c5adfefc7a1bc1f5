"""What the words on a command line mean; what makes no sense is a UsageError that names the option."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from console.errors import UsageError
from console.files.text import NAME_RULE, plain_name
from console.money import AmountError, Currency, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def moment(written: str | None, option: str) -> datetime | None:
    """Return a moment written in ISO 8601; without a zone it is UTC, without a time it is midnight."""
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise UsageError(
            f"{option}: {written!r} is no date; write 2026-11-21 or 2026-11-21T14:30:00+01:00."
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def minor_units(written: str | None, currency: Currency, option: str) -> int | None:
    """Return an amount such as 12.50 in minor units."""
    if written is None:
        return None
    try:
        return parse_amount(written, currency.exponent)
    except AmountError as error:
        raise UsageError(f"{option}: {error}") from None


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


def chosen(currencies: Sequence[Currency], code: str | None) -> Currency:
    """Return the currency of this code; without one, the only one there is."""
    known = ", ".join(currency.code for currency in currencies)
    if not currencies:
        raise UsageError("This ledger has no currency yet. Add one with: ledgerctl currency add EUR")
    if code is None:
        if len(currencies) > 1:
            raise UsageError(f"This ledger has several currencies; say which: --currency {known}.")
        return currencies[0]
    for currency in currencies:
        if currency.code == code.upper():
            return currency
    raise UsageError(f"--currency: there is no {code!r} in this ledger; it has {known}.")


def only(currencies: Sequence[Currency]) -> Currency:
    """Return the one currency; amounts of several in one column would be read wrongly."""
    if len(currencies) > 1:
        raise UsageError("This ledger has several currencies, and transactions are listed of one only.")
    return chosen(currencies, None)


def names_asked(names: Sequence[str] | None, path: Path | None) -> list[str]:
    """Return the accounts named, and those in the first column of a file; at least one."""
    from console.ledger.balances.names import names_in_file  # noqa: PLC0415 - most commands need it not

    asked = [*(names or ()), *(names_in_file(path) if path is not None else ())]
    if not asked:
        raise UsageError("Name an account, or a file of them with --file.")
    return asked
