"""The page of a statement: text, figures, callers, the plan on demand and its export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from sqlalchemy import text

from console.errors import StatementError
from tests.cluster import connected
from tests.ui.screens.queries.hands import count_tables, drawn, rows, sleep
from ui.routes import OpenQuery

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.postgres.database import Database
    from tests.conftest import Statements
    from ui.screens.queries.query.page import QueryPage
    from ui.screens.queries.screen import Queries

JOINED = (
    "SELECT w.id, u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
    "WHERE w.balance > :least"
)
LABEL = "SELECT wallets by balance > \N{MIDDLE DOT} users"


def find(database: Database, action: str = "balances.lookup", least: int = 4_711) -> None:
    """Send a statement with a value, in an action."""
    database.read(action, lambda session: session.execute(text(JOINED), {"least": least}).all())


@pytest.fixture
def page(queries: Queries, operator_database: Database, qtbot: QtBot) -> QueryPage:
    """Open the page of a statement that two actions sent, from the table by keyboard."""
    for _ in range(3):
        find(operator_database)
    find(operator_database, "accounts.page")
    qtbot.waitUntil(lambda: rows(queries) == {LABEL: 4})
    queries.list.table.select_place(0)
    QTest.keyClick(queries.list.table, Qt.Key.Key_Return)
    assert queries.statement.isVisible()
    qtbot.waitUntil(lambda: "JOIN" in queries.statement.sql.toPlainText())
    return queries.statement


def test_it_shows_the_text_on_lines_and_no_value(page: QueryPage, qtbot: QtBot) -> None:
    lines = page.sql.toPlainText().splitlines()
    assert len(lines) > 5
    assert lines[0] == "SELECT"
    assert "4711" not in page.sql.toPlainText()
    assert page.sql.isReadOnly()
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == page.sql.toPlainText()


def test_its_figures_are_those_of_its_runs(
    page: QueryPage, operator_database: Database, qtbot: QtBot
) -> None:
    durations = operator_database.recorder.snapshot().duration_ms
    assert page.tiles.calls.accessibleName() == "Calls: 4"
    assert page.tiles.errors.accessibleName() == "Errors: 0"
    windows = {row.window: row for row in page.figures.windows.rows}
    assert list(windows) == ["Last 1 min", "Last 15 min", "Last 1 h", "Since start"]
    assert {row.calls for row in windows.values()} == {4}
    for row in windows.values():
        assert row.p99_ms == pytest.approx(durations.max(), rel=0.03)
    callers = {(row.action, row.screen): row.calls for row in page.figures.callers.rows}
    assert callers == {("balances.lookup", "balances"): 3, ("accounts.page", "accounts"): 1}


def test_its_figures_go_on_while_it_is_seen(
    page: QueryPage, operator_database: Database, qtbot: QtBot
) -> None:
    cursor = page.sql.textCursor()
    cursor.select(cursor.SelectionType.WordUnderCursor)
    page.sql.setTextCursor(cursor)
    find(operator_database)
    qtbot.waitUntil(lambda: page.tiles.calls.accessibleName() == "Calls: 5")
    assert page.sql.textCursor().selectedText() == "SELECT"
    page.hide()
    assert not page.renewal.running


def test_the_button_back_leads_to_the_row_that_was_left(queries: Queries, page: QueryPage) -> None:
    places: list[object] = []
    queries.leaving.connect(lambda: places.append(queries.place))
    page.back_button.click()
    assert queries.list.isVisible()
    assert queries.list.table.current_row().label == LABEL  # type: ignore[union-attr]  # there is a row
    places.append(queries.place)
    queries.follow(OpenQuery(page.fingerprint))
    assert page.isVisible()
    queries.show_again(None)
    assert queries.list.isVisible()
    assert places == [OpenQuery(page.fingerprint), None]


def test_no_plan_is_asked_for_before_it_is_wanted(
    page: QueryPage, statements: Statements, qtbot: QtBot
) -> None:
    with statements.counted() as sent:
        page.refresh()
        qtbot.waitUntil(lambda: page._context.worker.active == 0)
    assert not sent
    assert page.plan.plan is None
    assert not page.plan.tree.isVisible()
    assert not page.plan.save.isVisible()


def test_the_plan_is_a_tree_with_rows_and_cost(page: QueryPage, qtbot: QtBot, tmp_path: Path) -> None:
    QTest.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: page.plan.plan is not None)
    plan, tree = page.plan.plan, page.plan.tree
    assert plan is not None
    root = tree.topLevelItem(0)
    assert root is not None
    assert tree.isVisible()
    assert root.text(0) == plan.root.kind
    assert len(tree._items) == len(list(plan.root.walk()))
    assert {node.relation for node, _ in tree._items} >= {"wallets", "users"}
    assert root.text(2).replace(",", "").isdigit()
    page.plan.copy.click()
    copied = json.loads(QGuiApplication.clipboard().text())
    assert copied[0]["Plan"]["Node Type"] == plan.document[0]["Plan"]["Node Type"]
    assert "4711" not in QGuiApplication.clipboard().text()
    page.plan.save.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    file = tmp_path / "plan.json"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: page._context.worker.active == 0)
    assert json.loads(file.read_text(encoding="utf-8")) == copied


def test_what_is_wrong_in_a_plan_is_said_in_words_and_shown_in_the_tree(
    queries: Queries, operator_database: Database, ledger_url: str, qtbot: QtBot
) -> None:
    with connected(ledger_url) as connection:
        connection.execute(
            "CREATE SCHEMA large GRANT SELECT ON TABLE t TO PUBLIC CREATE TABLE t (a int, b int)"
        )
        connection.execute("GRANT USAGE ON SCHEMA large TO PUBLIC")
        connection.execute("INSERT INTO large.t SELECT n, n FROM generate_series(1, 120000) n")
        connection.execute("ANALYZE large.t")
    asked = text("SELECT count(*) FROM large.t WHERE b = :b")
    operator_database.read("balances.lookup", lambda session: session.execute(asked, {"b": 1}).all())
    queries.open_statement(operator_database.recorder.snapshot().fingerprints[-1].id)
    plan = queries.statement.plan
    QTest.mouseClick(plan.ask, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: plan.plan is not None)
    assert plan.plan is not None
    said = [one.text() for row in plan._rows for one in row.findChildren(QLabel)]
    assert said[:2] == ["sequential scan", "t is read from end to end, about 120,000 rows."]
    assert said[2] == "missing index"
    marked = [item for node, item in plan.tree._items if item.font(0).bold()]
    assert [item.text(1) for item in marked] == ["t"]
    assert "120,000 rows" in marked[0].data(0, Qt.ItemDataRole.AccessibleTextRole)
    top = plan.tree.topLevelItem(0)
    assert top is not None
    plan.tree.setCurrentItem(top)
    QTest.mouseClick(plan._rows[0].findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert plan.tree.currentItem() is marked[0]


def test_where_there_is_no_plan_it_says_why(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    with operator_database.recorder.statement("COPY", "COPY ledger.batch_lines FROM STDIN"):
        pass
    name = operator_database.recorder.snapshot().fingerprints[-1].id
    queries.open_statement(name)
    queries.statement.plan.ask.click()
    qtbot.waitUntil(lambda: "There is no plan" in queries.statement.plan.words.text())
    assert queries.statement.plan.ask.isEnabled()
    assert not queries.statement.plan.tree.isVisible()


def test_its_errors_are_counted_by_what_they_were(
    queries: Queries, operator_database: Database, qtbot: QtBot
) -> None:
    failing = text("SELECT 1 / length('') FROM pg_class")
    for _ in range(2):
        with pytest.raises(StatementError):
            operator_database.read("balances.lookup", lambda session: session.execute(failing).all())
    qtbot.waitUntil(lambda: drawn(queries).endswith("2 failed"))
    queries.open_statement(operator_database.recorder.snapshot().fingerprints[-1].id)
    errors = queries.statement.tiles.errors
    qtbot.waitUntil(lambda: errors.accessibleName() == "Errors: 2")
    assert "2 \N{MULTIPLICATION SIGN} DivisionByZero 22012" in [
        one.text() for one in errors.findChildren(QLabel)
    ]


def test_another_statement_forgets_the_plan_before(
    queries: Queries, page: QueryPage, operator_database: Database, qtbot: QtBot
) -> None:
    page.plan.ask.click()
    qtbot.waitUntil(lambda: page.plan.plan is not None)
    count_tables(operator_database)
    sleep(operator_database, 0.01)
    queries.open_statement(operator_database.recorder.snapshot().fingerprints[-1].id)
    assert page.plan.plan is None
    assert not page.plan.tree.isVisible()
    qtbot.waitUntil(lambda: "pg_sleep" in page.sql.toPlainText().lower())
