"""What is over budget, repeated, too many or slow is told, with the action's name and no value."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest

from console.monitor.watch import Alert, Level, Limits, Watch
from console.settings import Settings

if TYPE_CHECKING:
    from console.monitor.recording.recorder import Recorder


def send(recorder: Recorder, action: str, *texts: str) -> None:
    with recorder.action(action):
        for text in texts:
            with recorder.statement("SELECT", text):
                pass


def only(watch: Watch) -> Alert:
    """Return the one alert there is."""
    (alert,) = watch.alerts
    return alert


@pytest.mark.over_budget
def test_a_loop_around_a_statement_is_called_n_plus_one(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(recorder, Limits())
    told: list[Alert] = []
    forget = watch.on_alert(told.append)
    names = [f"SELECT name FROM wallets WHERE id = '{name}'" for name in ("Ada", "Grace", "Mary", "Joan")]
    send(recorder, "accounts.page", "SELECT a FROM users", *names)
    forget()
    over, repeated = watch.alerts
    assert told == [over, repeated]
    assert (over.level, repeated.level) == (Level.WARNING, Level.WARNING)
    assert over.text == "accounts.page sent 5 statements, its budget is 1."
    assert repeated.text == "N+1 in accounts.page: SELECT wallets by id ran 4 times in one run."
    snapshot = recorder.snapshot()
    assert repeated.fingerprint == snapshot.fingerprints[snapshot.fingerprint[-1]].id
    assert abs(repeated.at - time.time()) < 60
    warned = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [over.text, repeated.text]
    assert "Grace" not in caplog.text + repr(watch.alerts)
    assert watch.overruns == {"accounts.page": 1}


def test_within_budget_nothing_is_told(recorder: Recorder) -> None:
    watch = Watch(recorder, Limits())
    send(recorder, "accounts.page", "SELECT a FROM users")
    send(recorder, "account.page", *["SELECT a FROM users"] * 3)
    send(recorder, "transactions.export", *["SELECT a FROM transactions"] * 50)
    send(recorder, "ledger.verify", *["SELECT a FROM t"] * 60)
    assert watch.alerts == ()
    assert watch.overruns == {}


def test_too_many_statements_of_an_action_without_a_budget(recorder: Recorder) -> None:
    watch = Watch(recorder, Limits.of(Settings.model_construct(alert_statements=4)))
    send(recorder, "none.such", *[f"SELECT a FROM t{number}" for number in range(4)])
    assert watch.alerts == ()
    send(recorder, "none.such", *[f"SELECT a FROM t{number}" for number in range(5)])
    alert = only(watch)
    assert (alert.level, alert.text) == (Level.NOTICE, "none.such sent 5 statements, limit 4.")


def test_a_slow_action_is_told_once_until_it_is_quick_again(recorder: Recorder) -> None:
    watch = Watch(recorder, Limits(p95_ms=100))

    def lasting(ms: float, times: int) -> None:
        for _ in range(times):
            with recorder.action("overview.load"):
                recorder.record("SELECT a FROM b", (time.perf_counter() - ms / 1_000, time.time()), 1)

    lasting(500, 4)
    watch.check()
    assert watch.alerts == ()  # four are too few for a percentile
    lasting(500, 1)
    watch.check()
    watch.check()
    alert = only(watch)
    assert alert.text.startswith("overview.load: p95 500 ms over one minute, limit 100 ms")
    lasting(1, 400)
    watch.check()
    lasting(500, 100)
    watch.check()
    assert len(watch.alerts) == 2


@pytest.mark.over_budget
def test_closed_it_listens_no_more(recorder: Recorder) -> None:
    watch = Watch(recorder, Limits())
    watch.close()
    send(recorder, "accounts.page", *["SELECT a FROM users"] * 9)
    assert watch.alerts == ()


@pytest.mark.over_budget
def test_the_last_ones_are_kept(recorder: Recorder) -> None:
    watch = Watch(recorder, Limits())
    for _ in range(250):
        send(recorder, "accounts.page", "SELECT a FROM users", "SELECT a FROM wallets")
    assert len(watch.alerts) == 200
    assert watch.overruns == {"accounts.page": 250}
