"""Signing in through the gate: what is tried, what is said, and that one attempt is one try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url

from console.errors import AccessDeniedError, DatabaseUnreachableError
from console.ledger.operators.credentials import Credentials, GateError, LockedOutError, WrongPasswordError
from console.ledger.operators.sign_in import _pinned, _way, sign_in
from console.postgres.database import Database
from console.settings import Paths, Settings
from console.workspace.migrate import migrate
from console.workspace.workspace import open_workspace
from console.writes.ledger import Ledger
from tests.cluster import GATE, PASSWORD, connected
from tests.operators import WRONG, pass_the_window, verifier

if TYPE_CHECKING:
    from pathlib import Path

    from console.monitor.recording.recorder import Recorder
    from tests.conftest import Statements
    from tests.operators import Staff


def attempts(url: str, name: str) -> list[str]:
    with connected(url) as connection:
        rows = connection.execute(
            "SELECT outcome::text FROM ledger.sign_in_attempts WHERE name = %s ORDER BY id", [name]
        ).fetchall()
    return [outcome for (outcome,) in rows]


def test_the_right_password_costs_two_statements(
    staff: Staff, ledger_url: str, recorder: Recorder, statements: Statements
) -> None:
    name = staff.hire("operator", "support")
    with statements.counted() as sent:
        facts = sign_in(staff.url(name), staff.gate_url, recorder)
    assert facts.operator == name
    assert facts.rights == {"ledger_operator", "ledger_support", "ledger_viewer"}
    assert len(sent) == 2
    assert ["reserve_attempt" in sent[0], "session_check" in sent[1]] == [True, True]
    assert attempts(ledger_url, name) == ["succeeded"]


def test_wrong_passwords_say_how_many_tries_are_left_and_then_until_when(
    staff: Staff, ledger_url: str, recorder: Recorder
) -> None:
    name = staff.hire()
    left = []
    for _ in range(4):
        with pytest.raises(WrongPasswordError) as wrong:
            sign_in(staff.url(name, WRONG), staff.gate_url, recorder)
        left.append(wrong.value.left)
    assert left == [4, 3, 2, 1]
    assert str(wrong.value).startswith("The operator or the password is wrong. 1 more try before")
    for password in (WRONG, WRONG, PASSWORD):
        with pytest.raises(LockedOutError) as locked:
            sign_in(staff.url(name, password), staff.gate_url, recorder)
        wait = locked.value.until - datetime.now(UTC)
        assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    assert f"before {locked.value.until.astimezone():%H:%M:%S}" in str(locked.value)
    assert attempts(ledger_url, name) == ["failed"] * 5
    with connected(ledger_url) as connection:
        pass_the_window(connection, name)
    assert sign_in(staff.url(name), staff.gate_url, recorder).operator == name


def test_without_the_gate_no_password_is_tried(staff: Staff, ledger_url: str, recorder: Recorder) -> None:
    name = staff.hire()
    with pytest.raises(GateError, match="ledgerctl operator gate"):
        sign_in(staff.url(name), staff.url(GATE, WRONG), recorder)
    nowhere = make_url(staff.gate_url).set(host="127.0.0.1", port=1, query={})
    with pytest.raises(DatabaseUnreachableError):
        sign_in(staff.url(name), nowhere.render_as_string(hide_password=False), recorder)
    assert attempts(ledger_url, name) == []


def test_a_disabled_operator_is_told_nothing_that_a_stranger_is_not(
    staff: Staff, ledger_url: str, recorder: Recorder
) -> None:
    name = staff.hire()
    with connected(ledger_url) as connection:
        connection.execute("SELECT ledger.disable_operator(gen_random_uuid(), %s, 'has left')", [name])
    told = []
    for who in (name, staff.new_name()):
        with pytest.raises(WrongPasswordError) as wrong:
            sign_in(staff.url(who), staff.gate_url, recorder)
        told.append(str(wrong.value))
    assert told[0] == told[1]


def test_a_session_without_rights_is_no_wrong_password(
    staff: Staff, ledger_url: str, recorder: Recorder
) -> None:
    name = staff.hire()
    with connected(ledger_url) as connection:
        connection.execute("SELECT ledger.take_groups(%s)", [name])
    with pytest.raises(AccessDeniedError) as refused:
        sign_in(staff.url(name), staff.gate_url, recorder)
    assert not isinstance(refused.value, WrongPasswordError)
    assert attempts(ledger_url, name) == ["reserved"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [({}, "disable"), ({"sslmode": "prefer"}, "disable"), ({"sslmode": "verify-full"}, None)],
)
def test_one_attempt_is_one_way_to_one_server(given: dict[str, str], kept: str | None) -> None:
    """A driver left alone tries every address of a name, with TLS and without, and each is a guess."""
    way = {"host": "db.example", "hostaddr": "192.0.2.7", "port": "5433", "gssencmode": "disable"}
    way |= {} if kept is None else {"sslmode": kept}
    url = make_url("postgresql+psycopg://mara:x@db.example,spare.example:5432/ledger?port=5432,5433")
    pinned = _pinned(url.update_query_dict(given), way)
    assert (pinned.username, pinned.database, pinned.host, pinned.port) == ("mara", "ledger", None, None)
    assert dict(pinned.query) == {**given, **way}


def test_the_way_is_read_from_the_connection(staff: Staff, ledger_url: str) -> None:
    with connected(ledger_url) as connection:
        way = _way(connection)
        assert (way["host"], way["port"]) == (connection.info.host, str(connection.info.port))
        assert way["gssencmode"] == way["sslmode"] == "disable"
    with connected(f"{ledger_url}{'&' if '?' in ledger_url else '?'}sslmode=prefer") as connection:
        assert _way(connection)["sslmode"] == "disable"


def test_a_claim_goes_through_the_gate_and_a_url_with_its_password_does_not(
    staff: Staff, ledger_url: str, tmp_path: Path
) -> None:
    name = staff.hire()
    paths = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "state", tmp_path / "log")
    given = Settings.model_construct(
        database_url=SecretStr(staff.url(name)), gate_password=SecretStr(PASSWORD)
    )
    with open_workspace(given, paths) as opened:
        assert opened.facts.operator == name
    assert attempts(ledger_url, name) == []
    with open_workspace(given, paths, credentials=Credentials(name, SecretStr(PASSWORD))) as opened:
        assert opened.facts.operator == name
    with (
        pytest.raises(WrongPasswordError),
        open_workspace(given, paths, credentials=Credentials(name, SecretStr(WRONG))),
    ):
        pass
    assert attempts(ledger_url, name) == ["succeeded", "failed"]
    unguarded = given.model_copy(update={"gate_password": None})
    with open_workspace(unguarded, paths, credentials=Credentials(name, SecretStr(PASSWORD))) as opened:
        assert opened.facts.operator == name
    assert attempts(ledger_url, name) == ["succeeded", "failed"]


def test_a_password_may_have_whatever_signs(staff: Staff, ledger_url: str, tmp_path: Path) -> None:
    name, password = staff.hire(), "a b+c%20@:/?#&='\\é"
    with connected(ledger_url) as connection:
        connection.execute(
            "SELECT ledger.set_role_password(%s, %s)", [name, verifier(connection, name, password)]
        )
    paths = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "state", tmp_path / "log")
    given = Settings.model_construct(database_url=SecretStr(ledger_url), gate_password=SecretStr(PASSWORD))
    with open_workspace(given, paths, credentials=Credentials(name, SecretStr(password))) as opened:
        assert opened.facts.operator == name


def test_a_claim_shows_no_password() -> None:
    assert PASSWORD not in repr(Credentials("mara", SecretStr(PASSWORD)))


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_servers_default_isolation_keeps_nobody_out(
    staff: Staff, ledger_url: str, recorder: Recorder, settings: Settings, level: str
) -> None:
    name = staff.hire("operator")
    database = make_url(ledger_url).database
    with connected(ledger_url) as admin:
        admin.execute(f"ALTER DATABASE {database} SET default_transaction_isolation = '{level}'".encode())
        admin.execute(f"ALTER ROLE {name} SET default_transaction_isolation = '{level}'".encode())
    with pytest.raises(WrongPasswordError):
        sign_in(staff.url(name, WRONG), staff.gate_url, recorder)
    sign_in(staff.url(name), staff.gate_url, recorder)
    assert attempts(ledger_url, name) == ["failed", "succeeded"]
    for pooled in (False, True):
        opened = Database(staff.url(name), recorder, settings.model_copy(update={"pooled": pooled}))
        try:
            shown = opened.read("report", lambda session: session.scalar(text("SHOW transaction_isolation")))
            assert shown == "read committed"
            Ledger(opened).write("audit.seal", lambda session: session.execute(text("SELECT ledger.seal()")))
        finally:
            opened.close()
    migrate(ledger_url)
