"""What was loaded before is found: a file by its SHA-256, its lines in another by the ledger's own hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from console.errors import LoadedBeforeError
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import before
from console.ledger.batches import commands as batches
from console.ledger.batches.before import LoadedBefore, loaded_before
from console.money import Currency
from console.monitor.budgets import budget
from models.batch import BatchStatus
from tests.cluster import CURRENCY, connected
from tests.console.ledger.books.many_currencies import JPY, ZONE, add_currencies

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

MONEY = Terms(Currency(CURRENCY, 2))
MAPPING = TransfersMapping(
    from_constant="@issuance", to_column="to", amount_column="amount", reference_column="reference",
    create_missing=True,
)  # fmt: skip
ROWS = "to,amount,reference\nanna,1.00,r1\nbert,2.00,r2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "may.csv"
    made.write_text(ROWS, "utf-8")
    return made


@pytest.fixture
def saved_again(tmp_path: Path) -> Path:
    """Write the same lines with other ends: another file of the same content."""
    made = tmp_path / "may again.csv"
    made.write_bytes(ROWS.replace("\n", "\r\n").encode())
    return made


def written(url: str) -> int:
    with connected(url) as admin:
        row = admin.execute("SELECT count(*) FROM ledger.batches").fetchone()
    assert row is not None
    return int(row[0])


def test_the_same_file_is_found_by_one_statement_with_its_state(
    operator_database: Database, operator_ledger: Ledger, file: Path, statements: Statements
) -> None:
    assert loaded_before(operator_database, file) is None
    loaded = batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    with statements.counted() as sent:
        found = loaded_before(operator_database, file)
    assert len(sent) == budget("batch.before") == 1
    assert found is not None
    assert (found.batch, found.status, found.created_by) == (loaded.batch_id, BatchStatus.DRAFT, "t_operator")
    assert (found.same_file, found.others) == (True, 0)
    second = batches.load(operator_ledger, file, MAPPING, MONEY, name="May again", again=True)
    batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())
    found = loaded_before(operator_database, file)
    assert found is not None
    assert (found.batch, found.status, found.others) == (loaded.batch_id, BatchStatus.POSTED, 1)
    batches.discard(operator_ledger, second.batch_id)
    found = loaded_before(operator_database, file)
    assert found is not None
    assert found.others == 0


@pytest.mark.parametrize("posted", [False, True])
def test_the_same_lines_in_another_file_are_refused_and_nothing_is_written(
    operator_ledger: Ledger, ledger_url: str, file: Path, saved_again: Path, *, posted: bool
) -> None:
    first = batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    if posted:
        batches.post(operator_ledger, first.batch_id, first.summary.content_hash, key=uuid4())
    with pytest.raises(LoadedBeforeError) as refused:
        batches.load(operator_ledger, saved_again, MAPPING, MONEY, name="May again")
    assert refused.value.batch == first.batch_id
    assert str(refused.value).startswith("The same lines were loaded from may.csv on ")
    state = "posted" if posted else "a draft"
    assert f" by t_operator as batch {first.batch_id}, {state}. Nothing was written." in str(refused.value)
    assert written(ledger_url) == 1
    if not posted:
        again = batches.load(operator_ledger, saved_again, MAPPING, MONEY, name="May again", again=True)
        assert again.summary.content_hash == first.summary.content_hash


def test_the_loading_itself_refuses_the_same_file_also_by_another_mapping(
    operator_ledger: Ledger, ledger_url: str, file: Path
) -> None:
    batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    other = MAPPING.model_copy(update={"reference_column": None})
    with pytest.raises(LoadedBeforeError, match="This file was loaded on"):
        batches.load(operator_ledger, file, other, MONEY, name="May again")
    assert written(ledger_url) == 1


def test_lines_that_begin_alike_are_not_the_same(
    operator_ledger: Ledger, ledger_url: str, file: Path, tmp_path: Path
) -> None:
    batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    longer = tmp_path / "longer.csv"
    longer.write_text(f"{ROWS}carl,3.00,r3\n", "utf-8")
    batches.load(operator_ledger, longer, MAPPING, MONEY, name="more")
    assert written(ledger_url) == 2


def test_the_same_figures_in_another_currency_are_another_batch(
    operator_ledger: Ledger, ledger_url: str, file: Path, tmp_path: Path
) -> None:
    add_currencies(ledger_url, ZONE)
    first = batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    yen = tmp_path / "yen.csv"
    yen.write_text(ROWS.replace(".00", "00"), "utf-8")
    second = batches.load(operator_ledger, yen, MAPPING, Terms(JPY), name="May in yen")
    assert second.summary.content_hash == first.summary.content_hash
    assert written(ledger_url) == 2


def test_loading_costs_no_statement_more(
    operator_database: Database, operator_ledger: Ledger, file: Path, statements: Statements
) -> None:
    operator_database.session_facts()
    with statements.counted() as sent:
        batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    assert len(sent) == budget("batch.load") == 3


def test_a_file_that_is_too_large_is_left_to_the_loading(
    operator_database: Database, operator_ledger: Ledger, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches.load(operator_ledger, file, MAPPING, MONEY, name="May")
    monkeypatch.setattr(before, "LOOKED_AT_MOST", file.stat().st_size - 1)
    assert loaded_before(operator_database, file) is None
    with pytest.raises(LoadedBeforeError):
        batches.load(operator_ledger, file, MAPPING, MONEY, name="May again")


def test_the_day_is_the_business_day() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    found = LoadedBefore(12, BatchStatus.POSTED, "may.csv", "mara", late, same_file=True, others=0)
    words = found.words(ZoneInfo("Europe/Berlin"))
    assert words == "This file was loaded on 21 Nov 2026 by mara as batch 12, posted."
    found = LoadedBefore(12, BatchStatus.DRAFT, "m.csv", "mara", late, same_file=False, others=2)
    assert found.words(UTC) == (
        "The same lines were loaded from m.csv on 20 Nov 2026 by mara as batch 12, a draft (2 more like it)."
    )
