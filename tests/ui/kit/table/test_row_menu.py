"""The menu of a row, and what is said of rows that were copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.kit.table.test_paged_model import PAGE, Listing, wait_ready
from tests.ui.parts import COLUMNS, MadeUp, make_row, make_rows
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.table.view import LedgerTable

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def table(qtbot: QtBot, theme: Theme, store: QSettings) -> LedgerTable:
    made = LedgerTable("test", theme=theme, store=store, notice=lambda _words: None)
    made.resize(1100, 500)
    qtbot.addWidget(made)
    made.show()
    return made


def open_menu(table: LedgerTable, row: int, column: int, *, by_key: bool = False) -> QMenu:
    """Open a row's menu as the window system does, and return it."""
    place = table.visualRect(table.model().index(row, column)).center()
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, place, table.viewport().mapToGlobal(place))
    QApplication.sendEvent(table.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def titles(menu: QMenu) -> list[str]:
    return [one.text().split("\t")[0] for one in menu.actions()]


def test_a_row_offers_what_the_screen_does_with_it_and_copying(
    qtbot: QtBot, table: LedgerTable, formats: Formats
) -> None:
    done: list[MadeUp] = []
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.set_row_actions(
        lambda row: [
            RowAction("Open", lambda: done.append(row)),
            RowAction("Reverse", lambda: done.append(row), refusal="needs role operator"),
        ]
    )
    menu = open_menu(table, 4, 3)
    assert titles(menu) == [
        "Open", "Reverse  (needs role operator)", "", "Copy row", "Copy row with headings", "Copy From",
    ]  # fmt: skip
    assert table.current_row() == make_row(4)
    assert [one.isEnabled() for one in menu.actions()[:2]] == [True, False]
    menu.actions()[0].trigger()
    assert done == [make_row(4)]
    menu.actions()[-1].trigger()
    assert QGuiApplication.clipboard().text() == make_row(4).sender
    menu.close()


def test_what_the_screen_offers_to_copy_is_not_offered_again(
    qtbot: QtBot, table: LedgerTable, formats: Formats
) -> None:
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.set_row_actions(lambda _row: [RowAction("Copy from", lambda: None)])
    menu = open_menu(table, 4, 3)
    assert titles(menu) == ["Copy from", "", "Copy row", "Copy row with headings"]
    menu.close()


def test_a_menu_inside_the_selection_is_of_all_that_is_selected(
    qtbot: QtBot, table: LedgerTable, formats: Formats
) -> None:
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.selectAll()
    menu = open_menu(table, 4, 3)
    assert "Copy rows" in titles(menu)
    assert len(table.selected_rows()) == 30
    menu.close()


def test_the_menu_key_opens_it_at_the_current_row(qtbot: QtBot, table: LedgerTable, formats: Formats) -> None:
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.set_row_actions(lambda row: [RowAction(str(row.id), lambda: None)])
    table.select_place(7)
    menu = open_menu(table, 2, 1, by_key=True)
    assert titles(menu)[0] == str(make_row(7).id)
    menu.close()


def test_shift_f10_opens_it_at_the_current_row_as_the_list_of_keys_says(
    qtbot: QtBot, table: LedgerTable, formats: Formats
) -> None:
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    QTest.keyClick(table, Qt.Key.Key_F10, SHIFT)
    assert QApplication.activePopupWidget() is None
    table.select_place(7)
    table.set_row_actions(lambda row: [RowAction(str(row.id), lambda: None)])
    QTest.keyClick(table, Qt.Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert titles(menu)[0] == str(make_row(7).id)
    assert menu.pos() == table.viewport().mapToGlobal(table.visualRect(table.currentIndex()).bottomLeft())
    menu.close()


def test_there_is_no_menu_beside_the_rows(qtbot: QtBot, table: LedgerTable, formats: Formats) -> None:
    table.setModel(RowsModel(COLUMNS, formats, make_rows(2), table))
    place = QPoint(30, 300)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, table.viewport().mapToGlobal(place))
    QApplication.sendEvent(table.viewport(), event)
    assert QApplication.activePopupWidget() is None


def test_copying_all_says_how_many_of_how_many(
    qtbot: QtBot, table: LedgerTable, formats: Formats, worker: Worker
) -> None:
    said: list[str] = []
    table.copied.connect(said.append)
    model = PagedModel(COLUMNS, formats, worker, table)
    table.setModel(model)
    table.set_total(lambda: "about 60,000")
    model.show(Listing(PAGE * 8))
    wait_ready(qtbot, model)
    QTest.keyClick(table, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(table, Qt.Key.Key_C, CONTROL)
    held = len(QGuiApplication.clipboard().text().splitlines())
    assert held == model.rowCount() < PAGE * 8
    assert said == [f"{held} of about 60,000 rows copied: those that are loaded. An export has them all."]


def test_a_whole_list_says_so_and_one_row_says_nothing(
    qtbot: QtBot, table: LedgerTable, formats: Formats
) -> None:
    said: list[str] = []
    table.copied.connect(said.append)
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    table.select_place(0)
    QTest.keyClick(table, Qt.Key.Key_C, CONTROL)
    assert said == []
    QTest.keyClick(table, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(table, Qt.Key.Key_C, CONTROL)
    assert said == ["30 of 30 rows copied."]


def test_a_row_chosen_by_the_window_is_the_only_one_whatever_key_is_held(
    table: LedgerTable, formats: Formats
) -> None:
    """Somebody holds Ctrl while an answer comes and its row is chosen: it is not one row more."""
    table.setModel(RowsModel(COLUMNS, formats, make_rows(30), table))
    for held, modifier in ((Qt.Key.Key_Control, CONTROL), (Qt.Key.Key_Shift, SHIFT)):
        table.select_place(9)
        QTest.keyPress(table.windowHandle(), held, modifier)
        assert QGuiApplication.keyboardModifiers() == modifier
        table.select_place(4)
        QTest.keyRelease(table.windowHandle(), held)
        assert [index.row() for index in table.selectionModel().selectedRows()] == [4]
        assert table.currentIndex().row() == 4
