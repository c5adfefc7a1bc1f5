"""Nobody keeps others from writing: whoever holds what all need loses the session, and the chain says so."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, LiteralString

import psycopg
import pytest

from tests.bookkeeping import outcome, transfer
from tests.cluster import connected
from tests.models.writes import done, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection
    from tests.operators import Staff

AT_MOST_S: Final = 3.0
SEAL: Final[LiteralString] = "SELECT ledger.seal()"
ENDED: Final[LiteralString] = """
    SELECT actor, detail ->> 'operator', (detail ->> 'pid')::integer FROM ledger.audit_events
    WHERE action = 'end_blocker' ORDER BY id"""


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


def timed(connection: Connection, *note: str) -> tuple[float, dict[str, Any]]:
    """Write a note; return how long that took, in seconds, and the outcome."""
    started = time.monotonic()
    found = write(connection, "add_note", *note)
    return time.monotonic() - started, found


def assert_lost(connection: Connection) -> None:
    """Make sure that a session was ended, and all it had not committed with it."""
    with pytest.raises(psycopg.OperationalError):
        connection.execute("COMMIT")


def test_who_idles_with_the_head_delays_others_for_three_seconds_at_most(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    holder, others = connect("t_support"), [connect("t_operator") for _ in range(4)]
    holder.execute("BEGIN")
    done(write(holder, "add_note", "alice", "and nothing more"))
    pid = holder.info.backend_pid
    with ThreadPoolExecutor(len(others)) as pool:
        found = list(pool.map(lambda one: timed(one, "alice", "waited"), others))
    assert max(took for took, _ in found) < AT_MOST_S
    assert all(one["status"] == "done" for _, one in found)
    # A refusal waits for the head just as well.
    assert refused(write(others[0], "transfer", "bob", "alice", "CR", 5)) == "funds.short"
    assert_lost(holder)
    rows = admin.execute(ENDED).fetchall()
    assert rows == [("t_operator", "t_support", pid)]
    kept = admin.execute("SELECT note FROM ledger.account_notes").fetchall()
    assert kept == [("waited",)] * 4


def test_nor_does_one_behind_a_savepoint(connect: Callable[[str], Connection], admin: Connection) -> None:
    """A row that a released savepoint changed does not say whose it is."""
    holder, other = connect("t_support"), connect("t_operator")
    holder.execute("BEGIN")
    holder.execute("SAVEPOINT hidden")
    done(write(holder, "add_note", "alice", "and nothing more"))
    holder.execute("RELEASE SAVEPOINT hidden")
    took, found = timed(other, "alice", "waited")
    assert (took < AT_MOST_S, found["status"]) == (True, "done")
    assert len(admin.execute(ENDED).fetchall()) == 1
    assert_lost(holder)


def test_nor_does_one_that_had_to_wait_for_it(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    first, second, other = connect("t_support"), connect("t_support"), connect("t_operator")
    first.execute("BEGIN")
    done(write(first, "add_note", "alice", "one"))
    second.execute("BEGIN")
    done(write(second, "add_note", "alice", "two"))
    pid = second.info.backend_pid
    took, found = timed(other, "alice", "waited")
    assert (took < AT_MOST_S, found["status"]) == (True, "done")
    # What the second wrote is gone with it, what it ended stands in the other's event.
    ended = [pid for _, _, pid in admin.execute(ENDED).fetchall()]
    assert ended == [pid]
    assert_lost(first)
    assert_lost(second)


def test_nor_does_one_who_is_busy_with_it(connect: Callable[[str], Connection], admin: Connection) -> None:
    holder, other = connect("t_support"), connect("t_operator")
    holder.execute("BEGIN")
    done(write(holder, "add_note", "alice", "and nothing more"))
    sleeping = threading.Thread(target=_sleep, args=(holder,))
    sleeping.start()
    took, found = timed(other, "alice", "waited")
    sleeping.join()
    assert (took < AT_MOST_S, found["status"]) == (True, "done")
    assert len(admin.execute(ENDED).fetchall()) == 1


def _sleep(connection: Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(60)")


def test_a_holder_who_ends_in_time_keeps_the_session(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    holder, other = connect("t_support"), connect("t_operator")
    holder.execute("BEGIN")
    done(write(holder, "add_note", "alice", "one"))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(timed, other, "alice", "two")
        time.sleep(0.5)
        holder.execute("COMMIT")
        waiting.result()
    assert admin.execute(ENDED).fetchall() == []
    assert admin.execute("SELECT count(*) FROM ledger.account_notes").fetchone() == (2,)


def test_a_shorter_wait_that_was_asked_for_is_kept(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    holder, other = connect("t_support"), connect("t_operator")
    holder.execute("BEGIN")
    done(write(holder, "add_note", "alice", "one"))
    other.execute("SET lock_timeout = '300ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        timed(other, "alice", "two")
    holder.execute("COMMIT")
    other.execute("SET lock_timeout = '10s'")
    done(write(other, "add_note", "alice", "two"))
    assert other.execute("SHOW lock_timeout").fetchone() == ("10s",)


def test_nobody_ends_a_session_by_asking(connect: Callable[[str], Connection]) -> None:
    for login in ("t_viewer", "t_operator", "t_admin"):
        for call in (
            "end_blocker('audit_head', true)",
            "end_sessions_of('t_operator')",
            "bound_role('t_viewer')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(login).execute(f"SELECT ledger.{call}".encode())


def test_the_gates_row_is_kept_from_nobody(staff: Staff, admin: Connection) -> None:
    name = staff.hire("operator")
    with connected(staff.gate_url) as holder, connected(staff.gate_url) as other:
        holder.execute("BEGIN")
        holder.execute("SELECT ledger.reserve_attempt(%s)", [name])
        started = time.monotonic()
        row = other.execute("SELECT ledger.reserve_attempt(%s)", [name]).fetchone()
        assert time.monotonic() - started < AT_MOST_S
        assert row is not None
        assert row[0]["status"] == "reserved"
        assert [who for _, who, _ in admin.execute(ENDED).fetchall()] == ["ledger_gate"]
        assert_lost(holder)


def test_a_reader_with_a_transaction_of_its_own_delays_no_seal(
    connect: Callable[[str], Connection], operator: Connection
) -> None:
    done(transfer(operator, "alice", "bob", 10))
    viewer = connect("t_viewer")
    viewer.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    viewer.execute("SELECT pg_current_xact_id(), count(*) FROM ledger.transactions")
    found = outcome(operator, SEAL)
    assert (found["status"], found["rows"]) == ("done", 2)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        viewer.execute("LOCK TABLE ledger.transactions IN ROW EXCLUSIVE MODE")
    viewer.execute("ROLLBACK")


def test_a_seal_that_waits_says_for_whom(connect: Callable[[str], Connection], operator: Connection) -> None:
    writer = connect("t_operator2")
    writer.execute("BEGIN")
    done(transfer(writer, "alice", "bob", 10))
    found = outcome(operator, SEAL)
    assert (found["status"], found["rows"], found["pids"]) == ("waiting", 0, [writer.info.backend_pid])
    writer.execute("COMMIT")
    assert outcome(operator, SEAL)["status"] == "done"


def test_one_event_is_proved_by_the_digests_of_the_others(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    """The content of one, and of all others no more than what the chain is made of."""
    for number in range(3):
        done(write(connect("t_support"), "add_note", "alice", f"note {number}"))
    row = admin.execute(
        "SELECT id, ledger.audit_digest(id, at, actor, action, subject, outcome, reason, detail), previous "
        "FROM ledger.audit_events WHERE action = 'add_note' ORDER BY id OFFSET 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    number, digest, link = row
    later = admin.execute(
        "SELECT digest FROM ledger.audit_events WHERE id > %s ORDER BY id", [number]
    ).fetchall()
    for seen in (digest, *(one for (one,) in later)):
        link = hashlib.sha256(b"ledger chain 2" + link + seen).digest()
    assert admin.execute("SELECT hash FROM ledger.audit_head").fetchone() == (link,)
