"""The grid model: rows in memory, sorted as what they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from console.files.text import is_name, party, party_in_full
from tests.ui.parts import COLUMNS, MadeUp, in_credits, make_row, make_rows
from ui.kit.table.columns import Column, Kind
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

    from ui.kit.formats import Formats

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and an amount that may be unknown."""

    name: str
    amount: int | None


PAIR_COLUMNS: tuple[Column[Pair], ...] = (
    Column("name", "Name"),
    Column("amount", "Amount", Kind.SIGNED, currency=in_credits),
)


def test_it_is_a_sound_model(qtmodeltester: ModelTester, formats: Formats) -> None:
    model = RowsModel(COLUMNS, formats, make_rows(20))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt leaves it out
    model.sort(5, DESCENDING)
    model.set_rows(make_rows(3))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt leaves it out


def test_numbers_sort_as_numbers_and_the_unknown_comes_last(formats: Formats) -> None:
    rows = [Pair("b", 900), Pair("a", None), Pair("C", 10_000), Pair("d", -5)]
    model = RowsModel(PAIR_COLUMNS, formats, rows)
    model.sort(1, ASCENDING)
    assert [row.amount for row in model.rows] == [-5, 900, 10_000, None]
    model.sort(1, DESCENDING)
    assert [row.amount for row in model.rows] == [10_000, 900, -5, None]
    model.sort(0, ASCENDING)
    assert [row.name for row in model.rows] == ["a", "b", "C", "d"]


def test_a_marked_row_is_followed_through_a_sort(formats: Formats) -> None:
    model = RowsModel(PAIR_COLUMNS, formats, [Pair("b", 2), Pair("a", 1)])
    mark = QPersistentModelIndex(model.index(0, 1))
    model.sort(0, ASCENDING)
    assert (mark.row(), mark.column()) == (1, 1)
    assert model.data(mark) == "+0.02"


def test_new_rows_keep_the_order_that_was_chosen(formats: Formats) -> None:
    model = RowsModel(PAIR_COLUMNS, formats)
    model.sort(1, DESCENDING)
    model.set_rows([Pair("a", 1), Pair("b", 3), Pair("c", 2)])
    assert [row.amount for row in model.rows] == [3, 2, 1]


def test_signs_have_their_tones(formats: Formats) -> None:
    model = RowsModel(PAIR_COLUMNS, formats, [Pair("a", 1), Pair("b", -1), Pair("c", 0), Pair("d", None)])
    cells = [model.cell(row, 1) for row in range(4)]
    assert [cell.tone for cell in cells] == [Tone.CREDIT, Tone.ERROR, None, None]
    assert [cell.text for cell in cells] == ["+0.01", "\N{MINUS SIGN}0.01", "0.00", ""]


def test_a_changed_row_is_shown_anew(formats: Formats) -> None:
    model = RowsModel(PAIR_COLUMNS, formats, [Pair("a", 1)])
    assert model.data(model.index(0, 1)) == "+0.01"
    model.replace_row(0, Pair("a", 7))
    assert model.data(model.index(0, 1)) == "+0.07"


@pytest.mark.alone
def test_a_hundred_thousand_rows_open_at_once(formats: Formats) -> None:
    rows = make_rows(1_000) * 100
    started = perf_counter()
    model = RowsModel(COLUMNS, formats, rows)
    for row in range(60):
        for column in range(len(COLUMNS)):
            assert model.data(model.index(row, column)) is not None
    assert model.rowCount(QModelIndex()) == 100_000
    assert perf_counter() - started < 0.5


def test_a_text_may_be_shown_in_words_and_is_copied_as_it_is(formats: Formats) -> None:
    columns: tuple[Column[MadeUp], ...] = (Column("sender", "From", words=party),)
    named = RowsModel(
        columns, formats, [replace(make_row(1), sender="@external"), replace(make_row(1), sender="noor.a")]
    )
    system, customer = named.cell(0, 0), named.cell(1, 0)
    assert (system.text, system.spoken, system.copied) == ("the bank", "the bank", "@external")
    assert (system.tone, system.tip) == (Tone.NEUTRAL, "@external")
    assert (customer.text, customer.copied, customer.tone) == ("noor.a", "noor.a", None)


@pytest.mark.parametrize("name", ["@external", "@issuance", "@breakage"])
def test_no_customer_can_be_called_what_a_system_account_is(name: str) -> None:
    assert not is_name(party(name))
    assert party_in_full(name) == f"{party(name)} ({name})"
    assert party("@revenue") == party_in_full("@revenue") == "@revenue"
