"""The columns of rules, limits, allowances and currencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a row
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from console.ledger.approvals.rules.words import checkers, kind_words
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import Tone
from ui.screens.control.rules.words import most_used, used_tip, used_words

if TYPE_CHECKING:
    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow
    from console.ledger.approvals.rules.terms import Terms
    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.table.columns import Picture
    from ui.kit.theme.tokens import Tokens

_BAR_PX: Final = 6
_BAR_WIDTH: Final = 84
_GAP_PX: Final = 10
_NEAR: Final = 0.8


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """One currency of the ledger, by what it is called, and since when it is closed."""

    currency: Currency
    name: str
    closed_at: datetime | None


RULES: Final[tuple[Column[RuleRow], ...]] = (
    Column("kind", "What", value=lambda row: kind_words(row.kind), sortable=True, width=170, stretch=True),
    Column("currency", "Currency", value=lambda row: row.currency.code, sortable=True, muted=True, width=84),
    Column("from_amount", "From", Kind.AMOUNT, currency=lambda row: row.currency, sortable=True, width=120),
    Column("approvals", "Needs", value=lambda row: checkers(row.approvals), width=110),
)


def limits(formats: Formats) -> tuple[Column[LimitRow], ...]:
    """Return the columns of the limits; a bar is of whoever has used most today."""
    return (
        Column("holder", "Whose", sortable=True, width=140, stretch=True),
        Column("kind", "What", value=lambda row: kind_words(row.kind), sortable=True, width=110),
        Column(
            "currency", "Currency", value=lambda row: row.currency.code, sortable=True, muted=True, width=84,
            yields=1,
        ),
        Column("per_operation", "At once", Kind.AMOUNT, currency=lambda row: row.currency, width=104),
        Column("per_day", "A day", Kind.AMOUNT, currency=lambda row: row.currency, width=104),
        Column(
            "used", "Used most today", value=lambda row: used_words(row, formats),
            picture=lambda row: _used(row, formats), tip=lambda row: used_tip(row, formats), width=230,
        ),
    )  # fmt: skip


ALLOWANCES: Final[tuple[Column[AllowanceRow], ...]] = (
    Column("holder", "Whose", sortable=True, width=150, stretch=True),
    Column("kind", "What", value=lambda row: kind_words(row.kind), sortable=True, width=110),
    Column("currency", "Currency", value=lambda row: row.currency.code, sortable=True, muted=True, width=84),
    Column("per_operation", "At once", Kind.AMOUNT, currency=lambda row: row.currency, width=120),
    Column("per_day", "A day", Kind.AMOUNT, currency=lambda row: row.currency, width=120),
)

TERMS: Final[tuple[Column[Terms], ...]] = (
    Column("currency", "Currency", value=lambda row: row.currency.code, sortable=True, width=96),
    Column(
        "days", "A request waits", width=130,
        value=lambda row: "1 day" if row.days == 1 else f"{row.days} days",
    ),
    Column(
        "typed_from", "Checkers type the amount from", Kind.AMOUNT, width=210,
        currency=lambda row: row.currency,
    ),
    Column(
        "were_set", "", muted=True, stretch=True, width=120,
        value=lambda row: "" if row.were_set else "as at the start",
    ),
)  # fmt: skip

CURRENCIES: Final[tuple[Column[CurrencyRow], ...]] = (
    Column("code", "Currency", value=lambda row: row.currency.code, sortable=True, width=96),
    Column("name", "Name", value=lambda row: row.name or None, muted=True, stretch=True, width=150),
    Column("exponent", "Decimals", Kind.INTEGER, value=lambda row: row.currency.exponent, width=90),
    Column(
        "status", "Status", Kind.CHIP, value=lambda row: "open" if row.closed_at is None else "closed",
        tone=lambda row: Tone.CREDIT if row.closed_at is None else Tone.NEUTRAL, width=90,
    ),
    Column("closed_at", "Closed", Kind.TIMESTAMP, muted=True, width=150),
)  # fmt: skip


def _used(row: LimitRow, formats: Formats) -> Picture | None:
    words = used_words(row, formats)
    if words is None or row.per_day is None:
        return None
    share = min(1.0, most_used(row)[1] / row.per_day) if row.per_day else 1.0
    return partial(draw_used, share=share, words=words)


def draw_used(painter: QPainter, area: QRect, tokens: Tokens, *, share: float, words: str) -> None:
    """Draw a bar, 0 to 1 of it filled, and the words beside it; near the end it asks for attention."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top = area.center().y() - _BAR_PX / 2 + 0.5
    whole = QRectF(area.left(), top, _BAR_WIDTH, _BAR_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.pressed))
    painter.drawRoundedRect(whole, _BAR_PX / 2, _BAR_PX / 2)
    if share > 0:
        painter.setBrush(QColor(tokens.warning if share >= _NEAR else tokens.accent))
        filled = QRectF(whole.topLeft(), whole.size())
        filled.setWidth(max(_BAR_PX, _BAR_WIDTH * share))
        painter.drawRoundedRect(filled, _BAR_PX / 2, _BAR_PX / 2)
    painter.setPen(QColor(tokens.text if share > 0 else tokens.muted))
    painter.setFont(text_font(tabular=True))
    beside = area.adjusted(_BAR_WIDTH + _GAP_PX, 0, 0, 0)
    cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, beside.width())
    painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)
