"""The graph of statements: fed by a real recorder, alive while seen, and silent towards the database."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from sqlalchemy import text

from console.errors import StatementError
from console.money import Currency
from console.monitor.recorder import Recorder
from ui.commands import Commands
from ui.context import Context
from ui.lag import LagSampler
from ui.screen import Navigator
from ui.screens.queries import POINTS_AT_MOST, Queries
from ui.screens.query_rows import analyse, trend

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot
    from sqlalchemy.orm import Session

    from console.database import Database
    from tests.conftest import Statements
    from ui.icons import Icons
    from ui.notices import Notices
    from ui.numbers import Formats
    from ui.theme import Theme
    from ui.worker import Worker


@pytest.fixture
def context(  # noqa: PLR0917 - fixtures are given by name
    operator_database: Database,
    formats: Formats,
    worker: Worker,
    theme: Theme,
    icons: Icons,
    notices: Notices,
    store: QSettings,
) -> Context:
    """Return a context on a real ledger."""
    return Context(
        database=operator_database,
        recorder=operator_database.recorder,
        settings=operator_database.settings,
        profile="test",
        environment="test",
        production=False,
        operator="t_operator",
        role="operator",
        currency=Currency("CR", 2),
        formats=formats,
        worker=worker,
        theme=theme,
        icons=icons,
        commands=Commands(store, notices.warn),
        notices=notices,
        navigator=Navigator(),
        store=store,
    )


@pytest.fixture
def screen(context: Context, qtbot: QtBot) -> Queries:
    """Show the screen."""
    made = Queries(context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    return made


def sleep(database: Database, seconds: float, action: str = "balances.lookup") -> None:
    database.read(
        action, lambda session: session.execute(text("SELECT pg_catalog.pg_sleep(:s)"), {"s": seconds}).all()
    )


def count_tables(database: Database, action: str = "transactions.page") -> None:
    database.read(action, lambda session: session.execute(text("SELECT count(*) FROM pg_class")).all())


def drawn(screen: Queries) -> str:
    return screen.chart.accessibleDescription()


def rows(screen: Queries) -> dict[str, int]:
    return {row.label: row.calls for row in screen.model.rows}


def test_each_statement_is_a_point_on_its_side_of_the_threshold(
    screen: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    for seconds in (0.05, 0.15, 0.5):
        sleep(operator_database, seconds)
    qtbot.waitUntil(lambda: drawn(screen) == "3 statements, 2 above 100 ms, 0 failed")
    qtbot.waitUntil(lambda: rows(screen) == {"SELECT pg_sleep()": 3})
    row = screen.model.row_at(0)
    assert (row.screens, row.per_action, row.warning, row.slow, row.error) == ("Balances", 1, "", 2, "")
    assert 140 < row.p50_ms < 300
    assert 480 < row.p99_ms < 2_000
    assert screen.tiles.slow.accessibleName() == "Slow statements: 2"
    assert screen.tiles.errors.accessibleName() == "Errors: 0"
    assert screen.tiles.pool.accessibleName() == "Pool: 0 / 8"


def test_it_follows_what_others_ask_without_asking_itself(
    screen: Queries, operator_database: Database, statements: Statements, qtbot: QtBot
) -> None:
    sleep(operator_database, 0.01)  # connects, for which SQLAlchemy has questions of its own
    other = threading.Thread(target=count_tables, args=(operator_database,))
    with statements.counted() as sent:
        other.start()
        qtbot.waitUntil(lambda: drawn(screen).startswith("2 statements"))
        qtbot.waitUntil(lambda: rows(screen).get("SELECT pg_class count") == 1)
        screen.refresh()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0)
        other.join()
    assert sent == ["SELECT count(*) FROM pg_class"]


def test_a_loop_around_a_statement_is_named_with_its_budget(
    screen: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    def one_by_one(session: Session) -> None:
        for number in range(4):
            session.execute(text("SELECT relname FROM pg_class WHERE oid = :oid"), {"oid": number}).all()

    operator_database.read("transactions.page", one_by_one)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    warnings = {row.label: row.warning for row in screen.model.rows}
    assert warnings == {
        "SELECT pg_class": "N+1 \N{MIDDLE DOT} 4 in one action, budget 1",
        "SELECT pg_class count": "",
    }


def test_a_failed_statement_is_marked(screen: Queries, operator_database: Database, qtbot: QtBot) -> None:
    with pytest.raises(StatementError):
        operator_database.read(
            "balances.lookup",
            lambda session: session.execute(text("SELECT 1 / length('') FROM pg_class")).all(),
        )
    qtbot.waitUntil(lambda: drawn(screen).endswith("1 failed"))
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    assert screen.model.row_at(0).error == "1 failed, last DivisionByZero 22012"
    assert screen.tiles.errors.accessibleName() == "Errors: 1"


def test_space_holds_what_is_shown_and_lets_it_go_on(
    screen: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    count_tables(operator_database)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    QTest.keyClick(screen.table, Qt.Key.Key_Space)
    assert screen.pause.accessibleName() == "Go on Space"
    before = drawn(screen)
    count_tables(operator_database)
    screen.refresh()
    qtbot.wait(2 * screen._redraw.interval())
    assert drawn(screen) == before
    QTest.keyClick(screen, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: rows(screen) == {"SELECT pg_class count": 2})


def test_plus_shows_more_time_and_minus_less(screen: Queries, qtbot: QtBot) -> None:
    seen = []
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        QTest.keyClick(screen, key)
        seen.append(screen.window_s)
    assert seen == [3_600, 3_600, 900, 60, 60]
    assert screen.windows[0].isChecked()


def test_slow_only_follows_the_threshold(screen: Queries, operator_database: Database, qtbot: QtBot) -> None:
    sleep(operator_database, 0.12)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    screen.slow_only.click()
    assert list(rows(screen)) == ["SELECT pg_sleep()"]
    screen.chart.set_threshold(5_000)
    screen.chart.threshold_moved.emit(5_000.0)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 0)
    assert screen.tiles.slow.accessibleName() == "Slow statements: 0"


def test_a_point_leads_to_its_row(screen: Queries, operator_database: Database, qtbot: QtBot) -> None:
    sleep(operator_database, 0.12)
    count_tables(operator_database)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    snapshot = operator_database.recorder.snapshot()
    for place, label in ((0, "SELECT pg_sleep()"), (1, "SELECT pg_class count")):
        screen.chart.point_clicked.emit(snapshot.fingerprint[place])
        assert screen.table.current_row().label == label  # type: ignore[union-attr]  # there is a row
    # New figures must not move what is chosen.
    count_tables(operator_database)
    qtbot.waitUntil(lambda: rows(screen)["SELECT pg_class count"] == 2)
    assert screen.table.current_row().label == "SELECT pg_class count"  # type: ignore[union-attr]  # there is a row


def test_nothing_is_drawn_while_nobody_looks(
    screen: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    screen.hide()
    count_tables(operator_database)
    qtbot.wait(2 * screen._redraw.interval())
    assert "0 statements" in drawn(screen) or not drawn(screen)
    screen.show()
    qtbot.waitUntil(lambda: drawn(screen).startswith("1 statements"))


def test_no_more_points_than_can_be_drawn_and_it_says_so(
    context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(capacity=20_000)
    for _ in range(POINTS_AT_MOST + 500):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            pass
    crowded = Queries(replaced(context, recorder))
    qtbot.addWidget(crowded)
    crowded.show()
    qtbot.waitUntil(lambda: drawn(crowded).startswith("10,000 statements"))
    assert crowded.tiles.slow.accessibleName() == "Slow statements: 0"
    assert "10,500 statements" in shown_words(crowded)
    assert "the newest 10,000 drawn" in shown_words(crowded)


def test_the_trend_ends_with_the_newest_statements() -> None:
    recorder = Recorder(capacity=2_000)
    for pause_s in (0.002, 0.004, 0.03):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            time.sleep(pause_s)  # the statement's own time, not a wait for something
    snapshot = recorder.snapshot()
    lines = trend(snapshot, 60.0)
    assert len(lines.at) == 1
    assert lines.at[-1] == snapshot.wall[-1]
    assert lines.p50_ms[-1] == pytest.approx(snapshot.duration_ms[1])
    assert lines.p50_ms[-1] < lines.p95_ms[-1] < lines.p99_ms[-1] < snapshot.duration_ms[2]
    nothing = Recorder().snapshot()
    assert analyse(nothing, 60.0, 100.0).rows == ()
    assert len(trend(nothing, 60.0).at) == 0


def test_a_blocked_window_is_seen_in_its_lag(qtbot: QtBot) -> None:
    sampler = LagSampler()
    assert sampler.lag().longest_ms == 0
    sampler.start()
    QTimer.singleShot(60, lambda: time.sleep(0.25))  # what blocks a window: work on its thread
    qtbot.waitUntil(lambda: sampler.lag().longest_ms > 150)


def replaced(context: Context, recorder: Recorder) -> Context:
    parts = {name: getattr(context, name) for name in Context.__slots__}
    return Context(**(parts | {"recorder": recorder}))


def shown_words(screen: Queries) -> str:
    return screen.title._subtitle.text()
