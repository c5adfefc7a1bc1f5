"""Sessions that keep what jobs need by a transaction that idles, as psql does over lunch."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg

from tests.bookkeeping import outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

HOG: Final = "left open"
_WITHIN_S: Final = 60.0
_PAUSE_S: Final = 0.005
_CLAIM: Final[LiteralString] = "SELECT ledger.claim_lease(%s, 'a transaction left open')"
_RUN: Final[LiteralString] = "SELECT ledger.run_job(gen_random_uuid(), %s, 'sweep')"
_PAY: Final[LiteralString] = "SELECT ledger.transfer(gen_random_uuid(), %s, '@external', 'CR', 1)"


def hold_wallet(url: str, owner: str, seconds: float) -> None:
    """Keep a customer's wallet for a while, and a transaction that is not settled; then let both go."""
    with psycopg.connect(url, application_name=HOG) as connection:
        connection.execute(_PAY, [owner])
        time.sleep(seconds)
        connection.rollback()


def claim_and_idle(url: str) -> bool | None:
    """Claim the lease, uncommitted; return whether somebody ended that, None if others were faster."""
    return _is_ended(url, _claim)


def run_and_idle(url: str) -> bool | None:
    """Run a job under a lease of one's own, uncommitted; return the same."""
    return _is_ended(url, _run)


def _claim(connection: Connection) -> int | None:
    """Return the token of a lease that nobody else sees claimed."""
    give_up_at = time.monotonic() + _WITHIN_S
    while time.monotonic() < give_up_at:
        claim = outcome(connection, _CLAIM, None)
        if claim["is_held"]:
            token: int = claim["token"]
            return token
        connection.rollback()
        time.sleep(_PAUSE_S)
    return None


def _run(connection: Connection) -> int | None:
    token = _claim(connection)
    connection.commit()
    try:
        connection.execute(_RUN, [token])
    except psycopg.Error:
        # Another has it since, or had it all the time.
        return None
    return token


def _is_ended(url: str, begin: Callable[[Connection], int | None]) -> bool | None:
    connection = psycopg.connect(url, application_name=HOG)
    try:
        if begin(connection) is None:
            return None
        # The server's last words make it readable.
        return bool(select.select([connection.fileno()], [], [], _WITHIN_S)[0])
    finally:
        connection.close()
