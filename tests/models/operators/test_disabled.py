"""Rights end at once: who is disabled has no effect any more, whatever the session had become."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.bookkeeping import count, wait_until_blocked
from tests.cluster import connected
from tests.models.operators.test_operators import WITH_OPTIONS
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend an administrator's connection."""
    return connect("t_admin")


@pytest.fixture
def mara(staff: Staff) -> str:
    return staff.hire("operator")


@pytest.fixture
def session(staff: Staff, mara: str) -> Iterator[Connection]:
    """Lend an operator's session that has become its group, where the server lets it: up to 15."""
    with connected(staff.url(mara)) as connection:
        if connection.info.server_version < WITH_OPTIONS:
            connection.execute("SET ROLE ledger_operator")
        yield connection


def pay(connection: Connection) -> dict[str, Any]:
    return write(connection, "transfer", "alice", "bob", "CR", 1)


def test_a_session_that_became_a_group_writes_nothing_any_more(
    session: Connection, boss: Connection, mara: str, admin: Connection
) -> None:
    done(pay(session))
    done(write(boss, "disable_operator", mara, REASON))
    before = everything(admin), count(admin, "operations")
    for _ in range(3):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pay(session)
    for call in ("create_batch('b', 'CR', '', NULL, false, '')", "checkpoint_system_wallets()", "seal()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(f"SELECT ledger.{call}".encode())
    assert (everything(admin), count(admin, "operations")) == before


def test_what_was_under_way_is_rolled_back_with_its_session(
    session: Connection, boss: Connection, mara: str, admin: Connection
) -> None:
    session.execute("BEGIN")
    done(pay(session))
    done(write(boss, "disable_operator", mara, REASON))
    ended = done(write(boss, "end_sessions", mara, REASON))
    assert (ended["ended"], ended["left"]) == (1, 0)
    before = everything(admin)
    with pytest.raises(psycopg.OperationalError):
        session.execute("COMMIT")
    assert everything(admin) == before
    assert done(write(boss, "end_sessions", mara, REASON))["ended"] == 0
    row = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [mara]).fetchone()
    assert row == (0,)


def test_who_waits_for_a_lock_while_disabled_does_nothing(
    session: Connection, boss: Connection, mara: str, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    holder = connect("t_operator")
    holder.execute("BEGIN")
    done(pay(holder))
    before = everything(admin)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(pay, session)
        wait_until_blocked(admin, session)
        done(write(boss, "disable_operator", mara, REASON))
        assert done(write(boss, "end_sessions", mara, REASON))["left"] == 0
        holder.execute("ROLLBACK")
        with pytest.raises(psycopg.OperationalError):
            waiting.result()
    assert everything(admin) == before


def test_whose_sessions_end_is_asked_for_by_name_and_with_a_reason(
    session: Connection, boss: Connection, mara: str
) -> None:
    assert refused(write(boss, "end_sessions", mara, REASON)) == "operator.status"
    assert refused(write(boss, "end_sessions", "nobody", REASON)) == "operator.unknown"
    assert refused(write(boss, "end_sessions", None, REASON)) == "operator.unknown"
    assert refused(write(boss, "end_sessions", mara, " ")) == "reason.empty"
    done(pay(session))


def test_an_enabled_operator_works_again(staff: Staff, boss: Connection, mara: str) -> None:
    done(write(boss, "disable_operator", mara, REASON))
    done(write(boss, "end_sessions", mara, REASON))
    done(write(boss, "enable_operator", mara, REASON))
    with connected(staff.url(mara)) as connection:
        done(pay(connection))
