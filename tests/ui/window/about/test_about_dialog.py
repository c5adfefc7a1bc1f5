"""About: versions, the open ledger, and the licence of each part when it is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from console.postgres.database import Database
from models.migrations import head_revision
from ui.start.home.home import Home
from ui.start.start_window import StartWindow
from ui.window.about.about_dialog import CHOOSE, AboutDialog
from ui.window.about.diagnostics_dialog import DiagnosticsDialog
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from console.settings import Paths, Settings
    from ui.context import Context
    from ui.kit.worker import Worker

TIMEOUT_MS: Final = 10_000


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1_000, 800)
    qtbot.addWidget(made)
    made.show()
    return made


def opened(qtbot: QtBot, parent: QWidget, worker: Worker, database: Database | None = None) -> AboutDialog:
    dialog = AboutDialog(parent, worker, database)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.parts.count() > 0 and not worker.active, timeout=TIMEOUT_MS)
    return dialog


def test_it_tells_the_parts_and_reads_a_licence_only_when_it_is_chosen(
    qtbot: QtBot, parent: QWidget, worker: Worker
) -> None:
    dialog = opened(qtbot, parent, worker)
    assert "Qt for Python 6." in dialog.facts
    assert "No ledger is open." in dialog.facts
    assert dialog.text.toPlainText() == CHOOSE
    [found] = dialog.parts.findItems("shiboken6", Qt.MatchFlag.MatchContains)
    assert "LGPL" in found.text()
    dialog.parts.setFocus()
    dialog.parts.setCurrentItem(found)
    qtbot.waitUntil(lambda: "GNU LESSER GENERAL PUBLIC LICENSE" in dialog.text.toPlainText())
    assert dialog.text.accessibleName() == "Licence of shiboken6"
    QTest.keyClick(dialog.parts, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: "GNU LESSER" not in dialog.text.toPlainText())


def test_it_says_that_qt_may_be_replaced_and_where_its_source_is(
    qtbot: QtBot, parent: QWidget, worker: Worker
) -> None:
    dialog = opened(qtbot, parent, worker)
    labels = dialog.findChildren(QLabel)
    words = " ".join(one.text() for one in labels)
    for part in ("LESSER", "separate files", "put your own", "code.qt.io", "download.qt.io"):
        assert part.lower() in words.lower()
    assert all(one.textFormat() is Qt.TextFormat.PlainText for one in labels)
    assert dialog.parts.accessibleName()


def test_the_versions_are_copied_with_the_open_ledgers_and_without_its_place(
    qtbot: QtBot, parent: QWidget, worker: Worker, operator_database: Database
) -> None:
    dialog = opened(qtbot, parent, worker, operator_database)
    dialog.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Ledger Console ")
    assert f"schema {head_revision()}." in copied
    assert "The open ledger: PostgreSQL 1" in copied
    assert operator_database.place not in copied


def test_a_ledger_that_does_not_answer_is_told_and_nothing_else_waits(
    qtbot: QtBot, parent: QWidget, worker: Worker, operator_database: Database, settings: Settings
) -> None:
    gone = Database("postgresql+psycopg://x@127.0.0.1:1/x", operator_database.recorder, settings)
    dialog = opened(qtbot, parent, worker, gone)
    gone.close()
    assert "does not answer now" in dialog.facts


def test_the_window_offers_both_under_the_operators_name_and_in_the_palette(
    qtbot: QtBot, context: Context
) -> None:
    window = MainWindow(context, ())
    qtbot.addWidget(window)
    titles = {action.text(): action for action in window.findChildren(QAction)}
    assert {"About Ledger Console", "Save diagnostics…"} <= titles.keys()
    assert [match.title for match in context.commands.find("lgpl")] == ["About Ledger Console"]
    window.show()
    context.commands.run("about")
    [dialog] = window.findChildren(AboutDialog)
    qtbot.waitUntil(lambda: not context.worker.active, timeout=TIMEOUT_MS)
    dialog.save_button.click()
    [inner] = dialog.findChildren(DiagnosticsDialog)
    qtbot.waitUntil(lambda: inner.files.count() > 0, timeout=TIMEOUT_MS)
    names = [inner.files.item(place).text().partition("\n")[0] for place in range(inner.files.count())]
    assert {"statements.txt", "jobs.txt"} <= set(names)
    QTest.keyClick(inner, Qt.Key.Key_Escape)
    assert not inner.isVisible()
    titles["Save diagnostics…"].trigger()
    qtbot.waitUntil(lambda: not context.worker.active, timeout=TIMEOUT_MS)


def test_the_first_window_opens_it_before_there_is_a_ledger(
    qtbot: QtBot, store: QSettings, worker: Worker, settings: Settings, paths: Paths
) -> None:
    window = StartWindow(store)
    qtbot.addWidget(window)
    home = Home(window, worker, settings, paths)
    window.ledgers.about_button.click()
    [dialog] = window.findChildren(AboutDialog)
    qtbot.waitUntil(lambda: dialog.parts.count() > 0, timeout=TIMEOUT_MS)
    assert "No ledger is open." in dialog.facts
    dialog.close_button.click()
    assert not dialog.isVisible()
    home.deleteLater()
