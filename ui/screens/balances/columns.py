"""What the table of balances shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.files.text import shown
from console.ledger.balances.export import status_word
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone, tone_of

if TYPE_CHECKING:
    from console.ledger.balances.lookup import BalanceRow


def _tone(row: BalanceRow) -> Tone:
    return tone_of(status_word(row)) if row.found else Tone.WARNING


def _muted(row: BalanceRow) -> Tone | None:
    return None if row.found else Tone.NEUTRAL


COLUMNS: tuple[Column[BalanceRow], ...] = (
    Column("position", "#", Kind.INTEGER, muted=True, sortable=True, width=72),
    Column("name", "Username", value=lambda row: shown(row.name), sortable=True, tone=_muted, width=140),
    Column("display_name", "Name", muted=True, sortable=True, stretch=True, width=120),
    Column("status", "Status", Kind.CHIP, value=status_word, sortable=True, tone=_tone, width=88),
    Column("balance", "Balance", Kind.AMOUNT, sortable=True, width=116),
    Column("granted", "Granted", Kind.AMOUNT, muted=True, sortable=True, width=108),
    Column("reserved", "Reserved", Kind.AMOUNT, muted=True, sortable=True, width=108),
    Column("available", "Available", Kind.AMOUNT, sortable=True, width=116),
)
