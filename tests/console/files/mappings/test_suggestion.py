"""Tests of the proposed mapping, and of the preview that shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import resources
from console.errors import FileRefusedError
from console.files.lines.preview import preview
from console.files.mappings.mapping import BankMapping, TransfersMapping, load_mapping
from console.files.mappings.suggestion import suggest
from tests.console.files.samples import EUR, TRANSFERS, TRANSFERS_HEADER, write

SAMPLES = Path(resources.__file__).parent / "sample"


def test_english_transfers() -> None:
    header = ["From", "To", "Amount", "Reference", "Description", "Effective Date"]
    assert suggest(header, [["a", "b", "1.00", "R1", "x", "2026-01-31"]]) == TransfersMapping(
        from_column="From", to_column="To", amount_column="Amount", reference_column="Reference",
        description_column="Description", date_column="Effective Date",
    )  # fmt: skip


def test_payout_export() -> None:
    header = ["id", "Amount", "Created (UTC)", "Currency", "Arrival Date (UTC)", "Destination", "Description"]
    rows = [
        ["po_1", "12.50", "2026-11-20 10:00", "eur", "2026-11-21 00:00", "b.okonkwo", "PAYOUT"],
        ["po_2", "3.00", "2026-11-20 10:01", "eur", "2026-11-21 00:00", "amelie.roth", "PAYOUT"],
    ]
    assert suggest(header, rows) == TransfersMapping(
        from_constant="@issuance", to_column="Destination", amount_column="Amount", reference_column="id",
        description_column="Description", date_column="Created (UTC)", currency_column="Currency",
    )  # fmt: skip


def test_german_bank() -> None:
    header = ["Kontonummer", "Buchungstag", "Verwendungszweck", "Betrag", "Währung"]
    assert suggest(header, [["1", "31.01.2026", "Miete", "-1.234,50", "EUR"]]) == BankMapping(
        account_column="Kontonummer", date_column="Buchungstag", date_format="%d.%m.%Y",
        description_columns=("Verwendungszweck",), amount_column="Betrag", currency_column="Währung",
    )  # fmt: skip


def test_czech_bank_with_directions() -> None:
    header = ["Číslo transakce", "Číslo účtu", "Datum", "Typ", "Částka", "Popis"]
    assert suggest(header, [["1", "7", "31.1.2026", "VYBER", "5,00", "x"]]) == BankMapping(
        reference_column="Číslo transakce", account_column="Číslo účtu", date_column="Datum",
        date_format="%d.%m.%Y", direction_column="Typ", credit_values=("PRIJEM",),
        debit_values=("VYDAJ", "VYBER"), amount_column="Částka", description_columns=("Popis",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ([], []),
        (["a", "b"], ["1", "2"]),
        (["to"], ["a"]),
        (["amount"], ["1"]),
        (["amount", "amount", "to"], ["1"]),
    ],
)
def test_no_proposal(header: list[str], row: list[str]) -> None:
    assert suggest(header, [row]) is None


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["R1", "R2", "R3", "R4"], "Reference"),
        (["R1", "", "R3", " "], "Reference"),
        # Most lines have none: the column is for something else.
        (["R1", "", "", ""], None),
        (["R1", "", "R1", "R4"], None),
    ],
)
def test_a_reference_column_keeps_its_gaps(cells: list[str], column: str | None) -> None:
    proposal = suggest(["From", "To", "Amount", "Reference"], [["a", "b", "1.00", cell] for cell in cells])
    assert proposal is not None
    assert proposal.reference_column == column


def test_a_whole_reference_column_is_likelier_than_one_with_gaps() -> None:
    rows = [["a", "b", "1.00", "R1", "po_1"], ["a", "b", "1.00", "", "po_2"]]
    proposal = suggest(["From", "To", "Amount", "Reference", "Id"], rows)
    assert proposal is not None
    assert proposal.reference_column == "Id"


def test_a_gap_is_a_problem_of_its_line(tmp_path: Path) -> None:
    rows = ["a,b,1.00,R1", "a,b,2.00,", "a,b,3.00,R3"]
    path = write(tmp_path, "\n".join(["From,To,Amount,Reference", *rows, ""]))
    found = preview(path, None, EUR)
    assert found.mapping is not None
    assert found.mapping.reference_column == "Reference"
    assert [(one.line, one.column, one.code) for one in found.problems] == [
        (3, "Reference", "reference.empty")
    ]


def test_references_that_repeat_are_not_proposed() -> None:
    proposal = suggest(["to", "amount", "ref", "id"], [["a", "1", "same", "1"], ["b", "2", "same", "2"]])
    assert proposal is not None
    assert proposal.reference_column == "id"


@pytest.mark.parametrize("name", ["payout", "bank"])
def test_samples_are_recognised(name: str) -> None:
    shipped = load_mapping(SAMPLES / f"{name}.mapping.toml")
    found = preview(SAMPLES / f"{name}.csv", None, EUR, limit=10)
    assert found.mapping is not None
    assert found.mapping.columns == shipped.columns
    assert found.mapping.date_format == shipped.date_format
    assert len(found.rows) == len(found.lines) == 10
    assert found.problems == ()
    assert found.header[0] == ("username" if name == "payout" else "trans_id")


def test_preview_of_a_mapping_that_does_not_fit(tmp_path: Path) -> None:
    path = write(tmp_path, "from,to,betrag\na,b,5\n")
    found = preview(path, TRANSFERS, EUR)
    assert found.rows == ((2, ("a", "b", "5")),)
    assert found.lines == ()
    assert {(problem.line, problem.column, problem.code) for problem in found.problems} == {
        (1, column, "column.missing") for column in ("amount", "reference", "description", "date")
    }


def test_preview_reads_the_start_only(tmp_path: Path) -> None:
    path = write(tmp_path, TRANSFERS_HEADER + "a,b,bad,R,T,\n" * 100_000 + '"never closed')
    found = preview(path, TRANSFERS, EUR, limit=3)
    assert [line.line for line in found.lines] == [2, 3, 4]
    assert [problem.line for problem in found.problems] == [2, 3, 4]
    assert [cells[2] for _, cells in found.rows] == ["bad"] * 3


def test_preview_without_header_or_lines(tmp_path: Path) -> None:
    found = preview(write(tmp_path, "a;1.50\nb;2\n"), None, EUR)
    assert found.header == ("column 1", "column 2")
    assert found.rows == ((1, ("a", "1.50")), (2, ("b", "2")))
    assert found.mapping is None
    with pytest.raises(FileRefusedError, match="no line after it"):
        preview(write(tmp_path, TRANSFERS_HEADER), None, EUR)


def test_preview_does_not_wait_for_the_hash(tmp_path: Path) -> None:
    path = write(tmp_path, "to,amount\na,1\n" + "b,2\n" * 100_000)
    os.truncate(path, 1 << 34)  # 16 GiB of holes, which nobody could hash in the time of a test
    found = preview(path, None, EUR, limit=2)
    assert [line.reference for line in found.lines] == ["file-2", "file-3"]
