"""A transaction with an old snapshot neither posts what it cannot see nor passes a rule it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import Line, content_hash, copy_lines, count, create_batch
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection

OLD: Final = ("REPEATABLE READ", "SERIALIZABLE")
WRONG_LEVEL: Final = "LG004"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture(params=OLD)
def old(request: pytest.FixtureRequest, operator: Connection) -> Iterator[Connection]:
    """Lend an operator's connection inside a transaction whose snapshot is taken."""
    operator.execute(f"BEGIN ISOLATION LEVEL {request.param}".encode())
    operator.execute("SELECT count(*) FROM ledger.batches")
    yield operator
    operator.execute("ROLLBACK")


@pytest.mark.parametrize("function", ["post_batch", "submit_batch"])
@pytest.mark.parametrize("level", OLD)
def test_lines_that_came_meanwhile_are_not_left_out(
    function: LiteralString,
    level: str,
    operator: Connection,
    connect: Callable[[str], Connection],
    admin: Connection,
) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 10, "one")])
    seen = content_hash(operator, batch)
    operator.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
    operator.execute("SELECT count(*) FROM ledger.batch_lines")
    copy_lines(connect("t_operator"), batch, [Line(2, "alice", "bob", 20, "two")])
    before = everything(admin)
    reason = [REASON] if function == "submit_batch" else []
    with pytest.raises(psycopg.DatabaseError) as raised:
        write(operator, function, batch, seen, *reason)
    assert raised.value.sqlstate == WRONG_LEVEL
    operator.execute("ROLLBACK")
    assert everything(admin) == before
    # Now it is seen, and is not what was agreed to.
    assert refused(write(operator, "post_batch", batch, seen)) == "batch.changed"


def test_a_rule_and_a_limit_hold_for_whoever_began_before(
    old: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    boss = connect("t_admin")
    done(write(boss, "set_approval_rule", "transfer", "CR", 1, 1, REASON))
    done(write(boss, "set_limit", "ledger_operator", "*", "CR", 1, 1, REASON))
    before = everything(admin), count(admin, "operations")
    for _ in range(4):
        old.execute("SAVEPOINT one")
        with pytest.raises(psycopg.DatabaseError) as raised:
            write(old, "transfer", "alice", "bob", "CR", 10)
        assert raised.value.sqlstate == WRONG_LEVEL
        old.execute("ROLLBACK TO one")
    old.execute("COMMIT")
    old.execute("BEGIN")
    assert (everything(admin), count(admin, "operations")) == before


def test_nobody_changes_the_level_once_it_writes(operator: Connection) -> None:
    operator.execute("BEGIN")
    done(write(operator, "transfer", "alice", "bob", "CR", 1))
    with pytest.raises(psycopg.errors.ActiveSqlTransaction):
        operator.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    operator.execute("ROLLBACK")


def test_the_key_of_a_wrong_level_is_free(operator: Connection) -> None:
    key = uuid4()
    operator.execute("SET default_transaction_isolation = 'serializable'")
    with pytest.raises(psycopg.DatabaseError) as raised:
        write(operator, "transfer", "alice", "bob", "CR", 1, key=key)
    assert raised.value.sqlstate == WRONG_LEVEL
    operator.execute("RESET default_transaction_isolation")
    done(write(operator, "transfer", "alice", "bob", "CR", 1, key=key))
