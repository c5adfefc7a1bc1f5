"""A trial against a real server with TLS: certificates, sign-in, database, ledger, rights."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from console.ledger.operators.credentials import Credentials
from console.workspace.trial import server as module
from console.workspace.trial.steps import State, Step, StepKey, TrialResult, Who
from console.workspace.trial.trial import try_connection
from tests.cluster import PASSWORD, connected
from tests.console.workspace.trial.certificates import NOW, Issuer
from tests.console.workspace.trial.conftest import ADDRESS
from tests.console.workspace.trial.test_network import failed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.console.workspace.trial.conftest import Served


def tried(served: Served, login: str = "t_operator", password: str = PASSWORD, **values: Any) -> TrialResult:
    """Try the server as a login."""
    told: list[Step] = []
    who = Credentials(login, SecretStr(password))
    result = try_connection(served.profile(**values), who, told.append)
    assert PASSWORD not in repr(told) + repr(result)
    return result


def test_all_of_it_passes(served: Served) -> None:
    result = tried(served)
    assert [step.state for step in result.steps] == [State.PASSED] * 8
    found = {step.key: step.found for step in result.steps}
    assert f"certificate for {ADDRESS}, until" in found[StepKey.TLS]
    assert found[StepKey.SIGN_IN] == f"t_operator at {ADDRESS}"
    assert found[StepKey.DATABASE] == "books"
    assert found[StepKey.RIGHTS] == "operator, viewer"
    assert result.facts is not None
    assert result.facts.operator == "t_operator"
    assert not result.can_create


def test_without_tls_it_says_that_nothing_is_encrypted(served: Served) -> None:
    result = tried(served, tls="off", root_certificate="")
    assert result.passed
    assert result.steps[3].state is State.SKIPPED
    assert "Nothing is encrypted" in result.steps[3].found


def test_the_certificate_is_for_another_name(served: Served) -> None:
    served.present(served.issuer.issue("ledger.example.org"))
    step = failed(tried(served), StepKey.TLS)
    assert "is for ledger.example.org" in step.wrong
    # Whoever asks for less than the name gets by with it.
    assert tried(served, tls="verify-ca").passed


def test_the_certificate_has_ended(served: Served) -> None:
    served.present(served.issuer.issue(ADDRESS, ends=NOW - timedelta(days=2)))
    step = failed(tried(served), StepKey.TLS)
    assert f"ended on {NOW - timedelta(days=2):%Y-%m-%d}" in step.wrong
    assert step.who is Who.SERVER
    failed(tried(served, tls="verify-ca"), StepKey.TLS)


def test_the_certificate_is_of_an_unknown_issuer(served: Served) -> None:
    served.present(Issuer("Somebody else").issue(ADDRESS))
    step = failed(tried(served), StepKey.TLS)
    assert "issued by CN=Somebody else" in step.wrong
    assert "root_certificate" in step.advice
    failed(tried(served, root_certificate=""), StepKey.TLS)
    assert tried(served, tls="require", root_certificate="").passed


def test_the_file_with_the_issuer_is_missing(served: Served, tmp_path: Path) -> None:
    step = failed(tried(served, root_certificate=str(tmp_path / "none.pem")), StepKey.TLS)
    assert "No such file" in step.wrong
    assert step.who is Who.YOU


def test_the_password_is_wrong(served: Served) -> None:
    step = failed(tried(served, password="not-the-password"), StepKey.SIGN_IN)
    assert "password is wrong" in step.wrong
    assert step.who is Who.YOU
    assert "not-the-password" not in repr(step)
    assert "asks for a password" in failed(tried(served, password=""), StepKey.SIGN_IN).wrong


def test_nobody_of_this_name_looks_like_a_wrong_password(served: Served) -> None:
    assert failed(tried(served, "t_nobody"), StepKey.SIGN_IN).wrong.startswith("The operator or the password")


def test_pg_hba_rejects(served: Served) -> None:
    step = failed(tried(served, "t_rejected"), StepKey.SIGN_IN)
    assert step.who is Who.SERVER
    assert "pg_hba.conf" in step.advice


def test_the_operator_is_locked(served: Served) -> None:
    served.run("ALTER ROLE t_support NOLOGIN")
    step = failed(tried(served, "t_support"), StepKey.SIGN_IN)
    assert step.who is Who.ADMIN
    assert "locked" in step.wrong
    served.run("ALTER ROLE t_support LOGIN")


def test_the_gate_counts_the_attempt(served: Served) -> None:
    gate = SecretStr(PASSWORD)
    profile = served.profile()
    wrong = Credentials("t_approver", SecretStr("wrong"))
    result = try_connection(profile, wrong, gate_password=gate)
    assert "more tries before a pause" in failed(result, StepKey.SIGN_IN).wrong
    with connected(served.cluster.url("books")) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.sign_in_attempts WHERE name = 't_approver' AND outcome = 'failed'"
        ).fetchone()
    assert found == (1,)
    right = Credentials("t_approver", SecretStr(PASSWORD))
    assert try_connection(profile, right, gate_password=gate).passed
    other = try_connection(profile, right, gate_password=SecretStr("wrong"))
    assert "gate" in failed(other, StepKey.SIGN_IN).wrong


def test_the_database_is_missing(served: Served) -> None:
    result = tried(served, database="none")
    step = failed(result, StepKey.DATABASE)
    assert (step.who, result.can_create) == (Who.YOU, False)
    assert not tried(served, "t_maker", database="none").can_create
    assert tried(served, "t_super", database="none").can_create


def test_the_operator_may_not_connect_to_the_database(served: Served) -> None:
    served.run("CREATE DATABASE closed")
    served.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    assert failed(tried(served, database="closed"), StepKey.DATABASE).who is Who.ADMIN
    served.run("DROP DATABASE closed")


def test_there_is_no_ledger_and_only_some_may_make_it(served: Served) -> None:
    served.run("CREATE DATABASE empty OWNER t_maker")
    result = tried(served, database="empty")
    assert (failed(result, StepKey.LEDGER).who, result.can_create) == (Who.SERVER, False)
    # The groups are there already, and t_maker may not give them, though it may make roles.
    result = tried(served, "t_maker", database="empty")
    assert (failed(result, StepKey.LEDGER).who, result.can_create) == (Who.SERVER, False)
    result = tried(served, "t_super", database="empty")
    assert (failed(result, StepKey.LEDGER).who, result.can_create) == (Who.YOU, True)
    served.run("CREATE SCHEMA ledger", "empty")
    result = tried(served, "t_super", database="empty")
    assert "no ledger of this console's" in failed(result, StepKey.LEDGER).wrong
    assert not result.can_create
    served.run("DROP DATABASE empty")


@pytest.mark.parametrize(
    ("version", "who", "words"),
    [("0004", Who.ADMIN, "ledgerctl migrate"), ("9999", Who.YOU, "update this one")],
)
def test_the_ledger_is_of_another_version(served: Served, version: str, who: Who, words: str) -> None:
    with connected(served.cluster.url("books")) as connection:
        before = connection.execute("SELECT version_num FROM ledger.schema_version").fetchone()
        connection.execute("UPDATE ledger.schema_version SET version_num = %s", [version])
        try:
            step = failed(tried(served), StepKey.LEDGER)
        finally:
            connection.execute("UPDATE ledger.schema_version SET version_num = %s", before)
    assert version in step.wrong
    assert (step.who, words in step.advice) == (who, True)


def test_the_server_is_too_old(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_SERVER", 990_000)
    step = failed(tried(served), StepKey.LEDGER)
    assert "99 or newer is needed" in step.wrong
    assert step.who is Who.SERVER


def test_the_server_would_lose_what_it_acknowledged(served: Served) -> None:
    served.run("ALTER DATABASE books SET synchronous_commit = off")
    assert "synchronous_commit" in failed(tried(served), StepKey.LEDGER).wrong
    served.run("ALTER DATABASE books RESET synchronous_commit")


def test_the_encoding_is_not_safe_for_names(served: Served) -> None:
    served.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    assert "LATIN1" in failed(tried(served, database="latin"), StepKey.LEDGER).wrong
    served.run("DROP DATABASE latin")


def test_a_role_without_rights(served: Served) -> None:
    step = failed(tried(served, "t_stranger"), StepKey.RIGHTS)
    assert step.who is Who.ADMIN


def test_a_host_that_does_not_answer_is_passed_over(served: Served) -> None:
    result = tried(served, hosts=["ledger.invalid", served.host])
    assert result.passed
    assert "ledger.invalid" in result.steps[0].found
