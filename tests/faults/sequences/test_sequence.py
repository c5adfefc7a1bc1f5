"""A batch is its lines: posted at once or one by one, in any order, they leave the same ledger."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.bookkeeping import assert_adds_up, content_hash, transfer
from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, grant, refused, reserve, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection

    Line = tuple[str, str, int, int | None]

SOAK: Final = os.environ.get("LEDGER_SOAK") == "1"
EXAMPLES: Final = 10_000 if SOAK else 200

NAMES: Final = ("alice", "bob", "carol", "dave")
SYSTEM: Final = ("@external", "@revenue", "@suspense")
PARTY: Final = st.sampled_from((*NAMES, *NAMES, *SYSTEM))
AMOUNT: Final = st.integers(1, 150)
LINES: Final = st.lists(
    st.one_of(
        st.tuples(PARTY, PARTY, AMOUNT, st.none()).filter(lambda line: line[0] != line[1]),
        st.tuples(
            st.just("@issuance"), st.sampled_from(NAMES), AMOUNT, st.one_of(st.none(), st.integers(1, 3))
        ),
    ),
    min_size=1,
    max_size=12,
)
# So much credit that the order of lines posted one by one never decides.
AMPLE: Final = 10**6

# All that postings leave behind, but for numbers and moments.
LEFT: Final = """
    SELECT u.username, w.balance, w.granted, w.reserved, w.version, NULL FROM ledger.wallets w
        JOIN ledger.users u ON u.id = w.user_id WHERE w.kind = 'customer'
    UNION ALL SELECT u.username, ledger.system_balance(w.id), 0, 0, 0, NULL FROM ledger.wallets w
        JOIN ledger.users u ON u.id = w.user_id WHERE w.kind = 'system'
    UNION ALL SELECT u.username, l.amount, l.remaining, m.amount, m.remaining_after, l.source
        FROM ledger.credit_lots l
        JOIN ledger.lot_movements m ON m.lot_id = l.id JOIN ledger.wallets w ON w.id = l.wallet_id
        JOIN ledger.users u ON u.id = w.user_id
    UNION ALL SELECT t.reference, t.amount, t.from_wallet, t.to_wallet, 0, t.kind || ' ' || t.description
        FROM ledger.transactions t
    ORDER BY 1, 2, 3, 4, 5, 6"""


@pytest.fixture
def ledger(
    as_role: Callable[[str], str], ledger_url: str, open_accounts: Callable[..., None]
) -> Iterator[Connection]:
    """Lend an operator's connection to a ledger with money, credit and holds in it."""
    open_accounts(dict(zip(NAMES, (500, 200, 100, 0), strict=True)))
    with connected(as_role("t_operator")) as connection:
        done(grant(connection, "carol", 60, 10))
        done(reserve(connection, "alice", 80, "h1"))
        done(reserve(connection, "carol", 120, "h2"))
        yield connection
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


def left(connection: Connection) -> list[Any]:
    """Return the whole ledger."""
    return connection.execute(LEFT).fetchall()


def as_batch(connection: Connection, lines: list[Line]) -> dict[str, Any]:
    """Post the lines at once."""
    row = connection.execute(
        "SELECT ledger.create_batch('b', %s, '', NULL, false, '')", [CURRENCY]
    ).fetchone()
    assert row is not None
    connection.cursor().executemany(
        "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, "
        "description, lot_source, lot_expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (row[0], place, payer, payee, amount, f"r{place}", f"line {place}",
             None if hours is None else f"lot {place}", None if hours is None else soon(hours))
            for place, (payer, payee, amount, hours) in enumerate(lines, start=1)
        ],
    )  # fmt: skip
    return write(connection, "post_batch", row[0], content_hash(connection, row[0]))


def one_by_one(connection: Connection, lines: list[Line], order: list[int]) -> None:
    """Post each line by itself."""
    for index in order:
        (payer, payee, amount, hours), place = lines[index], index + 1
        words = f"r{place}", f"line {place}"
        if hours is None:
            found = transfer(connection, payer, payee, amount, reference=words[0], description=words[1])
        else:
            found = write(
                connection, "grant_credit", payee, CURRENCY, amount, f"lot {place}", soon(hours), *words
            )
        done(found)


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_a_batch_is_its_lines_in_any_order(ledger: Connection) -> None:
    posted = 0

    def overdraft(limit: int) -> list[dict[str, Any]]:
        return [write(ledger, "set_overdraft_limit", name, CURRENCY, limit, REASON) for name in NAMES]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not SOAK,
        print_blob=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(lines=LINES, seed=st.integers(0, 2**32))
    def compare(lines: list[Line], seed: int) -> None:
        nonlocal posted
        # The versions of the wallets count changes: the overdraft is set as often on both sides.
        with ledger.transaction(force_rollback=True):
            for limit in (AMPLE, 0):
                overdraft(limit)
            batch = as_batch(ledger, lines)
            whole = left(ledger)
        order = list(range(len(lines)))
        random.Random(seed).shuffle(order)  # noqa: S311 - hypothesis repeats the seed
        with ledger.transaction(force_rollback=True):
            overdraft(AMPLE)
            one_by_one(ledger, lines, order)
            answers = overdraft(0)
            single = left(ledger)
        short = any(answer["status"] == "refused" for answer in answers)
        assert (batch["status"] == "refused") == short, batch
        if short:
            assert refused(batch) == "funds.short"
        else:
            posted += 1
            assert whole == single

    compare()
    assert EXAMPLES // 5 < posted < EXAMPLES
