"""Tests of finding out how a file is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from console.files.reading.dialect import sniff
from console.files.reading.layout import Layout
from console.files.reading.marks import find_marks
from tests.console.files.samples import write

if TYPE_CHECKING:
    from pathlib import Path

CZECH = "účet;částka;popis\n" + "modrý;12,50;Příliš žluťoučký kůň úpěl ďábelské ódy\n" * 20
GERMAN = "Konto;Betrag;Text\n" + "müller;12,50;Grüße aus Köln für die Straße\n" * 20


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = ["name", "amount", "text"], ["a", "1.50", '"x, y; z | w"'], ["b", "2.50", "t"]
    path = write(tmp_path, "\n".join(delimiter.join(row) for row in rows))
    dialect = sniff(path)
    assert dialect.delimiter == delimiter
    assert dialect.header_line == 1
    assert dialect.quote == '"'


@pytest.mark.parametrize(
    ("content", "encoding", "mark_size"),
    [
        ("a,b\nx,é\n".encode(), "utf-8", 0),
        ("a,b\nx,é\n".encode("utf-8-sig"), "utf-8", 3),
        (b"\xff\xfe" + "a,b\nx,é\n".encode("utf-16-le"), "utf-16-le", 2),
        (b"\xfe\xff" + "a,b\nx,é\n".encode("utf-16-be"), "utf-16-be", 2),
    ],
)
def test_certain_encodings(tmp_path: Path, content: bytes, encoding: str, mark_size: int) -> None:
    charset = sniff(write(tmp_path, content)).charset
    assert (charset.encoding, charset.mark_size, charset.confidence) == (encoding, mark_size, 1.0)
    assert not charset.guessed


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CZECH, "windows-1250"), (CZECH, "iso-8859-2"), (GERMAN, "windows-1252")],
)
def test_guessed_encodings_say_so(tmp_path: Path, text: str, encoding: str) -> None:
    dialect = sniff(write(tmp_path, text.encode(encoding)))
    assert dialect.encoding == encoding
    assert dialect.charset.guessed
    assert 0 < dialect.charset.confidence < 1
    assert dialect.decimal == ","


def test_a_guess_far_into_the_file(tmp_path: Path) -> None:
    content = b"Konto;Betrag;Text\n" + b"a;1,50;plain\n" * 20_000 + GERMAN.encode("windows-1252")
    assert sniff(write(tmp_path, content)).encoding == "windows-1252"


def test_a_character_cut_by_the_sample_is_no_proof(tmp_path: Path) -> None:
    for shift in range(3):
        content = "a,b\n" + "x" * shift + "€," * 400_000
        assert sniff(write(tmp_path, content.replace(",", ",\n"))).encoding == "utf-8"


@pytest.mark.parametrize(
    ("cells", "marks"),
    [
        (["1.50", "2.5"], (".", "")),
        (["1,50", "2,5"], (",", "")),
        (["1.234,50", "5"], (",", ".")),
        (["1,234.50"], (".", ",")),
        (["1 234,50"], (",", " ")),
        (["1'234.50"], (".", "'")),
        (["1\u202f234,50"], (",", "\u202f")),
        (["1,234,567"], (".", ",")),
        (["1.234.567"], (",", ".")),
        (["1,234"], (".", "")),
        (["1.234"], (".", "")),
        (["5", "6"], (".", "")),
        (["1,50", "2.50"], (".", "")),
        (["1.234,50", "1,234.50"], (".", "")),
        (["01.02.2026", "03.04.2026"], (".", "")),
        (["a1,5", "b"], (".", "")),
        ([""], (".", "")),
    ],
)
def test_marks_only_with_proof(cells: list[str], marks: tuple[str, str]) -> None:
    assert find_marks([cells]) == marks


def test_header_below_a_preamble_and_none_at_all(tmp_path: Path) -> None:
    preamble = "My Bank\nAccount;7\n\nid;name;amount\n1;a;1,50\n2;b;2,50\n3;c;3,50\n"
    assert sniff(write(tmp_path, preamble)).header_line == 4
    assert sniff(write(tmp_path, "a;1.50;x\nb;2.50;y\n")).header_line == 0


def test_apostrophes_as_quotes(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "'id','name'\n'1','a'\n'2','b'\n")).quote == "'"
    assert sniff(write(tmp_path, "name,amount\n'@issuance,1\no'neil,2\n")).quote == '"'


def test_what_is_stated_wins(tmp_path: Path) -> None:
    stated = Layout(encoding="iso-8859-15", delimiter="|", quote="", header_line=2, decimal=",", grouping=" ")
    dialect = sniff(write(tmp_path, GERMAN.encode("windows-1252")), stated)
    assert dialect.encoding == "iso-8859-15"
    assert (dialect.delimiter, dialect.quote, dialect.header_line) == ("|", "", 2)
    assert (dialect.decimal, dialect.grouping) == (",", " ")


@pytest.mark.parametrize(
    "stated",
    [{"encoding": "rot13"}, {"delimiter": "x"}, {"decimal": ",", "grouping": ","}, {"header_line": -1}],
)
def test_layouts_that_make_no_sense(stated: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Layout.model_validate(stated)
