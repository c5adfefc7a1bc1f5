"""Audit events as a file that somebody can check who has nothing but the file."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.ledger.audit import export as exporting
from console.ledger.audit.export import export_events
from console.ledger.audit.page import AuditFilter, head
from tests.bookkeeping import transfer
from tests.models.writes import done, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

ZONE = ZoneInfo("Europe/Berlin")


def _digest(row: dict[str, str]) -> bytes:
    """Reckon a row's digest as docs/decisions/audit.md says, from its cells alone."""
    at = datetime.fromisoformat(row["at"])
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    fields = [
        row["event"], str(micros), row["operator"], row["kind"], row["subject"], row["outcome"],
        row["reason"], row["detail"], *([row["ticket"]] if row["ticket"] else []),
    ]  # fmt: skip
    return hashlib.sha256("".join(f"{len(one.encode())}:{one}" for one in fields).encode()).digest()


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_proves_each_event_and_its_place(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    open_accounts({"alice": 1_000, "bob": 0})
    transfer(operator, "bob", "alice", 5)
    done(write(operator, "set_account_status", "bob", "frozen", "asked for", "T-7"))
    monkeypatch.setattr(exporting, "ROWS_A_PAGE", 2)
    result = export_events(viewer, tmp_path / "audit.csv", AuditFilter(), zone=ZONE)
    rows = _read(result.path)
    assert result.rows == len(rows) == 5
    following = None
    for row in rows:
        digest = _digest(row)
        assert digest.hex() == row["digest"]
        link = hashlib.sha256(b"ledger chain 2" + bytes.fromhex(row["previous hash"]) + digest).hexdigest()
        assert link == row["hash"]
        assert following in {None, row["hash"]}
        following = row["previous hash"]
    told = json.loads((tmp_path / "audit.csv.totals.json").read_text())["audit_chain"]
    now = head(viewer)
    assert told == {
        "ledger": str(now.ledger), "events": 5, "first_event": 1, "last_event": 5, "head_event": 5,
        "head_hash": now.hash.hex(), "at": told["at"], "whole": True,
    }  # fmt: skip
    assert rows[0]["hash"] == told["head_hash"]


def test_a_part_says_that_it_is_one(
    viewer: Database, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    wanted = AuditFilter(subject="account:alice")
    export_events(viewer, tmp_path / "part.csv", wanted, zone=ZONE)
    told = json.loads((tmp_path / "part.csv.totals.json").read_text())["audit_chain"]
    assert (told["events"], told["first_event"], told["last_event"], told["whole"]) == (1, 2, 2, False)
    assert [row["subject"] for row in _read(tmp_path / "part.csv")] == ["account:alice"]


def test_nothing_found_is_a_file_with_the_head(viewer: Database, tmp_path: Path) -> None:
    export_events(viewer, tmp_path / "none.csv", AuditFilter(actor="nobody"), zone=ZONE)
    told = json.loads((tmp_path / "none.csv.totals.json").read_text())["audit_chain"]
    assert (told["events"], told["first_event"], told["last_event"]) == (0, None, None)
