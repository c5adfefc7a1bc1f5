"""Tests of the two columns of granted credit: what it is called, and when it expires."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import resources
from console.files.lines.preview import preview
from console.files.mappings.mapping import TransfersMapping, load_mapping, mapping_text, parse_mapping
from console.files.mappings.suggestion import suggest
from tests.console.files.samples import BANK, BANK_HEADER, EUR, TRANSFERS, read_all, write

if TYPE_CHECKING:
    from console.files.lines.draft import DraftLine

SAMPLES = Path(resources.__file__).parent / "sample"
HEADER = "to,amount,reference,source,expires\n"
GRANTS = TransfersMapping(
    from_constant="@issuance", to_column="to", amount_column="amount", reference_column="reference",
    source_column="source", expires_column="expires",
)  # fmt: skip


def lots(lines: list[DraftLine]) -> list[tuple[str | None, datetime | None]]:
    """Return source and expiry of each line."""
    return [(line.lot_source, line.lot_expires_at) for line in lines]


def test_a_date_is_the_end_of_its_day_and_a_moment_is_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER
        + "a,1,R1, Winter sale ,2030-12-31\n"
        + "b,1,R2,Winter sale,2030-12-31T12:30:00+02:00\n"
        + "c,1,R3,Goodwill,\n"
        + "d,1,R4,,\n"
        + "e,1,R5, , \n",
    )
    lines, reading = read_all(path, GRANTS)
    assert reading.problems == []
    assert lots(lines) == [
        ("Winter sale", datetime(2031, 1, 1, tzinfo=UTC)),
        ("Winter sale", datetime(2030, 12, 31, 10, 30, tzinfo=UTC)),
        ("Goodwill", None),
        (None, None),
        (None, None),
    ]


def test_an_expiry_without_a_source_is_left_for_the_ledger_to_refuse(tmp_path: Path) -> None:
    lines, reading = read_all(write(tmp_path, HEADER + "a,1,R1,,2030-12-31\n"), GRANTS)
    assert reading.problems == []
    assert lots(lines) == [(None, datetime(2031, 1, 1, tzinfo=UTC))]


def test_the_dates_format_reads_the_expiry_too(tmp_path: Path) -> None:
    mapping = GRANTS.model_copy(update={"date_format": "%d.%m.%Y %H:%M"})
    lines, reading = read_all(write(tmp_path, HEADER + "a,1,R1,x,1.2.2031 06:30\n"), mapping)
    assert reading.problems == []
    assert lots(lines) == [("x", datetime(2031, 2, 1, 6, 30, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("source", "expires", "column", "code"),
    [
        ("x", "31.12.2030", "expires", "date.format"),
        ("x", "2030-02-30", "expires", "date.format"),
        ("x", "9999-12-31", "expires", "expiry.range"),
        ("x", "9999-12-30", "expires", "expiry.range"),
        ("x", "9999-12-31T00:00:00Z", "expires", "expiry.range"),
        ("s" * 101, "2030-12-31", "source", "text.length"),
        ("a\u202eb", "2030-12-31", "source", "text.character"),
    ],
)
def test_bad_cells_are_named_by_line_and_column(
    tmp_path: Path, source: str, expires: str, column: str, code: str
) -> None:
    lines, reading = read_all(write(tmp_path, HEADER + f"a,1,R1,{source},{expires}\n"), GRANTS)
    assert [(one.line, one.column, one.code) for one in reading.problems] == [(2, column, code)]
    assert None in lots(lines)[0]


def test_the_longest_source_and_the_last_day_are_taken(tmp_path: Path) -> None:
    lines, reading = read_all(write(tmp_path, HEADER + f"a,1,R1,{'s' * 100},9999-12-29\n"), GRANTS)
    assert reading.problems == []
    assert lots(lines) == [("s" * 100, datetime(9999, 12, 30, tzinfo=UTC))]


def test_bank_rows_may_have_them_too(tmp_path: Path) -> None:
    mapping = BANK.model_copy(update={"source_column": "operation", "description_columns": ("symbol",)})
    lines, _ = read_all(write(tmp_path, BANK_HEADER + "1;7;930101;PRIJEM;VKLAD;700.00;x\n"), mapping)
    assert lots(lines) == [("VKLAD", None)]


def test_mappings_of_before_still_load_and_new_ones_are_kept() -> None:
    before = mapping_text(TRANSFERS)
    assert "source_column" not in before
    assert parse_mapping(before) == TRANSFERS
    assert TRANSFERS.source_column is None
    assert parse_mapping(mapping_text(GRANTS)) == GRANTS
    assert set(GRANTS.columns) >= {"source", "expires"}


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        (["user", "amount", "Campaign", "Valid until"], ["a", "1", "x", "2030-01-31"],
         (None, "Campaign", "Valid until")),
        (["user", "amount", "source", "expires"], ["a", "1", "x", "2030-01-31"], (None, "source", "expires")),
        (["from", "to", "amount", "promo", "expiry date"], ["@issuance", "a", "1", "x", "2030-01-31"],
         ("from", "promo", "expiry date")),
        (["from", "to", "amount", "campaign"], ["@Issuance", "a", "1", "x"], ("from", "campaign", None)),
        (["kunde", "betrag", "aktion", "gültig bis"], ["a", "1", "x", "31.1.2030"],
         (None, "aktion", "gültig bis")),
        # Money between customers is no grant, and a source alone is who pays.
        (["from", "to", "amount", "campaign"], ["b", "a", "1", "x"], ("from", None, None)),
        (["source", "to", "amount"], ["b", "a", "1"], ("source", None, None)),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_words(
    header: list[str], row: list[str], found: tuple[str | None, str | None, str | None]
) -> None:
    mapping = suggest(header, [row])
    assert isinstance(mapping, TransfersMapping)
    assert (mapping.from_column, mapping.source_column, mapping.expires_column) == found


def test_one_format_is_proposed_for_both_dates() -> None:
    mapping = suggest(["user", "amount", "date", "expires"], [["a", "1", "1.2.2026", "31.1.2030"]])
    assert mapping is not None
    assert mapping.date_format == "%d.%m.%Y"


def test_the_sample_is_recognised_and_fits_its_mapping() -> None:
    shipped = load_mapping(SAMPLES / "grants.mapping.toml")
    found = preview(SAMPLES / "grants.csv", None, EUR, limit=20)
    assert found.mapping is not None
    assert found.mapping.columns == shipped.columns
    lines, reading = read_all(SAMPLES / "grants.csv", shipped)
    assert reading.problems == []
    assert len(lines) == 12
    assert {source for source, _ in lots(lines)} == {"Winter sale 2030", "Referral programme", "Goodwill"}
    assert sum(expires is None for _, expires in lots(lines)) == 2
