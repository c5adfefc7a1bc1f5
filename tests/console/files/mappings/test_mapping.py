"""Tests of mappings: what makes no sense is refused, and what is saved is loaded again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import resources
from console.errors import FileRefusedError, UsageError
from console.files.lines.reader import read_lines
from console.files.mappings.mapping import (
    BankMapping,
    TransfersMapping,
    load_mapping,
    mapping_text,
    parse_mapping,
)
from console.files.mappings.store import MappingStore
from tests.console.files.samples import BANK, EUR, TRANSFERS

SAMPLES = Path(resources.__file__).parent / "sample"


@pytest.mark.parametrize(
    "fields",
    [
        {"to_column": "to"},
        {"from_column": "from", "from_constant": "@issuance", "to_column": "to"},
        {"from_constant": "@issuance", "to_constant": "a"},
        {"from_constant": "no name", "to_column": "to"},
        {"from_constant": "@issuance", "to_column": ""},
        {"from_constant": "@issuance", "to_column": "to", "date_format": "%B"},
        {"from_constant": "@issuance", "to_column": "to", "account_prefix": "@"},
        {"from_constant": "@issuance", "to_column": "to", "account_prefix": "a b"},
        {"from_constant": "@issuance", "to_column": "to", "unknown": 1},
        {"from_constant": "@issuance", "to_column": "to", "create_missing": "yes"},
    ],
)
def test_wrong_transfers(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TransfersMapping.model_validate({"amount_column": "amount", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"credit_values": ("C",)},
        {"direction_column": "type"},
        {"direction_column": "type", "credit_values": ("C",), "debit_values": (" c",)},
        {"counterparty": "@@"},
    ],
)
def test_wrong_bank(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BankMapping.model_validate({"amount_column": "amount", "account_column": "account", **fields})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("= 5", "no TOML"),
        ("a = " + "[" * 50_000, "no TOML"),
        ('shape = "other"', "shape"),
        ('shape = "bank"\namount_column = "a"', "account_column"),
        ('shape = "bank"\namount_column = "a"\naccount_column = 5', "account_column"),
        ('shape = "transfers"\namount_column = "a"\nto_column = "b"', "from_column or from_constant"),
    ],
)
def test_wrong_files_say_what(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(FileRefusedError, match=re.escape(reason)):
        load_mapping(path)


def test_files_that_are_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff")
    (tmp_path / "large").write_bytes(b"#" * 70_000)
    for name in ("bytes", "large", "absent"):
        with pytest.raises(FileRefusedError):
            load_mapping(tmp_path / name)


TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(amount=TITLES, to=TITLES, quote=st.sampled_from(['"', "'", "", None]))
def test_toml_keeps_every_title(amount: str, to: str, quote: str | None) -> None:
    mapping = TransfersMapping.model_validate(
        {"from_constant": "@issuance", "to_column": to, "amount_column": amount, "quote": quote}
    )
    assert parse_mapping(mapping_text(mapping)) == mapping


def test_store(tmp_path: Path) -> None:
    store = MappingStore(tmp_path / "mappings")
    assert store.list() == ()
    store.save("payout 2", TRANSFERS)
    store.save("bank", BANK)
    store.save("payout 2", BANK)
    assert store.list() == ("bank", "payout 2")
    assert store.load("payout 2") == BANK
    assert sorted(path.name for path in (tmp_path / "mappings").iterdir()) == [
        "bank.mapping.toml",
        "payout 2.mapping.toml",
    ]
    store.delete("bank")
    assert store.list() == ("payout 2",)
    for act in (store.load, store.delete):
        with pytest.raises(UsageError, match="no mapping named"):
            act("bank")


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "Bank", "a.b", " a", "a ", "con", "lpt1", "ž", "a" * 64, "a\n"]
)
def test_names_that_are_no_file(tmp_path: Path, name: str) -> None:
    store = MappingStore(tmp_path)
    with pytest.raises(UsageError, match="name of a mapping"):
        store.save(name, BANK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "lines", "accounts"), [("payout", 40, 41), ("bank", 40, 8)])
def test_shipped_samples_fit_their_mappings(name: str, lines: int, accounts: int) -> None:
    mapping = load_mapping(SAMPLES / f"{name}.mapping.toml")
    reading = read_lines(SAMPLES / f"{name}.csv", mapping, EUR)
    drafts = list(reading)
    assert reading.problems == []
    assert len({draft.reference for draft in drafts}) == len(drafts) == lines
    assert len({draft.from_name for draft in drafts} | {draft.to_name for draft in drafts}) == accounts
