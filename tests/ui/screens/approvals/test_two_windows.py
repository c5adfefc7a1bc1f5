"""What is asked for in one process is seen at the desk of another, untouched and within two seconds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.bookkeeping import wait_until
from tests.models.approvals.races.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bookkeeping import Connection

# Two seconds are the promise, and other tests beside these would spend them.
pytestmark = pytest.mark.alone

DESK: Final = "tests.ui.screens.approvals.desk_process"
MAKER: Final = "tests.models.approvals.races.checker"
WITHIN_S: Final = 2.0
TIMES: Final = 5
# A hint is not sent so soon after another.
QUIET: Final = "SELECT clock_timestamp() - h.at > interval '250 ms' FROM ledger.hint_sent h"


@pytest.mark.parametrize(
    ("way", "heard"), [("hints", True), ("hint-alone", True), ("pooled", False)],
)  # fmt: skip
def test_a_request_is_seen_at_another_desk(  # noqa: PLR0917 - fixtures are given by name
    people: None,
    admin: Connection,
    as_role: Callable[[str], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    way: str,
    heard: bool,  # noqa: FBT001 - given by name
) -> None:
    """By what the server tells, also where no timer looks; and by looking, where a pooler keeps that away."""
    took = list[float]()
    listed = list[int]()
    desk = Process(DESK, as_role("t_approver"), str(tmp_path), way, home=tmp_path)
    with Process(MAKER, as_role("t_operator")) as maker, desk:
        desk.ask(listed=[], for_me=0, button="For me 0", heard=heard)
        for count in range(1, TIMES + 1):
            wait_until(lambda: admin.execute(QUIET).fetchone() == (True,))
            asked = maker.ask(verb="submit", amount=100 * count)
            listed.append(asked["request"])
            shown = desk.ask(listed=listed, for_me=count, button=f"For me {count}", beside=count)
            took.append(shown["at"] - asked["ended"])
    with capsys.disabled():
        sys.stdout.write(f"\n{way}: seen after {', '.join(f'{1_000 * one:.0f}' for one in took)} ms\n")
    # Where no timer looks, it is seen at all only because the server told.
    assert max(took) < WITHIN_S
