"""Tests of reading: every bad cell is named with its line and column, every good line comes out right."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from console.errors import CancelledError, FileRefusedError
from console.files.lines.draft import DraftLine, ProblemLog, Tally
from console.files.lines.reader import read_lines
from console.files.mappings.mapping import BankMapping, TransfersMapping
from console.postgres.cancellation import Cancellation
from tests.console.files.samples import BANK, BANK_HEADER, EUR, TRANSFERS, TRANSFERS_HEADER, read_all, write

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "a.user,b.user,1.50,R-1,Text,2026-01-31\n"


def in_euros(*cells: Any) -> DraftLine:
    return replace(DraftLine(*cells), currency=EUR.currency)


def test_good_transfers(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        TRANSFERS_HEADER
        + '@ISSUANCE,Amelie.Roth ,12.5,R-1,"Bonus, November",2026-11-21\n'
        + "'@external,b,3,R-2,,\n"
        + "c,d,0.01,R-3,Grüße,2026-11-21T10:00:00+02:00\n",
    )
    lines, reading = read_all(path, TRANSFERS)
    assert lines == [
        in_euros(2, "@issuance", "amelie.roth", 1250, "R-1", "Bonus, November", date(2026, 11, 21)),
        in_euros(3, "@external", "b", 300, "R-2", None, None),
        in_euros(4, "c", "d", 1, "R-3", "Grüße", datetime(2026, 11, 21, 8, tzinfo=UTC)),
    ]
    assert reading.problem_count == 0
    assert reading.totals.lines == 3
    assert reading.totals.amount == 1551
    assert reading.totals.directions == {"transfer": Tally(3, 1551)}
    assert reading.totals.size == path.stat().st_size
    assert reading.totals.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_good_bank_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        BANK_HEADER
        + '1;7;930101;"PRIJEM";VKLAD;700.00;" "\n'
        + "2;7;930102;vyber;VYBER;5;SLUZBY\n"
        + "3;8;930103;VYDAJ;;1;\n",
    )
    lines, reading = read_all(path, BANK)
    assert lines == [
        in_euros(2, "@external", "bank-7", 70000, "1", "VKLAD", date(1993, 1, 1)),
        in_euros(3, "bank-7", "@external", 500, "2", "VYBER / SLUZBY", date(1993, 1, 2)),
        in_euros(4, "bank-8", "@external", 100, "3", None, date(1993, 1, 3)),
    ]
    assert reading.totals.directions == {"credit": Tally(1, 70000), "debit": Tally(2, 600)}


def test_signed_amounts_are_directions(tmp_path: Path) -> None:
    mapping = BankMapping(account_column="konto", amount_column="betrag", reference_column="id")
    path = write(tmp_path, 'id;konto;betrag\n1;a;"1.234,50"\n2;a;-0,50\n3;a;\u22121,00\n')
    lines, reading = read_all(path, mapping)
    assert [(line.from_name, line.to_name, line.amount) for line in lines] == [
        ("@external", "a", 123450),
        ("a", "@external", 50),
        ("a", "@external", 100),
    ]
    assert reading.totals.directions == {"credit": Tally(1, 123450), "debit": Tally(2, 150)}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("a,b,,R,T,", "amount", "amount.empty"),
        ("a,b,1e3,R,T,", "amount", "amount.format"),
        ("a,b,\uff11\uff12\uff13,R,T,", "amount", "amount.format"),
        ("a,b,NaN,R,T,", "amount", "amount.format"),
        ("a,b,1_000,R,T,", "amount", "amount.format"),
        ('a,b,"1,23",R,T,', "amount", "amount.format"),
        ("a,b,-5,R,T,", "amount", "amount.sign"),
        ("a,b,+5,R,T,", "amount", "amount.sign"),
        ("a,b,0.00,R,T,", "amount", "amount.zero"),
        ("a,b,1.234,R,T,", "amount", "amount.decimals"),
        ("a,b,92233720368547758.08,R,T,", "amount", "amount.range"),
        ("a,a,5,R,T,", "to", "party.same"),
        ("a, A,5,R,T,", "to", "party.same"),
        (",b,5,R,T,", "from", "user.name"),
        ("a,@,5,R,T,", "to", "user.name"),
        ("a,b c,5,R,T,", "to", "user.name"),
        ("a,-b,5,R,T,", "to", "user.name"),
        ("a,müller,5,R,T,", "to", "user.name"),
        ("a,\u212aelvin,5,R,T,", "to", "user.name"),
        (f"a,{'b' * 64},5,R,T,", "to", "user.name"),
        ("a,b,5,,T,", "reference", "reference.empty"),
        (f"a,b,5,{'R' * 201},T,", "reference", "text.length"),
        (f"a,b,5,R,{'T' * 501},", "description", "text.length"),
        ("a,b,5,R\u202e1,T,", "reference", "text.character"),
        ("a,b,5,R,T\u200bT,", "description", "text.character"),
        ("a,b,5,R,T\x07,", "description", "text.character"),
        ('a,b,5,R,"two\nlines",', "description", "text.character"),
        ("a,b,5,R,T,31.12.2026", "date", "date.format"),
        ("a,b,5,R,T,2026-02-30", "date", "date.format"),
        ("a,b,5,R,T,\uff12\uff10\uff12\uff16-01-01", "date", "date.format"),
        ("a,b,5,R,T", "date", "row.cells"),
        ("a,b,5,R,T,,x", "column 7", "row.cells"),
        ("just this", "to", "row.cells"),
    ],
)
def test_bad_transfer_cells(tmp_path: Path, row: str, column: str, code: str) -> None:
    path = write(tmp_path, TRANSFERS_HEADER + GOOD + row + "\n" + GOOD)
    lines, reading = read_all(path, TRANSFERS)
    assert [(problem.line, problem.column, problem.code) for problem in reading.problems] == [
        (3, column, code)
    ]
    assert len(lines) == 3
    assert reading.totals.amount in (300, 800)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("1;7;930101;VKLAD;;5;", "type", "direction.unknown"),
        ("1;7;930101;;;5;", "type", "direction.unknown"),
        ("1;7;930101;PRIJEM;;-5;", "amount", "amount.sign"),
        ("1;7;931301;PRIJEM;;5;", "date", "date.format"),
        ("1;7;;PRIJEM;;5;", "date", "date.format"),
        ("1;7;93115;PRIJEM;;5;", "date", "date.format"),
        ("1; ;930101;PRIJEM;;5;", "account", "user.name"),
        ("1;@external;930101;PRIJEM;;5;", "account", "party.same"),
        (f"1;7;930101;PRIJEM;{'T' * 300};5;{'S' * 300}", "operation, symbol", "text.length"),
        ("1;7;930101;PRIJEM;T;5;S\u2066", "symbol", "text.character"),
    ],
)
def test_bad_bank_cells(tmp_path: Path, row: str, column: str, code: str) -> None:
    _, reading = read_all(write(tmp_path, f"{BANK_HEADER}{row}\n"), BANK)
    assert [(problem.line, problem.column, problem.code) for problem in reading.problems] == [
        (2, column, code)
    ]


def test_all_problems_of_a_line_and_no_value_where_one_is(tmp_path: Path) -> None:
    lines, reading = read_all(write(tmp_path, TRANSFERS_HEADER + "a b,c d,x,,\x07,soon\n"), TRANSFERS)
    assert lines == [in_euros(2, None, None, None, None, None, None)]
    assert {problem.code for problem in reading.problems} == {
        "user.name", "amount.format", "reference.empty", "text.character", "date.format",
    }  # fmt: skip
    assert reading.problem_count == 6


def test_lines_are_physical_ones(tmp_path: Path) -> None:
    content = TRANSFERS_HEADER + 'a,b,1,R,"x\r\ny\n\nz",\r\n\n\na,b,bad,R,T,\ra,b,bad,R,T,'
    _, reading = read_all(write(tmp_path, content), TRANSFERS)
    assert [(problem.line, problem.code) for problem in reading.problems] == [
        (2, "text.character"),
        (8, "amount.format"),
        (9, "amount.format"),
    ]
    assert reading.totals.lines == 3
    assert reading.totals.blank_lines == 2


def test_values_shown_are_short_and_visible(tmp_path: Path) -> None:
    path = write(tmp_path, TRANSFERS_HEADER + f"a,b,5,R\u202ex,{'T' * 60_000},\n")
    _, reading = read_all(path, TRANSFERS)
    assert [problem.value for problem in reading.problems] == ["R\\u{202e}x", "T" * 79 + "…"]


def test_references_are_made_from_the_file(tmp_path: Path) -> None:
    mapping = TransfersMapping(from_constant="@issuance", to_column="to", amount_column="amount")
    path = write(tmp_path, "to,amount\na,1\nb,2\n")
    stem = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert [line.reference for line in read_lines(path, mapping, EUR)] == [f"{stem}-2", f"{stem}-3"]
    assert [line.reference for line in read_lines(path, mapping, EUR)] == [f"{stem}-2", f"{stem}-3"]


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    mapping = TransfersMapping(from_constant="@issuance", to_column="to", amount_column="amount")
    path = write(tmp_path, "to,amount\n" + "a,1\n" * 200_000)
    reading = read_lines(path, mapping, EUR)
    next(reading)
    with path.open("ab") as file:
        file.write(b"mallory,1000000\n")
    with pytest.raises(FileRefusedError, match="changed while it was read"):
        list(reading)


def test_lines_of_another_currency(tmp_path: Path) -> None:
    mapping = TransfersMapping(
        from_constant="@issuance", to_column="to", amount_column="amount", currency_column="currency"
    )
    lines, reading = read_all(write(tmp_path, "to,amount,currency\na,1,eur\nb,2,USD\n"), mapping)
    assert [line.amount for line in lines] == [100, None]
    assert [(problem.line, problem.column, problem.code) for problem in reading.problems] == [
        (3, "currency", "currency.other")
    ]


def test_a_file_without_header(tmp_path: Path) -> None:
    mapping = TransfersMapping(from_constant="@issuance", to_column="column 1", amount_column="column 2")
    lines, reading = read_all(write(tmp_path, "a,1\nb,x\n"), mapping)
    assert [(line.line, line.to_name, line.amount) for line in lines] == [(1, "a", 100), (2, "b", None)]
    assert [(problem.line, problem.column) for problem in reading.problems] == [(2, "column 2")]


def test_totals_only_at_the_end(tmp_path: Path) -> None:
    reading = read_lines(write(tmp_path, TRANSFERS_HEADER + GOOD * 2), TRANSFERS, EUR)
    next(reading)
    with pytest.raises(RuntimeError):
        _ = reading.totals
    reading.close()
    assert list(reading) == []


def test_progress_reaches_the_whole_and_cancel_stops(tmp_path: Path) -> None:
    path = write(tmp_path, TRANSFERS_HEADER + GOOD * 50_000)
    size = path.stat().st_size
    seen: list[tuple[int, int]] = []
    reading = read_lines(path, TRANSFERS, EUR, progress=lambda done, total: seen.append((done, total)))
    assert sum(1 for _ in reading) == 50_000
    assert seen == sorted(seen)
    assert len(seen) > 5
    assert seen[-1] == (size, size)

    cancel = Cancellation()
    reading = read_lines(path, TRANSFERS, EUR, cancel=cancel)
    next(reading)
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(reading)


def test_kept_problems_are_bounded(tmp_path: Path) -> None:
    log = ProblemLog()
    for line in range(100_500):
        log.add(line, "amount", "amount.format", "x", "No.")
    assert len(log.kept) == 100_000
    assert log.total == 100_500
