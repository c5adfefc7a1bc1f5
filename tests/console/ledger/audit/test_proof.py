"""An exported file checked by itself: what was changed in it is found without a ledger."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.errors import FileRefusedError
from console.ledger.audit import proof
from console.ledger.audit.export import export_events
from console.ledger.audit.page import AuditFilter
from console.ledger.audit.proof import check_file
from tests.bookkeeping import transfer
from tests.models.writes import done, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def exported(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], tmp_path: Path
) -> Path:
    """Export five events; one has a reason that a spreadsheet would run, and a ticket."""
    open_accounts({"alice": 1_000, "bob": 0})
    transfer(operator, "bob", "alice", 5)
    done(write(operator, "set_account_status", "bob", "frozen", "=1+1, the customer's \u00fc wish", "T-7"))
    return export_events(viewer, tmp_path / "audit.csv", AuditFilter(), zone=ZONE).path


def test_a_whole_file_proves_itself(exported: Path) -> None:
    assert "'=1+1" in exported.read_text("utf-8")
    found = check_file(exported)
    assert (found.events, found.joined, found.whole, found.objections) == (5, 4, True, ())
    told = json.loads(exported.with_name("audit.csv.totals.json").read_text())["audit_chain"]
    assert found.head == (5, told["head_hash"])


def test_an_apostrophe_of_the_ledgers_own_is_none_of_the_exports(
    operator: Connection, viewer: Database, exported: Path
) -> None:
    done(write(operator, "set_account_status", "bob", "active", "'-), he said", "'=T"))
    export_events(viewer, exported, AuditFilter(), zone=ZONE)
    assert check_file(exported).objections == ()


def test_a_part_is_proved_event_by_event(viewer: Database, exported: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.csv"
    export_events(viewer, part, AuditFilter(subject="account:bob"), zone=ZONE)
    found = check_file(part)
    assert (found.events, found.joined, found.whole, found.objections) == (3, 2, False, ())


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("frozen", "active", "Event 5: its hash should be"),
        ("T-7", "T-8", "Event 5: its hash should be"),
        ("\r\n4,", "\r\n9,", "Event 9: its hash should be"),
        ("t_operator", "t_nobody", "Event 5: its hash should be"),
    ],
)
def test_what_was_changed_is_named(exported: Path, was: str, becomes: str, said: str) -> None:
    text = exported.read_bytes().decode()
    assert was in text
    exported.write_bytes(text.replace(was, becomes, 1).encode())
    objections = check_file(exported).objections
    assert objections[0] == "The file's SHA-256 is not the one beside it."
    assert any(one.startswith(said) for one in objections)


def test_a_line_that_was_taken_out_is_missed(exported: Path) -> None:
    lines = exported.read_bytes().decode().split("\r\n")
    exported.write_bytes("\r\n".join(lines[:2] + lines[3:]).encode())
    found = check_file(exported)
    assert not found.whole
    assert "There are 4 events in it; beside it stand 5." in found.objections


def test_an_event_forged_with_its_own_hash_is_missed_by_the_next(exported: Path) -> None:
    """Event 3 says something else, and its hashes were reckoned anew: the one after still has the old one."""
    with exported.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    forged = next(row for row in rows if row["event"] == "3")
    before = forged["hash"]
    forged["operator"] = "t_nobody"
    forged["hash"] = proof._hash(forged)
    lines = exported.read_bytes().decode().split("\r\n")
    place = next(at for at, line in enumerate(lines) if line.startswith("3,"))
    lines[place] = lines[place].replace("t_operator", "t_nobody").replace(before, forged["hash"])
    exported.write_bytes("\r\n".join(lines).encode())
    assert "Event 4 does not hold the hash of event 3." in check_file(exported).objections


def test_another_head_is_found(exported: Path) -> None:
    beside = exported.with_name("audit.csv.totals.json")
    told = json.loads(beside.read_text())
    told["audit_chain"]["head_hash"] = "00" * 32
    beside.write_text(json.dumps(told))
    assert check_file(exported).objections == ("Event 5 is the head, and has not the head's hash.",)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", '"'])
def test_what_is_no_such_export_is_refused(exported: Path, content: str) -> None:
    exported.write_text(content)
    with pytest.raises(FileRefusedError, match="no export of the audit"):
        check_file(exported)
    exported.with_name("audit.csv.totals.json").unlink()
    with pytest.raises(FileRefusedError, match="no export of the audit"):
        check_file(exported)
