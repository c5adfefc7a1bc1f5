"""The automatic jobs by command: how they stand, their runs, the service, and the daily figures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import transfer, wait_until
from tests.cluster import connected
from tests.models.jobs.lease import claimed
from tests.models.jobs.test_figures import put_back
from tests.models.writes import grant, let_time_pass, reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.console.cli.conftest import Run

TOP = Path(__file__).parents[5]
JSON = ("--format", "json")


@pytest.fixture
def admin(ledger_url: str) -> Iterator[Connection]:
    with connected(ledger_url) as connection:
        yield connection


@pytest.fixture
def operator(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> Iterator[Connection]:
    open_accounts({"alice": 1_000, "bob": 0})
    with connected(as_role("t_operator")) as connection:
        yield connection


def past_due(operator: Connection, admin: Connection) -> None:
    reserve(operator, "alice", 100, "late", 1)
    grant(operator, "bob", 50, 1)
    let_time_pass(admin, 2)
    # The ledger is a copy of one that may be some minutes old.
    admin.execute("UPDATE ledger.jobs SET since = clock_timestamp()")


def test_what_is_due_is_run_once_and_told(ledgerctl: Run, operator: Connection, admin: Connection) -> None:
    past_due(operator, admin)
    before = ledgerctl(*JSON, "keeper", "status", role="t_viewer")
    assert before.code == 0
    assert {row["job"]: row["state"] for row in before.data} == {
        "sweep": "due", "seal": "planned", "checkpoint": "planned", "figures": "planned", "verify": "planned",
    }  # fmt: skip
    assert "Nobody runs the jobs now." in before.err
    done = ledgerctl("keeper", "run", "--once", role="t_keeper")
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "This keeper runs the jobs.\nsweep: done, 1 hold and 1 credit ended, 0.50 CR expired\n"
    )
    sweep = {row["job"]: row for row in ledgerctl(*JSON, "keeper", "status").data}["sweep"]
    assert (sweep["state"], sweep["status"], sweep["by"]) == ("idle", "done", "t_keeper")
    (run,) = ledgerctl(*JSON, "keeper", "runs", "sweep", role="t_viewer").data
    assert (run["by"], run["outcome"]) == ("t_keeper", "1 hold and 1 credit ended, 0.50 CR expired")


def test_a_job_that_is_late_ends_with_1(ledgerctl: Run, operator: Connection, admin: Connection) -> None:
    past_due(operator, admin)
    admin.execute("UPDATE ledger.jobs SET since = since - interval '1 hour'")
    admin.execute(
        "UPDATE ledger.reservations SET created_at = now() - interval '1 hour',"
        " expires_at = now() - interval '2 minutes'"
    )
    done = ledgerctl(*JSON, "keeper", "status")
    assert done.code == 1
    assert [row["state"] for row in done.data if row["job"] == "sweep"] == ["late"]


def test_while_another_runs_them_nothing_is_done(
    ledgerctl: Run, operator: Connection, admin: Connection
) -> None:
    past_due(operator, admin)
    claimed(operator)
    done = ledgerctl("keeper", "run", "--once", role="t_keeper")
    assert (done.code, done.err) == (0, "t_operator runs the jobs at a test; this keeper waits.\n")
    assert "t_operator runs the jobs at a test, since " in ledgerctl("keeper", "status").err


@pytest.mark.parametrize("role", ["t_viewer", "t_support", "t_approver", "t_auditor"])
def test_who_may_not_is_told_what_it_takes(ledgerctl: Run, operator: Connection, role: str) -> None:
    done = ledgerctl("keeper", "run", role=role)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"{role} may not run the jobs: it takes the role keeper or operator.\n"


def test_the_keepers_role_may_do_nothing_else(ledgerctl: Run, operator: Connection) -> None:
    done = ledgerctl(
        "transfer", "--from", "alice", "--to", "bob", "--amount", "1", "--reference", "r", role="t_keeper"
    )
    assert done.code == 1
    assert "refused this to your role" in done.err


def test_an_unknown_job_is_named(ledgerctl: Run) -> None:
    done = ledgerctl("keeper", "runs", "breakfast")
    assert done.code == 2
    assert "breakfast" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM there")
def test_the_service_works_until_it_is_ended_and_gives_the_lease_back(
    operator: Connection, admin: Connection, as_role: Callable[[str], str], tmp_path: Path
) -> None:
    folders = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {**os.environ, **folders, "LEDGER_DATABASE_URL": as_role("t_keeper")}
    service = subprocess.Popen(
        [sys.executable, "-m", "console", "keeper", "run"],
        cwd=TOP, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: holder(admin) == "t_keeper")
        past_due(operator, admin)
        wait_until(lambda: held(admin) == 0)
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=20)
    finally:
        service.kill()
        service.wait()
    assert service.returncode == 0, said
    assert "sweep: done" in said
    assert holder(admin) is None


def holder(admin: Connection) -> str | None:
    row = admin.execute("SELECT holder FROM ledger.keeper_lease").fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


def held(admin: Connection) -> int:
    row = admin.execute("SELECT sum(reserved)::int FROM ledger.wallets").fetchone()
    assert row is not None
    return int(row[0])


def test_the_figures_of_days_are_listed(ledgerctl: Run, operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 5)
    put_back(admin, 2)
    transfer(operator, "alice", "@external", 30)
    days = ledgerctl(*JSON, "figures", role="t_viewer").data
    assert [(row["held"], row["kind"], row["transactions"], row["amount"], row["over"]) for row in days] == [
        ("10.05", "deposit", 2, "10.05", "yes"),
        ("9.75", "payout", 1, "0.30", "no"),
    ]
    today = datetime.now(UTC).date()
    assert days[0]["day"] == str(today - timedelta(days=2))
    only = ledgerctl(*JSON, "figures", "--from", str(today), "--to", str(today)).data
    assert [row["held"] for row in only] == ["9.75"]
    wrong = ledgerctl("figures", "--from", str(today), "--to", "2026-01-01")
    assert (wrong.code, wrong.err) == (2, f"--from {today} is after --to 2026-01-01.\n")
