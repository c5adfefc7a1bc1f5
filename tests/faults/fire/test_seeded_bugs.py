"""The test of the test: the bank under fire must find bugs that were put into it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.fire.bugs import BUGS, CONTROLS, MORE_BUGS, Bug, Change, hunt
from tests.faults.fire.fire import burn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.fire.fire import Settings
    from tests.faults.kit.bank import Server

_FOUND_WITHIN_S: Final = 60.0


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
@pytest.mark.parametrize("bug", [*BUGS, *MORE_BUGS], ids=lambda bug: bug.name)
def test_a_seeded_bug_is_found(fire_server: Server, tmp_path: Path, bug: Bug, *, soak: bool) -> None:
    if bug in MORE_BUGS and not soak:
        pytest.skip("this bug is for the long run")
    report = hunt(fire_server, bug, tmp_path)
    assert any(words in what for what in report.violations for words in bug.found), report.text()
    assert report.seconds < _FOUND_WITHIN_S


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
@pytest.mark.parametrize("settings", CONTROLS, ids=["transfers", "credits"])
def test_without_a_bug_nothing_is_found(fire_server: Server, tmp_path: Path, settings: Settings) -> None:
    report = burn(fire_server, settings, tmp_path)
    assert report.violations == [], report.text()
    assert report.acknowledged > 0


@pytest.mark.parametrize(
    "change",
    [change for bug in (*BUGS, *MORE_BUGS) for change in bug.changes],
    ids=lambda change: change.function,
)
def test_every_bug_still_fits_its_function(change: Change) -> None:
    assert change.new.encode() in change.script()


def test_a_bug_that_no_longer_fits_is_told() -> None:
    with pytest.raises(AssertionError, match="adapt the bug"):
        Change("transfer", "no such passage", "").script()
