"""What came and went a day: what customers got stands above the line, what they gave below it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from console.ledger.books.overview.figures import NAMED
from models.transaction import TransactionKind
from ui.kit.charts.day_bars import DayBar, DayBars, Part, PartKey
from ui.kit.widgets.basics import label, row_of
from ui.kit.widgets.cards import Card, heading_label
from ui.kit.widgets.flow import Flow
from ui.routes import OpenPosted
from ui.screens.overview.tiles import CHART_DAYS
from ui.screens.overview.words import short_amount, short_day

if TYPE_CHECKING:
    from datetime import date

    from console.ledger.books.overview.figures import CurrencyOverview
    from ui.context import Context
    from ui.kit.theme.tokens import Tokens

WORDS: Final = {
    TransactionKind.DEPOSIT: "deposited",
    TransactionKind.GRANT: "issued",
    TransactionKind.CAPTURE: "captured",
    TransactionKind.PAYOUT: "paid out",
    TransactionKind.EXPIRY: "expired",
}
OTHER: Final = "other"
_PALE: Final = 140


def _pale(tokens: Tokens) -> QColor:
    found = QColor(tokens.credit)
    found.setAlpha(_PALE)
    return found


_INKS: Final = {
    TransactionKind.DEPOSIT: lambda tokens: QColor(tokens.credit),
    TransactionKind.GRANT: _pale,
    TransactionKind.CAPTURE: lambda tokens: QColor(tokens.faint),
    TransactionKind.PAYOUT: lambda tokens: QColor(tokens.accent),
    TransactionKind.EXPIRY: lambda tokens: QColor(tokens.border_strong),
}
_PARTS: Final = (
    *(Part(WORDS[kind], _INKS[kind]) for kind in NAMED),
    Part(OTHER, lambda tokens: QColor(tokens.series[3])),
)


class DaysCard(Card):
    """The chart with its legend; a day that is chosen opens its transactions.

    wanted: the route to them.
    """

    wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._code = ""
        self.bars = DayBars(context.theme)
        self.words = label(tone="muted", wrap=True)
        self.keys = {part.name: PartKey(context.theme, part) for part in _PARTS}
        legend = QWidget()
        legend.setLayout(Flow(*self.keys.values(), spacing=16, between_lines=2))
        head = row_of(heading_label("What came and went, a day"), legend, spacing=24)
        head.setStretch(1, 1)
        self.body.addLayout(head)
        self.body.addWidget(self.bars, 1)
        self.body.addWidget(self.words)
        # Without bars the room that is left is below the words, and not between heading and legend.
        self.body.addStretch(0)
        self.bars.chosen.connect(self._choose)
        self.bars.hide()
        self.words.setText("Reading\N{HORIZONTAL ELLIPSIS}")

    def show_currency(self, one: CurrencyOverview) -> None:
        """Show the last four weeks of one currency."""
        self._code = one.currency.code
        days = [one.today - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
        bars = [self._bar(one, day) for day in days]
        is_bare = not any(bar.above or bar.below for bar in bars)
        self.bars.setVisible(not is_bare)
        self.words.setVisible(is_bare)
        self.words.setText(
            "The days are being counted."
            if one.owed is None
            else f"Nothing came or went in {CHART_DAYS} days. What is posted appears here."
        )
        # A colour that nobody sees needs no name.
        self.keys[OTHER].setVisible(any(bar.amounts[-1] for bar in bars))
        came, went = sum(bar.above for bar in bars), sum(bar.below for bar in bars)
        money = partial(self._formats.spoken_amount, currency=one.currency)
        self.bars.set_days(
            _PARTS, bars, written=partial(short_amount, currency=one.currency, formats=self._formats),
            spoken=f"What came and went in {CHART_DAYS} days: {money(came)} came, {money(-went)} went",
        )  # fmt: skip

    def forget(self, why: str) -> None:
        """Show no day, and say why."""
        self.bars.hide()
        self.words.setText(why)
        self.words.show()

    def _bar(self, one: CurrencyOverview, day: date) -> DayBar:
        named, other = one.changes_on(day)
        amounts = {**{WORDS[kind]: amount for kind, amount in named.items()}, OTHER: other}
        write = partial(self._formats.amount, currency=one.currency, signed=True)
        is_over = day < one.today
        head = f"{day:%A} {short_day(day)}" if is_over else f"Today, {short_day(day)}, not over"
        lines = [f"{name} {write(amount)}" for name, amount in amounts.items() if amount]
        return DayBar(
            day, tuple(amounts.values()), short_day(day), "\n".join([head, *(lines or ["nothing"])]), is_over
        )

    def _choose(self, day: date) -> None:
        self.wanted.emit(OpenPosted(day, day, self._code))
