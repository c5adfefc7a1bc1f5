"""The table: keys, copying, states, and columns that stay as they were left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from console.postgres.page import Page
from tests.ui.kit.table.test_paged_model import PAGE, Listing, numbers, wait_ready
from tests.ui.parts import COLUMNS, MadeUp, make_formats, make_row, make_rows
from ui.kit.formats import Formats
from ui.kit.table.columns import Kind
from ui.kit.table.delegate import CellDelegate
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.table.rows_model import RowsModel
from ui.kit.table.view import LedgerTable
from ui.kit.theme.tokens import HEAD_HEIGHT, ROW_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

KEYS = [column.key for column in COLUMNS]
NO_MODIFIER, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def said() -> list[str]:
    """Return what the tables had to say."""
    return []


@pytest.fixture
def make_table(qtbot: QtBot, theme: Theme, store: QSettings, said: list[str]) -> Callable[[], LedgerTable]:
    """Return a maker of tables that share one store."""

    def make() -> LedgerTable:
        table = LedgerTable("test", theme=theme, store=store, notice=said.append)
        table.resize(1100, 500)
        qtbot.addWidget(table)
        table.show()
        return table

    return make


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def press(qtbot: QtBot, table: LedgerTable, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    QTest.keyClick(table, key, modifier)


def filled(table: LedgerTable, formats: Formats, count: int = 30) -> RowsModel[MadeUp]:
    model = RowsModel(COLUMNS, formats, make_rows(count), table)
    table.setModel(model)
    return model


def test_rows_have_one_height_and_no_lines(make_table: Callable[[], LedgerTable], formats: Formats) -> None:
    table = make_table()
    filled(table, formats)
    assert table.rowHeight(0) == table.rowHeight(29) == ROW_HEIGHT == 29
    assert not table.showGrid()
    assert not table.alternatingRowColors()


def test_copy_is_what_a_spreadsheet_in_this_locale_reads(
    qtbot: QtBot, make_table: Callable[[], LedgerTable]
) -> None:
    table = make_table()
    german = Formats(make_formats().zone, ",", ".")
    row = MadeUp(1, make_row(0).posted_at, "payout", "a\tb", "c\nd", -123_456_789, None, 2**53 + 1, "=1")
    table.setModel(RowsModel(COLUMNS, german, [row], table))
    table.select_place(0)
    press(qtbot, table, Qt.Key.Key_C, CONTROL)
    assert clipboard() == ("2026-11-21 14:32:04\t1\tpayout\ta b\tc d\t-1234567,89\t\t90071992547409,93\t=1")
    press(qtbot, table, Qt.Key.Key_C, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert clipboard().splitlines()[0] == "\t".join(column.title for column in COLUMNS)


def test_copy_follows_what_is_shown_in_its_order(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    filled(table, formats)
    for key in ("posted_at", "id", "kind", "sender_after", "receiver_after", "reference"):
        table.setColumnHidden(KEYS.index(key), True)
    table.head.moveSection(table.head.visualIndex(KEYS.index("amount")), 0)
    table.select_place(1)
    press(qtbot, table, Qt.Key.Key_C, CONTROL)
    row = make_row(1)
    assert clipboard() == f"{row.amount / 100:.2f}\t{row.sender}\t{row.receiver}"


def test_too_many_cells_are_refused_with_a_way_out(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, said: list[str]
) -> None:
    table = make_table()
    table.setModel(RowsModel(COLUMNS, formats, make_rows(500) * 24, table))
    QGuiApplication.clipboard().setText("before")
    press(qtbot, table, Qt.Key.Key_A, CONTROL)
    assert len(table.selected_rows()) == 12_000
    press(qtbot, table, Qt.Key.Key_C, CONTROL)
    assert clipboard() == "before"
    assert said == ["108,000 cells are too many to copy (at most 100,000). Export them instead."]


def test_enter_and_double_click_open_the_row(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    filled(table, formats)
    table.select_place(2)
    with qtbot.waitSignal(table.activated_row) as opened:
        press(qtbot, table, Qt.Key.Key_Return)
    assert opened.args == [make_row(2)]
    middle = table.visualRect(table.model().index(4, 1)).center()
    with qtbot.waitSignal(table.activated_row) as opened:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert opened.args == [make_row(4)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_the_first_step_is_on_the_row_that_the_keyboard_stands_on(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, count: int, key: Qt.Key
) -> None:
    table = make_table()
    model = filled(table, formats, count)
    table.activateWindow()
    table.setFocus()
    qtbot.waitUntil(lambda: table.hasFocus() and table.currentIndex().isValid())
    assert table.selected_rows() == []
    press(qtbot, table, key)
    assert table.selected_rows() == [model.rows[0]]
    press(qtbot, table, Qt.Key.Key_Down)
    assert table.selected_rows() == [model.rows[min(1, count - 1)]]


def test_the_current_row_is_told(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    filled(table, formats)
    table.select_place(0)
    with qtbot.waitSignal(table.current_row_changed) as told:
        press(qtbot, table, Qt.Key.Key_Down)
    assert told.args == [make_row(1)]


def test_home_and_end_go_to_the_ends_of_the_whole_list(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, worker: Worker
) -> None:
    table = make_table()
    model = PagedModel(COLUMNS, formats, worker, table, rows_in_memory=PAGE * 3)
    table.setModel(model)
    model.show(Listing(PAGE * 8))
    wait_ready(qtbot, model)
    with qtbot.waitSignal(table.wanted_last):
        press(qtbot, table, Qt.Key.Key_End, CONTROL)
    wait_ready(qtbot, model)
    assert numbers(model)[-1] == PAGE * 8 - 1
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    with qtbot.waitSignal(table.wanted_first):
        press(qtbot, table, Qt.Key.Key_Home, CONTROL)
    wait_ready(qtbot, model)
    assert numbers(model)[0] == 0


def test_what_is_read_stays_where_it_is_when_rows_come_in_above(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, worker: Worker
) -> None:
    table = make_table()
    model = PagedModel(COLUMNS, formats, worker, table, rows_in_memory=PAGE * 3)
    table.setModel(model)
    model.show(Listing(PAGE * 8))
    wait_ready(qtbot, model)
    model.show_last()
    wait_ready(qtbot, model)
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)

    def top() -> tuple[int, int]:
        index = table.indexAt(QPoint(5, 1))
        return model.row_at(index.row()).id, table.visualRect(index).y()

    bar.setValue(15 * ROW_HEIGHT + 3)  # within reach of the top, so that the page before is fetched
    before = top()
    qtbot.waitUntil(lambda: model.rowCount() == PAGE * 2)
    assert top() == before
    bar.setValue(3 * ROW_HEIGHT + 7)
    before = top()
    qtbot.waitUntil(lambda: numbers(model)[0] == PAGE * 5)
    assert top() == before


def test_widths_come_from_the_first_page_and_grow_with_what_comes(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    model = filled(table, formats)
    delegate = table.itemDelegate()
    assert isinstance(delegate, CellDelegate)
    for at, column in enumerate(COLUMNS):
        if column.kind in {Kind.AMOUNT, Kind.TIMESTAMP, Kind.IDENTIFIER, Kind.CHIP}:
            needed = max(delegate.width_of(column, model.cell(row, at)) for row in range(30))
            assert table.columnWidth(at) >= needed, column.key
    widths = [table.columnWidth(at) for at in range(len(KEYS))]
    model.set_rows([with_amount(10**17)])
    changed = [KEYS[at] for at in range(len(KEYS)) if table.columnWidth(at) != widths[at]]
    assert set(changed) - {KEYS[-1]} == {"amount"}
    model.set_rows([with_amount(1)])
    assert table.columnWidth(KEYS.index("amount")) > widths[KEYS.index("amount")]
    model.set_rows([replace(make_row(1), sender="a.name.longer.than.any.before")])
    sender = KEYS.index("sender")
    assert table.columnWidth(sender) >= delegate.width_of(COLUMNS[sender], model.cell(0, sender))


def test_another_listing_is_measured_alone(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, worker: Worker
) -> None:
    table = make_table()
    model = PagedModel(COLUMNS, formats, worker, table)
    table.setModel(model)
    sender = KEYS.index("sender")
    model.show(Listing(20))
    wait_ready(qtbot, model)
    before = table.columnWidth(sender)
    long = replace(make_row(1), sender="a.name.longer.than.any.before")
    model.show(lambda _direction, _cursor, _cancellation: Page((long,), more_before=False, more_after=False))
    wait_ready(qtbot, model)
    assert table.columnWidth(sender) > before
    model.show(Listing(20))
    wait_ready(qtbot, model)
    assert table.columnWidth(sender) == before


def test_a_width_that_was_set_stays_whatever_comes_until_it_is_let_go(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    model = filled(table, formats)
    sender = KEYS.index("sender")
    table.setColumnWidth(sender, 50)
    model.set_rows([replace(make_row(1), sender="a.name.longer.than.any.before")])
    assert table.columnWidth(sender) == 50
    table.head.sectionHandleDoubleClicked.emit(sender)
    assert table.columnWidth(sender) > 150


def test_rows_that_are_scrolled_to_are_not_cut(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    """Of a grid of thousands not every row is measured; those in view are."""
    table = make_table()
    rows = list(make_rows(2_000))
    rows[1_500] = replace(rows[1_500], sender="a.name.longer.than.any.before")
    table.setModel(RowsModel(COLUMNS, formats, rows, table))
    sender = KEYS.index("sender")
    before = table.columnWidth(sender)
    table.select_place(1_500)
    table.scrollTo(table.currentIndex())
    qtbot.waitUntil(lambda: table.columnWidth(sender) > before)


def test_what_has_no_room_is_left_out_in_its_order_and_comes_back(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    yields = {"reference": 3, "sender_after": 2, "receiver_after": 2}
    columns = tuple(replace(one, yields=yields.get(one.key, 0)) for one in COLUMNS)
    table = make_table()
    table.setModel(RowsModel(columns, formats, make_rows(30), table))
    gone: list[str] = []
    for width in range(1_100, 500, -10):
        table.resize(width, 500)
        gone += [key for at, key in enumerate(KEYS) if table.isColumnHidden(at) and key not in gone]
        assert table.horizontalScrollBar().maximum() == 0 or len(gone) == 3, width
    assert gone == ["reference", "receiver_after", "sender_after"]
    entry = next(one for one in table.head.menu().actions() if one.text().startswith("Reference"))
    assert (entry.text(), entry.isChecked()) == ("Reference  (no room now)", True)
    table.select_place(0)
    press(qtbot, table, Qt.Key.Key_C, CONTROL)
    assert len(clipboard().split("\t")) == len(COLUMNS)
    table.resize(1_100, 500)
    assert not any(table.isColumnHidden(at) for at in range(len(KEYS)))


def test_an_empty_list_does_not_scroll_sideways(
    make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    """A section is never narrower than the head lets it be, whatever its title needs."""
    table = make_table()
    short = replace(COLUMNS[0], key="short", title="I", kind=Kind.IDENTIFIER, width=0, sortable=False)
    table.setModel(RowsModel((short, *COLUMNS), formats, (), table))
    assert table.head.length() == table.viewport().width()


def test_a_column_that_is_asked_for_is_shown_whether_or_not_there_is_room(
    make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    columns = tuple(replace(one, yields=int(one.key == "reference")) for one in COLUMNS)
    table = make_table()
    table.setModel(RowsModel(columns, formats, make_rows(30), table))
    table.resize(500, 500)
    at = KEYS.index("reference")
    assert table.isColumnHidden(at)
    table.head.visibility_wanted.emit(at, False)
    assert not table.isColumnHidden(at)


def test_a_column_that_is_shown_again_is_as_wide_as_it_was(
    make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    """What Qt makes it on the way is no width that anybody has chosen, and is not kept as one."""
    table = make_table()
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.resize(1_400, 500)
    at = KEYS.index("id")
    before = table.columnWidth(at)
    table.head.visibility_wanted.emit(at, True)
    assert table.isColumnHidden(at)
    table.head.visibility_wanted.emit(at, False)
    assert table.columnWidth(at) == before
    assert table._widths._own == {}


def with_amount(amount: int) -> MadeUp:
    return replace(make_row(1), amount=amount, sender_after=None, receiver_after=None)


def test_an_amount_that_does_not_fit_is_never_cut(
    make_table: Callable[[], LedgerTable], formats: Formats, theme: Theme
) -> None:
    """A cut amount is another amount: what cannot be shown whole is shown as ###, or condensed."""
    table = make_table()
    model = filled(table, formats)
    at = KEYS.index("amount")
    one, other = 123_456_789_012, 123_456_700_000
    model.set_rows([with_amount(amount) for amount in (one, other)])
    table.setColumnWidth(at, 40)
    pictures = []
    for row in (0, 1):
        area = table.visualRect(model.index(row, at))
        picture = QPixmap(area.size())
        table.viewport().render(picture, QPoint(), area)
        pictures.append(picture.toImage())
    first, second = pictures
    # At 40 px no figure is legible, so both rows must look alike: neither shows a part of itself.
    inner = first.rect().adjusted(0, 0, 0, -3)
    assert first.copy(inner) == second.copy(inner)


def test_the_layout_is_kept_by_name(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, store: QSettings
) -> None:
    table = make_table()
    filled(table, formats)
    table.setColumnWidth(KEYS.index("amount"), 177)
    table.head.moveSection(table.head.visualIndex(KEYS.index("kind")), 0)
    hide = next(action for action in table.head.menu().actions() if action.text() == "Id")
    hide.trigger()
    qtbot.waitUntil(lambda: store.contains("tables/test"))

    # The next version has its columns in another order, and one that is new.
    columns = tuple(reversed(COLUMNS))
    keys = [column.key for column in columns]
    again = make_table()
    again.setModel(RowsModel(columns, formats, make_rows(5), again))
    assert again.columnWidth(keys.index("amount")) == 177
    assert again.isColumnHidden(keys.index("id"))
    assert again.head.visualIndex(keys.index("kind")) == 0


def test_a_layout_that_cannot_be_read_does_no_harm(
    make_table: Callable[[], LedgerTable], formats: Formats, store: QSettings
) -> None:
    store.setValue("tables/test", '{"amount": {"width": "wide"}, "id": 3}')
    table = make_table()
    filled(table, formats)
    assert table.columnWidth(KEYS.index("amount")) > 40


def test_the_last_column_shown_cannot_be_hidden(
    make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    filled(table, formats)
    for at in range(1, len(KEYS)):
        table.setColumnHidden(at, True)
    assert [action.isEnabled() for action in table.head.menu().actions()][:2] == [False, True]


def test_a_list_says_loading_empty_and_what_failed(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats, worker: Worker
) -> None:
    table = make_table()
    table.set_empty_words("No holds", "Reservations older than 10 minutes appear here")
    model = PagedModel(COLUMNS, formats, worker, table)
    table.setModel(model)
    listing = Listing(0)
    model.show(listing)
    qtbot.waitUntil(lambda: table.list_state is State.EMPTY)
    assert table.words == "No holds. Reservations older than 10 minutes appear here."
    listing.failing, listing.total = True, 3
    model.show_first()
    qtbot.waitUntil(lambda: table.list_state is State.ERROR)
    assert "connection refused" in table.words
    listing.failing = False
    retry = next(one for one in table.findChildren(QPushButton) if one.text() == "Retry")
    assert retry.isVisible()
    QTest.mouseClick(retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: table.list_state is State.READY)
    assert table.words == ""
    assert model.rowCount() == 3


def test_a_quick_load_shows_no_busy_mark_and_a_slow_one_does(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    table.setModel(RowsModel(COLUMNS, formats, (), table))
    table.set_state(State.LOADING)
    assert not table.words.startswith("Loading")
    qtbot.waitUntil(lambda: table.words.startswith("Loading"), timeout=2_000)


def test_a_click_on_the_head_sorts_a_grid_and_shows_the_arrow(
    qtbot: QtBot, make_table: Callable[[], LedgerTable], formats: Formats
) -> None:
    table = make_table()
    model = filled(table, formats)
    at = KEYS.index("amount")
    place = QPoint(table.head.sectionViewportPosition(at) + 20, 10)
    for descending in (True, False):
        QTest.mouseClick(table.head.viewport(), Qt.MouseButton.LeftButton, pos=place)
        amounts = [row.amount for row in model.rows]
        assert amounts == sorted(amounts, reverse=descending)
        assert table.head.order == ("amount", descending)


def test_a_snug_table_is_as_high_as_its_rows(make_table: Callable[[], LedgerTable], formats: Formats) -> None:
    table = make_table()
    table.set_snug(at_most=10)
    model = filled(table, formats, 3)
    three = table.height()
    model.set_rows(make_rows(5))
    assert table.height() == three + 2 * ROW_HEIGHT
    assert not table.verticalScrollBar().isVisible()
    model.set_rows(make_rows(100))
    assert table.height() == three + 7 * ROW_HEIGHT


def test_the_scroll_bar_begins_under_the_head(
    qtbot: QtBot, theme: Theme, store: QSettings, formats: Formats, said: list[str]
) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    table = LedgerTable("inside", theme=theme, store=store, notice=said.append, parent=dialog)
    filled(table, formats, 200)
    table.resize(900, 400)
    theme.dress(dialog)
    dialog.show()
    table.show()
    bar = table.verticalScrollBar()
    handle = QColor(theme.tokens.scroll)
    image = bar.grab().toImage()
    x = image.width() // 2
    assert all(image.pixelColor(x, y) != handle for y in range(HEAD_HEIGHT))
    assert any(image.pixelColor(x, y) == handle for y in range(HEAD_HEIGHT, image.height()))
