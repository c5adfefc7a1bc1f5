"""ledgerctl verify, seal and audit: what they say, and how they end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import transfer
from tests.cluster import connected
from tests.models.writes import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Run


@pytest.fixture
def lively(open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> None:
    """Do a few things, one of them refused."""
    open_accounts({"alice": 1_000, "bob": 0})
    with connected(as_role("t_operator2")) as connection:
        transfer(connection, "bob", "alice", 5)
        write(connection, "add_note", "alice", "Called.")


@pytest.mark.usefixtures("lively")
def test_events_are_listed_newest_first(ledgerctl: Run) -> None:
    listed = ledgerctl("--format", "json", "audit", "list").data
    assert [event["action"] for event in listed[:2]] == ["add_note", "transfer"]
    assert [event["id"] for event in listed] == sorted((event["id"] for event in listed), reverse=True)
    refused = listed[1]
    assert (refused["actor"], refused["outcome"], refused["code"]) == (
        "t_operator2",
        "refused",
        "funds.short",
    )
    assert json.loads(refused["detail"])["request"]["from"] == "bob"


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize(
    ("options", "actions"),
    [
        (["--subject", "account:bob"], {"transfer", "open_account"}),
        (["--actor", "t_operator2"], {"transfer", "add_note"}),
        (["--action", "add_note"], {"add_note"}),
        (["--refused"], {"transfer"}),
        (["--subject", "account:nobody"], set()),
    ],
)
def test_events_are_filtered(ledgerctl: Run, options: list[str], actions: set[str]) -> None:
    listed = ledgerctl("--format", "json", "audit", "list", *options).data
    assert {event["action"] for event in listed} == actions


@pytest.mark.usefixtures("lively")
def test_pages_follow_one_another(ledgerctl: Run) -> None:
    whole = [event["id"] for event in ledgerctl("--format", "json", "audit", "list").data]
    first = ledgerctl("--format", "json", "audit", "list", "--limit", "2")
    assert f"--before {whole[1]}" in first.err
    rest = ledgerctl("--format", "json", "audit", "list", "--before", str(whole[1]))
    assert [event["id"] for event in [*first.data, *rest.data]] == whole
    assert "--before" not in rest.err


@pytest.mark.usefixtures("lively")
def test_seal_and_head(ledgerctl: Run) -> None:
    assert ledgerctl("audit", "head").code == 0
    before = ledgerctl("--format", "json", "audit", "head").data
    assert before["sealed_to"] is None
    done = ledgerctl("seal", "--rows", "1", role="t_auditor")
    assert (done.code, "Sealed 1 transactions in 1 range" in done.err) == (0, True)
    after = ledgerctl("--format", "json", "audit", "head").data
    assert after["event"] == before["event"] + 1
    assert after["sealed_to"] > 0
    assert after["hash"] != before["hash"]
    assert ledgerctl("seal", role="t_viewer").code == 1


@pytest.mark.usefixtures("lively")
def test_verify_remembers_and_later_disagrees(ledgerctl: Run, ledger_url: str, own_folders: Path) -> None:
    first = ledgerctl("verify", role="t_auditor")
    assert (first.code, "for the first time" in first.err) == (0, True)
    assert "Not everything was read: this operator may not see" not in first.err
    memory = next(own_folders.rglob("witness.json"))
    remembered = memory.read_bytes()
    assert "The witness agrees" in ledgerctl("verify", role="t_auditor").err
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM ledger.account_notes")
        connection.execute("DELETE FROM ledger.operations WHERE kind = 'add_note'")
        connection.execute("DELETE FROM ledger.audit_events WHERE action = 'add_note'")
        connection.execute(
            "UPDATE ledger.audit_head SET (id, hash) = ("
            "SELECT e.id, e.hash FROM ledger.audit_events e ORDER BY e.id DESC LIMIT 1)"
        )
    told = ledgerctl("verify", role="t_auditor")
    assert told.code == 1
    assert "all of it adds up" in told.err
    assert "THE WITNESS DISAGREES" in told.err
    assert memory.read_bytes() == remembered


@pytest.mark.usefixtures("lively")
def test_a_broken_chain_is_not_remembered(ledgerctl: Run, ledger_url: str, own_folders: Path) -> None:
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.audit_events SET actor = 'nobody' WHERE id = 2")
    told = ledgerctl("verify", role="t_auditor")
    assert told.code == 1
    assert "event 2" in told.out
    assert "remembers nothing new" in told.err
    assert not list(own_folders.rglob("witness.json"))


@pytest.mark.usefixtures("lively")
def test_who_may_not_read_everything_is_told(ledgerctl: Run) -> None:
    done = ledgerctl("--format", "json", "verify", role="t_viewer")
    assert done.code == 0
    assert "may not see operations, operators" in done.err
    assert {check["result"] for check in done.data} == {"ok", "not read"}


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize(
    ("options", "actions"),
    [
        (["--subject-starts", "account:a"], {"add_note", "open_account"}),
        (["--action", "add_note", "--action", "transfer"], {"add_note", "transfer"}),
        (["--family", "accounts"], {"add_note", "open_account"}),
        (["--done", "--actor", "t_operator2"], {"add_note"}),
        (["--from", "2999-01-01"], set()),
        (["--until", "1999-01-01"], set()),
        (["--from", "2000-01-01", "--until", "2999-01-01", "--refused"], {"transfer"}),
    ],
)
def test_events_are_filtered_further(ledgerctl: Run, options: list[str], actions: set[str]) -> None:
    listed = ledgerctl("--format", "json", "audit", "list", *options).data
    assert {event["action"] for event in listed} == actions


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize(
    "options",
    [
        ["--refused", "--done"], ["--subject", "a", "--subject-starts", "b"], ["--family", "nonsense"],
        ["--from", "soon"],
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(ledgerctl: Run, options: list[str]) -> None:
    told = ledgerctl("audit", "list", *options)
    assert told.code == 2
    assert options[0] in told.err


@pytest.mark.usefixtures("lively")
def test_an_export_is_checked_without_a_ledger(ledgerctl: Run, tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    assert "events in" in ledgerctl("audit", "list", "--export", str(path)).err
    told = ledgerctl("--format", "json", "audit", "check", str(path))
    head = ledgerctl("--format", "json", "audit", "head").data
    assert told.code == 0
    assert (told.data["whole"], told.data["head_hash"]) == ("yes", head["hash"])
    path.write_bytes(path.read_bytes().replace(b"t_operator2", b"t_operator3", 1))
    told = ledgerctl("audit", "check", str(path))
    assert told.code == 1
    assert "its hash should be" in told.err


@pytest.mark.usefixtures("lively")
def test_one_event_is_shown_in_full(ledgerctl: Run, ledger_url: str) -> None:
    newest = ledgerctl("--format", "json", "audit", "list", "--limit", "1").data[0]["id"]
    told = ledgerctl("audit", "show", str(newest))
    assert told.code == 0
    assert "add_note" in told.out
    missing = ledgerctl("audit", "show", "9999")
    assert missing.code == 2
    assert "There is no audit event 9,999" in missing.err
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.audit_events SET actor = 'nobody' WHERE id = %s", [newest])
    told = ledgerctl("audit", "show", str(newest))
    assert told.code == 1
    assert "IT DOES NOT FIT" in told.err
