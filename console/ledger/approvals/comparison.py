"""A batch beside the last six of its kind: how large its amounts are, whom it pays and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

EARLIER: Final = 6
"""How many posted batches of its kind a batch is compared with, the newest."""

BARS: Final = 24
"""How many steps the amounts are counted in; each is as many times as large as the one before."""

ODD_TIMES: Final = 10
"""From how many times what a customer had in the middle of those batches on an amount is odd."""

NEW_DAYS: Final = 30
NAMED: Final = 20
"""How many odd amounts are named, the furthest off first."""

# A batch is of a kind by its first line and its currency, looked for among the newest 200. A line's customer
# is who is paid, or who pays a system account. Steps are counted by logarithms: amounts of a payout go over
# three orders of magnitude.
COMPARE: Final = f"""
    WITH batch AS (
        SELECT b.id, b.currency, b.posted_at, b.file_sha256, (
            SELECT ledger.kind_of(l.from_name, l.to_name) FROM ledger.batch_lines l
            WHERE l.batch_id = b.id ORDER BY l.line_no LIMIT 1) AS kind
        FROM ledger.batches b WHERE b.id = :batch
    ), earlier AS MATERIALIZED (
        SELECT recent.id FROM batch CROSS JOIN LATERAL (
            SELECT e.id, e.posted_at FROM ledger.batches e
            WHERE e.currency = batch.currency AND e.posted_at < coalesce(batch.posted_at, 'infinity')
            ORDER BY e.posted_at DESC LIMIT 200) recent
        WHERE (
            SELECT ledger.kind_of(l.from_name, l.to_name) FROM ledger.batch_lines l
            WHERE l.batch_id = recent.id ORDER BY l.line_no LIMIT 1) = batch.kind
        ORDER BY recent.posted_at DESC LIMIT {EARLIER}
    ), line AS MATERIALIZED (
        SELECT l.batch_id, l.line_no, l.amount,
            CASE WHEN starts_with(l.to_name, '@') THEN l.from_name ELSE l.to_name END AS username
        FROM ledger.batch_lines l
        WHERE l.batch_id IN (SELECT e.id FROM earlier e UNION ALL SELECT :batch) AND l.amount > 0
    ), bounds AS (
        SELECT ln(min(line.amount)) AS low, ln(max(line.amount)) AS high, min(line.amount) AS least,
            max(line.amount) AS most FROM line
    ), placed AS (
        SELECT line.batch_id = :batch AS ours, CASE WHEN bounds.high > bounds.low
            THEN least(width_bucket(ln(line.amount), bounds.low, bounds.high, {BARS}), {BARS})
            ELSE 1 END AS bar
        FROM line, bounds
    ), bar AS (
        SELECT placed.bar, count(*) FILTER (WHERE placed.ours) AS here,
            count(*) FILTER (WHERE NOT placed.ours) AS there FROM placed GROUP BY placed.bar
    ), usual AS (
        SELECT line.username, percentile_disc(0.5) WITHIN GROUP (ORDER BY line.amount) AS middle
        FROM line WHERE line.batch_id <> :batch GROUP BY line.username
    ), odd AS (
        SELECT line.line_no, line.username, line.amount, usual.middle FROM line
        JOIN usual ON usual.username = line.username
        WHERE line.batch_id = :batch AND line.amount >= {ODD_TIMES} * usual.middle
        ORDER BY line.amount / usual.middle DESC, line.line_no LIMIT {NAMED}
    ), paid AS (
        SELECT line.username, count(*) AS lines, count(*) - count(DISTINCT line.amount) AS twice
        FROM line WHERE line.batch_id = :batch GROUP BY line.username
    )
    SELECT (SELECT count(*) FROM earlier) AS earlier, bounds.least, bounds.most,
        (SELECT json_agg(json_build_array(bar.bar, bar.here, bar.there) ORDER BY bar.bar) FROM bar) AS bars,
        (SELECT json_agg(json_build_array(odd.line_no, odd.username, odd.amount, odd.middle)
            ORDER BY odd.amount / odd.middle DESC, odd.line_no) FROM odd) AS odd,
        (SELECT count(*) FROM paid WHERE paid.lines > 1) AS repeated,
        (SELECT count(*) FROM paid WHERE paid.twice > 0) AS same,
        (SELECT count(*) FROM paid LEFT JOIN ledger.users u ON u.username = paid.username
            WHERE u.id IS NULL OR u.created_at > now() - interval '{NEW_DAYS} days') AS fresh,
        (SELECT count(o.id) FROM batch LEFT JOIN ledger.batches o
            ON o.file_sha256 = batch.file_sha256 AND o.id <> batch.id
            WHERE batch.file_sha256 IS NOT NULL GROUP BY batch.id) AS seen
    FROM bounds"""  # noqa: S608 - numbers of ours
"""Asks it of the batch `:batch`, for `comparison_of`."""

_ALONE: Final = text(COMPARE)


@dataclass(frozen=True, slots=True)
class OddAmount:
    """A line whose customer had much less in the earlier batches; both in minor units."""

    line: int
    username: str
    amount: int
    usual: int

    @property
    def times(self) -> int:
        """How many times the usual it is."""
        return self.amount // self.usual


@dataclass(frozen=True, slots=True)
class Comparison:
    """A batch beside `earlier` posted ones of its kind.

    least, most: the smallest and the largest amount of all of them, in minor units; 0 without lines. here,
    there: how many lines of each of BARS steps between them the batch has, and the earlier ones on average.
    odd: at most NAMED. repeated: customers with more than one line; same: those with one amount twice. new:
    customers whose accounts are younger than NEW_DAYS days, or are not there yet. file_seen: how many other
    batches are of the same file, None where this one is of none.
    """

    earlier: int
    least: int
    most: int
    here: tuple[int, ...]
    there: tuple[float, ...]
    odd: tuple[OddAmount, ...]
    repeated: int
    same: int
    new: int
    file_seen: int | None

    def bar_of(self, amount: int) -> int:
        """Return the step of an amount, from 0 on."""
        if self.most <= self.least:
            return 0
        low, high = math.log(self.least), math.log(self.most)
        return min(int((math.log(amount) - low) / (high - low) * BARS), BARS - 1)

    def edges_of(self, step: int) -> tuple[int, int]:
        """Return from where to where a step goes, in minor units."""
        if self.most <= self.least:
            return self.least, self.most
        ratio = self.most / self.least
        low, high = (round(self.least * ratio ** (edge / BARS)) for edge in (step, step + 1))
        return low, high


def compare(database: Database, batch: int, *, cancel: Cancellation | None = None) -> Comparison:
    """Compare a batch with the last posted ones of its currency and kind, in one statement."""

    def ask(session: Session) -> Comparison:
        return comparison_of(session.execute(_ALONE, {"batch": batch}).one())

    return database.read("batch.compare", ask, cancel=cancel)


def comparison_of(row: Row[Any]) -> Comparison:
    """Read a row that COMPARE answered."""
    here, there = [0] * BARS, [0.0] * BARS
    for bar, ours, theirs in row.bars or ():
        here[bar - 1], there[bar - 1] = ours, theirs / max(row.earlier, 1)
    odd = tuple(OddAmount(*one) for one in row.odd or ())
    return Comparison(
        row.earlier, row.least or 0, row.most or 0, tuple(here), tuple(there), odd,
        row.repeated, row.same, row.fresh, row.seen,
    )  # fmt: skip
