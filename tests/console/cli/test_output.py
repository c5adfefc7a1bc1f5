"""The three ways in which data is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from console.cli.output import Format, Output
from console.errors.problem import Problem
from console.files.exports import Column, Kind
from console.money import Currency

COLUMNS = (
    Column("account name", Kind.ACCOUNT),
    Column("balance", Kind.AMOUNT),
    Column("currency", Kind.CURRENCY),
    Column("id", Kind.INTEGER),
    Column("at", Kind.TIMESTAMP),
)
AT = datetime(2026, 11, 21, 17, 30, tzinfo=timezone(timedelta(hours=1)))
CR = Currency("CR", 2)
ROWS = [
    ("@issuance", -(2**63), CR, 1, AT),
    (None, None, None, None, None),
    ("anna", 5, CR, 22, AT.astimezone(UTC)),
]


def test_a_table_is_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    Output(Format.TABLE).rows(COLUMNS, [*ROWS, (long, 100, CR, 3, None)])
    head, first, empty, second, last = capsys.readouterr().out.splitlines()
    assert first.split() == [
        "@issuance", "\u221292,233,720,368,547,758.08", "CR", "1", "2026-11-21", "16:30:00+00:00"
    ]  # fmt: skip
    assert second.index("0.05") + 4 == head.index("balance") + len("balance")
    assert empty == ""
    assert last.startswith(long)


def test_csv_has_plain_amounts_and_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Format.CSV).rows(COLUMNS, ROWS)
    assert capsys.readouterr().out == (
        "account name,balance,currency,id,at\n"
        "@issuance,-92233720368547758.08,CR,1,2026-11-21T16:30:00.000000+00:00\n"
        ",,,,\n"
        "anna,0.05,CR,22,2026-11-21T16:30:00.000000+00:00\n"
    )


def test_json_has_amounts_that_no_reader_rounds(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Format.JSON).rows(COLUMNS, ROWS)
    assert json.loads(capsys.readouterr().out) == [
        {
            "account_name": "@issuance",
            "balance": "-92233720368547758.08",
            "currency": "CR",
            "id": 1,
            "at": "2026-11-21T16:30:00.000000+00:00",
        },
        {"account_name": None, "balance": None, "currency": None, "id": None, "at": None},
        {
            "account_name": "anna",
            "balance": "0.05",
            "currency": "CR",
            "id": 22,
            "at": "2026-11-21T16:30:00.000000+00:00",
        },
    ]


@pytest.mark.parametrize("form", Format)
def test_no_rows_are_still_readable(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    Output(form).rows(COLUMNS, [])
    out = capsys.readouterr().out
    assert json.loads(out) == [] if form is Format.JSON else out.count("\n") == 1


def test_a_record_leaves_out_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Format.TABLE).record(COLUMNS, ("anna", 5, CR, None, None))
    assert capsys.readouterr().out == "account name  anna\nbalance       0.05\ncurrency      CR\n"


def test_a_problem_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Format.CSV).problems([Problem(3, "amount", "amount.format", "=1+1", "This is not an amount.")])
    out = capsys.readouterr().out
    assert out == "line,column,code,value,message\n3,amount,amount.format,'=1+1,This is not an amount.\n"
