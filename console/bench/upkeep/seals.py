"""What sealing and verifying cost on transactions that operations made: a demo's were made by none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.bench.credits.capture import untouched
from console.bench.driver import driver_to, timed
from console.errors import ConsoleError
from console.ledger.audit.seals import seal
from console.ledger.audit.verify.questions import verify
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from console.bench.driver import Driver
    from console.bench.place import Place
    from console.postgres.database import Database

_ACCOUNTS: Final = 1_000
_AT_ONCE: Final = 10_000

# Between accounts in a ring, so that none runs dry.
_POST: Final = """
    SELECT count(*) FILTER (WHERE ledger.transfer(
        gen_random_uuid(), n.names[1 + place %% n.size], n.names[1 + (place + 1) %% n.size], 'CR', 1, NULL,
        'Transfer ' || place) ->> 'status' = 'posted')
    FROM (SELECT %s::text[] AS names, %s AS size) n, generate_series(%s::bigint, %s::bigint) place"""


@dataclass(frozen=True, slots=True)
class SealFigures:
    """Seconds for so many rows: verify before the seal, the seal, verify after it, and below it."""

    rows: int
    unsealed_s: float
    seal_s: float
    sealed_s: float
    deep_s: float


def run(place: Place, *, rows: int = 500_000) -> SealFigures:
    """Seal the demo, post so many transfers through ledger.transfer, then seal and verify those."""
    with place.opened() as (database, url), driver_to(url, autocommit=True) as driver:
        ledger = Ledger(database)
        seal(ledger)
        place.say(f"posting {rows:,} transfers, one by one")
        _post(driver, rows)
        driver.execute("VACUUM ANALYZE ledger.transactions, ledger.operations, ledger.wallets")
        place.say("verify, seal, verify and verify --deep")
        unsealed_s = _verified(database, deep=False)
        seal_s, done = timed(lambda: seal(ledger))
        if done.rows != rows:
            raise ConsoleError(f"{done.rows:,} transactions were sealed, not {rows:,}.")
        return SealFigures(
            rows, unsealed_s, seal_s, _verified(database, deep=False), _verified(database, deep=True)
        )


def _post(driver: Driver, rows: int) -> None:
    names = untouched(driver, 2, _ACCOUNTS)
    for first in range(1, rows + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, rows)
        found = driver.execute(_POST, [names, len(names), first, last]).fetchone()
        if found != (last - first + 1,):
            raise ConsoleError(f"{found} of {last - first + 1:,} transfers were posted.")


def _verified(database: Database, *, deep: bool) -> float:
    seconds, report = timed(lambda: verify(database, deep=deep))
    if not report.passed:
        wrong = next(check.code for check in report.checks if not check.passed)
        raise ConsoleError(
            f"This ledger does not verify ({wrong}): another measurement was made on it and kept. "
            "Take other --users."
        )
    return seconds
