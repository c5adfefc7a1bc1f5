"""ledgerctl operator: what an administrator does about operators, without a password on a command line."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from pydantic import SecretStr

from console.cli.main import main
from console.errors import AccessDeniedError
from console.ledger.operators.credentials import Credentials, LockedOutError, WrongPasswordError
from console.ledger.operators.enrolment import role_name
from console.postgres.embedded.server import EmbeddedServer
from console.settings import Paths, Settings
from console.workspace.workspace import open_workspace
from tests.cluster import GATE, PASSWORD, connected, driver_url
from tests.operators import WRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.console.cli.conftest import Run
    from tests.operators import Staff

REASON = ("--reason", "as a test asks")
CODE = "7QK2-M4XR-9TBD-PW3H"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a line on standard input."""
    return lambda line: monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))


def opens(url: str) -> bool:
    try:
        with psycopg.connect(driver_url(url)):
            return True
    except psycopg.OperationalError:
        return False


def test_an_operator_comes_goes_and_comes_back(
    ledgerctl: Run, staff: Staff, typed: Callable[[str], None]
) -> None:
    name = staff.new_name()
    typed(PASSWORD)
    words = ["operator", "add", name, "--role", "operator", "--role", "auditor", "--display-name", "Mara O."]
    added = ledgerctl(*words, *REASON, "--password-stdin", role="t_admin")
    assert (added.code, added.out, added.err) == (0, "", f"{name} may sign in as auditor, operator.\n")
    assert opens(staff.url(name))
    assert (
        ledgerctl("operator", "disable", name, *REASON, role="t_admin").err
        == f"{name} is disabled. Sessions ended: 0.\n"
    )
    assert not opens(staff.url(name))
    listed = ledgerctl("--format", "json", "operator", "list", role="t_auditor").data
    assert [
        (one["operator"], one["name"], one["roles"], one["status"], one["made_by"]) for one in listed
    ] == [(name, "Mara O.", "auditor operator", "disabled", "t_admin")]
    assert ledgerctl("operator", "enable", name, *REASON, role="t_admin").code == 0
    assert opens(staff.url(name))
    typed("another-password")
    assert ledgerctl("operator", "password", name, *REASON, "--password-stdin", role="t_admin").code == 0
    assert (opens(staff.url(name)), opens(staff.url(name, "another-password"))) == (False, True)


def test_a_code_is_printed_once_and_sets_the_password(
    ledgerctl: Run, staff: Staff, typed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = staff.new_name()
    monkeypatch.setenv("LEDGER_GATE_PASSWORD", PASSWORD)
    added = ledgerctl("operator", "add", name, "--role", "viewer", "--code", *REASON, role="t_admin")
    assert (added.code, re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\n", added.out) is not None) == (0, True)
    code = added.out.strip()
    assert re.search(r"shown once .* good once, for 7 days, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", added.err)
    assert f"ledgerctl operator redeem {name}\n" in added.err
    assert code not in added.err
    typed(f"{code.lower().replace('-', ' ')}\n{PASSWORD}")
    words = ["operator", "redeem", name, "--password-stdin"]
    redeemed = ledgerctl(*words)
    assert (redeemed.code, redeemed.out) == (0, "")
    assert redeemed.err == f"{name} has a new password, and may sign in with it. The code is used up.\n"
    assert opens(staff.url(name))
    typed(f"{code}\nanother-password")
    again = ledgerctl(*words)
    assert again.code == 1
    assert "4 more tries before a pause of 15 minutes." in again.err
    given = ledgerctl("operator", "password", name, "--code", *REASON, role="t_admin")
    assert (given.code, f"{name} has no password until it is set by it.\n" in given.err) == (0, True)
    assert not opens(staff.url(name))
    typed(f"{given.out.strip()}\nanother-password")
    assert ledgerctl(*words).code == 0
    assert opens(staff.url(name, "another-password"))


def test_a_code_and_a_password_are_asked_for_on_a_terminal(
    ledgerctl: Run, staff: Staff, typed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = staff.new_name()
    monkeypatch.setenv("LEDGER_GATE_PASSWORD", PASSWORD)
    code = ledgerctl(
        "operator", "add", name, "--role", "viewer", "--code", *REASON, role="t_admin"
    ).out.strip()
    typed("")
    words = ["operator", "redeem", name]
    assert "There is no terminal" in ledgerctl(*words).err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []
    answers = iter([code, PASSWORD, WRONG, code, PASSWORD, PASSWORD])

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", answer)
    assert "differ" in ledgerctl(*words).err
    assert ledgerctl(*words).code == 0
    assert asked == ["Code: ", "New password: ", "The same again: "] * 2
    assert opens(staff.url(name))


def test_roles_are_set_as_they_are_named(ledgerctl: Run, staff: Staff, ledger_url: str) -> None:
    name = staff.hire("operator", "support")
    words = ["operator", "set-roles", name, "approver", "support", *REASON]
    done = ledgerctl(*words, role="t_admin")
    assert (done.code, done.err) == (0, f"{name} has approver, support; before: operator, support.\n")
    (listed,) = ledgerctl("--format", "json", "operator", "list", role="t_admin").data
    assert listed["roles"] == "approver support"
    with connected(ledger_url) as admin:
        admin.execute(f"GRANT ledger_keeper TO {name}".encode())
    done = ledgerctl(*words, role="t_admin")
    assert done.err.endswith(f"who granted that must revoke it: REVOKE ledger_keeper FROM {name}\n")


def test_a_disabling_that_was_cut_short_is_finished_by_another(
    ledgerctl: Run, staff: Staff, ledger_url: str
) -> None:
    name = staff.hire("viewer")
    with connected(staff.url(name)) as session, connected(ledger_url) as admin:
        call = "SELECT ledger.disable_operator(gen_random_uuid(), %s, 'cut short') ->> 'status'"
        assert admin.execute(call, [name]).fetchone() == ("disabled",)
        done = ledgerctl("operator", "disable", name, *REASON, role="t_admin")
        assert (done.code, done.err) == (0, f"{name} is disabled. Sessions ended: 1.\n")
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_a_locked_operator_is_listed_and_unlocked(ledgerctl: Run, staff: Staff) -> None:
    name = staff.hire()
    with connected(staff.gate_url) as gate:
        for _ in range(6):
            gate.execute("SELECT ledger.reserve_attempt(%s)", [name])
    (listed,) = ledgerctl("--format", "json", "operator", "list", role="t_admin").data
    assert listed["status"] == "locked"
    assert listed["locked_until"]
    assert ledgerctl("operator", "unlock", name, *REASON, role="t_admin").code == 0
    assert opens(staff.url(name))
    again = ledgerctl("operator", "unlock", name, *REASON, role="t_admin")
    assert (again.code, "the operator is not locked" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "line", "code", "said"),
    [
        (["add", "o_x", "--role", "boss"], PASSWORD, 2, "--role: 'boss' is none of viewer, "),
        (["add", "o_x", "--role", "viewer"], "short", 2, "A password has at least 12 characters."),
        (["add", "O X", "--role", "viewer"], PASSWORD, 1, "Refused: an operator's name has small letters"),
        (["add", "t_viewer", "--role", "viewer"], PASSWORD, 1, "Refused: a role of this name is there"),
        (["password", "o_x"], PASSWORD, 1, "Refused: there is no such operator in this ledger"),
        (["password", "o_x", "--code"], "", 2, "--code: with a code there is no password to read"),
        (["add", "o_x", "--role", "viewer", "--code"], "", 2, "--code: with a code there is no"),
    ],
)
def test_what_is_refused_is_said_in_one_line(
    ledgerctl: Run, typed: Callable[[str], None], *, words: list[str], line: str, code: int, said: str
) -> None:
    typed(line)
    done = ledgerctl("operator", *words, *REASON, "--password-stdin", role="t_admin")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1


def test_a_password_is_asked_twice_on_a_terminal_and_nowhere_else(
    ledgerctl: Run, staff: Staff, monkeypatch: pytest.MonkeyPatch, typed: Callable[[str], None]
) -> None:
    name = staff.new_name()
    words = ["operator", "add", name, "--role", "viewer", *REASON]
    typed(PASSWORD)
    done = ledgerctl(*words, role="t_admin")
    assert (done.code, "--password-stdin" in done.err) == (2, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter([PASSWORD, WRONG, PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    done = ledgerctl(*words, role="t_admin")
    assert (done.code, "differ" in done.err) == (2, True)
    assert ledgerctl(*words, role="t_admin").code == 0
    assert opens(staff.url(name))


@pytest.mark.parametrize(
    ("words", "lines", "code", "said"),
    [
        (["set-roles", "o_x", "boss", *REASON], "", 2, "ROLE: 'boss' is none of viewer, "),
        (["set-roles", "o_x", "viewer", *REASON], "", 1, "Refused: there is no such operator"),
        (["password", "o_x", "--code", *REASON], "", 1, "Refused: there is no such operator"),
        (["redeem", "o_x", "--password-stdin"], "7QK2-M4XR\nx", 2, "A code is 16 letters and digits, such"),
        (["redeem", "o_x", "--password-stdin"], f"{CODE}\nshort", 2, "A password has at least 12"),
        (["redeem", "o_x", "--password-stdin"], f"{CODE}\n{PASSWORD}", 1, "A code is taken by the gate"),
    ],
)
def test_what_is_wrong_with_codes_and_roles_is_said_in_one_line(
    ledgerctl: Run, typed: Callable[[str], None], *, words: list[str], lines: str, code: int, said: str
) -> None:
    typed(lines)
    done = ledgerctl("operator", *words, role="t_admin")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("role", ["t_operator", "t_support", "t_viewer"])
def test_only_administrators_look_after_operators(
    ledgerctl: Run, staff: Staff, typed: Callable[[str], None], role: str
) -> None:
    name = staff.hire()
    typed(PASSWORD)
    for words in (
        ["add", "o_x", "--role", "admin", *REASON, "--password-stdin"],
        ["disable", name, *REASON],
        ["unlock", name, *REASON],
        ["password", name, *REASON, "--password-stdin"],
        ["password", name, *REASON, "--code"],
        ["set-roles", name, "admin", *REASON],
        ["gate"],
        ["list"],
    ):
        typed(PASSWORD)
        done = ledgerctl("operator", *words, role=role)
        assert (done.code, done.out) == (1, ""), words
        assert done.err.startswith("The server refused this to your role: "), words


def test_the_gate_gets_a_new_password_and_the_setting_is_printed(
    ledger_url: str,
    staff: Staff,
    own_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LEDGER_DATABASE_URL", ledger_url)
    try:
        assert main(["operator", "gate"]) == 0
        line = capsys.readouterr().out
        found = re.fullmatch(r'gate_password = "([A-Za-z0-9_-]{40,})"\n', line)
        assert found is not None
        assert opens(staff.url(GATE, found[1]))
        assert not opens(staff.gate_url)
    finally:
        with connected(ledger_url) as connection:
            connection.execute(f"ALTER ROLE {GATE} PASSWORD '{PASSWORD}'".encode())


@pytest.fixture
def embedded(tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep an embedded server of this test's own: roles are the whole server's."""
    monkeypatch.delenv("LEDGER_DATABASE_URL", raising=False)
    folder = tmp_path / "embedded"
    monkeypatch.setenv("LEDGER_DATA_DIR", str(folder))
    with EmbeddedServer(folder):
        yield folder


def test_the_embedded_ledger_has_operators_of_its_own(
    embedded: Path, settings: Settings, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths.standard(embedded)
    typed(PASSWORD)
    words = ["operator", "add", "mara", "--role", "admin", *REASON, "--password-stdin"]
    assert main(words) == 0
    with open_workspace(settings, paths, credentials=Credentials("mara", SecretStr(PASSWORD))) as opened:
        assert (opened.facts.operator, opened.remembered, opened.profile) == ("mara", role_name(), "embedded")
    capsys.readouterr()
    assert main(["operator", "password", "mara", "--code", *REASON]) == 0
    typed(f"{capsys.readouterr().out}{PASSWORD}!")
    assert main(["operator", "redeem", "mara", "--password-stdin"]) == 0
    with pytest.raises(WrongPasswordError):
        _enter(settings, paths, Credentials("mara", SecretStr(PASSWORD)))
    _enter(settings, paths, Credentials("mara", SecretStr(f"{PASSWORD}!")))
    own = role_name()
    for _ in range(4):
        with pytest.raises(WrongPasswordError):
            _enter(settings, paths, Credentials(own, SecretStr(WRONG)))
    for credentials in (Credentials(own, SecretStr(WRONG)), Credentials(own, SecretStr(PASSWORD)), None):
        # Also without a password: the one that this computer remembers is locked out with the role.
        with pytest.raises(LockedOutError):
            _enter(settings, paths, credentials)
    capsys.readouterr()
    with EmbeddedServer(embedded) as server, connected(server.owner_url) as connection:
        connection.execute(
            "UPDATE ledger.sign_in_names SET locked_until = clock_timestamp() WHERE name = %s", [own]
        )
    _enter(settings, paths, None)
    with EmbeddedServer(embedded) as server, connected(server.owner_url) as connection:
        connection.execute("SELECT ledger.disable_operator(gen_random_uuid(), %s, 'has left')", [own])
    with pytest.raises(AccessDeniedError, match="is disabled"):
        _enter(settings, paths, None)
    _enter(settings, paths, Credentials("mara", SecretStr(f"{PASSWORD}!")))
    assert main(["operator", "gate"]) == 2


def test_the_embedded_ledger_has_its_days_and_currencies_set_by_its_owner(
    embedded: Path, settings: Settings
) -> None:
    """The person before it is no administrator, yet nobody else looks after it."""
    words = ["zone", "set", "Asia/Tokyo", *REASON]
    assert main(words) == 0
    assert main(words) == 1
    assert main(["currency", "add", "JPY"]) == 0
    assert main(["currency", "correct", "JPY", "--decimals", "2", *REASON]) == 0
    assert main(["currency", "close", "JPY", *REASON]) == 0
    with open_workspace(settings, Paths.standard(embedded)) as opened:
        assert (str(opened.books.zone), set(opened.books.closed)) == ("Asia/Tokyo", {"JPY"})
    assert main(["currency", "reopen", "JPY", *REASON]) == 0


def _enter(settings: Settings, paths: Paths, credentials: Credentials | None) -> None:
    with open_workspace(settings, paths, credentials=credentials):
        pass
