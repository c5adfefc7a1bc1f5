"""The graph of a real recorder: points, threshold, range of time, pauses, keys, and words about a point."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.errors import StatementError
from console.monitor.recording.recorder import Recorder
from tests.ui.screens.queries.hands import count_tables, drawn, rows, sleep
from ui.screens.queries.span import INTERVALS, between
from ui.screens.queries.span import drawn as places_drawn

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.postgres.database import Database
    from ui.kit.charts.duration_chart import DurationChart
    from ui.screens.queries.screen import Queries

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def move(chart: DurationChart, place: QPoint, held: Qt.MouseButton = NONE) -> bool:
    """Move the mouse over the plot; False, for use in a condition."""
    port, there = chart._plot.viewport(), QPointF(place)
    plain = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        port, QMouseEvent(QEvent.Type.MouseMove, there, port.mapToGlobal(there), NONE, held, plain)
    )
    return False


def drag(qtbot: QtBot, chart: DurationChart, start: QPoint, end: QPoint) -> None:
    """Draw the mouse from one place to another with the left button."""
    port = chart._plot.viewport()
    QTest.mousePress(port, LEFT, pos=start)
    # The scene skips moves that follow one another too closely, so each is made until it is seen.
    qtbot.waitUntil(lambda: move(chart, end, LEFT) or chart.brush is not None)
    QTest.mouseRelease(port, LEFT, pos=end)


@pytest.fixture
def three(queries: Queries, operator_database: Database, qtbot: QtBot) -> Queries:
    """Return the screen with a quick statement, a slow one and a quick one, a moment between them."""
    for seconds in (0.01, 0.2, 0.01):
        sleep(operator_database, seconds)
        count_tables(operator_database)
    qtbot.waitUntil(lambda: drawn(queries) == "6 statements, 1 above 100 ms, 0 failed")
    qtbot.waitUntil(lambda: rows(queries) == {"SELECT pg_sleep()": 3, "SELECT pg_class count": 3})
    return queries


def test_there_is_a_point_for_each_statement_recorded(three: Queries, operator_database: Database) -> None:
    snapshot, points = operator_database.recorder.snapshot(), three.list.chart.points
    assert three.list.graph.points == len(snapshot) == 6
    assert points.x.tolist() == snapshot.wall.tolist()
    assert points.ms.tolist() == snapshot.duration_ms.tolist()
    # Two screens, two colours, in the order of their first statement.
    assert three.list.graph.legend.names == ("Balances", "Transactions")
    assert points.series.tolist() == [0, 1, 0, 1, 0, 1]


def test_moving_the_threshold_changes_what_is_slow_and_is_kept(three: Queries, qtbot: QtBot) -> None:
    chart, line = three.list.chart, three.list.chart._threshold
    middle = float(chart.points.x.mean())
    start = chart._plot.mapFromScene(line.mapToScene(QPointF(middle, 0)))
    # Between 10 and 200 ms there is room for a line below the quick ones' sleep.
    end, port = start + QPoint(0, 90), chart._plot.viewport()
    qtbot.waitUntil(lambda: move(chart, start) or bool(line.mouseHovering))
    QTest.mousePress(port, LEFT, pos=start)
    qtbot.waitUntil(lambda: move(chart, end, LEFT) or chart.threshold_ms < 9)
    QTest.mouseRelease(port, LEFT, pos=end)
    qtbot.waitUntil(lambda: {row.label: row.slow for row in three.list.model.rows}["SELECT pg_sleep()"] == 3)
    assert three.list.tiles.slow.accessibleName().removeprefix("Slow statements: ") in {"3", "4", "5", "6"}
    kept = tomllib.loads(three.context.paths.settings_file.read_text(encoding="utf-8"))
    assert kept == {"slow_threshold_ms": round(chart.threshold_ms)}
    assert chart.brush is None


def test_a_range_of_time_filters_table_and_figures(
    three: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    chart = three.list.chart
    # At five seconds all of it would be a few pixels wide.
    chart.set_window(0.5)
    left, right, top = chart.place_of(2) - QPoint(1, 0), chart.place_of(3) + QPoint(1, 0), 8
    drag(qtbot, chart, QPoint(left.x(), top), QPoint(right.x(), top))
    assert chart.brush is not None
    expected = len(between(operator_database.recorder.snapshot(), *chart.brush))
    qtbot.waitUntil(lambda: sum(rows(three).values()) == expected)
    assert 2 <= expected < 6
    assert three.list.tiles.slow.accessibleName() == "Slow statements: 1"
    chip = three.list.graph.brush_chip
    assert chip.isVisible()
    assert chip.accessibleName().startswith("Selected ")
    assert chart.paused
    assert three.list.graph.paused_chip.text() == "Paused"
    QTest.mouseClick(chip, LEFT)
    qtbot.waitUntil(lambda: sum(rows(three).values()) == 6)
    assert not chip.isVisible()
    assert not chart.paused


def test_zooming_pauses_and_resume_goes_on(three: Queries, operator_database: Database, qtbot: QtBot) -> None:
    port, graph = three.list.chart._plot.viewport(), three.list.graph
    middle = QPointF(port.rect().center())
    wheel = QWheelEvent(
        middle,
        port.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        NONE,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, wheel)
    assert graph.paused_chip.isVisible()
    count_tables(operator_database)
    three.refresh()
    assert drawn(three).startswith("6 statements")
    QTest.mouseClick(graph.resume, LEFT)
    assert drawn(three).startswith("7 statements")
    assert not graph.paused_chip.isVisible()
    assert not graph.resume.isVisible()


def test_plus_draws_more_seldom_and_minus_more_often(queries: Queries) -> None:
    seen = []
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, *(Qt.Key.Key_Minus,) * 4):
        QTest.keyClick(queries, key)
        seen.append(queries.list.interval_ms)
    assert seen == [500, 1_000, 500, 250, 100, 100]
    assert queries.list._redraw.interval_ms == 100
    assert queries.list.graph.interval.value == "0.1 s"
    QTest.keyClick(queries.list.graph, Qt.Key.Key_Space)
    assert queries.list.chart.paused
    for _ in INTERVALS:
        QTest.mouseClick(queries.list.graph.interval, LEFT)
    assert queries.list.interval_ms == 100


def test_the_mouse_over_a_point_says_what_it_is_and_a_click_opens_it(three: Queries, qtbot: QtBot) -> None:
    chart = three.list.chart
    place = chart.place_of(2)
    qtbot.waitUntil(lambda: move(chart, place) or bool(chart.tip))
    label, facts = chart.tip.splitlines()
    assert label == "SELECT pg_sleep()"
    assert facts.split(" \N{MIDDLE DOT} ")[1] == "Balances"
    assert facts.split(" \N{MIDDLE DOT} ")[0].endswith(" ms")
    move(chart, QPoint(place.x(), 5))
    qtbot.waitUntil(lambda: move(chart, QPoint(place.x(), 5)) or not chart.tip)
    opened: list[str] = []
    three.list.opened.connect(opened.append)
    QTest.mouseClick(chart._plot.viewport(), LEFT, pos=place)
    assert opened == [three.list._snapshot.fingerprints[three.list._snapshot.fingerprint[2]].id]  # type: ignore[union-attr]  # there is one
    assert three.statement.isVisible()


def test_the_keyboard_reaches_points_range_and_threshold(three: Queries, qtbot: QtBot) -> None:
    graph, chart = three.list.graph, three.list.chart
    QTest.keyClick(graph, Qt.Key.Key_Left)
    assert chart.paused
    assert chart.tip.startswith("SELECT pg_class count\n")
    QTest.keyClick(graph, Qt.Key.Key_Left)
    assert graph.accessibleDescription().startswith("SELECT pg_sleep()\n")
    QTest.keyClick(graph, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    brush = chart.brush
    assert brush is not None
    assert brush[1] == chart.points.x.max()
    QTest.keyClick(graph, Qt.Key.Key_Escape)
    assert chart.brush is None
    before = chart.threshold_ms
    QTest.keyClick(graph, Qt.Key.Key_Down)
    assert chart.threshold_ms == pytest.approx(before / 10**0.1)
    QTest.keyClick(graph, Qt.Key.Key_Left)
    QTest.keyClick(graph, Qt.Key.Key_Return)
    assert three.statement.isVisible()


def test_a_failed_statement_is_a_cross_and_says_why(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    with pytest.raises(StatementError):
        operator_database.read(
            "balances.lookup",
            lambda session: session.connection().exec_driver_sql("SELECT 1 / length('') FROM pg_class"),
        )
    qtbot.waitUntil(lambda: drawn(queries).endswith("1 failed"))
    points = queries.list.chart.points
    assert points.kinds(100.0, 8).tolist() == [18]
    assert "failed, DivisionByZero 22012" in queries.list.graph.words_of(0)


def test_an_empty_window_says_so(queries: Queries, operator_database: Database, qtbot: QtBot) -> None:
    words = queries.list.chart._words
    assert (words.isVisible(), words.text()) == (True, "No statements in this time")
    assert queries.list.table.words.startswith("No statements yet")
    count_tables(operator_database)
    qtbot.waitUntil(lambda: not words.isVisible())


def test_points_left_out_are_the_same_ones_each_time() -> None:
    recorder = Recorder(capacity=4_000)
    for _ in range(3_000):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            pass
    snapshot = recorder.snapshot()
    slowest = float(np.sort(snapshot.duration_ms)[-11])
    first = places_drawn(snapshot, slowest, 1_000)
    assert 300 < len(first) <= 1_000
    assert set(np.flatnonzero(snapshot.duration_ms > slowest).tolist()) <= set(first.tolist())
    with recorder.statement("SELECT", "SELECT a FROM b"):
        pass
    again = recorder.snapshot()
    later = places_drawn(again, slowest, 1_000)
    assert set(snapshot.t[first].tolist()) <= set(again.t[later].tolist())
