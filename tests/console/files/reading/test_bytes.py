"""Tests on random bytes: a file is read or refused, and every problem has its line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.errors import FileRefusedError, UsageError
from console.files.lines.preview import preview
from console.files.mappings.mapping import TransfersMapping
from console.files.reading.dialect import sniff
from console.files.reading.layout import Layout
from tests.console.files.samples import BANK, BANK_HEADER, EUR, TRANSFERS, TRANSFERS_HEADER, read_all, write

if TYPE_CHECKING:
    from pathlib import Path

    from console.files.mappings.mapping import Mapping

FILES = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Pieces that are near to right: random bytes alone seldom get past the header.
PIECES = st.sampled_from(
    [b",", b";", b'"', b'""', b"\n", b"\r\n", b"\r", b"a", b"b", b"@external", b"1.50", b"-5", b"0", b"1,5",
     b"R-1", b"2026-01-31", b"930101", b"PRIJEM", b"VYBER", b"\0", b"\xff", b"\xc3\xa9", b"\xe2\x80\xae",
     b"\xef\xbb\xbf", b"'", b"\t", b" ", b"a,b,1,R,T,\n", b"1;7;930101;PRIJEM;;5;\n"]
)  # fmt: skip
NEARLY = st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join)
ENCODINGS = st.sampled_from([None, "utf-8", "utf-16-le", "utf-16-be", "windows-1252", "cp852"])


def read_or_refuse(path: Path, mapping: Mapping) -> None:
    """Read to the end, and look at what came of it; only our own refusals may be raised."""
    try:
        lines, reading = read_all(path, mapping)
    except (FileRefusedError, UsageError):
        return
    width = len(path.read_bytes())
    assert lines
    assert reading.totals.lines == len(lines)
    assert reading.totals.amount == sum(line.amount or 0 for line in lines)
    numbers = {line.line for line in lines}
    assert len(numbers) == len(lines)
    bad = {problem.line for problem in reading.problems}
    for problem in reading.problems:
        assert problem.line in numbers
        assert problem.line <= width
        assert problem.column
        assert problem.message.endswith(".")
    for line in lines:
        whole = None not in (line.from_name, line.to_name, line.amount, line.reference)
        assert whole or line.line in bad
        assert line.amount is None or 0 < line.amount < 2**63
        assert line.from_name is None or line.from_name != line.to_name


@FILES
@given(content=st.binary(max_size=400), encoding=ENCODINGS)
def test_any_bytes(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    path = write(tmp_path, content)
    stated = Layout(encoding=encoding)
    for act in (lambda: sniff(path, stated), lambda: preview(path, None, EUR)):
        try:
            act()
        except FileRefusedError as refused:
            assert refused.path == str(path)  # noqa: PT017 (either outcome is right)
    read_or_refuse(path, TRANSFERS.model_copy(update={"encoding": encoding}))


@FILES
@given(content=NEARLY)
@pytest.mark.parametrize(("header", "mapping"), [(TRANSFERS_HEADER, TRANSFERS), (BANK_HEADER, BANK)])
def test_any_body(tmp_path: Path, header: str, mapping: Mapping, content: bytes) -> None:
    read_or_refuse(write(tmp_path, header.encode() + content), mapping)


@FILES
@given(content=NEARLY, quote=st.sampled_from(['"', "'", ""]), header_line=st.integers(0, 3))
def test_any_stated_layout(tmp_path: Path, content: bytes, quote: str, header_line: int) -> None:
    mapping = TransfersMapping.model_validate(
        {
            "from_constant": "@external",
            "to_column": "column 1",
            "amount_column": "column 2",
            "quote": quote,
            "header_line": header_line,
        }
    )
    path = write(tmp_path, b"a,1\n" + content)
    read_or_refuse(path, mapping)
    try:
        found = preview(path, mapping, EUR)
    except FileRefusedError:
        return
    assert all(problem.column and problem.line is not None for problem in found.problems)


@FILES
@given(content=NEARLY, cut=st.integers(1, 7))
def test_the_size_of_pieces_changes_nothing(tmp_path: Path, content: bytes, cut: int) -> None:
    path = write(tmp_path, TRANSFERS_HEADER.encode() + content)

    def outcome() -> object:
        try:
            lines, reading = read_all(path, TRANSFERS)
        except FileRefusedError:
            return "refused"  # with two faults in one piece, which is met first depends on the size
        return lines, reading.problems, reading.totals

    whole = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.files.reading.source.PIECE_SIZE", cut)
        assert outcome() == whole
