"""Tests of exports: whole or not at all, safe in a spreadsheet, with totals and checksum beside."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.errors import CancelledError, FileRefusedError, WrongFileError
from console.files.exports import Column, ExportResult, Kind, export_csv, named_columns
from console.files.text import plain_name
from console.money import Currency
from console.postgres.cancellation import Cancellation
from tests.console.files.samples import Taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

COLUMNS = (
    Column("id", Kind.INTEGER),
    Column("user", Kind.TEXT),
    Column("amount", Kind.AMOUNT, summed=True),
    Column("currency", Kind.CURRENCY),
    Column("posted_at", Kind.TIMESTAMP),
)
EUR, YEN = Currency("EUR", 2), Currency("JPY", 0)
MOMENT = datetime(2026, 11, 21, 15, 4, 5, tzinfo=timezone(timedelta(hours=1)))


def export(
    path: Path, columns: Sequence[Column], rows: Iterable[tuple[Any, ...]], **options: Any
) -> ExportResult:
    return export_csv(path, columns, rows, zone=UTC, **options)


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def test_cells_of_each_kind(tmp_path: Path) -> None:
    rows = [
        (1, "amelie.roth", 123456789, EUR, MOMENT), (2, None, -5, EUR, date(2026, 1, 2)),
        (None, "", None, None, None),
    ]  # fmt: skip
    result = export(tmp_path / "rows.csv", COLUMNS, rows)
    assert read(result.path) == [
        ["id", "user", "amount", "currency", "posted_at"],
        ["1", "amelie.roth", "1234567.89", "EUR", "2026-11-21T14:04:05.000000+00:00"],
        ["2", "", "-0.05", "EUR", "2026-01-02"],
        ["", "", "", "", ""],
    ]
    assert result.rows == 3
    assert result.control_totals == {"amount": {EUR: 123456784}}


def test_checksum_and_totals_beside(tmp_path: Path) -> None:
    result = export(
        tmp_path / "rows.csv", COLUMNS, [(1, "a", 2**63 - 1, EUR, None), (2, "b", 2**63 - 1, EUR, None)]
    )
    digest = hashlib.sha256((tmp_path / "rows.csv").read_bytes()).hexdigest()
    assert result.sha256 == digest
    assert (tmp_path / "rows.csv.sha256").read_text() == f"{digest}  rows.csv\n"
    assert json.loads((tmp_path / "rows.csv.totals.json").read_text()) == {
        "file": "rows.csv",
        "rows": 2,
        "sha256": digest,
        "control_totals": {"amount": {"EUR": "184467440737095516.14"}},
        "moments": "UTC",
        "business_zone": "UTC",
    }


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this system has no sha256sum")
@pytest.mark.parametrize("name", ["rows.csv", "two words.csv", "back\\slash.csv", "new\nline.csv"])
def test_sha256sum_agrees(tmp_path: Path, name: str) -> None:
    export(tmp_path / name, COLUMNS, [(1, "a", 5, EUR, None)])
    subprocess.run(["sha256sum", "--check", "--strict", f"{name}.sha256"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@issuance", "\t=1", "\r=1"])
def test_formulas_are_guarded_in_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.csv"
    export(path, (*named_columns("=name, amount:amount, currency:currency"),), [(text, -1, YEN)])
    assert read(path) == [["'=name", "amount", "currency"], [f"'{text}", "-1", "JPY"]]


NAMES = ["@external", "@issuance", "@breakage", "@revenue", "@suspense", "anna.roth", "bank-1"]
NO_NAMES = ["=1+1", "+1", "-1", "\t=1", "@SUM(1)", "@sum(1)", "@a1!b2", "@a|b", "@ external", "@", "@a\n=1"]


def test_names_of_accounts_stay_as_they_are(tmp_path: Path) -> None:
    """What the ledger's grammar allows has no bracket, and so is no formula; all else may be one."""
    path = tmp_path / "rows.csv"
    columns = named_columns("account:account, text, change:amount, currency:currency, id:integer")
    export(path, columns, [(name, name, -5, EUR, -1) for name in NAMES + NO_NAMES])
    rows = read(path)[1:]
    assert [row[0] for row in rows] == NAMES + [f"'{name}" for name in NO_NAMES]
    assert [row[1] for row in rows[:5]] == [f"'{name}" for name in NAMES[:5]]
    assert {tuple(row[2:]) for row in rows} == {("-0.05", "EUR", "-1")}
    assert [plain_name(row[0]) for row in rows[: len(NAMES)]] == NAMES


def test_rfc_4180(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export(path, (Column("a", Kind.TEXT), Column("b", Kind.TEXT)), [('say "hi"', "x,y"), ("two\nlines", "é")])
    assert path.read_bytes() == 'a,b\r\n"say ""hi""","x,y"\r\n"two\nlines",é\r\n'.encode()


def test_byte_order_mark_only_when_asked_for(tmp_path: Path) -> None:
    columns = (Column("a", Kind.TEXT),)
    marked = export(tmp_path / "marked.csv", columns, [], bom=True)
    export(tmp_path / "plain.csv", columns, [])
    assert marked.path.read_bytes() == b"\xef\xbb\xbfa\r\n"
    assert marked.sha256 == hashlib.sha256(marked.path.read_bytes()).hexdigest()
    assert (tmp_path / "plain.csv").read_bytes() == b"a\r\n"


def test_failure_leaves_the_old_files(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export(path, COLUMNS, [(1, "old", 1, EUR, None)])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def broken() -> Iterator[tuple[Any, ...]]:
        for number in range(5_000):
            yield number, "new", 1, EUR, None
        raise RuntimeError("the link broke")

    with pytest.raises(RuntimeError, match="the link broke"):
        export(path, COLUMNS, broken())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    cancel = Cancellation()
    seen: list[int] = []

    def progress(rows: int) -> None:
        seen.append(rows)
        if rows >= 2_000:
            cancel.cancel()

    endless = ((1, "a", 1, EUR, None) for _ in iter(int, 1))
    with pytest.raises(CancelledError):
        export(tmp_path / "rows.csv", COLUMNS, endless, cancel=cancel, progress=progress)
    assert seen == [1_000, 2_000]
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="cannot be written"):
        export(tmp_path / "absent" / "rows.csv", COLUMNS, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["", ".sha256", ".totals.json"])
@pytest.mark.parametrize("taken", Taken, ids=lambda taken: taken.name)
def test_what_is_no_file_is_never_written_over(tmp_path: Path, taken: Taken, suffix: str) -> None:
    place = tmp_path / f"rows.csv{suffix}"
    taken.put(place)
    before = place.lstat()
    with pytest.raises(WrongFileError) as refused:
        export(tmp_path / "rows.csv", COLUMNS, [(1, "a", 1, EUR, None)])
    said = f"{place}: there is {taken.value}, and only a file is written over. Choose another name."
    assert (str(refused.value), refused.value.exit_code) == (said, 2)
    assert place.lstat() == before
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(("rows", "."))] == [place.name]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    (tmp_path / "rows.csv").symlink_to(kept)
    with pytest.raises(WrongFileError, match="a symbolic link"):
        export(tmp_path / "rows.csv", COLUMNS, [])
    assert kept.read_text() == "mine"


@pytest.mark.parametrize(
    "row",
    [
        (1, "a", 1.5, EUR, None),
        (True, "a", 1, EUR, None),
        (1, 2, 1, EUR, None),
        (1, "a", 1, EUR, MOMENT.replace(tzinfo=None)),
        (1, "a", 1, "EUR", None),
        (1, "a", 1, None, None),
    ],
)
def test_values_of_another_kind_are_bugs(tmp_path: Path, row: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        export(tmp_path / "rows.csv", COLUMNS, [row])
    assert list(tmp_path.iterdir()) == []


def test_rows_of_another_width_and_equal_names_are_bugs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        export(tmp_path / "rows.csv", COLUMNS, [(1, "a", 5, EUR)])
    with pytest.raises(ValueError, match="one name"):
        export(tmp_path / "rows.csv", (COLUMNS[0], COLUMNS[0]), [])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**63), 2**63 - 1)))
)
def test_what_is_written_is_read_again(tmp_path: Path, rows: list[tuple[str, int]]) -> None:
    columns = named_columns("text, amount:amount:summed, currency:currency")
    result = export(tmp_path / "rows.csv", columns, [(*row, YEN) for row in rows])
    found = read(result.path)[1:]
    assert [int(amount) for _, amount, _currency in found] == [amount for _, amount in rows]
    assert [
        cell[1:] if cell != text else cell for (cell, _, _), (text, _) in zip(found, rows, strict=True)
    ] == [text for text, _ in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell, _, _ in found)
    assert result.control_totals == {"amount": {YEN: sum(amount for _, amount in rows)} if rows else {}}


def test_timestamps_are_utc(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    export(path, (Column("at", Kind.TIMESTAMP),), [(datetime(2026, 1, 1, tzinfo=UTC),)])
    assert read(path)[1] == ["2026-01-01T00:00:00.000000+00:00"]


def test_each_currency_has_its_own_decimals_and_its_own_total(tmp_path: Path) -> None:
    each = (Currency("BHD", 3), Currency("BTC", 8), Currency("CR", 2), YEN)
    amounts = (0, 1, 2**31, 2**53 + 1, 2**63 - 1)
    rows = [(number, "a", amount, money, None) for money in each for number, amount in enumerate(amounts)]
    result = export_csv(tmp_path / "rows.csv", COLUMNS, rows, zone=ZoneInfo("Europe/Berlin"))
    written = [(row[2], row[3]) for row in read(result.path)[1:]]
    assert written[4] == ("9223372036854775.807", "BHD")
    assert written[6:9] == [("0.00000001", "BTC"), ("21.47483648", "BTC"), ("90071992.54740993", "BTC")]
    assert written[13] == ("90071992547409.93", "CR")
    assert written[19] == ("9223372036854775807", "JPY")
    assert result.control_totals == {"amount": dict.fromkeys(each, sum(amounts))}
    beside = json.loads((tmp_path / "rows.csv.totals.json").read_text())
    assert beside["business_zone"] == "Europe/Berlin"
    assert beside["control_totals"]["amount"] == {
        "BHD": "9232379238257000.449", "BTC": "92323792382.57000449", "CR": "92323792382570004.49",
        "JPY": "9232379238257000449",
    }  # fmt: skip


def test_only_columns_that_say_so_have_totals(tmp_path: Path) -> None:
    columns = named_columns("amount:amount:summed, currency:currency, balance after:amount")
    result = export(tmp_path / "rows.csv", columns, [(5, EUR, 105), (7, EUR, 112)])
    assert result.control_totals == {"amount": {EUR: 12}}
    beside = json.loads((tmp_path / "rows.csv.totals.json").read_text())
    assert beside["control_totals"] == {"amount": {"EUR": "0.12"}}


@pytest.mark.parametrize("named", ["id:integer:summed", "amount:amount:summd, currency:currency"])
def test_what_cannot_be_summed_is_a_bug(named: str) -> None:
    with pytest.raises(ValueError, match="summed"):
        named_columns(named)


def test_amounts_without_a_currency_are_bugs() -> None:
    with pytest.raises(ValueError, match="say their currency"):
        named_columns("id:integer, amount:amount")
    with pytest.raises(ValueError, match="say their currency"):
        named_columns("amount:amount, currency:currency, other:currency")
