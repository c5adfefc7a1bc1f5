"""Reads the bank while it is under fire: what every reader must see in every snapshot.

python -m tests.faults.fire.witness URL     prints a line of JSON for each violation; ends with its input
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any, Final, LiteralString

import psycopg

# Each returns the rows that are wrong.
_QUESTIONS: Final[dict[str, LiteralString]] = {
    "all balances of a currency sum to zero": """
        SELECT w.currency, sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) ELSE w.balance END)
        FROM ledger.wallets w GROUP BY w.currency
        HAVING sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) ELSE w.balance END) <> 0""",
    "nobody is below the floor": """
        SELECT w.id, w.balance, w.granted, w.reserved FROM ledger.wallets w WHERE w.kind = 'customer'
        AND w.balance - greatest(w.granted, w.reserved) < -w.overdraft_limit""",
    "granted is the sum of the open lots": """
        SELECT w.id, w.granted, sum(l.remaining) FROM ledger.wallets w
        LEFT JOIN ledger.credit_lots l ON l.wallet_id = w.id AND l.closed_at IS NULL
        GROUP BY w.id HAVING w.granted <> coalesce(sum(l.remaining), 0)""",
    "reserved is the sum of the active reservations": """
        SELECT w.id, w.reserved, sum(r.amount) FROM ledger.wallets w
        LEFT JOIN ledger.reservations r ON r.wallet_id = w.id AND r.status = 'reserved'
        GROUP BY w.id HAVING w.reserved <> coalesce(sum(r.amount), 0)""",
    # In the order in which the wallet's lock was had. A moment from before the wait runs backwards here.
    "time does not run backwards in a wallet": """
        SELECT * FROM (
            SELECT leg.wallet, t.id, t.posted_at,
                lag(t.posted_at) OVER (PARTITION BY leg.wallet ORDER BY t.id) AS before
            FROM (SELECT max(id) - 3000 AS id FROM ledger.transactions) recent
            JOIN ledger.transactions t ON t.id > recent.id
            CROSS JOIN LATERAL (VALUES (t.from_wallet), (t.to_wallet)) leg (wallet)
            JOIN ledger.wallets w ON w.id = leg.wallet AND w.kind = 'customer'
        ) step WHERE step.posted_at < step.before""",
    "nor between a wallet's holds": """
        SELECT * FROM (
            SELECT r.wallet_id, r.id, r.created_at,
                lag(r.created_at) OVER (PARTITION BY r.wallet_id ORDER BY r.id) AS before
            FROM (SELECT max(id) - 1000 AS id FROM ledger.reservations) recent
            JOIN ledger.reservations r ON r.id > recent.id
        ) step WHERE step.created_at < step.before""",
}
# Of a processor; the bank needs the rest.
_SHARE: Final = 0.15
_PAUSE_S: Final = 0.1


def watch(url: str, ended: threading.Event) -> int:
    """Look again and again until it is over; return how often."""
    looks = 0
    while not ended.is_set():
        try:
            with psycopg.connect(
                url, connect_timeout=2, autocommit=True, application_name="witness"
            ) as connection:
                while not ended.is_set():
                    started = time.monotonic()
                    _look(connection)
                    looks += 1
                    ended.wait(max(_PAUSE_S, (time.monotonic() - started) / _SHARE))
        except psycopg.OperationalError:
            ended.wait(_PAUSE_S)
    return looks


def _look(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    for what, question in _QUESTIONS.items():
        wrong = connection.execute(question).fetchmany(5)
        if wrong:
            _say({"violation": what, "rows": [[str(value) for value in row] for row in wrong]})
    connection.execute("COMMIT")


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Watch until whoever started this closes its input."""
    ended = threading.Event()

    def wait() -> None:
        # The system's own read: a thread that waits in Python's would hold it at the exit.
        while os.read(0, 1):
            pass
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    _say({"looks": watch(sys.argv[1], ended)})


if __name__ == "__main__":
    main()
