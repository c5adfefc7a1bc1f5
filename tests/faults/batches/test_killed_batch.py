"""A client that dies at any step of a batch leaves all its lines or none; the same key settles which."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from tests.bookkeeping import assert_adds_up, content_hash, outcome, wait_until
from tests.cluster import connected
from tests.faults.batches.client import Step
from tests.faults.fire.crowd import REPOSITORY
from tests.faults.kit.operations import Town
from tests.faults.kit.session import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection
    from tests.faults.kit.bank import Bank, Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

_LINES: Final = 2_000
# The server is at a post of this many lines for about so long.
_POST_S: Final = 0.2
_UNDER_WAY: Final = frozenset({Step.POST_SENT, Step.COMMIT_SENT})


@pytest.fixture(scope="module")
def bank(fire_server: Server) -> Iterator[Bank]:
    """Lend a bank with the batch's payees."""
    with fire_server.bank(Town(hot=0, cold=10)) as bank:
        yield bank


def _kill_at(bank: Bank, step: Step, key: str, delay_s: float) -> int:
    """Let a client come to a step, kill it a moment later, wait for its session's end; return its batch."""
    command = [
        sys.executable, "-m", "tests.faults.batches.client", bank.operator_url, step, str(_LINES), key,
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as client:
        try:
            assert client.stdout is not None
            batch = int(client.stdout.readline())
            time.sleep(delay_s)
            assert client.poll() is None
        finally:
            client.kill()
    with connected(bank.admin_url) as admin:
        question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        wait_until(lambda: admin.execute(question, [APPLICATION]).fetchone() == (0,))
    return batch


def _found(admin: Connection, batch: int, key: str) -> tuple[int, Any]:
    """Return how many of the lines are in the ledger, and how the batch stands, if it is there."""
    row = admin.execute(
        "SELECT (SELECT count(*) FROM ledger.transactions WHERE description = %s),"
        " (SELECT b.status::text FROM ledger.batches b WHERE b.id = %s)",
        [key, batch],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("step", list(Step))
def test_a_client_killed_at_each_step(bank: Bank, step: Step, *, soak: bool) -> None:
    seed = random.SystemRandom().randrange(2**31)
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    for number in range(100 if soak else 5):
        key = str(uuid4())
        delay_s = dice.uniform(0, _POST_S) if step in _UNDER_WAY else 0.0
        batch = _kill_at(bank, step, key, delay_s)
        about = f"seed {seed}, kill {number} at {step}, batch {batch}"
        with connected(bank.admin_url) as admin, connected(bank.operator_url) as operator:
            found = _found(admin, batch, key)
            if step in {Step.CREATED, Step.HALF_COPIED, Step.COPIED, Step.CHECKED}:
                assert found == (0, None), about
                continue
            if step is Step.COMMIT_SENT:
                assert found == (_LINES, "posted"), about
            elif step is Step.POST_SENT:
                assert found in {(0, "draft"), (_LINES, "posted")}, about
            else:
                assert found == (0, "draft"), about
            again = [
                outcome(
                    operator,
                    "SELECT ledger.post_batch(%s, %s, %s)",
                    key,
                    batch,
                    content_hash(operator, batch),
                )
                for _ in range(2)
            ]
            assert (again[0]["status"], again[0]["lines"]) == ("posted", _LINES), about
            assert again[0] == again[1], about
            assert _found(admin, batch, key) == (_LINES, "posted"), about
    with connected(bank.admin_url) as admin:
        assert_adds_up(admin)
