"""The witness remembers the furthest head, on its own, and its file is for one user only."""

from __future__ import annotations

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import UnavailableError
from console.ledger.audit.page import head
from console.ledger.audit.verify.check import Head, SealMark
from console.ledger.audit.witness import Witness
from tests.cluster import connected

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.database import Database
    from tests.conftest import Statements

HEAD = Head(uuid4(), "1/2", 7, b"\x07" * 32, None)


def test_a_ledger_never_seen_is_no_disagreement(operator_database: Database, tmp_path: Path) -> None:
    said = Witness(tmp_path).check(operator_database)
    assert said.agrees
    assert said.remembered is None
    assert not (tmp_path / "witness.json").exists()


def test_a_restore_that_did_not_come_to_pass_is_no_disagreement(
    operator_database: Database, tmp_path: Path
) -> None:
    now = head(operator_database)
    for seen_before in (False, True):
        witness = Witness(tmp_path / str(seen_before))
        if seen_before:
            witness.remember(now)
        witness.foretell(replace(now, id=now.id + 1, hash=b"\x09" * 32), "a restore that was killed")
        assert witness.check(operator_database).agrees
        witness.accept(replace(now, id=now.id + 1, hash=b"\x09" * 32))
        assert not witness.check(operator_database).agrees


def test_what_was_remembered_is_looked_for_in_one_statement(
    operator_database: Database, tmp_path: Path, statements: Statements
) -> None:
    witness = Witness(tmp_path)
    seen = head(operator_database)
    assert seen.id > 0
    for other in range(3):
        witness.remember(replace(HEAD, ledger=uuid4(), place=f"9/{other}"))
    witness.remember(seen)
    with statements.counted() as sent:
        said = witness.check(operator_database)
    assert len(sent) == 1
    assert said.agrees
    assert said.remembered is not None
    assert (said.remembered.id, said.remembered.hash) == (seen.id, seen.hash.hex())


def test_memory_never_goes_back(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.remember(HEAD)
    assert witness.remember(replace(HEAD, id=6, hash=b"\x06" * 32)).id == 7
    later = replace(HEAD, id=8, hash=b"\x08" * 32, seal=SealMark(100, b"\x01" * 32))
    kept = Witness(tmp_path).remember(later)
    assert (kept.id, kept.sealed_to) == (8, 100)
    assert [entry["id"] for entry in json.loads((tmp_path / "witness.json").read_text())["ledgers"]] == [8]


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    heads = [replace(HEAD, ledger=uuid4(), place=f"1/{n}") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seen: Witness(tmp_path).remember(seen), heads))
    kept = json.loads((tmp_path / "witness.json").read_text())["ledgers"]
    assert {entry["ledger"] for entry in kept} == {str(seen.ledger) for seen in heads}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
def test_the_file_is_for_its_user_only(tmp_path: Path) -> None:
    Witness(tmp_path / "new" / "folder").remember(HEAD)
    mode = (tmp_path / "new" / "folder" / "witness.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", '{"ledgers": [{}]}', "\x00"])
def test_a_spoiled_file_is_not_an_empty_one(
    operator_database: Database, tmp_path: Path, content: str
) -> None:
    (tmp_path / "witness.json").write_text(content)
    with pytest.raises(UnavailableError, match=r"witness\.json"):
        Witness(tmp_path).check(operator_database)
    with pytest.raises(UnavailableError, match=r"witness\.json"):
        Witness(tmp_path).remember(HEAD)
    assert (tmp_path / "witness.json").read_text() == content


def test_an_older_copy_in_its_place_is_told_with_both_heads(
    ledger_url: str, operator_database: Database, tmp_path: Path
) -> None:
    witness = Witness(tmp_path)
    now = head(operator_database)
    witness.remember(replace(now, id=now.id + 5, hash=b"\x05" * 32, seal=SealMark(9, b"\x09" * 32)))
    said = witness.check(operator_database)
    assert len(said.objections) == 2
    assert "cut off" in said.objections[0]
    assert "The seal" in said.objections[1]
    assert now.hash.hex() in said.objections[0]
    assert (b"\x05" * 32).hex() in said.objections[0]


def test_another_ledger_in_another_place_is_nobodys_business(
    ledger_url: str, operator_database: Database, tmp_path: Path
) -> None:
    witness = Witness(tmp_path)
    witness.remember(HEAD)
    assert witness.check(operator_database).agrees
    now = head(operator_database)
    witness.remember(replace(HEAD, ledger=uuid4(), place=now.place))
    assert "identity has been changed" in witness.check(operator_database).objections[0]


def test_a_ledger_without_an_identity_says_so(
    ledger_url: str, operator_database: Database, tmp_path: Path
) -> None:
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM ledger.identity")
    with pytest.raises(UnavailableError, match="identity"):
        Witness(tmp_path).check(operator_database)
