"""The keeper's lease: one of all has it, who is dead or idle loses it, and an old one writes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bookkeeping import count, transfer, wait_until
from tests.cluster import connected, driver_url
from tests.models.jobs.lease import claim, claimed, pass_time, run, state
from tests.models.writes import everything, grant, let_time_pass, refused, reserve, wallet, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

LOST = "LG005"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 1_000})


@pytest.fixture
def other(connect: Callable[[str], Connection]) -> Connection:
    """Lend another keeper's connection."""
    return connect("t_keeper")


def sqlstate(connection: Connection, token: int, job: str = "checkpoint") -> str | None:
    """Return the error that a run ends in."""
    with pytest.raises(psycopg.Error) as raised:
        run(connection, token, job)
    return raised.value.sqlstate


def test_one_of_many_who_ask_at_once_has_it(as_role: Callable[[str], str]) -> None:
    def ask(number: int) -> bool:
        with connected(as_role("t_keeper" if number % 2 else "t_operator")) as connection:
            return bool(claim(connection)["is_held"])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 1


def test_it_is_renewed_by_its_holder_alone(operator: Connection, other: Connection) -> None:
    first = claim(operator)
    assert first["is_held"]
    told = claim(other, first["token"])
    assert (told["is_held"], told["holder"], told["place"]) == (False, "t_operator", "a test")
    again = claim(operator, first["token"])
    assert (again["is_held"], again["token"]) == (True, first["token"])
    assert again["valid_until"] > first["valid_until"]
    # Without its token its holder is another: a second console of the same operator.
    assert not claim(operator)["is_held"]


def test_who_dies_is_followed_and_writes_no_more(
    operator: Connection, other: Connection, admin: Connection
) -> None:
    token = claimed(operator)
    pass_time(admin, 25)
    followed = claimed(other)
    assert followed == token + 1
    before = everything(admin), count(admin, "operations")
    assert sqlstate(operator, token) == LOST
    # Nor with the token that it hears of: it is another operator's.
    assert sqlstate(operator, followed) == LOST
    assert sqlstate(operator, 0) == LOST
    assert (everything(admin), count(admin, "operations")) == before
    assert run(other, followed, "checkpoint")["status"] == "done"


def test_a_lease_that_ran_out_is_good_until_somebody_takes_it(
    operator: Connection, admin: Connection
) -> None:
    token = claimed(operator)
    pass_time(admin, 3_600)
    # Or it would have missed a night between two and three o'clock.
    admin.execute("UPDATE ledger.jobs SET since = clock_timestamp()")
    assert run(operator, token, "checkpoint")["status"] == "done"
    assert not claim(admin)["is_held"]


def test_who_leaves_is_followed_at_once(operator: Connection, other: Connection) -> None:
    token = claimed(operator)
    assert operator.execute("SELECT ledger.leave_lease(%s)", [token]).fetchone() == (True,)
    assert sqlstate(operator, token) == LOST
    assert claim(other)["is_held"]
    assert operator.execute("SELECT ledger.leave_lease(%s)", [token]).fetchone() == (False,)


def test_a_run_under_way_keeps_the_lease_until_it_is_committed(
    operator: Connection, other: Connection, admin: Connection
) -> None:
    token = claimed(operator)
    operator.execute("BEGIN")
    run(operator, token, "checkpoint")
    # It would be free by now; whoever asks waits for nobody, and does not get it.
    assert not claim(other)["is_held"]
    operator.execute("COMMIT")
    assert claim(operator, token)["is_held"]


def test_a_holder_who_lets_a_job_wait_loses_it(
    operator: Connection, other: Connection, admin: Connection
) -> None:
    token = claimed(operator)
    reserve(operator, "alice", 100, "late", 1)
    let_time_pass(admin, 2)
    admin.execute("UPDATE ledger.jobs SET since = since - interval '1 day'")
    # Who has had it for a moment only is not to blame.
    assert not claim(other)["is_held"]
    admin.execute("UPDATE ledger.keeper_lease SET claimed_at = claimed_at - interval '50 s'")
    assert claim(other)["is_held"]
    assert sqlstate(operator, token, "sweep") == LOST


def test_pauses_and_runs_of_the_holder_before_are_void(
    operator: Connection, other: Connection, admin: Connection
) -> None:
    token = claimed(operator)
    operator.execute("SELECT ledger.start_job(%s, 'verify')", [token])
    write(operator, "report_job", token, "seal", "failed", psycopg.types.json.Jsonb({"message": "no room"}))
    assert state(admin, "verify")[1] is not None
    assert state(admin, "seal")[5] is not None
    pass_time(admin, 25)
    claimed(other)
    assert state(admin, "verify")[1] is None
    assert state(admin, "seal")[4:6] == (1, None)


def test_a_lease_of_before_the_clock_was_set_back(
    operator: Connection, other: Connection, admin: Connection
) -> None:
    claimed(operator)
    pass_time(admin, -3_600)
    assert claim(other)["is_held"]


def test_who_may_not_have_it_locks_nothing(connect: Callable[[str], Connection], other: Connection) -> None:
    token = claimed(other)
    idle = connect("t_operator")
    idle.execute("BEGIN")
    assert not claim(idle)["is_held"]
    other.execute("SET lock_timeout = '1s'")
    assert run(other, token, "checkpoint")["status"] == "done"
    idle.execute("COMMIT")


@pytest.mark.parametrize("hog", ["first", "renew", "run", "look"])
def test_nobody_keeps_it_by_an_open_transaction(
    hog: str, as_role: Callable[[str], str], other: Connection, admin: Connection
) -> None:
    """Whoever idles with the lease's row is ended, once what others see of it is over."""
    idle = psycopg.connect(driver_url(as_role("t_operator")), autocommit=True)
    try:
        token = 0 if hog == "first" else claimed(idle)
        pass_time(admin, 60)
        idle.execute("BEGIN")
        if hog == "first":
            # Of a lease that was given back, or never had.
            claimed(idle)
        elif hog == "run":
            run(idle, token, "checkpoint")
        elif hog == "renew":
            assert claim(idle, token)["is_held"]
        else:
            # As of who has found it locked a moment later than he looked.
            admin.execute("GRANT UPDATE ON ledger.keeper_lease TO t_operator")
            idle.execute("SELECT FROM ledger.keeper_lease FOR UPDATE")
        wait_until(lambda: bool(claim(other)["is_held"]))
    finally:
        idle.close()
    assert count(admin, "audit_events WHERE action = 'end_blocker'") == 1


def test_a_job_that_nobody_knows(operator: Connection) -> None:
    token = claimed(operator)
    assert refused(run(operator, token, "breakfast")) == "job.unknown"
    # What verify finds a keeper says; what the database does itself, nobody else does.
    assert refused(run(operator, token, "verify")) == "job.unknown"
    for job, result in (("seal", "done"), ("sweep", "found"), ("verify", "perhaps")):
        found = write(operator, "report_job", token, job, result, psycopg.types.json.Jsonb({}))
        assert refused(found) == "job.status"


def test_a_report_says_nothing_in_the_databases_name(operator: Connection, admin: Connection) -> None:
    token = claimed(operator)
    lie = {
        "status": "done",
        "job": "verify",
        "reservations": "x",
        "more": "y",
        "token": 99,
        "ended_at": "never",
    }
    for _ in range(2):
        found = write(operator, "report_job", token, "sweep", "failed", psycopg.types.json.Jsonb(lie))
        assert (found["status"], found["job"], found["token"]) == ("failed", "sweep", token)
        assert found["ended_at"] != "never"
    assert state(admin, "sweep")[3] is None
    found = write(operator, "report_job", token, "verify", "done", psycopg.types.json.Jsonb(lie))
    assert (found["status"], "more" in found) == ("done", False)


def test_one_wallet_that_is_held_keeps_no_other_from_the_sweep(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    for name in ("alice", "bob"):
        reserve(operator, name, 100, f"hold of {name}", 1)
        grant(operator, name, 50, 1)
    let_time_pass(admin, 2)
    hog = connect("t_operator2")
    hog.execute("BEGIN")
    transfer(hog, "alice", "@external", 1)
    token = claimed(operator)
    found = run(operator, token, "sweep")
    assert (found["reservations"], found["lots"]) == (1, 1)
    assert wallet(admin, "bob") == (1_000, 0, 0)
    hog.execute("COMMIT")
    found = run(operator, token, "sweep")
    assert (found["reservations"], found["lots"]) == (1, 1)
    assert wallet(admin, "alice") == (999, 0, 0)
