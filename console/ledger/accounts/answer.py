"""What support answers a customer who asks for a balance: three plain sentences, and nobody else's name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from console.files.days import day_of, day_words, until_words
from console.ledger.credits.breakdown import EXPIRING_DAYS
from console.money import NumberStyle, format_amount
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from console.ledger.accounts.detail import Account
    from console.ledger.credits.breakdown import Credits
    from console.money import Currency

_LARGEST: Final = 3
_STYLE: Final = NumberStyle()


def answer(account: Account, style: NumberStyle = _STYLE) -> str:
    """Return balance and available; what changed it by its largest terms; what to know. No ids in it."""
    money = partial(_money, currency=account.credits.currency, style=style)
    sentences = _now(account, money), _changed(account, money), _to_know(account, money)
    return " ".join(f"{sentence}." for sentence in sentences)


def _money(minor: int, *, currency: Currency, style: NumberStyle, signed: bool = False) -> str:
    return f"{format_amount(minor, currency.exponent, style, signed=signed)} {currency.code}"


def _now(account: Account, money: Callable[..., str]) -> str:
    said = f"The balance of {account.credits.username} is {money(account.equation.balance)}"
    # What is available of a frozen account is available to nobody.
    if account.credits.available is None or account.credits.status is not AccountStatus.ACTIVE:
        return said
    return f"{said}, and {money(account.credits.available)} is available now"


def _changed(account: Account, money: Callable[..., str]) -> str:
    found = account.equation
    largest = sorted(found.terms, key=lambda one: -abs(one[1]))
    by = [f"{money(amount, signed=True)} {term}" for term, amount, _movements in largest[:_LARGEST]]
    if len(largest) > _LARGEST:
        by.append("smaller changes")
    if found.unexplained:
        by.append(f"{money(found.unexplained, signed=True)} that no movement explains")
    if not by:
        return f"{_since(account)} nothing changed it"
    return f"{_since(account)} it went from {money(found.opening)} by {_listed(by)}"


def _since(account: Account) -> str:
    since = account.equation.since
    if since is None:
        return "Since the account was opened"
    return f"Since {day_words(day_of(since, account.zone))}"


def _to_know(account: Account, money: Callable[..., str]) -> str:
    has = account.credits
    known = []
    if has.status is not AccountStatus.ACTIVE:
        known.append(f"the account is {has.status}, so no money moves")
    if has.reserved:
        known.append(f"{money(has.reserved)} is on hold")
    if has.dead:
        known.append(f"{money(has.dead)} of credit has expired and is about to be taken off")
    if has.expiring and has.first_expiry is not None:
        known.append(f"{money(has.expiring)} of credit expires soon, {_by(has, account.zone)}")
    if not known:
        return f"Nothing is on hold, and no credit expires within {EXPIRING_DAYS} days"
    said = _listed(known)
    return said[0].upper() + said[1:]


def _by(has: Credits, zone: tzinfo) -> str:
    """Write `all of it by the end of 10 Dec 2026`; the moment itself is the first at which it is gone."""
    ends = until_words(has.first_expiry, zone) if has.first_expiry is not None else ""
    first = sum(lot.remaining for lot in has.lots if lot.expires_at == has.first_expiry)
    which = "all of it" if first == has.expiring else "the first"
    return f"{which} by {'the ' if ends.startswith('end') else ''}{ends}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
