"""The forecast as it is shown: its sentence, its method, and each source with what it rests on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.ledger.credits.ahead.forecast import Forecast, Forecasts, SourceForecast
from console.money import Currency
from ui.screens.credits.figures import CreditFigures
from ui.screens.credits.forecast_dialog import METHOD, ForecastDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.context import Context

KNOWN = SourceForecast("promo", 10, 100_000, 40_000, 30_000, 55_000, 512, pooled=False)
POOLED = SourceForecast("<b>new</b>", 2, 20_000, 5_000, 4_000, 6_000, 700, pooled=True)
TOO_FEW = SourceForecast("promo", 1, 700, None, None, None, 0, pooled=False)


def forecasts(*last: SourceForecast) -> Forecasts:
    spans = (
        Forecast(7, date(2027, 1, 7), ()), Forecast(30, date(2027, 1, 30), (KNOWN,)),
        Forecast(90, date(2027, 3, 31), last),
    )  # fmt: skip
    return Forecasts(Currency("CR", 2), ZoneInfo("UTC"), datetime.now(UTC), spans, 1_212)


def test_it_says_how_much_how_sure_and_why(quiet_context: Context, qtbot: QtBot) -> None:
    dialog = ForecastDialog(quiet_context, forecasts(KNOWN, POOLED), None)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.said.text() == (
        "Of 1,200.00 CR that expires within 90 days, about 450.00 CR stays unused, between 340.00 and "
        "610.00. It rests on 1,212 credits that ended."
    )
    cells = [[cell.text for cell in dialog.model.row_cells(row)] for row in range(2)]
    assert cells[0] == ["promo", "1,000.00", "400.00", "300.00", "550.00", "512", "its own"]
    assert cells[1][0] == "<b>new</b>"
    assert cells[1][-1] == "all sources"
    assert METHOD in [one.text() for one in dialog.findChildren(QLabel)]
    QTest.keyClick(dialog.spans[90], Qt.Key.Key_Left)
    dialog.spans[30].click()
    assert dialog.said.text().startswith("Of 1,000.00 CR that expires within 30 days, about 400.00 CR")
    dialog.spans[7].click()
    assert dialog.table.words.startswith("Nothing expires")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_figure_shows_it_with_its_spread_or_says_that_nobody_knows(
    quiet_context: Context, qtbot: QtBot
) -> None:
    figures = CreditFigures(quiet_context)
    qtbot.addWidget(figures)
    figures.show_forecast(forecasts(KNOWN, POOLED))
    assert figures.unused.accessibleName() == (
        "Forecast, unused in 90 days: 450.00 CR, by the last year; 340.00 to 610.00"
    )
    figures.show_forecast(forecasts(TOO_FEW))
    assert "too little has ended to say" in figures.unused.accessibleName()
    dialog = ForecastDialog(quiet_context, forecasts(TOO_FEW), None)
    qtbot.addWidget(dialog)
    assert dialog.said.text() == (
        "7.00 CR expires within 90 days. Too few credits have ended to say what stays unused."
    )
