"""The recorder on a real engine: waits, reading, commits, and slow statements told apart from quick ones."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import psycopg
import pytest
from psycopg.sql import SQL, Literal
from sqlalchemy import create_engine, text

from console.monitor.recording.attachment import attach
from console.monitor.recording.percentiles import EVER, WINDOWS_S
from console.monitor.recording.recorder import Recorder
from console.monitor.recording.statements import statements
from console.postgres.database import Database
from console.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from console.monitor.recording.cost import ActionCost


@pytest.fixture
def engine(database_url: str, recorder: Recorder) -> Iterator[Engine]:
    engine = create_engine(database_url, pool_pre_ping=True)
    attach(recorder, engine)
    yield engine
    engine.dispose()


def test_slow_statements_are_those_above_the_threshold(engine: Engine, recorder: Recorder) -> None:
    with engine.connect() as connection:
        for ms in (50, 150, 500, 50, 150):
            connection.execute(text(f"SELECT pg_sleep({ms / 1000})"))
        connection.execute(text("SELECT relname FROM pg_class LIMIT 1")).all()
    snapshot = recorder.snapshot()
    assert len(snapshot) == 6
    asked_ms = np.array([50, 150, 500, 50, 150, 0])
    slow = snapshot.duration_ms > 100
    assert slow.tolist() == (asked_ms > 100).tolist()
    assert (snapshot.duration_ms >= asked_ms).all()
    sleeping = recorder.figures(60).by_fingerprint[snapshot.fingerprints[snapshot.fingerprint[0]].id]
    assert sleeping.count == 5
    longest = max(snapshot.duration_ms[:5])
    assert sleeping.p99_ms == pytest.approx(longest, rel=0.02)
    assert sleeping.p50_ms == pytest.approx(np.median(snapshot.duration_ms[:5]), rel=0.02)
    table = {row.label: row for row in statements(snapshot)}
    assert [row.calls for row in table.values()] == [5, 1]


def test_percentiles_of_real_statements_are_numpys(engine: Engine, recorder: Recorder) -> None:
    statement = text("SELECT count(*) FROM generate_series(1, :size)")
    sizes = np.random.default_rng(3).lognormal(6, 2, 1_200).clip(1, 100_000).astype(int)
    with engine.connect() as connection, recorder.action("overview.tally"):
        for size in sizes.tolist():
            connection.execute(statement, {"size": size}).scalar_one()
    snapshot = recorder.snapshot()
    expected = np.percentile(snapshot.duration_ms, [50, 95, 99], method="inverted_cdf")
    for within_s in (*WINDOWS_S, EVER):
        figures = recorder.figures(within_s)
        for found in (
            figures.overall, figures.by_action["overview.tally"], *figures.by_fingerprint.values()
        ):  # fmt: skip
            assert found.count == 1_200
            assert [found.p50_ms, found.p95_ms, found.p99_ms] == pytest.approx(expected.tolist(), rel=0.02)


def test_reading_the_rows_is_timed_apart(engine: Engine, recorder: Recorder) -> None:
    with engine.connect() as connection:
        result = connection.execute(text("SELECT generate_series(1, 20000)"))
        assert recorder.snapshot().fetch_ms.tolist() == [0.0]
        assert len(result.all()) == 20_000
        connection.execute(text("CREATE TEMP TABLE t (a int)"))
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 FROM pg_class LIMIT 2")
        assert cursor.fetchone() == (1,)
        assert len(cursor.fetchmany(5)) == 1
        cursor.close()
    snapshot = recorder.snapshot()
    assert snapshot.fetch_ms[0] > 1
    assert snapshot.fetch_ms[1] == 0
    assert 0 < snapshot.fetch_ms[2] < snapshot.fetch_ms[0]


def test_reading_of_what_the_ring_has_forgotten_is_forgotten(recorder: Recorder) -> None:
    places = []
    for _ in range(3_000):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            pass
        places.append(recorder.record("SELECT a FROM b", (0.0, 0.0), 1))
        recorder.set_fetch(places[-1], 5.0)
    recorder.set_fetch(places[0], 99.0)
    snapshot = recorder.snapshot()
    assert len(snapshot) == 2_000
    assert sorted(set(snapshot.fetch_ms.tolist())) == [0.0, 5.0]


def test_a_commit_is_recorded_and_counted_by_no_budget(engine: Engine, recorder: Recorder) -> None:
    costs: list[ActionCost] = []
    recorder.on_action(costs.append)
    with recorder.action("transfer.post"), engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE t (a int)"))
    with recorder.action("transactions.page"), engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM pg_class LIMIT 1")).all()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT 1 FROM pg_class LIMIT 1")).all()
        connection.commit()  # there is no transaction, and nothing is sent
    assert [cost.statements for cost in costs] == [1, 1]
    assert costs[0].commit_ms > 0 == costs[1].commit_ms
    assert len(recorder.snapshot()) == 3
    everything = recorder.snapshot(commits=True)
    assert everything.is_commit.tolist() == [False, True, False, False]
    assert everything.actions[everything.action[1]] == "transfer.post"
    figures = recorder.figures(60)
    assert figures.overall.count == recorder.figures(EVER).overall.count == 3
    commit = everything.fingerprints[everything.fingerprint[1]]
    assert commit.label == "COMMIT"
    assert figures.by_fingerprint[commit.id].count == 1
    assert {name: total.statements for name, total in recorder.totals().items()} == {
        "": 1,
        "transfer.post": 1,
        "transactions.page": 1,
    }


def test_a_commit_that_fails_is_recorded_as_failed(engine: Engine, recorder: Recorder) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMP TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)"))
        connection.commit()
        connection.execute(text("INSERT INTO t VALUES (1), (1)"))
        with pytest.raises(Exception, match="duplicate key"):
            connection.commit()
    found = recorder.snapshot(commits=True)
    assert found.failed.tolist() == [False, False, False, True]
    failure = found.failures[found.failure[-1]]
    assert failure is not None
    assert failure.text == "UniqueViolation 23505"


def test_the_wait_for_a_connection_is_recorded(ledger_url: str) -> None:
    settings = Settings.model_construct(pool_size=1, pool_overflow=0)
    database = Database(ledger_url, Recorder(), settings)
    costs: list[ActionCost] = []
    database.recorder.on_action(costs.append)
    inside, tried, free = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        def work(session: object) -> None:
            inside.set()
            tried.wait(10)
            free.wait(0.2)  # nobody sets it: this is how long the other waits at least

        database.read("accounts.page", work)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    tried.set()
    database.read("transactions.page", lambda session: session.execute(text("SELECT 1 FROM pg_class")).all())
    holder.join()
    database.close()
    found = database.recorder.snapshot()
    assert found.wait_ms[-1] > 150
    waited = next(cost for cost in costs if cost.action == "transactions.page")
    assert waited.wait_ms == pytest.approx(found.wait_ms[-1])


def test_what_goes_to_the_driver_itself_is_recorded_without_its_values(
    engine: Engine, recorder: Recorder
) -> None:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.execute(SQL("SELECT {} AS kept FROM pg_class LIMIT 1").format(Literal("secret-value")))
        driver.execute(b"SELECT 'secret-value' FROM pg_type LIMIT 1")
        driver.cursor().executemany("SELECT %s::text FROM pg_am", [["secret-value"], ["other"]])
        with pytest.raises(psycopg.errors.UndefinedTable):
            driver.cursor().executemany("SELECT %s FROM missing", [["secret-value"]])
    found = recorder.snapshot()
    assert [found.fingerprints[number].label for number in found.fingerprint] == [
        "SELECT pg_class",
        "SELECT pg_type",
        "SELECT pg_am",
        "SELECT missing",
    ]
    assert found.failed.tolist() == [False, False, False, True]
    assert "secret-value" not in repr(found.fingerprints)


def test_eight_threads_record_all_they_send(database_url: str) -> None:
    recorder = Recorder()
    engine = create_engine(database_url, pool_size=8)
    attach(recorder, engine)
    costs: list[ActionCost] = []
    recorder.on_action(costs.append)

    def work(number: int) -> None:
        with engine.connect() as connection, recorder.action(f"screen{number}.page"):
            for _ in range(200):
                connection.execute(text(f"SELECT a{number} FROM (SELECT 1 AS a{number}) t{number}")).all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    snapshot = recorder.snapshot()
    assert len(snapshot) == 1_600
    assert sorted(cost.statements for cost in costs) == [200] * 8
    pairs = {
        (snapshot.actions[action], snapshot.fingerprints[shape].text.split(" FROM")[0])
        for action, shape in zip(snapshot.action, snapshot.fingerprint, strict=True)
    }
    assert pairs == {(f"screen{n}.page", f"SELECT a{n}") for n in range(8)}
    assert {name: total.statements for name, total in recorder.totals().items()} == {
        f"screen{n}.page": 200 for n in range(8)
    }
    assert recorder.figures(EVER).overall.count == 1_600
