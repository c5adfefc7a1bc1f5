"""The meter and the alerts: what went over its budget is red, named, and leads to the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from sqlalchemy import text

from console.monitor.watch import Alert, Level, Limits, Watch
from tests.ui.screens.queries.hands import count_tables
from ui.kit.theme.icons import Glyph
from ui.screen import ScreenEntry
from ui.screens.queries.screen import Queries
from ui.window.bars.alerts import SHOWN_AT_MOST, AlertsButton
from ui.window.live_status import LiveStatus
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from console.postgres.database import Database
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker


def alert(words: str, level: Level = Level.NOTICE, fingerprint: str | None = None) -> Alert:
    return Alert(level, words, "accounts.page", fingerprint, 1_800_000_000.0)


def lines(button: AlertsButton) -> list[str]:
    return [one.text() for one in button.popup.findChildren(QLabel)]


def test_each_alert_is_told_once_with_how_often_it_came(qtbot: QtBot, formats: Formats) -> None:
    button = AlertsButton(formats)
    qtbot.addWidget(button)
    assert button.isHidden()
    for words in ("one", "two", "one"):
        button.add(alert(words))
    assert not button.isHidden()
    assert button.text() == "3 alerts"
    assert not button.property("danger")
    assert button.texts == ["one", "two"]
    button.add(alert("three", Level.WARNING))
    assert button.property("danger")
    button.open()
    assert next(one for one in lines(button) if one.endswith("times")).endswith(", 2 times")
    # What was looked at is no longer red, and no longer counted as new.
    assert not button.property("danger")
    button.popup.hide()
    button.add(alert("four"))
    assert button.text() == "1 new alert"
    button.clear()
    assert button.isHidden()


def test_there_are_no_more_lines_than_can_be_read(qtbot: QtBot, formats: Formats) -> None:
    button = AlertsButton(formats)
    qtbot.addWidget(button)
    button.set_alerts(alert(f"number {number}") for number in range(50))
    assert button.texts == [f"number {number}" for number in range(49, 49 - SHOWN_AT_MOST, -1)]


def test_an_alert_is_no_markup(qtbot: QtBot, formats: Formats) -> None:
    button = AlertsButton(formats)
    qtbot.addWidget(button)
    button.add(alert("<b>bold</b>"))
    button.open()
    shown = next(one for one in button.popup.findChildren(QLabel) if one.text() == "<b>bold</b>")
    assert shown.textFormat() is Qt.TextFormat.PlainText


@pytest.fixture
def watched(
    quiet_context: Context, operator_database: Database, worker: Worker, qtbot: QtBot
) -> Iterator[MainWindow]:
    """Show a window whose status bar listens to recorder and watch."""
    watch = Watch(operator_database.recorder, Limits())
    window = MainWindow(
        quiet_context, (ScreenEntry("queries", "Queries", "Insight", Glyph.QUERIES, Queries),)
    )
    qtbot.addWidget(window)
    LiveStatus(window, operator_database, worker, watch)
    window.show()
    yield window
    window.close()
    watch.close()


@pytest.mark.over_budget
def test_a_loop_is_red_in_the_meter_and_its_alert_opens_the_statement(
    watched: MainWindow, operator_database: Database, qtbot: QtBot
) -> None:
    def one_by_one(session: Session) -> None:
        for number in range(4):
            session.execute(text("SELECT relname FROM pg_class WHERE oid = :oid"), {"oid": number}).all()

    bar = watched.status_bar
    operator_database.read("accounts.page", one_by_one)
    words = "accounts.page: 4 statements, budget 1 \N{MIDDLE DOT} N+1"
    qtbot.waitUntil(lambda: bar._statements.text() == words)
    assert bar._statements.property("tone") == "error"
    assert bar.alerts.texts == [
        "N+1 in accounts.page: SELECT pg_class by oid ran 4 times in one run.",
        "accounts.page sent 4 statements, its budget is 1.",
    ]
    QTest.mouseClick(bar.alerts, Qt.MouseButton.LeftButton)
    opened = next(one for one in bar.alerts.popup.findChildren(QPushButton) if one.text() == "Open")
    opened.click()
    shown = watched.current_screen
    assert isinstance(shown, Queries)
    qtbot.waitUntil(lambda: "pg_class" in shown.statement.sql.toPlainText())
    # The next action within its budget makes the meter calm again.
    count_tables(operator_database, "accounts.page")
    qtbot.waitUntil(lambda: bar._statements.text() == "1 statement")
    assert bar._statements.property("tone") is None
    assert bar._statements.accessibleDescription() == "last action: accounts.page"
