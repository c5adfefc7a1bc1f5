"""The figures of one statement."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from console.monitor.recording.detail import pretty, statement_detail
from console.monitor.recording.fingerprint import fingerprint
from console.monitor.recording.percentiles import EVER

if TYPE_CHECKING:
    from console.monitor.recording.recorder import Recorder

SQL = "SELECT a, b FROM t JOIN u ON t.id = u.id WHERE a IN ('x', 'y') AND b = %(b)s"


@pytest.mark.alone
def test_all_that_is_known_of_one_statement(recorder: Recorder) -> None:
    for screen, times in (("accounts", 3), ("overview", 1)):
        with recorder.action("accounts.tally", screen=screen):
            for number in range(times):
                recorder.record(SQL, (time.perf_counter() - 0.01, time.time() - 0.01), number)
                recorder.record("SELECT c FROM v", (time.perf_counter(), time.time()), 1)
    with pytest.raises(TimeoutError), recorder.statement("SELECT", SQL):
        raise TimeoutError
    found = statement_detail(recorder, fingerprint(SQL).id)
    assert found is not None
    assert (found.calls, found.failures, found.rows) == (5, 1, 3)
    assert found.total_ms == pytest.approx(40, rel=0.5)
    assert found.mean_ms == pytest.approx(found.total_ms / 5)
    assert {within_s: times.count for within_s, times in found.windows.items()} == {
        60: 5, 900: 5, 3_600: 5, EVER: 5,
    }  # fmt: skip
    assert sum(minute.calls for minute in found.trend) == 5
    assert all(time.time() - 120 < minute.at <= time.time() for minute in found.trend)
    assert found.trend[-1].p95_ms == pytest.approx(10, rel=0.3)
    assert [(caller.action, caller.screen, caller.calls) for caller in found.callers] == [
        ("accounts.tally", "accounts", 3),
        ("accounts.tally", "overview", 1),
        ("", "", 1),
    ]
    assert found.last_error == "TimeoutError"
    assert found.sql.splitlines()[:3] == ["SELECT", "  a,", "  b"]
    assert "'x'" not in found.sql


def test_what_was_not_seen_has_no_detail(recorder: Recorder) -> None:
    assert statement_detail(recorder, "none") is None


def test_what_no_grammar_knows_is_shown_as_it_is() -> None:
    shape = fingerprint("COPY ledger.batch_lines (a, b) FROM STDIN WEIRD (1")
    assert pretty(shape).startswith("COPY ledger.batch_lines")
