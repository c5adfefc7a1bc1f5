"""A code by which an operator sets a password that no admin knows: once, in its time, counted as a guess."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.cluster import PASSWORD, connected, driver_url
from tests.faults.tamper.found import broken
from tests.models.writes import REASON, done, refused, write
from tests.operators import outcome, pass_the_window, verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.operators import Staff

CODE = "7QK2-M4XR-9TBD-PW3H"
DIGEST = hashlib.sha256(CODE.encode()).digest()


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of an admin."""
    return connect("t_admin")


@pytest.fixture
def gate(staff: Staff) -> Iterator[Connection]:
    """Lend a connection of the gate."""
    with connected(staff.gate_url) as connection:
        yield connection


@pytest.fixture(autouse=True)
def verified(ledger_url: str) -> Iterator[None]:
    yield
    assert broken(ledger_url) == {}


@pytest.fixture
def name(boss: Connection, staff: Staff) -> str:
    """Add an operator who has a code and no password yet."""
    called = staff.new_name()
    done(write(boss, "create_operator", called, "", ["ledger_viewer"], None, REASON, DIGEST))
    return called


def redeem(gate: Connection, name: str, code: str = CODE, password: str = PASSWORD) -> dict[str, Any]:
    attempt = outcome(gate, "reserve_attempt", name)
    if attempt["status"] == "refused":
        return attempt
    return outcome(gate, "redeem_code", attempt["attempt"], code, verifier(gate, name, password))


def opens(staff: Staff, name: str, password: str = PASSWORD) -> bool:
    try:
        with psycopg.connect(driver_url(staff.url(name, password))):
            return True
    except psycopg.OperationalError:
        return False


def test_a_code_sets_a_password_once(gate: Connection, name: str, staff: Staff, admin: Connection) -> None:
    assert not opens(staff, name, "")
    assert redeem(gate, name) == {"status": "done", "operator": name}
    assert opens(staff, name)
    assert redeem(gate, name, password="another")["status"] == "failed"
    assert opens(staff, name)
    # Whoever gave the code may have used it.
    row = admin.execute(
        "SELECT password_by, code_digest, code_until FROM ledger.operators WHERE name = %s", [name]
    ).fetchone()
    assert row == ("t_admin", None, None)
    events = admin.execute(
        "SELECT action FROM ledger.audit_events WHERE subject = %s AND outcome = 'done' ORDER BY id",
        [f"operator:{name}"],
    ).fetchall()
    assert events == [("create_operator",), ("redeem_code",)]


def test_a_wrong_code_is_a_wrong_guess(gate: Connection, name: str, admin: Connection) -> None:
    for left in (4, 3, 2, 1, 0):
        found = redeem(gate, name, "7QK2-M4XR-9TBD-PW3J")
        assert (found["status"], found["left"]) == ("failed", left)
    assert refused(redeem(gate, name)) == "sign_in.locked"
    pass_the_window(admin, name)
    admin.execute("SELECT ledger.release_locks()")
    assert redeem(gate, name)["status"] == "done"


def test_a_code_for_one_who_forgot_takes_the_old_password(
    gate: Connection, boss: Connection, staff: Staff
) -> None:
    name = staff.hire("viewer")
    assert opens(staff, name)
    done(write(boss, "set_operator_password", name, None, REASON, DIGEST))
    assert not opens(staff, name)
    assert redeem(gate, name, password="what-is-new")["status"] == "done"
    assert opens(staff, name, "what-is-new")


def test_a_code_has_its_time_and_its_operator(
    gate: Connection, boss: Connection, name: str, staff: Staff, admin: Connection
) -> None:
    other = staff.hire("viewer")
    assert redeem(gate, other)["status"] == "failed"
    assert redeem(gate, "nobody")["status"] == "failed"
    admin.execute("UPDATE ledger.operators SET code_until = now() WHERE name = %s", [name])
    assert redeem(gate, name)["status"] == "failed"
    admin.execute(
        "UPDATE ledger.operators SET code_until = now() + interval '1 hour' WHERE name = %s", [name]
    )
    done(write(boss, "disable_operator", name, REASON))
    assert redeem(gate, name)["status"] == "failed"
    assert not opens(staff, name)
    done(write(boss, "enable_operator", name, REASON))
    assert redeem(gate, name)["status"] == "done"


def test_a_password_set_by_an_admin_ends_the_code(
    gate: Connection, boss: Connection, name: str, staff: Staff
) -> None:
    done(write(boss, "set_operator_password", name, verifier(boss, name, "by-the-admin"), REASON))
    assert redeem(gate, name)["status"] == "failed"
    assert opens(staff, name, "by-the-admin")


def test_what_is_no_attempt_or_no_password_sets_none(gate: Connection, name: str, staff: Staff) -> None:
    assert outcome(gate, "redeem_code", 10**9, CODE, verifier(gate, name, PASSWORD)) == {
        "status": "failed", "left": 0,
    }  # fmt: skip
    attempt = outcome(gate, "reserve_attempt", name)["attempt"]
    for bad in (None, "", "md5abc", PASSWORD):
        assert refused(outcome(gate, "redeem_code", attempt, CODE, bad)) == "operator.verifier"
    assert outcome(gate, "redeem_code", attempt, None, verifier(gate, name, PASSWORD))["status"] == "failed"
    # An attempt that was answered is none.
    assert outcome(gate, "redeem_code", attempt, CODE, verifier(gate, name, PASSWORD))["status"] == "failed"
    assert not opens(staff, name)
    assert redeem(gate, name)["status"] == "done"


@pytest.mark.parametrize("digest", [b"", b"x" * 31, b"x" * 33, None])
def test_a_code_is_a_digest(boss: Connection, staff: Staff, digest: bytes | None) -> None:
    found = write(boss, "create_operator", staff.new_name(), "", ["ledger_viewer"], None, REASON, digest)
    assert refused(found) == ("operator.verifier" if digest is None else "operator.code")
