"""What a capture costs over one lot, ten and a thousand, and what of it a lot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from console.bench.driver import driver_to
from console.bench.statements.counter import count_statements
from console.errors import UsageError
from console.writes.ledger import Ledger
from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.bench.driver import Driver
    from console.bench.place import Place

LOTS = (1, 10, 1_000)
_EACH = 100
_WARM_UPS = 6  # the driver prepares a statement at its sixth use

_GRANT = """
    SELECT count(*) FILTER (WHERE ledger.grant_credit(
        gen_random_uuid(), %s, 'CR', %s, 'bench', now() + n * interval '1 hour') ->> 'status' = 'posted')
    FROM generate_series(1, %s) n"""


@dataclass(frozen=True, slots=True)
class CaptureFigure:
    """A capture over so many lots: its statements, and milliseconds (median)."""

    lots: int
    statements: int
    ms: float

    @property
    def ms_each(self) -> float:
        """Milliseconds a lot."""
        return self.ms / self.lots


def run(place: Place, *, rounds: int = 9, lots: Sequence[int] = LOTS) -> tuple[CaptureFigure, ...]:
    """Capture holds over so many lots each, in turns; grants and holds are made before and not timed."""
    with place.opened(alone=True) as (database, url), driver_to(url) as driver:
        names = untouched(driver, len(lots), len(lots))
        ledger, counter = Ledger(database), count_statements(database)
        taken: dict[int, list[tuple[int, float]]] = {size: [] for size in lots}
        for number in range(_WARM_UPS + rounds):
            place.say(f"round {number + 1} of {_WARM_UPS + rounds}")
            for name, size in zip(names, lots, strict=True):
                reference = hold_over_lots(driver, name, size)
                taken[size].append(counter.timed(partial(capture, ledger, reference)))
    return tuple(
        CaptureFigure(
            size,
            max(count for count, _seconds in figures),
            median(seconds for _count, seconds in figures[_WARM_UPS:]) * 1000,
        )
        for size, figures in taken.items()
    )


def untouched(driver: Driver, least: int, most: int) -> list[str]:
    """Return customers without granted credit and without holds; raises UsageError when they are too few."""
    rows = driver.execute(
        "SELECT u.username FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id"
        " WHERE w.kind = 'customer' AND w.status = 'active' AND w.granted = 0 AND w.reserved = 0"
        " ORDER BY w.id LIMIT %s",
        [most],
    ).fetchall()
    driver.rollback()
    if len(rows) < least:
        raise UsageError(f"This ledger has {len(rows)} accounts without credit or holds; take more --users.")
    return [str(row[0]) for row in rows]


def hold_over_lots(driver: Driver, username: str, lots: int) -> str:
    """Grant so many lots, reserve them all, and return the hold's reference."""
    granted = driver.execute(_GRANT, [username, _EACH, lots]).fetchone()
    if granted != (lots,):
        raise LookupError(f"{username}: {granted} of {lots} lots were granted")
    reference = f"bench-{uuid4()}"
    held = driver.execute(
        "SELECT ledger.reserve(gen_random_uuid(), %s, 'CR', %s, %s) ->> 'status'",
        [username, _EACH * lots, reference],
    ).fetchone()
    if held != ("reserved",):
        raise LookupError(f"{username}: {held}")
    driver.commit()
    return reference


def capture(ledger: Ledger, reference: str) -> dict[str, Any]:
    """Capture all of a hold."""
    return ledger.perform(Operation("reservation.capture", "capture", {"reservation": reference}))
