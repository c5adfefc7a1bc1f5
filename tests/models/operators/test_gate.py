"""The gate: five attempts a name in fifteen minutes, counted before a password is tried, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.cluster import connected, driver_url
from tests.models.rights.test_roles import DENIED, columns, sqlstate
from tests.operators import WRONG, outcome, pass_the_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff

REFUSED_SESSION = "28000"


@pytest.fixture
def gate(staff: Staff) -> Iterator[Connection]:
    """Lend a connection of the gate."""
    with connected(staff.gate_url) as connection:
        yield connection


def reserve(gate: Connection, name: str) -> dict[str, Any]:
    return outcome(gate, "reserve_attempt", name)


def fail(gate: Connection, name: str, times: int) -> list[dict[str, Any]]:
    return [outcome(gate, "attempt_failed", reserve(gate, name)["attempt"]) for _ in range(times)]


def login(url: str) -> str:
    """Return what the server says to a sign-in; nothing when it lets one in."""
    try:
        with psycopg.connect(driver_url(url)):
            return ""
    except psycopg.OperationalError as error:
        return str(error).strip().rpartition("FATAL:")[2].strip()


def check(connection: Connection, attempt: int | None) -> str:
    """Return the SQLSTATE of the session check."""
    try:
        connection.execute("SELECT * FROM ledger.session_check(%s)", [attempt])
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return ""


def test_the_gate_can_do_nothing_else(gate: Connection, admin: Connection) -> None:
    rows = admin.execute("""
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace
        AND has_function_privilege('ledger_gate', p.oid, 'EXECUTE') ORDER BY 1""").fetchall()
    assert rows == [("attempt_failed",), ("redeem_code",), ("reserve_attempt",)]
    for table, column in columns(admin).items():
        for statement in (
            f"SELECT {column} FROM ledger.{table}",
            f"INSERT INTO ledger.{table} DEFAULT VALUES",
            f"UPDATE ledger.{table} SET {column} = {column}",
            f"DELETE FROM ledger.{table}",
        ):
            assert sqlstate(gate, statement) == DENIED, statement
    for statement in ("CREATE ROLE mine", "SET ROLE ledger_roles", "ALTER ROLE t_viewer NOLOGIN"):
        assert sqlstate(gate, statement) == DENIED, statement


def test_a_name_that_nobody_has_is_answered_like_any_other(gate: Connection, staff: Staff) -> None:
    def answers(name: str) -> list[dict[str, Any]]:
        told = fail(gate, name, 4)
        fifth = reserve(gate, name)
        told += [
            fifth,
            outcome(gate, "attempt_failed", fifth["attempt"]),
            reserve(gate, name),
            reserve(gate, name),
        ]
        for one in told:
            one.pop("attempt", None)
            until = one.get("detail", one)
            if until.get("until") is not None:
                until["until"] = "a moment"
        return told

    known, unknown = answers(staff.hire()), answers(f"nobody_{uuid4().hex[:8]}")
    assert known == unknown
    assert [one.get("left") for one in known] == [4, 3, 2, 1, 0, 0, None, None]
    assert known[-1] == {"status": "refused", "code": "sign_in.locked", "detail": {"until": "a moment"}}


def test_the_fifth_failure_locks_the_role_in_the_server(
    gate: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.hire()
    assert login(staff.url(name)) == ""
    told = fail(gate, name, 5)
    assert [one["until"] is None for one in told] == [True] * 4 + [False]
    row = admin.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    assert row == (False,)
    # The right password must not be told from a wrong one, or guessing would go on past the lock.
    assert login(staff.url(name)) == login(staff.url(name, WRONG)) != ""
    assert "password authentication failed" in login(staff.url(name))
    events = admin.execute(
        "SELECT action, outcome, actor FROM ledger.audit_events WHERE subject = %s ORDER BY id OFFSET 1",
        [f"operator:{name}"],
    ).fetchall()
    assert events == [("sign_in", "refused", "ledger_gate")] * 5 + [("lock_operator", "done", "ledger_gate")]


def test_attempts_that_nobody_reports_count_all_the_same(
    gate: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.hire()
    assert [reserve(gate, name)["status"] for _ in range(7)] == ["reserved"] * 5 + ["refused"] * 2
    row = admin.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    assert row == (False,)


def test_forty_at_once_are_five(staff: Staff) -> None:
    name = staff.hire()

    def one(_turn: int) -> str:
        with connected(staff.gate_url) as connection:
            status: str = reserve(connection, name)["status"]
            return status

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(one, range(40)))
    assert sorted(found) == ["refused"] * 35 + ["reserved"] * 5


@pytest.mark.parametrize("released_by", ["gate", "sweep"])
def test_the_lock_ends_with_its_time(
    released_by: str, gate: Connection, staff: Staff, admin: Connection, operator: Connection
) -> None:
    name = staff.hire()
    fail(gate, name, 5)
    reserve(gate, name)
    pass_the_window(admin, name)
    assert login(staff.url(name)) != ""  # nobody has looked at the clock yet
    if released_by == "gate":
        assert reserve(gate, name)["left"] == 4
    else:
        assert operator.execute("SELECT ledger.release_locks()").fetchone() == (1,)
        assert operator.execute("SELECT ledger.release_locks()").fetchone() == (0,)
    assert login(staff.url(name)) == ""
    event = admin.execute(
        "SELECT action, detail FROM ledger.audit_events WHERE subject = %s ORDER BY id DESC LIMIT 1",
        [f"operator:{name}"],
    ).fetchone()
    assert event == ("release_operator", {"refused": 1})


def test_old_failures_are_forgotten_one_by_one(gate: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire()
    fail(gate, name, 4)
    pass_the_window(admin, name)
    assert [one["left"] for one in fail(gate, name, 2)] == [4, 3]


def test_an_administrator_unlocks(gate: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire()
    fail(gate, name, 5)
    done = outcome(admin, "unlock_operator", str(uuid4()), name, "she called")
    assert done == {"status": "unlocked", "operator": name, "refused": 0}
    assert login(staff.url(name)) == ""
    assert reserve(gate, name)["left"] == 4
    assert outcome(admin, "unlock_operator", str(uuid4()), name, "once more")["status"] == "unlocked"
    again = outcome(admin, "unlock_operator", str(uuid4()), name, "and again")
    assert again["code"] == "operator.unlocked"


def test_a_success_forgives_what_failed_before(gate: Connection, staff: Staff) -> None:
    name = staff.hire()
    fail(gate, name, 4)
    attempt = reserve(gate, name)["attempt"]
    with connected(staff.url(name)) as session:
        assert check(session, attempt) == ""
        assert check(session, None) == ""
    assert outcome(gate, "attempt_failed", attempt)["left"] == 5  # said too late, it changes nothing
    assert [one["left"] for one in fail(gate, name, 2)] == [4, 3]


def test_only_the_operator_confirms_and_once(gate: Connection, staff: Staff, admin: Connection) -> None:
    name, other = staff.hire(), staff.hire("viewer")
    attempt = reserve(gate, name)["attempt"]
    with connected(staff.url(name)) as own, connected(staff.url(other)) as foreign:
        assert check(foreign, attempt) == REFUSED_SESSION
        assert check(own, attempt) == ""
        assert check(own, attempt) == REFUSED_SESSION
        assert check(own, attempt + 1000) == REFUSED_SESSION
        old = reserve(gate, name)["attempt"]
        pass_the_window(admin, name)
        assert check(own, old) == REFUSED_SESSION


def test_a_locked_name_is_not_confirmed(gate: Connection, staff: Staff) -> None:
    name = staff.hire()
    attempt = reserve(gate, name)["attempt"]
    with connected(staff.url(name)) as session:
        for _ in range(5):
            reserve(gate, name)
        assert check(session, attempt) == REFUSED_SESSION


def test_the_session_check_fails_closed(staff: Staff, admin: Connection) -> None:
    stranger = staff.new_name()
    admin.execute(f"CREATE ROLE {stranger} LOGIN PASSWORD 'only-for-tests'".encode())
    with connected(staff.url(stranger)) as session:
        assert check(session, None) == DENIED
        # Even where a hand has opened the way to the function, there are no facts without a group.
        admin.execute(f"GRANT USAGE ON SCHEMA ledger TO {stranger}".encode())
        admin.execute(f"GRANT EXECUTE ON FUNCTION ledger.session_check TO {stranger}".encode())
        assert check(session, None) == REFUSED_SESSION
        admin.execute(f"GRANT ledger_viewer TO {stranger}".encode())
        assert check(session, None) == ""
    admin.execute(f"DROP OWNED BY {stranger}".encode())


def test_names_longer_than_the_server_takes_are_the_same_name(gate: Connection) -> None:
    name = f"n{uuid4().hex}".ljust(63, "x")
    assert [reserve(gate, f"{name}{end}")["status"] for end in ("", "a", "b", "c", "dd", "e")] == [
        *["reserved"] * 5,
        "refused",
    ]


def test_made_up_names_do_not_fill_the_ledger(gate: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire()
    fail(gate, name, 1)
    for _ in range(15):
        reserve(gate, f"made_up_{uuid4().hex[:8]}")
    admin.execute("UPDATE ledger.sign_in_names SET touched_at = touched_at - interval '1 hour'")
    reserve(gate, "made_up_last")
    rows = admin.execute("SELECT name FROM ledger.sign_in_names ORDER BY name").fetchall()
    assert rows == sorted([("made_up_last",), (name,)])
    rows = admin.execute("SELECT DISTINCT name FROM ledger.sign_in_attempts ORDER BY name").fetchall()
    assert rows == sorted([("made_up_last",), (name,)])
