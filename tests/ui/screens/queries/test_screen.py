"""The graph of statements: fed by a real recorder, alive while seen, and silent towards the database."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from sqlalchemy import text

from console.errors import StatementError
from console.monitor.recording.recorder import Recorder
from tests.ui.screens.queries.hands import count_tables, drawn, rows, sleep
from ui.kit.sampling.lag import LagSampler
from ui.screens.queries.rows import BUCKETS, analyse, trend
from ui.screens.queries.screen import Queries
from ui.screens.queries.span import POINTS_AT_MOST

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from console.postgres.database import Database
    from tests.conftest import Statements
    from ui.context import Context


def test_each_statement_is_a_point_on_its_side_of_the_threshold(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    for seconds in (0.05, 0.15, 0.5):
        sleep(operator_database, seconds)
    qtbot.waitUntil(lambda: drawn(queries) == "3 statements, 2 above 100 ms, 0 failed")
    qtbot.waitUntil(lambda: rows(queries) == {"SELECT pg_sleep()": 3})
    row = queries.list.model.row_at(0)
    assert (row.screens, row.per_action, row.warning, row.slow, row.error) == ("Balances", 1, "", 2, "")
    assert 140 < row.p50_ms < 300
    assert 480 < row.p99_ms < 2_000
    assert queries.list.tiles.slow.accessibleName() == "Slow statements: 2"
    assert queries.list.tiles.errors.accessibleName() == "Errors: 0"
    assert queries.list.tiles.pool.accessibleName() == "Pool: 0 / 8"


def test_it_follows_what_others_ask_without_asking_itself(
    queries: Queries, operator_database: Database, statements: Statements, qtbot: QtBot
) -> None:
    sleep(operator_database, 0.01)  # connects, for which SQLAlchemy has questions of its own
    other = threading.Thread(target=count_tables, args=(operator_database,))
    with statements.counted() as sent:
        other.start()
        qtbot.waitUntil(lambda: drawn(queries).startswith("2 statements"))
        qtbot.waitUntil(lambda: rows(queries).get("SELECT pg_class count") == 1)
        queries.refresh()
        qtbot.waitUntil(lambda: queries.context.worker.active == 0)
        other.join()
    assert sent == ["SELECT count(*) FROM pg_class"]


@pytest.mark.over_budget
def test_a_loop_around_a_statement_is_named_with_its_budget(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    def one_by_one(session: Session) -> None:
        for number in range(4):
            session.execute(text("SELECT relname FROM pg_class WHERE oid = :oid"), {"oid": number}).all()

    operator_database.read("transactions.page", one_by_one)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 2)
    warnings = {row.label: row.warning for row in queries.list.model.rows}
    assert warnings == {
        "SELECT pg_class by oid": "N+1 \N{MIDDLE DOT} 4 in one action, budget 1",
        "SELECT pg_class count": "",
    }


def test_a_failed_statement_is_marked(queries: Queries, operator_database: Database, qtbot: QtBot) -> None:
    with pytest.raises(StatementError):
        operator_database.read(
            "balances.lookup",
            lambda session: session.execute(text("SELECT 1 / length('') FROM pg_class")).all(),
        )
    qtbot.waitUntil(lambda: drawn(queries).endswith("1 failed"))
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 1)
    assert queries.list.model.row_at(0).error == "1 failed, last DivisionByZero 22012"
    assert queries.list.tiles.errors.accessibleName() == "Errors: 1"


def test_space_holds_what_is_shown_and_lets_it_go_on(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    count_tables(operator_database)
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 1)
    QTest.keyClick(queries.list.table, Qt.Key.Key_Space)
    assert queries.list.pause.accessibleName() == "Resume Space"
    before = drawn(queries)
    count_tables(operator_database)
    # Pressing for a refresh draws at once what there is, unless it is held still.
    queries.refresh()
    assert drawn(queries) == before
    QTest.keyClick(queries, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: rows(queries) == {"SELECT pg_class count": 2})


def test_each_key_of_a_number_is_a_window_and_the_last_shows_all(queries: Queries, qtbot: QtBot) -> None:
    seen = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_2):
        QTest.keyClick(queries, key)
        seen.append(queries.list.window_s)
    assert seen == [60, 3_600, float("inf"), 900]
    assert queries.list.windows[1].isChecked()
    queries.list.windows[3].click()
    assert shown_words(queries) == "this console, since start \N{MIDDLE DOT} 0 statements"


def test_slow_only_follows_the_threshold(queries: Queries, operator_database: Database, qtbot: QtBot) -> None:
    sleep(operator_database, 0.12)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 2)
    queries.list.slow_only.click()
    assert list(rows(queries)) == ["SELECT pg_sleep()"]
    queries.list.chart.set_threshold(5_000)
    queries.list.chart.threshold_moved.emit(5_000.0)
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 0)
    assert queries.list.tiles.slow.accessibleName() == "Slow statements: 0"


def test_new_figures_do_not_move_what_is_chosen(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    sleep(operator_database, 0.12)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: queries.list.model.rowCount() == 2)
    assert queries.list.select(operator_database.recorder.snapshot().fingerprints[2].id)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: rows(queries)["SELECT pg_class count"] == 2)
    assert queries.list.table.current_row().label == "SELECT pg_class count"  # type: ignore[union-attr]  # there is a row


def test_nothing_is_drawn_while_nobody_looks(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    queries.hide()
    count_tables(operator_database)
    assert not queries.list._redraw.running
    assert drawn(queries).startswith("0 statements")
    queries.show()
    qtbot.waitUntil(lambda: drawn(queries).startswith("1 statements"))


def test_no_more_points_than_can_be_drawn_and_every_slow_one_among_them(
    quiet_context: Context, qtbot: QtBot
) -> None:
    recorder = Recorder(capacity=40_000)
    for number in range(3 * POINTS_AT_MOST):
        if number % 10_000 == 0:
            with recorder.statement("SELECT", "SELECT slow FROM b"):
                time.sleep(0.11)  # the statement's own time, not a wait for something
        with recorder.statement("SELECT", "SELECT a FROM b"):
            pass
    crowded = Queries(replace(quiet_context, recorder=recorder))
    qtbot.addWidget(crowded)
    crowded.resize(1232, 820)
    crowded.show()
    qtbot.waitUntil(lambda: crowded.list.model.rowCount() == 2)
    assert POINTS_AT_MOST / 3 < crowded.list.graph.points <= POINTS_AT_MOST
    assert drawn(crowded).endswith("3 above 100 ms, 0 failed")
    assert sorted(row.calls for row in crowded.list.model.rows) == [3, 30_000]
    assert crowded.list.tiles.slow.accessibleName() == "Slow statements: 3"
    assert "30,003 statements" in shown_words(crowded)
    assert "drawn, every slow one among them" in shown_words(crowded)


def test_the_trend_ends_with_the_newest_statements() -> None:
    recorder = Recorder(capacity=2_000)
    for pause_s in (0.002, 0.004, 0.03):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            time.sleep(pause_s)  # the statement's own time, not a wait for something
    snapshot = recorder.snapshot()
    lines = trend(snapshot, 60.0)
    # A bucket long: a single point would not be seen.
    assert np.diff(lines.at) == pytest.approx([60.0 / BUCKETS])
    assert lines.at[-1] == snapshot.wall[-1]
    assert lines.p50_ms[-1] == pytest.approx(np.median(snapshot.duration_ms))
    assert lines.p50_ms[-1] < lines.p95_ms[-1] < lines.p99_ms[-1] < snapshot.duration_ms[2]
    nothing = Recorder().snapshot()
    assert analyse(nothing, 60.0, 100.0).rows == ()
    assert len(trend(nothing, 60.0).at) == 0


def test_the_trend_breaks_where_nobody_asked_anything() -> None:
    recorder = Recorder(capacity=2_000)
    now, bucket = time.time(), 60.0 / BUCKETS
    # Up to three seconds apart, then ten seconds of silence, twice.
    for ago in (50.0, 49.0, 48.0, 45.0, 35.0, 34.0, 24.0, 0.0):
        recorder.record("SELECT a FROM b", (time.perf_counter() - ago / 1_000, now - ago), 1)
    lines = trend(recorder.snapshot(), 60.0)
    gaps = np.flatnonzero(np.isnan(lines.p50_ms))
    for figures in (lines.p50_ms, lines.p95_ms, lines.p99_ms):
        assert np.array_equal(np.flatnonzero(np.isnan(figures)), gaps)
    assert np.all(np.diff(lines.at) >= 0)
    pieces = [piece[np.isfinite(lines.p50_ms[piece])] for piece in np.split(np.arange(len(lines.at)), gaps)]
    spans = [(now - lines.at[piece[0]], now - lines.at[piece[-1]]) for piece in pieces]
    expected = [(50 + bucket, 45), (35 + bucket, 34), (24 + bucket, 24), (bucket, 0)]
    assert np.ravel(spans) == pytest.approx(np.ravel(expected), abs=bucket)


@pytest.mark.alone
def test_a_blocked_window_is_seen_in_its_lag(qtbot: QtBot) -> None:
    sampler = LagSampler()
    assert sampler.lag().longest_ms == 0
    sampler.start()
    QTimer.singleShot(60, lambda: time.sleep(0.25))  # what blocks a window: work on its thread
    qtbot.waitUntil(lambda: sampler.lag().longest_ms > 150)


def shown_words(queries: Queries) -> str:
    return queries.list.title._subtitle.text()
