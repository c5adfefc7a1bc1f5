"""The columns of the list of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.kit.table.columns import Column, Kind
from ui.screens.control.operators.words import TONES, status_tip

if TYPE_CHECKING:
    from console.ledger.operators.page import OperatorRow
    from ui.kit.formats import Formats


_TOLD: Final = {"display_name", "signed_in_at", "locked_until", "created_by", "created_at"}


def columns(formats: Formats, *, told: bool) -> tuple[Column[OperatorRow], ...]:
    """Return the columns; told: whether the ledger's own list is read, without which there are fewer."""
    return tuple(one for one in _columns(formats) if told or one.key not in _TOLD)


def _columns(formats: Formats) -> tuple[Column[OperatorRow], ...]:
    return (
        Column("name", "Operator", sortable=True, width=120),
        Column(
            "display_name", "Name", value=lambda row: row.display_name or None, sortable=True, muted=True,
            width=110, yields=2,
        ),
        Column(
            "status", "Status", Kind.CHIP, tone=lambda row: TONES[row.status],
            tip=lambda row: status_tip(row, formats), sortable=True, width=96,
        ),
        Column("groups", "Roles", value=lambda row: ", ".join(row.groups), width=150, stretch=True),
        Column("sessions", "Sessions", Kind.INTEGER, value=lambda row: row.sessions or None, sortable=True,
               width=84),
        Column("signed_in_at", "Last sign-in", Kind.TIMESTAMP, sortable=True, width=148, yields=1),
        Column("locked_until", "Locked until", Kind.TIMESTAMP, hidden=True, width=148),
        Column(
            "created_by", "Made by", value=lambda row: row.created_by or None, muted=True, width=110, yields=4
        ),
        Column("created_at", "Made", Kind.TIMESTAMP, muted=True, sortable=True, width=148, yields=3),
    )  # fmt: skip
