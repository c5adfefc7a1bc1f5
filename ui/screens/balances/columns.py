"""What the table of balances shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.files.text import shown
from console.ledger.balances.export import status_word
from console.ledger.books.names import currency_words
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone, tone_of
from ui.kit.widgets.inputs import WHOLE

if TYPE_CHECKING:
    from console.ledger.balances.lookup import BalanceRow, CurrencyTotals
    from console.money import Currency
    from ui.kit.formats import Formats


def _tone(row: BalanceRow) -> Tone:
    return tone_of(status_word(row)) if row.found else Tone.WARNING


def _muted(row: BalanceRow) -> Tone | None:
    return None if row.found else Tone.NEUTRAL


def _currency(row: BalanceRow) -> Currency:
    """Return the row's currency; a name that is not known has no amounts to write."""
    return row.currency or WHOLE


def _of(totals: CurrencyTotals) -> Currency:
    return totals.currency


def _made_of(formats: Formats, row: BalanceRow) -> str:
    """Return what is available in its terms; a system account has none."""
    if row.currency is None or row.available is None:
        return ""
    return formats.made_of(
        row.currency, ("balance", row.balance or 0), ("on hold", -(row.reserved or 0)),
        ("expired", -(row.dead or 0)), ("overdraft", row.overdraft_limit or 0),
    )  # fmt: skip


def columns(formats: Formats, *, several: bool) -> tuple[Column[BalanceRow], ...]:
    """Return the columns; the currency stands before the amounts where the ledger has several."""
    return (
        Column("position", "#", Kind.INTEGER, muted=True, sortable=True, yields=2),
        Column("name", "Username", value=lambda row: shown(row.name), sortable=True, tone=_muted, width=140),
        Column("display_name", "Name", muted=True, sortable=True, stretch=True, width=120, yields=3),
        Column("status", "Status", Kind.CHIP, value=status_word, sortable=True, tone=_tone, width=88),
        Column(
            "currency", "Currency", value=lambda row: None if row.currency is None else row.currency.code,
            muted=True, sortable=True, hidden=not several,
        ),
        Column("balance", "Balance", Kind.AMOUNT, sortable=True, width=100, currency=_currency),
        Column("granted", "Granted", Kind.AMOUNT, muted=True, sortable=True, currency=_currency, yields=1),
        Column("reserved", "On hold", Kind.AMOUNT, muted=True, sortable=True, currency=_currency),
        Column("dead", "Expired", Kind.AMOUNT, muted=True, sortable=True, hidden=True, currency=_currency),
        Column(
            "overdraft_limit", "Overdraft", Kind.AMOUNT, muted=True, sortable=True, hidden=True,
            currency=_currency,
        ),
        Column(
            "available", "Available", Kind.AMOUNT, sortable=True, width=100, currency=_currency,
            tip=partial(_made_of, formats),
        ),
        Column(
            "transferable", "Transferable", Kind.AMOUNT, muted=True, sortable=True, hidden=True,
            currency=_currency,
        ),
    )  # fmt: skip


TOTALS: tuple[Column[CurrencyTotals], ...] = (
    Column("currency", "Totals", value=lambda row: currency_words(row.currency.code), stretch=True),
    Column("accounts", "Accounts", Kind.INTEGER, muted=True),
    Column("balance", "Balance", Kind.AMOUNT, currency=_of),
    Column("granted", "Granted", Kind.AMOUNT, muted=True, currency=_of),
    Column("reserved", "On hold", Kind.AMOUNT, muted=True, currency=_of),
    Column("dead", "Expired", Kind.AMOUNT, muted=True, currency=_of),
    Column("overdraft_limit", "Overdraft", Kind.AMOUNT, muted=True, currency=_of),
    Column("available", "Available", Kind.AMOUNT, currency=_of),
)
