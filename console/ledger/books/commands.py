"""What an administrator changes of what the whole ledger goes by: a currency, and the business day's zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger

_ADD = text("SELECT ledger.add_currency(:code, CAST(:exponent AS smallint))")


@dataclass(frozen=True, slots=True)
class DecimalsCorrected:
    """A currency's decimals before and after."""

    before: int
    after: int
    key: UUID


@dataclass(frozen=True, slots=True)
class CurrencyClosed:
    """A currency that was closed or opened again, and how many accounts with it."""

    accounts: int
    key: UUID


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """The business day's zone before and after."""

    before: str
    after: str
    key: UUID


def add(ledger: Ledger, currency: Currency, *, cancel: Cancellation | None = None) -> None:
    """Add a currency with its system accounts; asking again for the same one changes nothing.

    Raises RefusedError for a code or decimals that none can have, and AccessDeniedError.
    """
    values = {"code": currency.code, "exponent": currency.exponent}

    def work(session: Session) -> None:
        session.execute(_ADD, values)

    ledger.write("currency.add", work, cancel=cancel)


def correct(
    ledger: Ledger,
    currency: str,
    exponent: int,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> DecimalsCorrected:
    """Give a currency other decimals while nothing is in it; refused for ever once something is."""
    arguments = {"currency": currency, "exponent": exponent, "reason": reason}
    operation = Operation("currency.correct", "correct_currency", arguments, {"exponent": "smallint"})
    done = ledger.perform(operation, key=key, cancel=cancel)
    return DecimalsCorrected(done["before"], done["after"], done["key"])


def close(
    ledger: Ledger,
    currency: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> CurrencyClosed:
    """Close a currency that nobody holds anything in; nothing is posted in it until it is opened again."""
    operation = Operation("currency.close", "close_currency", {"currency": currency, "reason": reason})
    done = ledger.perform(operation, key=key, cancel=cancel)
    return CurrencyClosed(done["accounts"], done["key"])


def reopen(
    ledger: Ledger,
    currency: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> CurrencyClosed:
    """Open a closed currency again; each account in it has the status of its person again."""
    operation = Operation("currency.reopen", "reopen_currency", {"currency": currency, "reason": reason})
    done = ledger.perform(operation, key=key, cancel=cancel)
    return CurrencyClosed(done["accounts"], done["key"])


def set_zone(
    ledger: Ledger,
    zone: str,
    *,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> ZoneSet:
    """Count the ledger's days in another zone from now on; what was used of a day's limit stays used."""
    operation = Operation("zone.set", "set_business_zone", {"zone": zone, "reason": reason})
    done = ledger.perform(operation, key=key, cancel=cancel)
    return ZoneSet(done["before"], done["after"], done["key"])
