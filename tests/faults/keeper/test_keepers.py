"""Two keepers and eight consoles under kills: each effect once, and nothing is left undone for a minute."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING

import pytest

from console.ledger.audit.verify.questions import verify
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from tests.cluster import connected
from tests.faults.fire.plan import Kind
from tests.faults.keeper.shift import Shift
from tests.faults.kit.operations import Town

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Settings
    from tests.faults.kit.bank import Server

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP"),
]


def test_keepers_and_consoles_under_kills_and_stops(
    fire_server: Server,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    soak: bool,
) -> None:
    seed = int(os.environ.get("LEDGER_KEEPER_SEED") or random.SystemRandom().randrange(2**31))
    sys.stdout.write(f"LEDGER_KEEPER_SEED={seed}\n")
    with fire_server.bank(Town(hot=4, cold=20)) as bank:
        with connected(bank.admin_url) as admin:
            # Verify is due at night; like this it is at once.
            admin.execute("UPDATE ledger.jobs SET since = since - interval '2 days'")
        database = Database(fire_server.cluster.url(bank.database), Recorder(), settings)
        try:
            report = Shift(bank, database, tmp_path, seed).run(kills=500 if soak else 10)
            verified = verify(database)
        finally:
            database.close()
    with capsys.disabled():
        sys.stdout.write(f"\n{report.text()}")
    assert report.violations == [], f"the history is in {tmp_path}\n{report.text()}"
    assert [check for check in verified.checks if not check.passed] == []
    assert set(report.faults) >= {Kind.KILL, Kind.FREEZE, Kind.TERMINATE}
    jobs = ("sweep", "seal", "checkpoint", "figures", "verify")
    assert [job for job in jobs if not report.runs[f"{job} done"]] == [], report.text()
    assert report.leases > 1
