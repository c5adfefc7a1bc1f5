"""What the list of accounts shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from models.account import AccountStatus
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from console.ledger.accounts.page import AccountRow
    from console.money import Currency
    from ui.kit.formats import Formats


def _currency(row: AccountRow) -> Currency:
    return row.currency


def _status(row: AccountRow) -> str | None:
    """Return what stops an account's money; nearly all are active, and say nothing."""
    return None if row.status is AccountStatus.ACTIVE else row.status.value


def _flag(row: AccountRow) -> str | None:
    """Return whom its oldest open flag waits for."""
    if not row.flags:
        return None
    return f"for {row.assignee}" if row.assignee else "flagged"


def _warning(_row: AccountRow) -> Tone:
    return Tone.WARNING


def _made_of(formats: Formats, row: AccountRow) -> str:
    return formats.made_of(
        row.currency, ("balance", row.balance), ("on hold", -row.reserved), ("expired", -row.dead),
        ("overdraft", row.overdraft_limit),
    )  # fmt: skip


def columns(formats: Formats, *, several: bool) -> tuple[Column[AccountRow], ...]:
    """Return the columns; the currency stands before the amounts where the ledger has several."""
    return (
        Column("username", "Username", width=140),
        Column("display_name", "Name", muted=True, stretch=True, width=120, yields=1),
        Column("status", "Status", Kind.CHIP, value=_status),
        Column(
            "flag",
            "Flag",
            Kind.CHIP,
            value=_flag,
            tone=_warning,
            width=90,
            tip=lambda row: row.asks or "",
            yields=2,
        ),
        Column("trust_level", "Trust level", Kind.INTEGER, muted=True, yields=4),
        Column("currency", "Currency", value=lambda row: row.currency.code, muted=True, hidden=not several),
        Column("balance", "Balance", Kind.AMOUNT, currency=_currency),
        Column("reserved", "On hold", Kind.AMOUNT, muted=True, currency=_currency, yields=2),
        Column("dead", "Expired", Kind.AMOUNT, muted=True, currency=_currency, hidden=True),
        Column("overdraft_limit", "Overdraft", Kind.AMOUNT, muted=True, currency=_currency, hidden=True),
        Column(
            "available",
            "Available",
            Kind.AMOUNT,
            currency=_currency,
            tip=partial(_made_of, formats),
        ),
        Column("transferable", "Transferable", Kind.AMOUNT, muted=True, currency=_currency, hidden=True),
        Column("last_activity", "Last activity", Kind.TIMESTAMP, muted=True, yields=3),
        Column("opened_at", "Opened", Kind.TIMESTAMP, muted=True, hidden=True),
        Column("email", "E-mail", muted=True, width=140, yields=5),
    )
