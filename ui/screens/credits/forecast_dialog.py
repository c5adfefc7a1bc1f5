"""How the forecast of what stays unused comes about: the method in words, and what it rests on by source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QButtonGroup, QDialog, QVBoxLayout, QWidget

from console.files.text import shown
from console.ledger.credits.ahead.days import WITHIN_DAYS
from console.ledger.credits.ahead.forecast import LEAST, PAST_DAYS, QUARTERS
from ui.kit.table.columns import Column, Kind
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of
from ui.kit.widgets.buttons import stop_while_checked
from ui.kit.widgets.placing import fit_dialog

if TYPE_CHECKING:
    from console.ledger.credits.ahead.forecast import Forecast, Forecasts, SourceForecast
    from ui.context import Context
    from ui.kit.formats import Formats

_SIZE: Final = QSize(760, 520)
METHOD: Final = (
    "Each credit that expires soon is judged by the credits of its source that ended in the last "
    f"{PAST_DAYS} days: of what was left of those as long before their ends, this share was unused at the "
    f"end. Of a source with fewer than {LEAST} ended credits, those of all sources are taken. How sure: "
    f"from the quarter of that year with the least unused to the one with the most, {QUARTERS} in all. It "
    "knows nothing of what customers are told, or of what is new this year."
)
"""What the forecast is, as an operator reads it."""


def columns_of(found: Forecasts) -> tuple[Column[SourceForecast], ...]:
    """Return the columns of a span's sources."""

    def money(key: str, title: str, *, muted: bool = False) -> Column[SourceForecast]:
        return Column(key, title, Kind.AMOUNT, muted=muted, currency=lambda _row: found.currency)

    return (
        Column("source", "Source", value=lambda row: shown(row.source), stretch=True, width=130),
        money("amount", "Expires", muted=True),
        money("unused", "Unused"),
        money("low", "At least", muted=True),
        money("high", "At most", muted=True),
        Column("rests_on", "Rests on", Kind.INTEGER, muted=True),
        Column(
            "pooled", "Credits of", value=lambda row: "all sources" if row.pooled else "its own",
            muted=True, width=90,
        ),
    )  # fmt: skip


def forecast_words(found: Forecast, forecasts: Forecasts, formats: Formats) -> str:
    """Say in a sentence what is expected of a span, and how sure that is."""
    ends = formats.money(found.amount, forecasts.currency)
    if found.unused is None or found.low is None or found.high is None:
        return (
            f"{ends} expires within {found.days} days. Too few credits have ended to say what stays unused."
        )
    low, high = (formats.amount(one, forecasts.currency) for one in (found.low, found.high))
    unused, ended = (
        formats.money(found.unused, forecasts.currency),
        formats.count(forecasts.looked_at, "credit"),
    )
    return (
        f"Of {ends} that expires within {found.days} days, about {unused} stays unused, between {low} and "
        f"{high}. It rests on {ended} that ended."
    )


class ForecastDialog(QDialog):
    """Shows one reading of the forecast; Esc closes it."""

    def __init__(self, context: Context, found: Forecasts, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._found, self._formats = found, context.formats
        self.setWindowTitle("Forecast of unused credit")
        self.spans = {days: button(f"{days} days", compact=True) for days in WITHIN_DAYS}
        self.said = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self.model: RowsModel[SourceForecast] = RowsModel(columns_of(found), context.formats, (), self)
        self.table = context.table("credits.forecast", "Forecast by source", ground="surface")
        self.table.setModel(self.model)
        self.table.set_empty_words("Nothing expires", "There is nothing to forecast.")
        group = QButtonGroup(self)
        for days, made in self.spans.items():
            stop_while_checked(made)
            group.addButton(made)
            made.clicked.connect(lambda _checked, days=days: self.show_span(days))
        close = button("Close", accent=True)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        heading = label("Forecast of unused credit", font=text_font(15, weight=text_font().Weight.DemiBold))
        layout.addLayout(row_of(heading, None, *self.spans.values(), spacing=8))
        layout.addWidget(self.said)
        layout.addWidget(self.table, 1)
        layout.addWidget(label(METHOD, tone="muted", wrap=True, selectable=True))
        layout.addLayout(row_of(None, close))
        self.spans[WITHIN_DAYS[-1]].setChecked(True)
        self.show_span(WITHIN_DAYS[-1])
        fit_dialog(self, _SIZE)
        close.setFocus()

    def show_span(self, days: int) -> None:
        """Show what is expected of the next so many days."""
        span = next(one for one in self._found.spans if one.days == days)
        self.said.setText(forecast_words(span, self._found, self._formats))
        self.model.set_rows(span.sources)
