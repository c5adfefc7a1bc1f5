"""The window on a ledger of four currencies: each amount of lists, forms and files has its own decimals."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import commands as batches
from console.ledger.books.currencies import books
from console.ledger.transactions.page import TransactionFilter, page
from tests.ui.acts.hands import REASON, do, ended, fill, seen
from tests.ui.several import AMOUNTS, BTC, CR, EACH, JPY, WRITTEN, ZONE, fill_in_four_currencies
from ui.acts.act import Subject
from ui.acts.catalogue import DEPOSIT, REVERSAL
from ui.acts.form import ActForm
from ui.kit.formats import Formats
from ui.kit.table.model import CellModel
from ui.kit.table.paged_model import State
from ui.routes import OpenAmount, OpenBatch
from ui.screens.balances.screen import Balances
from ui.screens.batches.load.dialog import MappingDialog
from ui.screens.batches.screen import Batches
from ui.screens.transactions.screen import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.kit.lists.currency_filter import CurrencyChip
    from ui.kit.notices import Notice
    from ui.kit.table.view import LedgerTable

_MAPPING = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="ref",
    currency_column="ccy",
)  # fmt: skip
_LINES = (
    "from,to,amount,ref,ccy\n@external,one,0.00000001,r-1,btc\n"
    "@external,one,7,r-2,JPY\n@external,one,1.25,r-3,CR\n"
)


@pytest.fixture
def context(ledger_url: str, context_of: Contexts) -> Context:
    fill_in_four_currencies(ledger_url)
    made = context_of("t_operator")
    return replace(made, formats=Formats.of(books(made.database).zone))


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[object], None]:
    def show(screen: object) -> None:
        qtbot.addWidget(screen)
        screen.resize(1400, 900)  # type: ignore[attr-defined]  # a widget
        screen.show()  # type: ignore[attr-defined]  # a widget

    return show


def texts(table: LedgerTable, key: str) -> list[str]:
    model = table.model()
    assert isinstance(model, CellModel)
    place = [column.key for column in model.columns].index(key)
    return [model.cell(row, place).text for row in range(model.rowCount())]


def choose(chip: CurrencyChip, code: str | None) -> None:
    chip.editor.set_value(code)  # type: ignore[attr-defined]  # the choice of a currency
    chip.apply()


def test_transactions_are_listed_each_with_its_own_decimals(
    qtbot: QtBot, context: Context, shown: Callable[[object], None]
) -> None:
    screen = Transactions(context)
    shown(screen)
    qtbot.waitUntil(lambda: screen.model.state is State.READY)
    listed = list(zip(texts(screen.table, "currency"), texts(screen.table, "amount"), strict=True))
    assert sorted(listed) == sorted(
        (money.code, written) for money in EACH for written in WRITTEN[money.code][1:]
    )
    assert texts(screen.table, "to_balance_after") == texts(screen.table, "amount")
    screen.table.select_place(0)
    labels = [part.text() for part in screen.detail.findChildren(QLabel)]
    code, amount = listed[0]
    assert f"{amount} {code}" in labels
    assert any(f"\N{RIGHTWARDS ARROW} {amount}" in part for part in labels)
    screen.table.selectAll()
    said = "" if screen.list.selected is None else screen.list.selected.words
    assert said.startswith("16 rows selected")
    assert "4 with sum 9,232,379,238,257,000,449 JPY, min 1, max 9,223,372,036,854,775,807" in said
    assert "92,323,792,382.57000449 BTC" in said
    other = next(place for place, (one, _) in enumerate(listed) if one != code)
    screen.table.select_place(0)
    rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    screen.table.selectionModel().select(screen.model.index(other, 0), rows)
    said = "" if screen.list.selected is None else screen.list.selected.words
    assert all(f"1 row, {amount} {one}" in said for one, amount in (listed[0], listed[other]))


def test_one_currency_is_chosen_remembered_and_exported(
    qtbot: QtBot, context: Context, shown: Callable[[object], None], tmp_path: Path
) -> None:
    screen = Transactions(context)
    shown(screen)
    qtbot.waitUntil(lambda: screen.model.state is State.READY)
    chip = screen.filters.amount.editor.widget
    assert any("Choose one currency first" in part.text() for part in chip.findChildren(QLabel))
    choose(screen.filters.currency, "BTC")
    qtbot.waitUntil(lambda: set(texts(screen.table, "currency")) == {"BTC"})
    again = Transactions(context)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: again.model.state is State.READY)
    assert set(texts(again.table, "currency")) == {"BTC"}
    # Amounts are asked for in the currency chosen, with its decimals.
    least = screen.filters._range._least
    assert least.placeholderText() == "0.00000000"
    least.setText("21.47483648")
    screen.filters.amount.apply()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 3)
    # By the keyboard: the chosen one has it, Up to the first, Enter applies.
    screen.filters.currency.open()
    box = screen.filters.currency.editor.widget
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Return):
        chosen = box.focusProxy()
        assert chosen is not None
        QTest.keyClick(chosen, key)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 16)
    assert not least.isEnabled()
    notices: list[Notice] = []
    context.notices.posted.connect(notices.append)
    screen.export.run(tmp_path / "all.csv")
    qtbot.waitUntil(lambda: bool(notices))
    with (tmp_path / "all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["currency"], row["amount"]) for row in rows} == {
        (money.code, written.replace(",", "")) for money in EACH for written in WRITTEN[money.code][1:]
    }
    totals = json.loads((tmp_path / "all.csv.totals.json").read_text())
    assert totals["business_zone"] == ZONE
    assert totals["control_totals"]["amount"]["JPY"] == str(sum(AMOUNTS.values()))
    words = str(notices[-1])
    assert "92,323,792,382.57000449 BTC" in words
    assert "9,232,379,238,257,000,449 JPY" in words


def test_balances_have_a_row_a_currency_and_no_sum_over_two(
    qtbot: QtBot, context: Context, shown: Callable[[object], None]
) -> None:
    screen = Balances(context)
    shown(screen)
    screen.input.set_names([*AMOUNTS, "nobody"])
    screen.input.look_up()
    qtbot.waitUntil(lambda: screen.found is not None)
    for money in EACH:
        mine = [
            amount
            for code, amount in zip(
                texts(screen.table, "currency"), texts(screen.table, "balance"), strict=True
            )
            if code == money.code
        ]
        assert mine == list(WRITTEN[money.code])
    assert screen.totals.isVisible()
    assert not screen.figures["balance"].isVisible()
    assert texts(screen.totals, "balance") == [
        "9,232,379,238,257,000.449", "92,323,792,382.57000449", "92,323,792,382,570,004.49",
        "9,232,379,238,257,000,449",
    ]  # fmt: skip
    choose(screen.currency, "JPY")
    qtbot.waitUntil(screen.figures["balance"].isVisible)
    assert screen.figures["balance"].accessibleName() == "Balance: 9232379238257000449 JPY"
    assert not screen.totals.isVisible()


def test_sorted_by_amount_a_currency_stays_together(
    qtbot: QtBot, context: Context, shown: Callable[[object], None]
) -> None:
    screen = Balances(context)
    shown(screen)
    screen.input.set_names(list(AMOUNTS))
    screen.input.look_up()
    qtbot.waitUntil(lambda: screen.found is not None)
    place = [column.key for column in screen.model.columns].index("balance")
    screen.model.sort(place, Qt.SortOrder.DescendingOrder)
    assert texts(screen.table, "currency") == [money.code for money in EACH for _ in AMOUNTS]
    assert texts(screen.table, "balance")[:5] == list(WRITTEN["BHD"][::-1])


def test_a_batch_of_any_currency_is_shown_and_its_total_typed(
    qtbot: QtBot,
    context: Context,
    shown: Callable[[object], None],
    operator_ledger: Ledger,
    tmp_path: Path,
) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(_LINES.replace("@external,one,7,r-2,JPY\n@external,one,1.25,r-3,CR\n", ""))
    loaded = batches.load(operator_ledger, file, _MAPPING, Terms(BTC), name="satoshi")
    screen = Batches(context)
    shown(screen)
    qtbot.waitUntil(lambda: texts(screen.list.table, "total") == ["0.00000001"])
    screen.follow(OpenBatch(loaded.batch_id))
    qtbot.waitUntil(lambda: screen.batch_page is not None and screen.batch_page.state is not None)
    page = screen.batch_page
    assert page is not None
    qtbot.waitUntil(lambda: texts(page.tabs.lines, "amount") == ["0.00000001"])
    assert page.figures.total.accessibleName() == "Total: 0.00000001 BTC"
    QTest.keyClicks(page.posting.typed_total, "0.00000001")
    assert page.posting.typed_total.amount == 1
    page.posting.rehearse_button.click()
    qtbot.waitUntil(lambda: texts(page.tabs.wallets, "change") == ["+0.00000001"])
    page.posting.post_button.click()
    qtbot.waitUntil(lambda: page.posted_card.fact("Moved") == "0.00000001 BTC on 1 line")
    choose(screen.list.currency, "JPY")
    qtbot.waitUntil(lambda: screen.list.model.state is State.EMPTY)


def test_a_file_of_several_currencies_becomes_a_draft_for_each(
    qtbot: QtBot, context: Context, shown: Callable[[object], None], tmp_path: Path
) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(_LINES)
    screen = Batches(context)
    shown(screen)
    screen.map_file(file)
    dialog = screen.mapping_dialog
    assert isinstance(dialog, MappingDialog)
    qtbot.waitUntil(lambda: dialog.shown is not None and not dialog.reason)
    assert dialog.form.each_currency.isChecked()
    assert texts(dialog.pane.parsed, "amount") == ["0.00000001", "7", "1.25"]
    assert texts(dialog.pane.parsed, "currency") == ["BTC", "JPY", "CR"]
    # In one draft the others' lines are named, and the file is refused.
    dialog.form.each_currency.setChecked(False)
    qtbot.waitUntil(lambda: dialog.reason == "choose the currency of the batch")
    dialog.form.money.choose("CR")
    qtbot.waitUntil(
        lambda: (
            dialog.shown is not None and [one.code for one in dialog.shown.problems] == ["currency.other"] * 2
        )
    )
    dialog.form.each_currency.setChecked(True)
    qtbot.waitUntil(lambda: dialog.shown is not None and not dialog.shown.problems and not dialog.reason)
    dialog.load_button.click()
    qtbot.waitUntil(lambda: screen.list.isVisible() and screen.list.model.rowCount() == 3)
    found = zip(texts(screen.list.table, "currency"), texts(screen.list.table, "total"), strict=True)
    assert sorted(found) == [
        (BTC.code, "0.00000001"), (CR.code, "1.25"), (JPY.code, "7"),
    ]  # fmt: skip


def test_a_refusal_writes_amounts_in_the_currency_of_their_row(
    qtbot: QtBot, context: Context, shown: Callable[[object], None], operator_ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "lines.csv"
    file.write_text("from,to,amount,ref,ccy\none,two,5,r-1,JPY\n")
    mapping = _MAPPING.model_copy(update={"create_missing": True})
    screen = Batches(context)
    shown(screen)
    screen.map_file(file)
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.shown is not None)
    dialog.form.show_mapping(mapping.model_copy(update={"currency": "JPY"}))
    qtbot.waitUntil(lambda: not dialog.reason)
    dialog.load_button.click()
    qtbot.waitUntil(screen.rejected.isVisible)
    assert "short by 4 JPY" in screen.rejected.view.problems[0].message


def test_a_route_to_an_amount_shows_its_transactions_in_its_currency_only(
    context: Context, shown: Callable[[object], None], qtbot: QtBot
) -> None:
    screen = Transactions(context)
    shown(screen)
    places = []
    for money in (JPY, BTC):
        with qtbot.waitSignal(screen.model.first_page_shown):
            screen.follow(OpenAmount(AMOUNTS["double"], money.code))
        found = [(row.amount, row.currency, row.to_username) for row in screen.model.rows]
        assert found == [(AMOUNTS["double"], money, "double")]
        assert screen.filters.wanted() == TransactionFilter(
            currency=money.code, amount_min=AMOUNTS["double"], amount_max=AMOUNTS["double"]
        )
        places.append(screen.place)
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.show_again(places[0])
    assert screen.place == places[0]
    assert Transactions(context).filters.wanted() == TransactionFilter()


def test_a_form_reads_and_writes_each_currency_with_its_decimals(
    context: Context, qtbot: QtBot, shown: Callable[[object], None]
) -> None:
    ground = QWidget()
    shown(ground)
    form = ActForm(context, DEPOSIT, Subject("one", JPY), ground)
    form.open()
    fill(form, amount="500", reason=REASON)
    seen(qtbot, form)
    assert form.deed_button.text() == "Post 500 JPY"
    assert "Balance 1 \N{RIGHTWARDS ARROW} 501 JPY" in form.preview.rows[1]
    form.blanks.currency.setCurrentIndex(form.blanks.currency.findData("BTC"))
    assert form.reason == "fill in: amount"
    fill(form, amount="0.00000002")
    seen(qtbot, form)
    assert form.deed_button.text() == "Post 0.00000002 BTC"
    do(form)
    ended(qtbot, form)
    assert form.end.words.endswith("Available of one: 0.00000003 BTC.")


def test_a_reversal_is_in_the_currency_of_its_transaction(
    context: Context, qtbot: QtBot, shown: Callable[[object], None]
) -> None:
    paid = page(context.database, TransactionFilter(reference="in-int32-JPY")).rows[0]
    ground = QWidget()
    shown(ground)
    form = ActForm(context, REVERSAL, Subject(), ground)
    form.open()
    assert form.blanks.currency.currentData() == "BHD"
    fill(form, transaction=str(paid.id), amount="0.5", reason=REASON)
    qtbot.waitUntil(lambda: form.blanks.currency.currentData() == "JPY")
    seen(qtbot, form)
    assert form.deed_button.text() == "Reverse 2,147,483,648 JPY"
    form.reject()
