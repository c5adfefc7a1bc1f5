"""Tests of mappings: what makes no sense is refused, and what is saved is loaded again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import resources
from console.errors import UsageError, WrongFileError
from console.files.lines.reader import read_lines
from console.files.mappings.mapping import (
    BankMapping,
    TransfersMapping,
    load_mapping,
    mapping_text,
    parse_mapping,
)
from console.files.mappings.store import MappingStore
from console.files.text import NAME_RULE
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
    ("text", "said"),
    [
        (b"= 5", "this is no TOML: Invalid statement (at line 1, column 1)."),
        (b"\xff", "this is not UTF-8 text; save it as UTF-8."),
        (b"#" * 70_000, "this is too large for a mapping."),
        (b"", 'shape is missing; it must be "transfers" or "bank".'),
        (b'shape = "other"', 'shape must be "transfers" or "bank".'),
        (b'shape = ["bank"]', 'shape must be "transfers" or "bank".'),
    ],
    ids=["TOML", "UTF-8", "size", "no shape", "other shape", "list as shape"],
)
def test_files_that_are_no_mapping(tmp_path: Path, text: bytes, said: str) -> None:
    assert refusal(tmp_path, text) == said


def test_no_depth_of_brackets_is_a_bug(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"a = " + b"[" * 50_000).startswith("this is no TOML")
    nested = b'shape = "bank"\namount_column = ' + b"[" * 300 + b"]" * 300
    assert "amount_column must be a column's title" in refusal(tmp_path, nested)


_TITLE = 'a column\'s title of 1 to 200 characters as it stands in the file, such as "Amount"'
_TO_BANK = 'shape = "bank"\namount_column = "a"\naccount_column = "b"\n'
_TO_USERS = 'shape = "transfers"\namount_column = "a"\nfrom_constant = "@issuance"\nto_column = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('shape = "bank"\namount_column = "a"', f"account_column is missing; it must be {_TITLE}"),
        ('shape = "bank"\naccount_column = 5\namount_column = ""', f"amount_column must be {_TITLE}"),
        ('shape = "bank"\namount_column = "a"\naccount_column = 5', f"account_column must be {_TITLE}"),
        (f'{_TO_BANK}reference_column = "{"x" * 201}"', f"reference_column must be {_TITLE}"),
        (f"{_TO_BANK}amount_colum = 1", "there is no field 'amount_colum'; allowed are account_column, "),
        (f"{_TO_BANK}direction_column = 2026-01-01", f"direction_column must be {_TITLE}"),
        (
            f'{_TO_BANK}credit_values = ["C", 5]',
            'credit_values must be a list of what stands in the direction column, such as ["C", "CR"]',
        ),
        (f'{_TO_BANK}credit_values = "C"', "credit_values must be a list of what stands in the direction"),
        (f"{_TO_BANK}description_columns = [1]", "description_columns must be a list of columns' titles"),
        (f'{_TO_BANK}counterparty = "no name"', f"counterparty: {NAME_RULE}"),
        (f"{_TO_BANK}counterparty = 5", 'counterparty must be an account\'s name, such as "@issuance"'),
        (f'{_TO_BANK}create_missing = "yes"', "create_missing must be true or false"),
        (f"{_TO_BANK}each_currency = true", "each_currency needs a currency_column"),
        (
            f'{_TO_BANK}currency = "eur"',
            'currency must be the code of a currency in capitals, such as "EUR"',
        ),
        (
            f'{_TO_BANK}encoding = "latin"',
            "encoding must be one of utf-8, utf-16-le, utf-16-be, windows-1252",
        ),
        (
            f'{_TO_BANK}delimiter = ":"',
            'delimiter must be a comma, a semicolon, a tab or a bar: ",", ";", "\\t" or "|"',
        ),
        (
            f"{_TO_BANK}quote = 1",
            'quote must be a quotation mark, an apostrophe or nothing: "\\"", "\'" or ""',
        ),
        (
            f"{_TO_BANK}header_line = 1.5",
            "header_line must be a whole number from 0, which is none, to 1,000",
        ),
        (f"{_TO_BANK}header_line = 1001", "header_line must be a whole number from 0"),
        (f'{_TO_BANK}decimal = "x"', 'decimal must be a point or a comma: "." or ","'),
        (f'{_TO_BANK}grouping = "x"', "grouping must be a comma, a point, a space, an apostrophe or nothing"),
        (f'{_TO_BANK}decimal = ","\ngrouping = ","', "decimal and grouping are the same mark"),
        (f'{_TO_USERS}date_format = "%B"', "date_format: only %Y, %y, %m, %d, %H, %M and %S can be used"),
        (f"{_TO_USERS}date_format = 5", "date_format must be a pattern of the dates in the file"),
        (f'{_TO_USERS}account_prefix = "@"', "account_prefix: a prefix is the beginning of a user's name"),
        (
            f'{_TO_USERS}account_prefix = "{"x" * 33}"',
            "account_prefix must be the beginning of a user's name, at most 32 characters",
        ),
        (
            'shape = "transfers"\namount_column = "a"\nto_column = "b"',
            "give either from_column or from_constant",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    words = refusal(tmp_path, text.encode())
    assert words.startswith(said.rstrip("."))
    for foreign in ("Field required", "Input should", "Extra inputs", "valid", "permitted", "Value error"):
        assert foreign not in words


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = 'shape = "bank"\naccount_column = 5\ncredit_values = [1, 2]\nother = 1'
    told = refusal(tmp_path, wrong.encode())
    for field in ("amount_column is missing", "account_column must be", "credit_values must be", "'other'"):
        assert told.count(field) == 1


@pytest.mark.parametrize("model", [TransfersMapping, BankMapping])
def test_every_field_says_what_to_write(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def refusal(folder: Path, text: bytes) -> str:
    """Return what is said of a mapping file, after its path."""
    path = folder / "wrong.toml"
    path.write_bytes(text)
    with pytest.raises(WrongFileError) as refused:
        load_mapping(path)
    assert refused.value.exit_code == 2
    return str(refused.value).removeprefix(f"{path}: ")


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
