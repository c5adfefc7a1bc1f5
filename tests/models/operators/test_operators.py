"""Operators: made, disabled and enabled by an administrator, who can touch nobody else's role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.cluster import PASSWORD, connected, driver_url
from tests.models.rights.test_roles import DENIED, sqlstate
from tests.operators import create, outcome, verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection
    from tests.operators import Staff

WITH_OPTIONS = 160_000
"""From this version on, granting and becoming are options of their own."""


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of an administrator of the ledger, who is none of the server."""
    return connect("t_admin")


def opens(url: str) -> bool:
    try:
        with psycopg.connect(driver_url(url)):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return False


def act(connection: Connection, verb: str, name: str) -> dict[str, Any]:
    return outcome(connection, f"{verb}_operator", str(uuid4()), name, "as a test asks")


def test_an_operator_is_made_once_and_signs_in(boss: Connection, staff: Staff, admin: Connection) -> None:
    name, key = staff.new_name(), str(uuid4())
    made = create(boss, name, ["ledger_support", "ledger_operator"], key=key)
    groups = ["ledger_operator", "ledger_support"]
    assert made == {"status": "created", "operator": name, "groups": groups}
    with connected(staff.url(name)) as session:
        row = session.execute("SELECT operator, rights FROM ledger.session_check()").fetchone()
    assert row == (name, [*groups, "ledger_viewer"])
    assert create(boss, name, groups)["code"] == "operator.exists"
    row = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [name]).fetchone()
    assert row is not None
    event = admin.execute(
        "SELECT actor, outcome, reason, detail::text FROM ledger.audit_events WHERE subject = %s ORDER BY id",
        [f"operator:{name}"],
    ).fetchall()
    assert [one[:3] for one in event] == [
        ("t_admin", "done", "hired by a test"),
        ("t_admin", "refused", "hired by a test"),
    ]
    kept = admin.execute("SELECT outcome::text FROM ledger.operations").fetchall()
    assert not any(row[0] in str(place) or PASSWORD in str(place) for place in (event, kept))


def test_the_same_key_makes_one_operator(boss: Connection, staff: Staff) -> None:
    name, key = staff.new_name(), str(uuid4())
    arguments = (key, name, "", ["ledger_viewer"], verifier(boss, name, PASSWORD), "hired")
    first = outcome(boss, "create_operator", *arguments)
    assert outcome(boss, "create_operator", *arguments) == first
    with pytest.raises(psycopg.Error) as raised:
        create(boss, name, ["ledger_viewer"], key=key)  # another salt is another password
    assert raised.value.sqlstate == "LG002"


@pytest.mark.parametrize(
    ("name", "groups", "code"),
    [
        ("Mara", ["ledger_viewer"], "operator.grammar"),
        ("", ["ledger_viewer"], "operator.grammar"),
        ("pg_mara", ["ledger_viewer"], "operator.grammar"),
        ("ledger_mara", ["ledger_viewer"], "operator.grammar"),
        ("x" * 64, ["ledger_viewer"], "operator.grammar"),
        ('mara"; DROP ROLE t_viewer', ["ledger_viewer"], "operator.grammar"),
        ("ledger_owner", ["ledger_viewer"], "operator.exists"),
        ("t_viewer", ["ledger_viewer"], "operator.exists"),
        ("o_nobody", [], "operator.groups"),
        ("o_nobody", ["ledger_owner"], "operator.groups"),
        ("o_nobody", ["pg_read_server_files"], "operator.groups"),
    ],
)
def test_who_cannot_be_made(boss: Connection, name: str, groups: list[str], code: str) -> None:
    assert create(boss, name, groups)["code"] == code
    row = boss.execute("SELECT count(*) FROM ledger.operators").fetchone()
    assert row == (0,)


@pytest.mark.parametrize("password", ["in clear", "md5" + "0" * 32, "SCRAM-SHA-256$1:a$b:c", ""])
def test_a_password_is_a_verifier_or_refused(boss: Connection, staff: Staff, password: str) -> None:
    name = staff.new_name()
    made = outcome(
        boss, "create_operator", str(uuid4()), name, "", ["ledger_viewer"], password, "hired by a test"
    )
    assert made["code"] == "operator.verifier"
    hired = staff.hire()
    done = outcome(boss, "set_operator_password", str(uuid4()), hired, password, "forgotten")
    assert done["code"] == "operator.verifier"
    assert opens(staff.url(hired))


def test_a_change_without_a_reason_is_refused(boss: Connection, staff: Staff) -> None:
    name = staff.hire()
    for verb in ("disable", "enable", "unlock"):
        done = outcome(boss, f"{verb}_operator", str(uuid4()), name, " x ")
        assert done["code"] == "reason.empty"


def test_an_open_session_loses_its_rights_with_the_next_statement(boss: Connection, staff: Staff) -> None:
    name = staff.hire("operator", "auditor")
    question = "SELECT count(*) FROM ledger.wallets"
    with connected(staff.url(name)) as session:
        session.execute(question.encode())
        done = act(boss, "disable", name)
        assert (done["status"], done["groups"], done["kept"]) == (
            "disabled",
            ["ledger_auditor", "ledger_operator"],
            [],
        )
        assert sqlstate(session, question) == DENIED
        assert sqlstate(session, "SELECT ledger.session_check()") == DENIED
        assert not opens(staff.url(name))
        assert act(boss, "disable", name)["code"] == "operator.status"
        assert act(boss, "enable", name)["status"] == "enabled"
        assert sqlstate(session, question) == ""
    assert opens(staff.url(name))


def test_nobody_keeps_rights_by_becoming_a_group(boss: Connection, staff: Staff) -> None:
    if boss.info.server_version < WITH_OPTIONS:
        pytest.skip("before PostgreSQL 16 every member of a group may become it")
    name = staff.hire("operator")
    with connected(staff.url(name)) as session:
        for group in ("ledger_operator", "ledger_viewer"):
            assert sqlstate(session, f"SET ROLE {group}") == DENIED


def test_what_a_hand_granted_is_named(boss: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire("viewer")
    admin.execute(f"GRANT ledger_support TO {name}".encode())
    kept = act(boss, "disable", name)["kept"]
    # Before 16 whoever may make roles may revoke any grant.
    assert kept == (["ledger_viewer", "ledger_support"] if admin.info.server_version >= WITH_OPTIONS else [])
    assert not opens(staff.url(name))


def test_administrators_do_not_disable_themselves(staff: Staff) -> None:
    name = staff.hire("admin")
    with connected(staff.url(name)) as session:
        assert act(session, "disable", name)["code"] == "operator.self"
        assert act(session, "disable", "o_nobody")["code"] == "operator.unknown"


def test_a_new_password_takes_the_place_of_the_old(boss: Connection, staff: Staff) -> None:
    name = staff.hire()
    new = verifier(boss, name, "another-password")
    done = outcome(boss, "set_operator_password", str(uuid4()), name, new, "forgotten")
    assert done == {"status": "done", "operator": name}
    assert not opens(staff.url(name))
    assert opens(staff.url(name, "another-password"))


def test_an_operator_who_watches_the_server_can_be_disabled(
    boss: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.new_name()
    create(boss, name, ["ledger_admin"])
    admin.execute(f"GRANT pg_monitor TO {name}".encode())
    assert act(boss, "disable", name)["status"] == "disabled"
    assert not opens(staff.url(name))


@pytest.mark.parametrize(
    "more", ["SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS", "IN pg_read_all_data", "IN ledger_owner"]
)
def test_a_role_that_may_more_than_an_operator_is_not_the_ledgers_to_touch(
    boss: Connection, staff: Staff, admin: Connection, more: str
) -> None:
    """Otherwise whoever administers the ledger could set its password, and administer the server."""
    name = staff.hire()
    grant = f"GRANT {more[3:]} TO {name}" if more.startswith("IN ") else f"ALTER ROLE {name} {more}"
    admin.execute(grant.encode())
    with pytest.raises(psycopg.Error) as raised:
        outcome(
            boss,
            "set_operator_password",
            str(uuid4()),
            name,
            verifier(boss, name, "another-one"),
            "forgotten",
        )
    assert raised.value.sqlstate == DENIED
    assert opens(staff.url(name))


def test_no_function_touches_a_role_that_is_not_registered(admin: Connection) -> None:
    for name in ("t_viewer", "ledger_owner", "ledger_gate", "pg_monitor", "session_user", "nobody"):
        for call in (
            f"ledger.set_role_login('{name}', false, NULL)",
            f"ledger.set_role_password('{name}', 'x')",
            f"ledger.give_groups('{name}', '{{ledger_admin}}')",
            f"ledger.take_groups('{name}')",
            f"ledger.make_role('{name}')",
        ):
            assert sqlstate(admin, f"SELECT {call}") == DENIED, call


def test_the_owner_of_roles_gains_no_rights_by_making_them(
    boss: Connection, staff: Staff, admin: Connection
) -> None:
    if boss.info.server_version >= WITH_OPTIONS:
        boss.execute("SET createrole_self_grant = 'set, inherit'")
    name = staff.new_name()
    create(boss, name, ["ledger_admin"])
    for role in (name, "ledger_admin"):
        row = admin.execute("SELECT pg_has_role('ledger_roles', %s, 'USAGE')", [role]).fetchone()
        assert row == (False,)


def test_what_the_server_had_said_of_a_password_comes_back(
    boss: Connection, staff: Staff, admin: Connection
) -> None:
    name = staff.hire()
    boss.execute("SET datestyle = 'SQL, DMY'; SET timezone = 'Asia/Tokyo'")
    admin.execute(f"ALTER ROLE {name} VALID UNTIL '2099-02-03 04:05:06+00'".encode())
    act(boss, "disable", name)
    act(boss, "enable", name)
    row = admin.execute(
        "SELECT rolcanlogin, rolvaliduntil FROM pg_roles WHERE rolname = %s", [name]
    ).fetchone()
    assert row == (True, datetime(2099, 2, 3, 4, 5, 6, tzinfo=UTC))


def test_a_role_that_a_hand_shut_stays_shut(boss: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire()
    admin.execute(f"ALTER ROLE {name} NOLOGIN".encode())
    act(boss, "disable", name)
    act(boss, "enable", name)
    row = admin.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    assert row == (False,)


def test_a_dropped_operator_can_be_made_again(boss: Connection, staff: Staff, admin: Connection) -> None:
    name = staff.hire("viewer")
    admin.execute(f"DROP ROLE {name}".encode())
    assert act(boss, "disable", name)["status"] == "disabled"
    assert create(boss, name, ["ledger_operator"])["status"] == "created"
    assert opens(staff.url(name))
