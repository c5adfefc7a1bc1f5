"""The test on a bank's real file, where LEDGER_BANK_CSV names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import resources
from console.files.lines.preview import preview
from console.files.lines.reader import read_lines
from console.files.mappings.mapping import load_mapping
from tests.console.files.samples import EUR

BANK_FILE = os.environ.get("LEDGER_BANK_CSV") or None

pytestmark = [
    pytest.mark.bank,
    pytest.mark.skipif(BANK_FILE is None, reason="LEDGER_BANK_CSV names no file"),
]


def test_lines_accounts_and_sum() -> None:
    mapping = load_mapping(Path(resources.__file__).parent / "sample" / "bank.mapping.toml")
    reading = read_lines(Path(BANK_FILE or ""), mapping, EUR)
    lines = list(reading)
    assert reading.problems == []
    assert len(lines) == reading.totals.lines == 28_205
    names = {line.from_name for line in lines} | {line.to_name for line in lines}
    assert len(names - {"@external"}) == 1_139
    assert len({line.reference for line in lines}) == 28_205
    directions = reading.totals.directions
    assert directions["credit"].amount - directions["debit"].amount == 3_657_594_610
    assert directions["credit"].lines + directions["debit"].lines == 28_205


def test_it_is_recognised() -> None:
    path = Path(BANK_FILE or "")
    proposal = preview(path, None, EUR).mapping
    assert proposal is not None
    reading = read_lines(path, proposal, EUR)
    assert sum(1 for _ in reading) == 28_205
    assert reading.problem_count == 0
    assert reading.totals.directions["credit"].amount == 12_044_223_740
