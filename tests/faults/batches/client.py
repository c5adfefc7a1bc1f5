"""A client that loads a batch and posts it, and stands still at one step until it is killed.

python -m tests.faults.batches.client URL STEP LINES KEY      prints the batch's number when it stands there
"""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from typing import Any, Final

import psycopg

from tests.faults.kit.operations import COPY_LINES
from tests.faults.kit.session import APPLICATION

# Whoever forgets to kill it does not keep it.
_LIFE_S: Final = 60


class Step(StrEnum):
    """Where the client may die."""

    CREATED = "created"
    HALF_COPIED = "half-copied"
    COPIED = "copied"
    CHECKED = "checked"
    POST_SENT = "post-sent"
    POST_ANSWERED = "post-answered"
    COMMIT_SENT = "commit-sent"


class BatchClient:
    """Does the steps one after the other."""

    def __init__(self, url: str, stop_at: Step) -> None:
        # The server looks for its client while it works, so that a post may end either way.
        self._connection = psycopg.connect(
            url, application_name=APPLICATION, options="-c client_connection_check_interval=10"
        )
        self._stop_at = stop_at
        self._batch = 0

    def run(self, lines: int, key: str) -> None:
        """Load in one transaction, post in another."""
        self._load(lines, key)
        self._connection.commit()
        content = self._one("SELECT ledger.batch_content_hash(%s)", self._batch)
        self._connection.commit()
        if self._stop_at is not Step.POST_SENT:
            self._one("SELECT ledger.post_batch(%s, %s, %s)", key, self._batch, content)
            self._reach(Step.POST_ANSWERED)
            self._send(b"COMMIT", [])
            self._reach(Step.COMMIT_SENT)
            return
        # No block around it: the server commits by itself, whether or not anybody still hears of it.
        self._send(
            b"SELECT ledger.post_batch($1::uuid, $2::bigint, decode($3, 'hex'))",
            [key.encode(), str(self._batch).encode(), bytes(content).hex().encode()],
        )
        self._reach(Step.POST_SENT)

    def _load(self, lines: int, key: str) -> None:
        self._batch = self._one("SELECT ledger.create_batch('killed', 'CR', '', NULL, false, '')")
        self._reach(Step.CREATED)
        with self._connection.cursor() as cursor, cursor.copy(COPY_LINES) as copy:
            for number in range(1, lines + 1):
                row = (self._batch, number, "@external", f"cold{number % 10}", 5, f"{key}.{number}", key)
                copy.write_row(row)
                if number == lines // 2:
                    self._reach(Step.HALF_COPIED)
        self._reach(Step.COPIED)
        self._one("SELECT count(*) FROM ledger.check_batch(%s)", self._batch)
        self._reach(Step.CHECKED)

    def _one(self, statement: str, *values: object) -> Any:
        row = self._connection.execute(statement.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def _send(self, statement: bytes, values: list[bytes | None]) -> None:
        """Send without waiting for the answer."""
        self._connection.pgconn.send_query_params(statement, values)
        while self._connection.pgconn.flush():
            pass

    def _reach(self, step: Step) -> None:
        if step is self._stop_at:
            sys.stdout.write(f"{self._batch}\n")
            sys.stdout.flush()
            signal.pause()


def main() -> None:
    """Run up to the step."""
    signal.alarm(_LIFE_S)
    url, step, lines, key = sys.argv[1:]
    BatchClient(url, Step(step)).run(int(lines), key)


if __name__ == "__main__":
    main()
