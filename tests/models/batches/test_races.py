"""Two people, or a slow COPY, at one batch: one effect, and no line is lost silently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import (
    Line,
    balances,
    content_hash,
    copy_lines,
    count,
    create_batch,
    outcome,
    post_batch,
    wait_until_blocked,
)
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

LINES = [Line(1, "alice", "bob", 100, "r1"), Line(2, "alice", "bob", 50, "r2")]


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


def test_two_postings_are_one(operator: Connection, as_role: Callable[[str], str], admin: Connection) -> None:
    batch = create_batch(operator, LINES)

    def post(login: str) -> str:
        with connected(as_role(login)) as connection:
            return str(post_batch(connection, batch).get("code", "posted"))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(post, ["t_operator", "t_operator2"] * 2))
    # Somebody else's draft is not posted; when it is posted it is no draft any more.
    assert found.count("posted") == 1
    assert set(found) <= {"posted", "batch.status", "batch.maker"}
    assert {found[1], found[3]} <= {"batch.status", "batch.maker"}
    assert balances(admin) == {"alice": 850, "bob": 150}


def test_lines_that_come_before_the_posting_are_seen(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    """COPY first, commit later: the posting waits for it, and then the content is not what was confirmed."""
    batch = create_batch(operator, LINES)
    confirmed, poster = content_hash(operator, batch), connect("t_operator")
    operator.execute("BEGIN")
    copy_lines(operator, batch, [Line(3, "alice", "bob", 1, "r3")])
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(
            outcome, poster, "SELECT ledger.post_batch(%s, %s, %s)", uuid4(), batch, confirmed
        )
        wait_until_blocked(admin, poster)
        operator.execute("COMMIT")
        assert posting.result(timeout=20)["code"] == "batch.changed"
    assert balances(admin)["bob"] == 0
    assert post_batch(poster, batch)["lines"] == 3


def test_lines_that_come_after_the_posting_are_refused(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    """The posting is not committed yet while the COPY arrives: the COPY waits, and then it is refused."""
    batch = create_batch(operator, LINES)
    poster = connect("t_operator")
    operator.execute("BEGIN")
    poster.execute("BEGIN")
    assert post_batch(poster, batch)["status"] == "posted"
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(copy_lines, operator, batch, [Line(3, "alice", "bob", 1, "r3")])
        wait_until_blocked(admin, operator)
        poster.execute("COMMIT")
        with pytest.raises(psycopg.Error) as raised:
            late.result(timeout=20)
    operator.execute("ROLLBACK")
    assert raised.value.sqlstate == "23001"
    assert (count(admin, "batch_lines"), balances(admin)["bob"]) == (2, 150)


def test_a_draft_discarded_meanwhile_takes_no_lines(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    batch = create_batch(operator, LINES)
    second = connect("t_operator")
    operator.execute("BEGIN")
    operator.execute("SELECT ledger.discard_batch(%s)", [batch])
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(copy_lines, second, batch, [Line(3, "alice", "bob", 1, "r3")])
        wait_until_blocked(admin, second)
        operator.execute("COMMIT")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            late.result(timeout=20)
    assert count(admin, "batch_lines") == 0


def test_two_batches_may_open_the_same_names(as_role: Callable[[str], str], admin: Connection) -> None:
    names = [f"new{number:02}" for number in range(30)]

    def post(turn: int) -> str:
        wanted = names if turn % 2 else names[::-1]
        lines = [Line(n, "@external", name, 1, f"{turn}-{n}") for n, name in enumerate(wanted, start=1)]
        with connected(as_role("t_operator")) as connection:
            return str(post_batch(connection, create_batch(connection, lines, create_missing=True))["status"])

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(post, range(6))) == {"posted"}
    assert {balances(admin)[name] for name in names} == {6}


def test_a_freeze_while_the_batch_opens_a_wallet_is_seen(
    operator: Connection, admin: Connection, ledger_url: str
) -> None:
    """A frozen account gets no active wallet in one more currency, however the two meet."""
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    lines = [Line(1, "@external", "alice", 5, "r1")]
    batch = create_batch(operator, lines, create_missing=True, currency="EUR")
    with connected(ledger_url, autocommit=False) as support:
        support.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), 'alice', 'frozen', 'a complaint')"
        )
        with ThreadPoolExecutor(1) as pool:
            posting = pool.submit(post_batch, operator, batch)
            wait_until_blocked(admin, operator)
            support.commit()
            found = posting.result(timeout=20)
    assert found.get("code") == "account.inactive"
    assert "alice" not in balances(admin, "EUR")
