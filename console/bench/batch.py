"""What a bulk transfer costs, beside a row-by-row loop and the least the server could do."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from uuid import uuid4

from console.bench.driver import driver_to, timed
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import commands as batches
from console.money import PLAIN, Currency, format_amount
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.bench.driver import Driver
    from console.bench.place import Place

_MAPPING = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="reference",
    description_column="description",
)  # fmt: skip
_CURRENCY = Currency("CR", 2)
_SEED = 20_261_121
_COLUMNS = (
    "id, posted_at, effective_at, from_wallet, to_wallet, amount, from_balance_after, to_balance_after,"
    " batch_id, kind, reference, description, operator, currency"
)
_LOOP_LINES = 2_000


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Seconds (medians of the rounds) for all lines, and lines a second of the loop."""

    lines: int
    transactions: int
    load_s: float
    validate_s: float
    post_s: float
    floor_s: float
    loop_lines_per_s: float
    post_to_floor: float
    post_to_loop: float


def run(place: Place, *, lines: int, rounds: int = 5) -> BatchReport:
    """Post and floor take turns on one ledger; each pays `lines` random accounts from @issuance."""
    with (
        place.opened() as (database, url),
        driver_to(url) as driver,
        tempfile.TemporaryDirectory() as folder,
    ):
        return _measure(
            _Work(Ledger(database), driver, Path(folder), lines, place.transactions, rounds, place.say)
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """What one measurement works with."""

    ledger: Ledger
    driver: Driver
    folder: Path
    lines: int
    transactions: int
    rounds: int
    say: Callable[[str], None]


def _measure(work: _Work) -> BatchReport:
    accounts = [
        str(row[0])
        for row in work.driver.execute(
            "SELECT username FROM ledger.users WHERE kind = 'customer' ORDER BY id"
        )
    ]
    work.driver.rollback()
    chosen = random.Random(_SEED)  # noqa: S311 - the same accounts each time, nothing secret
    rounds = []
    for number in range(work.rounds):
        work.say(f"round {number + 1} of {work.rounds}: {work.lines:,} lines")
        names = chosen.sample(accounts, work.lines) if work.lines <= len(accounts) else accounts
        rounds.append(_round(work, names))
    work.say("the loop")
    loop = _loop(work.driver, chosen.sample(accounts, min(_LOOP_LINES, len(accounts))))
    load, validate, post, floor = (list(column) for column in zip(*rounds, strict=True))
    return BatchReport(
        work.lines, work.transactions, median(load), median(validate), median(post), median(floor), loop,
        post_to_floor=median(p / f for p, f in zip(post, floor, strict=True)),
        post_to_loop=work.lines / median(post) / loop,
    )  # fmt: skip


def _round(work: _Work, names: list[str]) -> tuple[float, float, float, float]:
    """Return the seconds of load, validate, post and floor."""
    ledger = work.ledger
    file = _write(work.folder, names, work.lines)
    load, loaded = timed(lambda: batches.load(ledger, file, _MAPPING, Terms(_CURRENCY), name="bench"))
    validate, _check = timed(lambda: batches.validate(ledger, loaded.batch_id))
    _checkpoint(work.driver)
    content_hash = loaded.summary.content_hash
    post, posted = timed(lambda: batches.post(ledger, loaded.batch_id, content_hash, key=uuid4()))
    rows = _finished_rows(work.driver, posted)
    _checkpoint(work.driver)
    return load, validate, post, _floor(work.driver, rows)


def _checkpoint(driver: Driver) -> None:
    """Let each side start with the same write-ahead log to fill."""
    driver.execute("CHECKPOINT")
    driver.commit()


def _write(folder: Path, names: list[str], lines: int) -> Path:
    file = folder / "payout.csv"
    tag = uuid4().hex[:12]
    chosen = random.Random(tag)  # noqa: S311 - amounts of a benchmark, nothing secret
    with file.open("w", encoding="utf-8") as target:
        target.write("from,to,amount,reference,description\n")
        for number in range(lines):
            amount = format_amount(chosen.randint(1, 50_000), _CURRENCY.exponent, PLAIN)
            name = names[number % len(names)]
            target.write(f"@issuance,{name},{amount},{tag}-{number:07d},November payout\n")
    return file


def _finished_rows(driver: Driver, posted: batches.PostedBatch) -> tuple[bytes, list[int], list[int]]:
    """Take the rows just posted, under new ids and references, and what they add to each wallet."""
    select = f"""
        SELECT nextval(pg_get_serial_sequence('ledger.transactions', 'id')), clock_timestamp(), effective_at,
            from_wallet, to_wallet, amount, from_balance_after, to_balance_after + amount, NULL::bigint, kind,
            reference || '-floor', description, operator, currency
        FROM ledger.transactions WHERE id BETWEEN {posted.first_id} AND {posted.last_id} ORDER BY id"""  # noqa: S608 - two numbers
    with driver.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
        rows = b"".join(bytes(piece) for piece in copy)
    sums = driver.execute(
        "SELECT to_wallet, sum(amount)::bigint FROM ledger.transactions"
        " WHERE id BETWEEN %s AND %s GROUP BY to_wallet",
        [posted.first_id, posted.last_id],
    ).fetchall()
    driver.commit()
    return rows, [row[0] for row in sums], [row[1] for row in sums]


def _floor(driver: Driver, finished: tuple[bytes, list[int], list[int]]) -> float:
    """COPY finished rows and UPDATE the wallets once: nothing that posts can be quicker."""
    rows, wallets, amounts = finished
    started = time.perf_counter()
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY ledger.transactions ({_COLUMNS}) FROM STDIN") as copy:
            copy.write(rows)
        cursor.execute(
            "UPDATE ledger.wallets w SET balance = w.balance + d.amount, version = w.version + 1"
            " FROM unnest(%s::bigint[], %s::bigint[]) d (wallet, amount) WHERE w.id = d.wallet",
            [wallets, amounts],
        )
    driver.commit()
    return time.perf_counter() - started


def _loop(driver: Driver, names: list[str]) -> float:
    """Four statements a line in one transaction, as such payouts are commonly written; lines a second."""
    tag = uuid4().hex[:12]
    issuance = driver.execute(
        "SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
        " WHERE u.username = '@issuance'"
    ).fetchone()
    started = time.perf_counter()
    for number, name in enumerate(names):
        found = driver.execute("SELECT id FROM ledger.users WHERE username = %s", [name]).fetchone()
        wallet = driver.execute(
            "SELECT id, balance FROM ledger.wallets WHERE user_id = %s FOR UPDATE",
            [found[0] if found else 0],
        ).fetchone()
        if wallet is None or issuance is None:
            raise LookupError(name)
        driver.execute("UPDATE ledger.wallets SET balance = balance + 1 WHERE id = %s", [wallet[0]])
        driver.execute(
            "INSERT INTO ledger.transactions"
            " (posted_at, effective_at, kind, from_wallet, to_wallet, amount, to_balance_after, reference,"
            " description, currency)"
            " VALUES (clock_timestamp(), clock_timestamp(), 'adjustment', %s, %s, 1, %s, %s,"
            " 'November payout', 'CR')",
            [issuance[0], wallet[0], wallet[1] + 1, f"{tag}-{number}"],
        )
    driver.commit()
    return len(names) / (time.perf_counter() - started)
