"""The table of statements and the budgets."""

from __future__ import annotations

import pytest

from console.monitor.budgets import BUDGETS, budget, over_budget
from console.monitor.recording.cost import ActionCost
from console.monitor.recording.percentiles import overall, windows
from console.monitor.recording.recorder import Recorder
from console.monitor.recording.statements import statements


def run(recorder: Recorder, sql: str, *, times: int = 1, rows: int = 1) -> None:
    for _ in range(times):
        with recorder.statement("SELECT", sql) as running:
            running.rows = rows


@pytest.mark.over_budget
def test_one_row_a_fingerprint() -> None:
    recorder = Recorder()
    with recorder.action("transactions.page"):
        run(recorder, "SELECT a FROM t WHERE b = 1", times=5, rows=10)
    with recorder.action("accounts.page", screen="accounts"):
        run(recorder, "SELECT a FROM t WHERE b = 2", times=2, rows=-1)
        run(recorder, "SELECT c FROM u")
    run(recorder, "SELECT c FROM u", times=3)
    with pytest.raises(TimeoutError), recorder.statement("SELECT", "SELECT c FROM u"):
        raise TimeoutError
    snapshot = recorder.snapshot(60)
    table = {row.label: row for row in statements(snapshot)}
    first, second = table["SELECT t by b"], table["SELECT u"]
    assert (first.calls, first.per_action_max, first.rows, first.failures) == (7, 5, 50, 0)
    assert (second.calls, second.per_action_max, second.rows, second.failures) == (5, 1, 4, 1)
    assert first.screens == ("accounts", "transactions")
    assert second.screens == ("accounts",)
    assert (first.last_error, second.last_error) == (None, "TimeoutError")
    assert first.times.count == 7
    assert first.mean_ms == pytest.approx(first.total_ms / 7)
    assert first.text == "SELECT a FROM t WHERE b = ?"
    assert first.total_ms + second.total_ms == pytest.approx(snapshot.duration_ms.sum())
    assert overall(snapshot).count == windows(snapshot)[60.0].count == 12


def test_the_most_expensive_comes_first() -> None:
    recorder = Recorder()
    for number in range(20):
        run(recorder, f"SELECT a FROM t{number}")
    totals = [row.total_ms for row in statements(recorder.snapshot())]
    assert len(totals) == 20
    assert totals == sorted(totals, reverse=True)


def test_nothing_recorded_is_an_empty_table() -> None:
    snapshot = Recorder().snapshot()
    assert statements(snapshot) == ()
    assert overall(snapshot).count == 0


def cost(action: str, count: int) -> ActionCost:
    return ActionCost(action, "screen", count, ms=1.0, rows=1, repeated=None, repeats=0)


@pytest.mark.parametrize(
    ("action", "count", "over"),
    [
        ("transactions.page", 1, 0),
        ("transactions.page", 201, 200),
        ("account.page", 3, 0),
        ("none.such", 9, 0),
    ],
)
def test_over_budget_counts_what_is_too_much(action: str, count: int, over: int) -> None:
    assert over_budget(cost(action, count)) == over


def test_almost_every_action_is_one_statement() -> None:
    assert {action: allowed for action, allowed in BUDGETS.items() if allowed > 1} == {
        "account.page": 3,
        "batch.load": 3,  # create, COPY, check
        "batch.load-each": 4,  # the same of all drafts, then which references they share
        "batch.dry-run": 2,  # the posting itself, then the balances before the rollback
        "batch.reverse-dry-run": 2,  # the same of a reversal
        "operators.gate": 2,  # the verifier's iterations, then the role
        "ledger.verify": 100,  # a question a rule, at any size of the ledger
        "queries.plan": 12,  # EXPLAIN and its tables, and a try for each value without a type
    }
    assert budget("none.such") is None
