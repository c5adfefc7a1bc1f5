"""Sixteen writers on twelve hot wallets never deadlock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.kit.operations import Town
from tests.faults.writers import measure

if TYPE_CHECKING:
    from tests.faults.kit.bank import Server


@pytest.mark.alone
def test_sixteen_writers_on_twelve_wallets(
    fire_server: Server, capsys: pytest.CaptureFixture[str], *, soak: bool
) -> None:
    with fire_server.bank(Town(hot=12, cold=0)) as bank:
        measured = measure(bank, writers=16, seconds=60.0 if soak else 4.0, seed=1)
    with capsys.disabled():
        sys.stdout.write(f"\n{measured.text(16, 12)}")
    assert measured.posted > 0
    assert (measured.deadlocks, measured.errors) == (0, {})
