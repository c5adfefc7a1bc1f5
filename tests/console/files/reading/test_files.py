"""Tests of files that cannot be used at all: refused, with the line and what to do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

from console.errors import FileRefusedError, WrongFileError
from console.files.lines.reader import currencies_in, file_sha256, read_lines
from console.files.mappings.mapping import TransfersMapping, load_mapping
from console.files.reading.dialect import sniff
from console.ledger.balances.names import names_in_file
from tests.console.files.samples import EUR, TRANSFERS, TRANSFERS_HEADER, Taken, read_all, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READERS: Final[dict[str, Callable[[Path], object]]] = {
    "sniff": sniff,
    "read": lambda path: read_lines(path, TRANSFERS, EUR),
    "hash": file_sha256,
    "currencies": lambda path: currencies_in(path, TRANSFERS.model_copy(update={"currency_column": "money"})),
    "names": names_in_file,
    "mapping": load_mapping,
}

GOOD = "a,b,1,R,T,\n"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", None, "empty"),
        (b"\n \n\n", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        (TRANSFERS_HEADER.encode(), None, "no line after it"),
        (
            b"from,to,amount\na,b,1\n",
            1,
            "missing: reference, description, date. Present are: from, to, amount.",
        ),
        (b"from,to,to,amount,reference,description,date\na,b,b,1,R,T,\n", 1, "more than once: to"),
        ((TRANSFERS_HEADER + GOOD + 'a,b,1,R,"x\ny,\n').encode(), 3, "not closed before the end of the file"),
        ((TRANSFERS_HEADER + 'a,b,1,"R\nS","T\nU",\na,b,1,"R\nS","T\n').encode(), 6, "not closed"),
        ((TRANSFERS_HEADER + GOOD + 'a,b,1,R,"x"y,\n').encode(), 3, "follows a closing quotation mark"),
        ((TRANSFERS_HEADER + GOOD + "a,b,1,R\0,T,\n").encode(), 3, "NUL"),
        (TRANSFERS_HEADER.encode("utf-16-le"), 1, "utf-16-le"),
        (b"PK\x03\x04" + bytes(50), None, "save it as CSV"),
        (
            (TRANSFERS_HEADER + GOOD + f"a,b,1,R,{'x' * 70_000},\n").encode(),
            3,
            "a cell is longer than 65,536",
        ),
        (
            (TRANSFERS_HEADER + GOOD + f"a,b,1,R,{'x' * 200_000},\n").encode(),
            3,
            "a cell is longer than 65,536",
        ),
        ((TRANSFERS_HEADER + GOOD + "x" * 3_000_000).encode(), 3, "longer than 1,048,576"),
        ((TRANSFERS_HEADER + GOOD + "x," * 600_000).encode(), 3, "longer than 1,048,576"),
        ((TRANSFERS_HEADER + GOOD + 'a,b,1,R,"x,\n' + GOOD * 100_000).encode(), 3, "not closed before"),
        ((TRANSFERS_HEADER + GOOD + '"a\n",' * 300_000).encode(), 3, "begins here is longer than 1,048,576"),
        ((",".join(f"c{number}" for number in range(1_001)) + "\n").encode(), 1, "more than 1,000 columns"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, line: int | None, reason: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(FileRefusedError) as refused:
        read_all(path, TRANSFERS)
    assert reason in str(refused.value)
    assert refused.value.line == line
    assert refused.value.path == str(path)


@pytest.mark.parametrize("before", [0, 3, 100_000])
def test_wrong_encoding_names_byte_and_line(tmp_path: Path, before: int) -> None:
    mapping = TRANSFERS.model_copy(update={"encoding": "utf-8"})
    text = TRANSFERS_HEADER + GOOD * before + "a,b,1,R,caf"
    path = write(tmp_path, text.encode() + b"\xe9,\n" + GOOD.encode())
    with pytest.raises(FileRefusedError, match="State the file's encoding") as refused:
        read_all(path, mapping)
    assert f"byte 0xE9 at offset {len(text):,} is not utf-8" in str(refused.value)
    assert refused.value.line == before + 2


def test_a_late_byte_that_is_not_utf8(tmp_path: Path) -> None:
    text = TRANSFERS_HEADER + GOOD * 200_000
    path = write(tmp_path, text.encode() + b"a,b,1,R,\xff,\n")
    with pytest.raises(FileRefusedError) as refused:
        read_all(path, TRANSFERS)
    assert refused.value.line == 200_002
    assert f"offset {len(text) + 8:,}" in str(refused.value)


def test_stated_encoding_against_the_mark(tmp_path: Path) -> None:
    mapping = TRANSFERS.model_copy(update={"encoding": "windows-1250"})
    path = write(tmp_path, b"\xef\xbb\xbf" + (TRANSFERS_HEADER + GOOD).encode())
    with pytest.raises(FileRefusedError, match="begins with the mark of utf-8"):
        read_all(path, mapping)


def test_cut_utf16(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xff\xfe" + (TRANSFERS_HEADER + GOOD).encode("utf-16-le")[:-1])
    with pytest.raises(FileRefusedError, match="is not utf-16-le") as refused:
        read_all(path, TRANSFERS)
    assert refused.value.line == 2


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.csv", "there is no such file."),
        ("nowhere", "there is no such file."),
        ("folder", "this is a folder; name a file."),
        ("pipe", "this is a pipe; name a file."),
        ("socket", "this is a socket; name a file."),
        ("file/below", "it cannot be opened: Not a directory."),
        ("circle", "it cannot be opened: Too many levels of symbolic links."),
        ("/dev/null", "this is a device; name a file."),
        ("/dev/zero", "this is a device; name a file."),
    ],
)
def test_what_is_no_file_is_never_read(
    tmp_path: Path, read: Callable[[Path], object], name: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "absent.csv")
    (tmp_path / "circle").symlink_to("circle")
    if name.upper() in Taken.__members__:
        Taken[name.upper()].put(tmp_path / name)
    path = tmp_path / name
    with pytest.raises(WrongFileError) as refused:
        read(path)
    assert (str(refused.value), refused.value.exit_code) == (f"{path}: {reason}", 2)


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(write(tmp_path, TRANSFERS_HEADER + GOOD))
    assert len(list(read_lines(tmp_path / "link.csv", TRANSFERS, EUR))) == 1


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, TRANSFERS_HEADER + GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("an administrator may read everything")
    with pytest.raises(WrongFileError, match="it cannot be opened: Permission denied"):
        sniff(path)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1250", "iso-8859-2"]
)
def test_multibyte_text_across_pieces(tmp_path: Path, encoding: str) -> None:
    stated = None if encoding in ("utf-8", "utf-8-sig", "utf-16") else encoding
    mapping = TransfersMapping(
        from_constant="@issuance", to_column="to", amount_column="amount", description_column="text",
        encoding=stated,
    )  # fmt: skip
    rows = [f"u{number},1,{'žš' * (number % 7)}č" for number in range(60_000)]
    path = write(tmp_path, "\r\n".join(["to,amount,text", *rows]).encode(encoding))
    lines, reading = read_all(path, mapping)
    assert reading.problem_count == 0
    assert [line.description for line in lines] == [f"{'žš' * (number % 7)}č" for number in range(60_000)]
    assert lines[-1].line == 60_001
