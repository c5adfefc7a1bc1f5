"""The bank under fire, and the seeds that are tried every time."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.fire.fire import Settings, burn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.kit.bank import Server

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP"),
]

# A seed whose run was red stays here: the same faults at the same moments and the same mixes; how they
# interleave is the machine's affair. None was red yet; these two keep the way open.
FIXED_SEEDS: Final = (1, 2)


def test_bank_under_fire(
    fire_server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, soak: bool
) -> None:
    seed = int(os.environ.get("LEDGER_FIRE_SEED") or random.SystemRandom().randrange(2**31))
    settings = Settings(seed, seconds=1800.0, clients=24) if soak else Settings(seed)
    report = burn(fire_server, settings, tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{report.text()}")
    assert report.violations == [], f"the history is in {tmp_path}\n{report.text()}"
    assert report.faults.total() >= (1_500 if soak else 40)
    assert report.cuts >= (100 if soak else 4)
    assert report.acknowledged > report.refused > 0
    assert report.asked_again > 0
    assert report.looks > 0
    assert set(report.kinds) >= {"transfer", "post_batch", "grant_credit", "reserve", "capture", "sweep"}


@pytest.mark.parametrize("seed", FIXED_SEEDS)
def test_fixed_seeds(fire_server: Server, tmp_path: Path, seed: int) -> None:
    report = burn(fire_server, Settings(seed, seconds=5.0, per_second=4.0, slow=0.1), tmp_path)
    assert report.violations == [], f"the history is in {tmp_path}\n{report.text()}"
    assert report.faults.total() >= 10
