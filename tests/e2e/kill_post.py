"""Kills `ledgerctl batch post` with SIGKILL at random moments: each time all lines are there, or none.

    python -m tests.e2e.kill_post FILE [--mapping M] [--rounds 10] [--seed N]

Each round has a ledger of its own, on an embedded server or on the one of LEDGER_TEST_DATABASE_URL.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from typing_extensions import override

import resources
from console.files.lines.terms import Terms
from console.files.mappings.mapping import load_mapping
from console.ledger.batches.commands import load, post
from console.money import Currency
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.writes.ledger import Ledger
from tests.cluster import CURRENCY, Cluster, connected, running_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

REPOSITORY = Path(__file__).parents[2]
MAPPING = Path(resources.__file__).parent / "sample" / "bank.mapping.toml"

_POSTING = """
    SELECT count(*) FILTER (WHERE query LIKE '%ledger.post_batch%' AND state = 'active'), count(*)
    FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ledger-console'"""
_GIVE_UP_S = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """One killed post: when, measured from the moment the server was at it, and what is there afterwards."""

    delay_ms: float
    ended_first: bool
    rows: int
    lines: int
    status: str

    @property
    def whole(self) -> bool:
        """Whether the ledger holds all lines or none, and the batch says so too."""
        return (self.rows, self.status) in {(0, "draft"), (self.lines, "posted")}

    @override
    def __str__(self) -> str:
        how = "ended before the kill" if self.ended_first else "killed"
        return (
            f"{how} at {self.delay_ms:7.1f} ms: {self.rows:,} of {self.lines:,} rows, batch is {self.status}"
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A loaded batch in a ledger of its own."""

    admin_url: str
    operator_url: str
    number: int
    lines: int
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Ground:
    """What each round begins with: a file to load into a fresh copy of an empty ledger."""

    cluster: Cluster
    template: str
    file: Path
    mapping: Path

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """Lend a ledger in which the file is a draft."""
        name = self.cluster.create(self.template)
        try:
            operator_url = self.cluster.url(name, "t_operator")
            with opened(operator_url) as database:
                mapping = load_mapping(self.mapping)
                loaded = load(
                    Ledger(database), self.file, mapping, Terms(Currency(CURRENCY, 2)), name=self.file.name
                )
            summary = loaded.summary
            yield Draft(
                self.cluster.url(name), operator_url, loaded.batch_id, summary.lines, summary.content_hash
            )
        finally:
            self.cluster.drop(name)

    def post_s(self) -> float:
        """Return how many seconds a post takes that nobody kills."""
        with self.draft() as draft, opened(draft.operator_url) as database:
            started = time.monotonic()
            posted = post(Ledger(database), draft.number, draft.content_hash, key=uuid4())
            assert posted.lines == draft.lines
            return time.monotonic() - started


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Lend the console's way to a ledger."""
    database = Database(url, Recorder(), Settings.model_construct())
    try:
        yield database
    finally:
        database.close()


def rounds(ground: Ground, count: int, seed: int) -> Iterator[Round]:
    """Yield the outcome of `count` kills; the delays reach a little beyond the time a whole post takes."""
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    whole_s = ground.post_s()
    for _ in range(count):
        with ground.draft() as draft:
            yield kill_while_posting(draft, dice.uniform(0, 1.2 * whole_s))


def kill_while_posting(draft: Draft, delay_s: float) -> Round:
    """Start a client that posts, kill it `delay_s` after the server began, look once the server is done."""
    environment = os.environ | {"LEDGER_DATABASE_URL": draft.operator_url}
    command = [sys.executable, "-m", "console", "batch", "post", str(draft.number)]
    with (
        connected(draft.admin_url) as watcher,
        tempfile.TemporaryDirectory() as outbox,
        subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment | {"LEDGER_DATA_DIR": outbox},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as client,
    ):
        give_up_at = time.monotonic() + _GIVE_UP_S
        while _activity(watcher)[0] == 0 and client.poll() is None:
            assert time.monotonic() < give_up_at, "the client never began to post"
            time.sleep(0.002)
        try:
            client.wait(timeout=delay_s)
        except subprocess.TimeoutExpired:
            client.kill()
        ended_first = client.wait() >= 0
        while _activity(watcher)[1] > 0:
            assert time.monotonic() < give_up_at, "the server never noticed that its client is dead"
            time.sleep(0.005)
        found = watcher.execute(
            "SELECT (SELECT count(*) FROM ledger.transactions WHERE batch_id = b.id), b.status::text"
            " FROM ledger.batches b WHERE b.id = %s",
            [draft.number],
        ).fetchone()
    assert found is not None
    return Round(delay_s * 1_000, ended_first, found[0], draft.lines, found[1])


def _activity(watcher: psycopg.Connection[tuple[int, int]]) -> tuple[int, int]:
    """Return how many of the console's sessions are posting, and how many there are."""
    found = watcher.execute(_POSTING).fetchone()
    assert found is not None
    return found


def main() -> int:
    """Run the rounds, print each, and return 1 if any left a part of the lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.kill_post", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", type=Path, default=MAPPING)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    torn = 0
    with tempfile.TemporaryDirectory() as folder, running_cluster(Path(folder)) as cluster:
        template = cluster.create_template()
        try:
            ground = Ground(cluster, template, asked.file, asked.mapping)
            for done in rounds(ground, asked.rounds, asked.seed):
                sys.stdout.write(f"{done}{'' if done.whole else '  TORN'}\n")
                sys.stdout.flush()
                torn += not done.whole
        finally:
            cluster.drop(template)
    sys.stdout.write(f"{asked.rounds} rounds, {torn} torn\n")
    return 1 if torn else 0


if __name__ == "__main__":
    sys.exit(main())
