"""Tests of exports: whole or not at all, safe in a spreadsheet, with totals and checksum beside."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.errors import CancelledError, FileRefusedError
from console.files.exports import Column, Kind, export_csv
from console.postgres.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = (
    Column("id", Kind.INTEGER),
    Column("user", Kind.TEXT),
    Column("amount", Kind.AMOUNT, 2),
    Column("posted_at", Kind.TIMESTAMP),
)
MOMENT = datetime(2026, 11, 21, 15, 4, 5, tzinfo=timezone(timedelta(hours=1)))


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def test_cells_of_each_kind(tmp_path: Path) -> None:
    rows = [(1, "amelie.roth", 123456789, MOMENT), (2, None, -5, date(2026, 1, 2)), (None, "", None, None)]
    result = export_csv(tmp_path / "rows.csv", COLUMNS, rows)
    assert read(result.path) == [
        ["id", "user", "amount", "posted_at"],
        ["1", "amelie.roth", "1234567.89", "2026-11-21T14:04:05.000000+00:00"],
        ["2", "", "-0.05", "2026-01-02"],
        ["", "", "", ""],
    ]
    assert result.rows == 3
    assert result.control_totals == {"amount": 123456784}


def test_checksum_and_totals_beside(tmp_path: Path) -> None:
    result = export_csv(
        tmp_path / "rows.csv", COLUMNS, [(1, "a", 2**63 - 1, None), (2, "b", 2**63 - 1, None)]
    )
    digest = hashlib.sha256((tmp_path / "rows.csv").read_bytes()).hexdigest()
    assert result.sha256 == digest
    assert (tmp_path / "rows.csv.sha256").read_text() == f"{digest}  rows.csv\n"
    assert json.loads((tmp_path / "rows.csv.totals.json").read_text()) == {
        "file": "rows.csv",
        "rows": 2,
        "sha256": digest,
        "control_totals": {"amount": "184467440737095516.14"},
    }


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this system has no sha256sum")
@pytest.mark.parametrize("name", ["rows.csv", "two words.csv", "back\\slash.csv", "new\nline.csv"])
def test_sha256sum_agrees(tmp_path: Path, name: str) -> None:
    export_csv(tmp_path / name, COLUMNS, [(1, "a", 5, None)])
    subprocess.run(["sha256sum", "--check", "--strict", f"{name}.sha256"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@issuance", "\t=1", "\r=1"])
def test_formulas_are_guarded_in_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.csv"
    export_csv(path, (Column("=name", Kind.TEXT), Column("amount", Kind.AMOUNT)), [(text, -1)])
    assert read(path) == [["'=name", "amount"], [f"'{text}", "-1"]]


def test_rfc_4180(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export_csv(
        path, (Column("a", Kind.TEXT), Column("b", Kind.TEXT)), [('say "hi"', "x,y"), ("two\nlines", "é")]
    )
    assert path.read_bytes() == 'a,b\r\n"say ""hi""","x,y"\r\n"two\nlines",é\r\n'.encode()


def test_byte_order_mark_only_when_asked_for(tmp_path: Path) -> None:
    columns = (Column("a", Kind.TEXT),)
    marked = export_csv(tmp_path / "marked.csv", columns, [], bom=True)
    export_csv(tmp_path / "plain.csv", columns, [])
    assert marked.path.read_bytes() == b"\xef\xbb\xbfa\r\n"
    assert marked.sha256 == hashlib.sha256(marked.path.read_bytes()).hexdigest()
    assert (tmp_path / "plain.csv").read_bytes() == b"a\r\n"


def test_failure_leaves_the_old_files(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export_csv(path, COLUMNS, [(1, "old", 1, None)])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def broken() -> Iterator[tuple[Any, ...]]:
        for number in range(5_000):
            yield number, "new", 1, None
        raise RuntimeError("the link broke")

    with pytest.raises(RuntimeError, match="the link broke"):
        export_csv(path, COLUMNS, broken())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    cancel = Cancellation()
    seen: list[int] = []

    def progress(rows: int) -> None:
        seen.append(rows)
        if rows >= 2_000:
            cancel.cancel()

    endless = ((1, "a", 1, None) for _ in iter(int, 1))
    with pytest.raises(CancelledError):
        export_csv(tmp_path / "rows.csv", COLUMNS, endless, cancel=cancel, progress=progress)
    assert seen == [1_000, 2_000]
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.csv" / "kept").touch()
    for path in (tmp_path / "folder.csv", tmp_path / "absent" / "rows.csv"):
        with pytest.raises(FileRefusedError, match="cannot be written"):
            export_csv(path, COLUMNS, [])
    assert [file.name for file in tmp_path.iterdir()] == ["folder.csv"]


@pytest.mark.parametrize(
    "row",
    [(1, "a", 1.5, None), (True, "a", 1, None), (1, 2, 1, None), (1, "a", 1, MOMENT.replace(tzinfo=None))],
)
def test_values_of_another_kind_are_bugs(tmp_path: Path, row: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        export_csv(tmp_path / "rows.csv", COLUMNS, [row])
    assert list(tmp_path.iterdir()) == []


def test_rows_of_another_width_and_equal_names_are_bugs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        export_csv(tmp_path / "rows.csv", COLUMNS, [(1, "a", 5)])
    with pytest.raises(ValueError, match="one name"):
        export_csv(tmp_path / "rows.csv", (COLUMNS[0], COLUMNS[0]), [])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**63), 2**63 - 1)))
)
def test_what_is_written_is_read_again(tmp_path: Path, rows: list[tuple[str, int]]) -> None:
    columns = (Column("text", Kind.TEXT), Column("amount", Kind.AMOUNT))
    result = export_csv(tmp_path / "rows.csv", columns, rows)
    found = read(result.path)[1:]
    assert [int(amount) for _, amount in found] == [amount for _, amount in rows]
    assert [cell[1:] if cell != text else cell for (cell, _), (text, _) in zip(found, rows, strict=True)] == [
        text for text, _ in rows
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell, _ in found)
    assert result.control_totals == {"amount": sum(amount for _, amount in rows)}


def test_timestamps_are_utc(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export_csv(path, (Column("at", Kind.TIMESTAMP),), [(datetime(2026, 1, 1, tzinfo=UTC),)])
    assert read(path)[1] == ["2026-01-01T00:00:00.000000+00:00"]
