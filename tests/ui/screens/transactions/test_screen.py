"""The screen of transactions on a demo ledger: what it shows, what it asks, and what that costs."""

from __future__ import annotations

import csv
import hashlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from sqlalchemy import text

from console.ledger.transactions.page import TransactionFilter
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.workspace.demo import make_demo, plan
from models.transaction import TransactionKind
from tests.ui.gallery import make_context
from tests.ui.parts import CR
from ui.kit.notices import Notice, NoticesStrip
from ui.kit.table.paged_model import PagedModel, State
from ui.kit.widgets.checked_filters import AmountRange, CheckedChip, DayRange
from ui.routes import OpenAccount, OpenBalance, OpenBatch, OpenBatchTransactions, OpenUserTransactions
from ui.screens.transactions.screen import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from tests.cluster import Cluster
    from tests.conftest import Statements
    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.kit.widgets.filters import FilterChip
    from ui.kit.worker import Worker
    from ui.screens.transactions.listing import Listing

CONTROL = Qt.KeyboardModifier.ControlModifier
TOTAL = 5_000
UNTIL = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(cluster: Cluster, ledger_template: str) -> Iterator[str]:
    """Lend a demo ledger that no test changes, as an operator."""
    name = cluster.create(ledger_template)
    make_demo(cluster.url(name), plan(200, TOTAL, UNTIL))
    yield cluster.url(name, "t_operator")
    cluster.drop(name)


@pytest.fixture
def database(demo: str) -> Iterator[Database]:
    made = Database(demo, Recorder(2_000), Settings.model_construct())
    yield made
    made.close()


@pytest.fixture
def context(theme: Theme, store: QSettings, worker: Worker, database: Database) -> Context:
    return replace(make_context(theme, store, worker), database=database, recorder=database.recorder)


@pytest.fixture
def screen(qtbot: QtBot, context: Context) -> Transactions:
    made = Transactions(context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    wait(qtbot, made)
    return made


def wait(qtbot: QtBot, screen: Transactions) -> None:
    """Wait until nothing is asked and nothing is about to be."""
    qtbot.waitUntil(lambda: screen.model.state in {State.READY, State.EMPTY, State.ERROR})
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)


def one(database: Database, question: str) -> object:
    return database.read("test", lambda session: session.execute(text(question)).scalar_one())


def ids(screen: Transactions) -> list[int]:
    return [row.id for row in screen.model.rows]


def apply(qtbot: QtBot, screen: Transactions, chip: CheckedChip) -> None:
    with qtbot.waitSignal(screen.model.first_page_shown):
        chip.apply()
    wait(qtbot, screen)


def said(screen: Transactions) -> list[str]:
    """Return the list that the notices from now on are added to."""
    texts: list[str] = []
    screen.context.notices.posted.connect(lambda notice: texts.append(noted(notice)))
    return texts


def noted(notice: object) -> str:
    assert isinstance(notice, Notice)
    return notice.text


def test_the_first_page_is_one_statement(
    qtbot: QtBot, context: Context, database: Database, statements: Statements
) -> None:
    one(database, "SELECT 1")  # the pool's first connection asks about itself
    with statements.counted() as sent:
        screen = Transactions(context)
        qtbot.addWidget(screen)
        wait(qtbot, screen)
        qtbot.waitUntil(lambda: "about" in screen.title.words)
    pages = [statement for statement in sent if "from_wallets" in statement]
    assert len(pages) == 1
    assert len(sent) == 2
    assert "pg_class" in next(statement for statement in sent if statement not in pages)
    assert ids(screen) == list(range(TOTAL, TOTAL - 200, -1))
    assert screen.title.words == "1\N{EN DASH}200 of about 5,000"


def test_each_further_page_is_one_statement_at_any_depth(
    qtbot: QtBot, screen: Transactions, statements: Statements
) -> None:
    pages = 0
    while screen.model.more_after:
        with statements.counted() as sent:
            screen.model.fetchMore(QModelIndex())
            wait(qtbot, screen)
        assert len(sent) == 1
        pages += 1
    assert pages == TOTAL // 200 - 1
    assert ids(screen) == list(range(TOTAL, 0, -1))
    assert screen.title.words == "1\N{EN DASH}5,000 of 5,000"
    assert screen.title.count_button.isHidden()


def test_scrolling_to_the_end_of_what_is_held_loads_on(qtbot: QtBot, screen: Transactions) -> None:
    screen.table.verticalScrollBar().setValue(screen.table.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: screen.model.rowCount() == 400)
    assert screen.title.words.startswith("1\N{EN DASH}400")


def test_filters_narrow_as_the_database_counts(
    qtbot: QtBot, screen: Transactions, database: Database, statements: Statements
) -> None:
    some = screen.model.row_at(7)
    filters = screen.filters
    wallet = (
        "(SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
        f"WHERE u.username = '{some.to_username}')"
    )
    cases: list[tuple[CheckedChip, Callable[[], None], str]] = [
        (
            filters.kind,
            lambda: setting(filters.kind, ("grant", "payout")),
            "kind IN ('grant', 'payout')",
        ),
        (filters.amount, lambda: amounts(filters.amount, 10_000, 20_000), "amount BETWEEN 10000 AND 20000"),
        (filters.reference, lambda: typing(filters.reference, str(some.reference)), "id = " + str(some.id)),
        (filters.description, lambda: typing(filters.description, "Ta"), "starts_with(description, 'Ta')"),
        (
            filters.user,
            lambda: typing(filters.user, f"  {some.to_username.upper()} "),
            f"{wallet} IN (from_wallet, to_wallet)",
        ),
        (filters.batch, lambda: typing(filters.batch, "12"), "batch_id = 12"),
    ]
    for chip, choose, condition in cases:
        choose()
        with statements.counted() as sent:
            apply(qtbot, screen, chip)
        assert len(sent) == 1, condition
        expected = one(database, f"SELECT count(*) FROM ledger.transactions WHERE {condition}")
        while screen.model.more_after:
            screen.model.fetchMore(QModelIndex())
            wait(qtbot, screen)
        assert screen.model.rowCount() == expected, condition
        assert expected != TOTAL
        with qtbot.waitSignal(screen.model.first_page_shown):
            filters.clear_all()
    wait(qtbot, screen)
    assert screen.model.rowCount() == 200


def setting(chip: CheckedChip, keys: tuple[str, ...]) -> None:
    chip.editor.set_value(keys)  # type: ignore[attr-defined]  # the protocol is what a chip needs, no more


def edit_of(chip: FilterChip) -> QWidget:
    """Return what is typed into in a chip's popup."""
    found = chip.editor.widget.focusProxy()
    assert isinstance(found, QWidget)
    return found


def typing(chip: CheckedChip, words: str) -> None:
    chip.editor.put(words)


def amounts(chip: CheckedChip, least: int, most: int) -> None:
    assert isinstance(chip.editor, AmountRange)
    chip.editor.set_value(least, most)


def test_days_are_whole_days_of_the_zone_shown(qtbot: QtBot, context: Context, database: Database) -> None:
    zone = ZoneInfo("Asia/Kathmandu")  # UTC+05:45: no other reading gives the same rows
    context = replace(context, formats=replace(context.formats, zone=zone))
    screen = Transactions(context)
    qtbot.addWidget(screen)
    wait(qtbot, screen)
    first, last = date(2026, 3, 1), date(2026, 3, 2)
    editor = screen.filters.posted.editor
    assert isinstance(editor, DayRange)
    editor.set_value(first, last)
    apply(qtbot, screen, screen.filters.posted)
    days = {row.posted_at.astimezone(zone).date() for row in screen.model.rows}
    assert days == {first, last}
    assert screen.model.rowCount() == one(
        database,
        "SELECT count(*) FROM ledger.transactions WHERE posted_at >= '2026-03-01 00:00+05:45' "
        "AND posted_at < '2026-03-03 00:00+05:45'",
    )


def test_a_bad_amount_is_said_at_the_editor_and_nothing_is_sent(
    qtbot: QtBot, screen: Transactions, statements: Statements
) -> None:
    chip = screen.filters.amount
    editor = chip.editor
    assert isinstance(editor, AmountRange)
    chip.open()
    with statements.counted() as sent:
        editor._least.setText("1e3")
        chip.apply()
        editor._least.setText("20")
        editor._most.setText("10")
        chip.apply()
        qtbot.wait(400)  # longer than the pause after which a filter is sent
        assert editor.isVisible()
    assert sent == []
    assert screen.filters.wanted() == TransactionFilter()
    assert editor.problem() == "This is less than the least amount."
    assert editor._most.accessibleDescription() == "This is less than the least amount."
    editor._most.setText("30")
    apply(qtbot, screen, chip)
    assert not editor.isVisible()
    assert all(2_000 <= row.amount <= 3_000 for row in screen.model.rows)


def test_several_changes_in_one_pause_are_one_question(
    qtbot: QtBot, screen: Transactions, statements: Statements
) -> None:
    with statements.counted() as sent, qtbot.waitSignal(screen.model.first_page_shown):
        setting(screen.filters.kind, ("transfer",))
        screen.filters.kind.apply()
        typing(screen.filters.description, "Lunch")
        screen.filters.description.apply()
    wait(qtbot, screen)
    assert len(sent) == 1
    assert {row.kind for row in screen.model.rows} == {TransactionKind.TRANSFER}
    assert {row.description for row in screen.model.rows} == {"Lunch"}


def test_an_empty_list_says_what_to_do(qtbot: QtBot, screen: Transactions) -> None:
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.follow(OpenUserTransactions("nobody.at.all"))
    assert "No transaction matches" in screen.table.words
    assert "Clear all" in screen.table.words
    assert screen.title.words == ""


def test_the_order_turns_with_a_click_on_the_head(qtbot: QtBot, screen: Transactions) -> None:
    for expected in (list(range(1, 201)), list(range(TOTAL, TOTAL - 200, -1))):
        with qtbot.waitSignal(screen.model.first_page_shown):
            screen.table.head.sectionClicked.emit(0)
        assert ids(screen) == expected


@pytest.mark.parametrize("nonsense", ["twelve", "1.5", "-3", "9" * 30, "# 12"])
def test_nonsense_in_the_batch_filter_is_marked_and_asks_nothing(
    qtbot: QtBot, screen: Transactions, statements: Statements, nonsense: str
) -> None:
    chip = screen.filters.batch
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    typing(chip, nonsense)
    with statements.counted() as sent:
        QTest.keyClick(edit_of(chip), Qt.Key.Key_Return)
        qtbot.wait(400)
    assert sent == []
    assert chip.editor.widget.isVisible()
    assert edit_of(chip).property("invalid")
    assert "digits only" in edit_of(chip).accessibleDescription()
    assert screen.filters.wanted() == TransactionFilter()
    typing(chip, " #12 ")
    with qtbot.waitSignal(screen.model.first_page_shown):
        QTest.keyClick(edit_of(chip), Qt.Key.Key_Return)
    assert screen.filters.wanted() == TransactionFilter(batch_id=12)


def test_enter_in_the_day_goes_there(qtbot: QtBot, screen: Transactions) -> None:
    QTest.mouseClick(screen.jump, Qt.MouseButton.LeftButton)
    edit = edit_of(screen.jump)
    assert edit.isVisible()
    QTest.keyClick(edit, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(edit, "2026-03-01")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.jump.value == "2026-03-01")
    assert not edit.isVisible()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 400)


def test_a_row_leads_to_its_parties_and_its_batch(qtbot: QtBot, screen: Transactions) -> None:
    went: list[object] = []
    screen.context.navigator.wanted.connect(went.append)
    row = replace(screen.model.row_at(0), from_username="noor.a", to_username="@external", batch_id=12)
    actions = {one.title: one for one in screen._row_actions(row)}
    assert list(actions) == [
        "Open", "Copy id", "Account noor.a", "Transactions of noor.a", "Transactions of the bank (@external)",
        "Balance of noor.a", "Reverse…", "Open batch 12",
    ]  # fmt: skip
    for title in (
        "Account noor.a", "Transactions of the bank (@external)", "Balance of noor.a", "Open batch 12",
    ):  # fmt: skip
        actions[title].run()
    assert went == [
        OpenAccount("noor.a", row.currency.code), OpenUserTransactions("@external"), OpenBalance("noor.a"),
        OpenBatch(12),
    ]  # fmt: skip


def test_the_detail_leads_to_the_accounts_of_customers_alone(screen: Transactions) -> None:
    went: list[object] = []
    screen.context.navigator.wanted.connect(went.append)
    row = replace(screen.model.row_at(0), from_username="noor.a", to_username="@external")
    screen.detail.show_row(row)
    assert screen.detail.from_account.isVisible()
    assert screen.detail.from_account.accessibleName() == "Account noor.a"
    assert not screen.detail.to_account.isVisible()
    screen.detail.from_account.click()
    assert went == [OpenAccount("noor.a", row.currency.code)]


def test_a_day_is_jumped_to_and_both_ways_lead_on(qtbot: QtBot, screen: Transactions) -> None:
    day = date(2026, 3, 1)
    screen.jump.go(day)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 400)
    wait(qtbot, screen)
    top = screen.table.rowAt(0)
    assert screen.model.row_at(top).posted_at.date() == day
    assert screen.model.row_at(top - 1).posted_at.date() > day
    assert screen.title.words == "400 shown of about 5,000"
    assert screen.jump.value == "2026-03-01"
    assert ids(screen) == list(range(ids(screen)[0], ids(screen)[0] - 400, -1))
    QTest.keyClick(screen.table, Qt.Key.Key_Home, CONTROL)
    qtbot.waitUntil(lambda: ids(screen)[0] == TOTAL)
    assert screen.jump.value == "date"


def test_a_jump_past_the_end_says_so_and_leads_back(qtbot: QtBot, screen: Transactions) -> None:
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.jump.go(date(2001, 1, 1))
    assert "on or before 2001-01-01" in screen.table.words
    QTest.keyClick(screen.table, Qt.Key.Key_Home, CONTROL)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 200)
    assert ids(screen)[0] == TOTAL


def test_control_end_shows_the_last_page_by_one_statement(
    qtbot: QtBot, screen: Transactions, statements: Statements
) -> None:
    with statements.counted() as sent, qtbot.waitSignal(screen.model.first_page_shown):
        QTest.keyClick(screen.table, Qt.Key.Key_End, CONTROL)
    assert len(sent) == 1
    assert ids(screen) == list(range(200, 0, -1))
    assert screen.title.words == "the last 200 of about 5,000"


def test_an_exact_count_gives_the_place_of_the_last_page_too(qtbot: QtBot, screen: Transactions) -> None:
    screen.title.count_button.click()
    qtbot.waitUntil(lambda: screen.title.words == "1\N{EN DASH}200 of 5,000")
    with qtbot.waitSignal(screen.model.first_page_shown):
        QTest.keyClick(screen.table, Qt.Key.Key_End, CONTROL)
    assert screen.title.words == "4,801\N{EN DASH}5,000 of 5,000"


def test_a_count_can_be_cancelled(
    qtbot: QtBot, screen: Transactions, cluster: Cluster, database: Database, demo: str
) -> None:
    locked, release = threading.Event(), threading.Event()
    name = demo.partition("?")[0].rpartition("/")[2]
    holder = threading.Thread(target=hold_lock, args=(cluster.url(name), locked, release))
    holder.start()
    try:
        assert locked.wait(5)
        screen.title.count_button.click()
        assert screen.title.count_button.value == "Cancel"
        qtbot.waitUntil(lambda: waits(cluster.url(name)))
        screen.title.count_button.click()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0, timeout=3_000)
    finally:
        release.set()
        holder.join()
    assert screen.title.count_button.value == ""
    assert screen.title.words == "1\N{EN DASH}200 of about 5,000"


def hold_lock(url: str, locked: threading.Event, release: threading.Event) -> None:
    """Keep every reader of the transactions waiting until released."""
    from tests.cluster import connected  # noqa: PLC0415 - only here

    with connected(url, autocommit=False) as connection:
        connection.execute("LOCK TABLE ledger.transactions IN ACCESS EXCLUSIVE MODE")
        locked.set()
        release.wait(20)
        connection.rollback()


def waits(url: str) -> bool:
    from tests.cluster import connected  # noqa: PLC0415 - only here

    with connected(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return found is not None and found[0] > 0


def test_the_detail_shows_both_sides_and_hides_on_escape(qtbot: QtBot, screen: Transactions) -> None:
    assert screen.detail.isHidden()
    place = next(
        at
        for at, row in enumerate(screen.model.rows)
        if row.from_balance_after is not None and row.to_balance_after
    )
    row = screen.model.row_at(place)
    screen.table.setFocus()
    assert screen.detail.isHidden()
    screen.table.select_place(place)
    assert screen.detail.row is row
    assert row.from_balance_after is not None

    def write(minor: int) -> str:
        return screen.context.formats.amount(minor, row.currency)

    texts = [label.text() for label in screen.detail.findChildren(type(screen.detail._amount))]
    assert f"{write(row.amount)} CR" in texts
    before, after = write(row.from_balance_after + row.amount), write(row.from_balance_after)
    assert f"balance {before} \N{RIGHTWARDS ARROW} {after}" in texts
    assert f"{row.posted_at:%Y-%m-%d %H:%M:%S} UTC" in texts
    screen.detail.copy_id.click()
    assert QGuiApplication.clipboard().text() == str(row.id)
    screen.detail.copy_reference.click()
    assert QGuiApplication.clipboard().text() == row.reference
    QTest.keyClick(screen.table, Qt.Key.Key_Escape)
    assert screen.detail.isHidden()
    assert screen.table.selected_rows() == []


def test_the_detail_leads_to_the_batch(qtbot: QtBot, screen: Transactions) -> None:
    row = replace(screen.model.row_at(0), batch_id=12)
    screen.detail.show_row(screen.model.row_at(0))
    assert screen.detail.batch.isHidden()
    screen.detail.show_row(row)
    with qtbot.waitSignal(screen.context.navigator.wanted) as wanted:
        screen.detail.batch.click()
    assert wanted.args == [OpenBatch(12)]


def test_a_refresh_keeps_the_row_that_is_read(qtbot: QtBot, screen: Transactions) -> None:
    screen.table.select_place(5)
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.refresh()
    assert [row.id for row in screen.table.selected_rows()] == [TOTAL - 5]
    assert screen.detail.isVisible()
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.follow(OpenUserTransactions("nobody.at.all"))
    assert screen.detail.isHidden()


def test_rows_are_copied_for_a_spreadsheet(screen: Transactions) -> None:
    screen.table.select_place(0)
    QTest.keyClick(screen.table, Qt.Key.Key_C, CONTROL)
    row = screen.model.row_at(0)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[1] == str(row.id)
    assert cells[5] == f"{row.amount // 100}.{row.amount % 100:02d}"


def test_a_subject_is_a_user_or_a_batch(qtbot: QtBot, screen: Transactions, statements: Statements) -> None:
    name = next(row.to_username for row in screen.model.rows if not row.to_username.startswith("@"))
    with statements.counted() as sent, qtbot.waitSignal(screen.model.first_page_shown):
        screen.follow(OpenUserTransactions(name))
    assert len(sent) == 1
    assert all(name in {row.from_username, row.to_username} for row in screen.model.rows)
    with qtbot.waitSignal(screen.model.first_page_shown):
        screen.follow(OpenBatchTransactions(7))
    assert screen.filters.wanted() == TransactionFilter(batch_id=7)


def test_a_screen_opened_on_a_subject_asks_only_for_that(
    qtbot: QtBot, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Listing] = []
    really = PagedModel.show

    def show(model: PagedModel[Any], listing: Listing) -> None:
        # Counted here and not at the driver: a question that another replaces may never be sent.
        asked.append(listing)
        really(model, listing)

    monkeypatch.setattr(PagedModel, "show", show)
    screen = Transactions(context)
    qtbot.addWidget(screen)
    screen.follow(OpenUserTransactions("nobody.at.all"))
    qtbot.waitUntil(lambda: screen.model.state is State.EMPTY)
    wait(qtbot, screen)
    qtbot.wait(50)  # longer than the first load of a screen without a subject would wait
    assert [listing.wanted.user for listing in asked] == ["nobody.at.all"]


def test_what_is_filtered_is_what_is_exported(qtbot: QtBot, screen: Transactions, tmp_path: Path) -> None:
    texts = said(screen)
    setting(screen.filters.kind, ("grant",))
    apply(qtbot, screen, screen.filters.kind)
    path = tmp_path / "grants.csv"
    dialog = screen.export.ask()
    dialog.selectFile(str(path))
    with qtbot.waitSignal(screen.export.running_changed, check_params_cb=lambda on: not on):
        dialog.accept()
    content = path.read_bytes()
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert {row["kind"] for row in rows} == {"grant"}
    while screen.model.more_after:
        screen.model.fetchMore(QModelIndex())
        wait(qtbot, screen)
    assert [int(row["id"]) for row in rows] == ids(screen)
    total = sum(row.amount for row in screen.model.rows)
    digest = hashlib.sha256(content).hexdigest()
    assert texts[-1].startswith(f"{len(rows):,} transactions in grants.csv. ")
    assert f"amount {screen.context.formats.amount(total, CR)} CR" in texts[-1]
    assert digest in texts[-1]
    assert digest in (tmp_path / "grants.csv.sha256").read_text()
    assert screen.export.isHidden()
    assert screen.export.button.isEnabled()


def test_a_cancelled_export_leaves_no_file(qtbot: QtBot, screen: Transactions, tmp_path: Path) -> None:
    texts = said(screen)
    screen.export.run(tmp_path / "all.csv")
    assert screen.export.isVisible()
    assert not screen.export.button.isEnabled()
    screen.context.worker.cancel(screen)  # what Ctrl+. does
    qtbot.waitUntil(lambda: bool(texts))
    assert texts == ["Export cancelled. No file was written."]
    assert list(tmp_path.glob("*.csv*")) == []


def test_a_refused_export_says_why(qtbot: QtBot, screen: Transactions, tmp_path: Path) -> None:
    texts = said(screen)
    screen.export.run(tmp_path / "nowhere" / "all.csv")
    qtbot.waitUntil(lambda: bool(texts))
    assert texts[0].startswith("Not exported: ")
    assert "cannot be written" in texts[0]
    assert NoticesStrip(screen.context.notices, screen.context.icons).texts == []


def test_an_unreachable_database_is_said_in_the_list(
    qtbot: QtBot, theme: Theme, store: QSettings, worker: Worker
) -> None:
    nowhere = Database(
        "postgresql+psycopg://nobody@127.0.0.1:1/none", Recorder(2_000), Settings.model_construct()
    )
    context = replace(make_context(theme, store, worker), database=nowhere, recorder=nowhere.recorder)
    screen = Transactions(context)
    qtbot.addWidget(screen)
    qtbot.waitUntil(lambda: screen.model.state is State.ERROR)
    wait(qtbot, screen)
    assert screen.table.words.startswith("Could not load. The database at")
    nowhere.close()


def test_the_keyboard_goes_through_the_screen(qtbot: QtBot, screen: Transactions) -> None:
    screen.focus_filter()
    assert screen.filters.posted.hasFocus()
    named = [
        screen.jump,
        screen.export.button,
        *screen.filters.chips,
        screen.table,
        screen.title.count_button,
    ]
    assert all(widget.accessibleName() or widget.property("text") for widget in named)
    setting(screen.filters.kind, ("grant",))
    apply(qtbot, screen, screen.filters.kind)
    with qtbot.waitSignal(screen.model.first_page_shown):
        QTest.keyClick(screen.filters.posted, Qt.Key.Key_Escape)
    assert not screen.filters.any_set


def test_all_columns_fit_and_no_amount_is_cut(qtbot: QtBot, screen: Transactions) -> None:
    head, model = screen.table.head, screen.model
    delegate = screen.table._cell_delegate
    for section, column in enumerate(model.columns):
        if column.right or column.key in {"posted_at", "id", "kind"}:
            widest = max(
                delegate.width_of(column, model.cell(row, section)) for row in range(model.rowCount())
            )
            assert head.sectionSize(section) >= widest, column.key
    assert head.length() <= screen.table.viewport().width()
    assert UNTIL - timedelta(days=730) <= screen.model.row_at(0).posted_at <= UNTIL


def test_a_narrow_list_gives_up_the_id_first_and_never_the_amount(qtbot: QtBot, screen: Transactions) -> None:
    table, at = screen.table, {column.key: place for place, column in enumerate(screen.model.columns)}
    screen.resize(748, 430)
    qtbot.waitUntil(lambda: table.isColumnHidden(at["id"]))
    assert not table.isColumnHidden(at["kind"])
    table.select_place(3)
    qtbot.waitUntil(screen.detail.isVisible)
    left = table.columnViewportPosition(at["amount"])
    assert left + table.columnWidth(at["amount"]) <= table.viewport().width()
