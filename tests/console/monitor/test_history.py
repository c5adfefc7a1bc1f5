"""The history: what it keeps, for how long, in how much room, and from how many consoles at once."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from console.cli.main import main
from console.errors import UnavailableError
from console.monitor.history import History, by_action, by_statement
from console.monitor.history_writer import HistoryWriter
from console.monitor.recording.fingerprint import fingerprint
from console.monitor.recording.percentiles import buckets
from console.monitor.recording.slices import MinuteFigures

if TYPE_CHECKING:
    from pathlib import Path

    from console.monitor.recording.recorder import Recorder

SHAPE = fingerprint("SELECT a FROM t WHERE b = 'Ada Lovelace'")


def minute(
    at: float, durations_ms: np.ndarray, action: str = "accounts.page", number: int = 0
) -> MinuteFigures:
    shape = SHAPE if not number else fingerprint(f"SELECT a FROM t{number}")
    found, counts = np.unique(buckets(durations_ms), return_counts=True)
    calls, total_ms = len(durations_ms), float(durations_ms.sum())
    return MinuteFigures(int(at // 60), shape, action, calls, 1, 2 * calls, total_ms, found, counts)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history" / "embedded.sqlite3")


def test_minutes_add_up_to_true_percentiles(history: History) -> None:
    now = time.time()
    random = np.random.default_rng(2)
    parts = [random.lognormal(number, 1, 3_000) for number in range(3)]
    for number, part in enumerate(parts):
        history.add([minute(now - 60 * number, part, "accounts.page" if number else "overview.load")])
    rows = history.rows(now - 600, now + 60)
    (whole,) = by_statement(rows)
    expected = np.percentile(np.concatenate(parts), [50, 95, 99])
    assert (whole.calls, whole.failures, whole.rows) == (9_000, 3, 18_000)
    assert [whole.times.p50_ms, whole.times.p95_ms, whole.times.p99_ms] == pytest.approx(
        expected.tolist(), rel=0.02
    )
    assert whole.actions == ("accounts.page", "overview.load")
    assert {one.actions[0]: one.calls for one in by_action(rows)} == {
        "accounts.page": 6_000,
        "overview.load": 3_000,
    }
    assert rows[-1].times.p95_ms == pytest.approx(np.percentile(parts[0], 95), rel=0.02)


def test_midnight_lies_between_two_minutes(history: History) -> None:
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = today.timestamp()
    history.add([minute(midnight - 30, np.ones(5)), minute(midnight + 30, np.ones(7))])
    before = (today - timedelta(days=1)).timestamp()
    assert [row.calls for row in history.rows(before, midnight)] == [5]
    assert [row.calls for row in history.rows(midnight, midnight + 600)] == [7]


def test_a_week_is_kept(history: History) -> None:
    now = time.time()
    history.add([minute(now - days * 86_400, np.ones(days)) for days in (1, 6, 8, 30)])
    assert sorted(row.calls for row in history.rows(0, now)) == [1, 6]


def test_the_size_is_capped_and_the_oldest_goes(tmp_path: Path) -> None:
    limit = 300_000
    history = History(tmp_path / "small.sqlite3", size_limit=limit)
    now = time.time()
    random = np.random.default_rng(4)
    for hour in range(40, 0, -1):
        at = now - hour * 3_600
        history.add([minute(at, random.lognormal(1, 2, 300), number=number) for number in range(1, 30)])
    kept = history.rows(0, now)
    assert 0 < len(kept) < 40 * 29
    assert kept[-1].at == int((now - 3_600) // 60) * 60
    assert history.file.stat().st_size <= limit * 1.1


def test_only_the_user_reads_it_and_no_value_is_in_it(history: History) -> None:
    history.add([minute(time.time(), np.ones(3))])
    assert stat.S_IMODE(history.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.file.parent.stat().st_mode) == 0o700
    assert b"Lovelace" not in history.file.read_bytes()
    assert b"SELECT a FROM t WHERE b = ?" in history.file.read_bytes()


def test_a_spoilt_file_is_said_and_then_replaced(history: History) -> None:
    history.file.parent.mkdir()
    history.file.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(UnavailableError, match="cannot be read"):
        history.rows(0, time.time())
    history.add([minute(time.time(), np.ones(3))])
    assert len(history.rows(0, time.time() + 60)) == 1


_OTHER = """
import sys, time
from pathlib import Path
from console.monitor.history import History
from console.monitor.history_writer import HistoryWriter
from console.monitor.recording.recorder import Recorder
recorder = Recorder()
writer = HistoryWriter(recorder, History(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
for round in range(10):
    with recorder.action("accounts.page"):
        with recorder.statement("SELECT", "SELECT a FROM b"):
            pass
    writer.write(whole=False)
writer.close()
"""


def test_two_consoles_write_at_once(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite3"
    consoles = [
        subprocess.Popen(
            [sys.executable, "-c", _OTHER, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for console in consoles:
        assert console.stdout is not None
        assert console.stdout.readline() == "ready\n"
    for console in consoles:
        console.communicate("go\n", timeout=60)
    assert [console.returncode for console in consoles] == [0, 0]
    rows = History(file).rows(0, time.time() + 60)
    assert len({(row.at, row.calls) for row in rows}) >= 1
    assert len(rows) >= 2
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(DISTINCT writer) FROM minutes").fetchone() == (2,)
    connection.close()


def test_the_writer_writes_what_is_left(history: History, recorder: Recorder) -> None:
    writer = HistoryWriter(recorder, history)
    with recorder.action("accounts.page"), recorder.statement("SELECT", "SELECT a FROM b") as running:
        running.rows = 4
    writer.close()
    writer.close()
    (row,) = history.rows(time.time() - 120, time.time() + 60)
    assert (row.label, row.action, row.calls, row.rows) == ("SELECT b", "accounts.page", 1, 4)


def test_a_folder_that_cannot_be_written_stops_nothing(
    tmp_path: Path, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "history").write_text("a file where the folder should be")
    writer = HistoryWriter(recorder, History(tmp_path / "history" / "embedded.sqlite3"))
    with recorder.statement("SELECT", "SELECT a FROM b"):
        pass
    writer.close()
    assert "was not written" in caplog.text


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.upper().startswith("LEDGER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LEDGER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_statement_has_the_label_of_the_console_that_wrote_last(history: History) -> None:
    now = time.time()
    before = minute(now - 120, np.ones(3))
    history.add([replace(before, fingerprint=replace(before.fingerprint, label="SELECT t"))])
    history.add([minute(now, np.ones(3))])
    assert {row.label for row in history.rows(0, now + 60)} == {"SELECT t by b"}


def test_the_command_prints_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = History(data / "history" / "embedded.sqlite3")
    now = time.time()
    yesterday = now - 86_400
    history.add([
        minute(now, np.full(3, 40.0)),
        minute(now, np.full(2, 400.0), number=1),
        minute(yesterday, np.ones(9)),
    ])  # fmt: skip
    assert main(["--format", "csv", "queries"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fingerprint,statement,actions,calls,")
    assert [line.split(",")[1:4] for line in lines[1:]] == [
        ["SELECT t1", "accounts.page", "2"],
        ["SELECT t by b", "accounts.page", "3"],
    ]
    assert main(["--format", "csv", "queries", "--slow", "1000", "--by", "action", "--since", "2d"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["--format", "csv", "queries", "--slow", "100"]) == 0
    assert [line.split(",")[1] for line in capsys.readouterr().out.splitlines()[1:]] == ["SELECT t1"]
    assert main(["--format", "json", "queries", "--yesterday"]) == 0
    assert '"calls": 9' in capsys.readouterr().out
    moments = [datetime.fromtimestamp(at).astimezone().isoformat() for at in (yesterday - 90, yesterday + 90)]
    assert main(["--format", "csv", "queries", "--from", moments[0], "--to", moments[1]]) == 0
    assert capsys.readouterr().out.splitlines()[1].split(",")[3] == "9"


@pytest.mark.parametrize(
    "words",
    [["--since", "soon"], ["--since", "1h", "--yesterday"], ["--from", "noon"], ["--live", "--yesterday"]],
)
@pytest.mark.usefixtures("data")
def test_a_time_that_makes_no_sense_is_refused(words: list[str]) -> None:
    assert main(["queries", *words]) == 2


@pytest.mark.usefixtures("data")
def test_without_a_history_there_are_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queries"]) == 0
    assert capsys.readouterr().err == "0 statements; 0 of 0 lines.\n"
