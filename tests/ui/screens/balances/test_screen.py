"""The screen of balances: names in, one statement, and figures that add up."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.errors import FileRefusedError
from console.ledger.balances.lookup import NAME_LIMIT
from console.ledger.balances.names import names_in_file, names_in_text
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.workspace.demo import make_demo, plan
from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, grant, let_time_pass, reserve, write
from tests.ui.gallery import make_context
from tests.ui.parts import CR
from ui.kit.notices import Notice
from ui.kit.table.paged_model import State
from ui.kit.theme.tokens import Tone
from ui.routes import OpenAccount, OpenBalance
from ui.screens.balances.screen import Balances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from tests.cluster import Cluster
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def demo(cluster: Cluster, ledger_template: str) -> Iterator[str]:
    """Lend a demo ledger that no test changes, as an operator."""
    name = cluster.create(ledger_template)
    make_demo(cluster.url(name), plan(5_000, 10_000))
    yield cluster.url(name, "t_operator")
    cluster.drop(name)


@pytest.fixture(scope="module")
def customers(demo: str) -> dict[str, tuple[int, int, int]]:
    """Return each customer's balance, granted and reserved, as the tables hold them."""
    with connected(demo) as connection:
        rows = connection.execute(
            "SELECT u.username, w.balance, w.granted, w.reserved FROM ledger.users u "
            "JOIN ledger.wallets w ON w.user_id = u.id WHERE w.kind = 'customer' ORDER BY u.id"
        ).fetchall()
    return {name: (balance, granted, reserved) for name, balance, granted, reserved in rows}


@pytest.fixture
def context(demo: str, theme: Theme, store: QSettings, worker: Worker) -> Iterator[Context]:
    database = Database(demo, Recorder(2_000), Settings.model_construct())
    yield replace(make_context(theme, store, worker), database=database, recorder=database.recorder)
    database.close()


@pytest.fixture
def screen(qtbot: QtBot, context: Context) -> Balances:
    made = Balances(context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def paste(screen: Balances, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    screen.input.editor.setFocus()
    QTest.keyClick(screen.input.editor, Qt.Key.Key_V, CONTROL)


def look_up(qtbot: QtBot, screen: Balances) -> None:
    before = screen.found
    QTest.keyClick(screen.input.editor, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: screen.found is not before)


def figure(screen: Balances, key: str) -> str:
    return screen.figures[key].accessibleName()


@pytest.mark.parametrize("count", [1_000, 5_000])
def test_any_number_of_names_is_one_statement(
    qtbot: QtBot,
    screen: Balances,
    statements: Statements,
    customers: dict[str, tuple[int, int, int]],
    count: int,
) -> None:
    names = list(customers)[:count]
    screen.context.database.read("test", lambda _session: None)
    paste(screen, "\n".join(names))
    with statements.counted() as sent:
        look_up(qtbot, screen)
    assert len(sent) == 1
    assert [row.name for row in screen.model.rows] == names
    sums = [sum(column) for column in zip(*(customers[name] for name in names), strict=True)]

    def spoken(minor: int) -> str:
        return screen.context.formats.spoken_amount(minor, CR)

    assert figure(screen, "found") == f"Accounts found: {count:,}"
    assert figure(screen, "balance") == f"Balance: {spoken(sums[0])}"
    assert figure(screen, "granted") == f"Granted: {spoken(sums[1])}"
    assert figure(screen, "reserved") == f"On hold: {spoken(sums[2])}"
    assert figure(screen, "available") == f"Available: {spoken(sums[0] - sums[2])}"
    assert sums[0] > 0


def test_repeats_stand_in_the_list_and_count_once(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    first, second = list(customers)[:2]
    paste(screen, f"{first};{second}\t{first.upper()}")
    look_up(qtbot, screen)
    assert screen.input.count.text() == "3 names, 1 repeated"
    assert [row.name for row in screen.model.rows] == [first, second, first]
    total = customers[first][0] + customers[second][0]
    assert figure(screen, "balance") == f"Balance: {screen.context.formats.spoken_amount(total, CR)}"
    assert figure(screen, "found") == "Accounts found: 2"


def test_unknown_names_are_marked_and_can_be_shown_alone(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    known = next(iter(customers))
    assert not screen.only_unknown.isEnabled()
    paste(screen, f"{known}\nnobody.here\n<b>bold</b>")
    look_up(qtbot, screen)
    columns = [column.key for column in screen.model.columns]
    name, status = columns.index("name"), columns.index("status")
    assert screen.model.cell(0, status).text == "active"
    assert screen.model.cell(0, name).tone is None
    for row in (1, 2):
        assert (screen.model.cell(row, status).text, screen.model.cell(row, status).tone) == (
            "unknown",
            Tone.WARNING,
        )
        assert screen.model.cell(row, name).tone is Tone.NEUTRAL
        assert [screen.model.cell(row, at).text for at in range(status + 1, len(columns))] == [""] * 8
    assert screen.only_unknown.value == "2"
    screen.only_unknown.click()
    assert [row.name for row in screen.model.rows] == ["nobody.here", "<b>bold</b>"]
    screen.only_unknown.click()
    assert len(screen.model.rows) == 3
    screen.input.set_names([known])
    screen.only_unknown.click()
    look_up(qtbot, screen)
    assert not screen.only_unknown.isChecked()
    assert [row.name for row in screen.model.rows] == [known]


def test_rows_are_sorted_and_go_back_to_the_order_asked(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    names = [*list(customers)[:20], "nobody.here"]
    paste(screen, ",".join(names))
    look_up(qtbot, screen)
    columns = [column.key for column in screen.model.columns]
    screen.table.head.sectionClicked.emit(columns.index("balance"))
    found = [row.balance for row in screen.model.rows]
    assert found == [*sorted((customers[name][0] for name in names[:-1]), reverse=True), None]
    for _ in range(2):
        screen.table.head.sectionClicked.emit(columns.index("position"))
    assert [row.name for row in screen.model.rows] == names


def test_a_system_account_has_a_balance_and_nothing_available(qtbot: QtBot, screen: Balances) -> None:
    paste(screen, "@external")
    look_up(qtbot, screen)
    row = screen.model.rows[0]
    assert row.found
    assert row.balance is not None
    assert row.balance < 0
    assert row.available is None


def test_the_captions_add_up(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    """Found, unknown and repeated are the names; balance less on hold and expired is available."""
    first, second = list(customers)[:2]
    paste(screen, f"{first}\n{second}\n{first}\nnobody.here\nNobody.here\n@external\n@issuance")
    look_up(qtbot, screen)
    found = screen.found
    assert found is not None
    totals = found.totals
    assert (totals.found, totals.unknown, found.repeated, totals.system) == (4, 1, 2, 2)
    assert totals.found + totals.unknown + found.repeated == len(found.names) == 7
    words = [one.text() for one in screen.figures["found"].findChildren(QLabel)]
    assert {"4", "1 unknown", "of 7 names, 2 repeated, 2 of the ledger itself, not added up"} <= set(words)
    [sums] = totals.of_each
    assert sums.balance == customers[first][0] + customers[second][0]
    assert sums.balance - sums.reserved - sums.dead + sums.overdraft_limit == sums.available
    screen.input.set_names(["@external"])
    look_up(qtbot, screen)
    assert "no customer's account" in [one.text() for one in screen.figures["balance"].findChildren(QLabel)]


def test_the_file_has_the_rows_shown_and_their_totals(
    qtbot: QtBot, screen: Balances, tmp_path: Path, customers: dict[str, tuple[int, int, int]]
) -> None:
    texts: list[str] = []
    screen.context.notices.posted.connect(lambda notice: texts.append(text_of(notice)))
    names = [*list(customers)[:50], "nobody.here"]
    assert not screen.export.button.isEnabled()
    paste(screen, "\n".join([*names, names[0]]))
    look_up(qtbot, screen)
    path = tmp_path / "balances.csv"
    dialog = screen.export.ask()
    dialog.selectFile(str(path))
    with qtbot.waitSignal(screen.export.running_changed, check_params_cb=lambda on: not on):
        dialog.accept()
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["username"] for row in rows] == [*names, names[0]]
    assert rows[50]["status"] == "unknown"
    assert rows[50]["balance"] == ""
    minor = [int(row["balance"].replace(".", "")) for row in rows if row["balance"]]
    assert minor == [customers[name][0] for name in [*names[:50], names[0]]]
    assert texts[0].startswith("52 balances in balances.csv. ")
    assert f"{screen.context.formats.amount(sum(minor), CR)} CR" in texts[0]
    assert texts[0].endswith("Repeated names are in the file and in its totals each time.")
    assert (tmp_path / "balances.csv.sha256").exists()
    assert (tmp_path / "balances.csv.totals.json").exists()


def text_of(notice: object) -> str:
    assert isinstance(notice, Notice)
    return notice.text


def test_rows_are_copied_without_grouping(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    name = max(customers, key=lambda one: customers[one][0])
    paste(screen, name)
    look_up(qtbot, screen)
    screen.table.select_place(0)
    QTest.keyClick(screen.table, Qt.Key.Key_C, CONTROL)
    balance = customers[name][0]
    assert balance > 100_000
    assert QGuiApplication.clipboard().text().split("\t")[4] == f"{balance // 100}.{balance % 100:02d}"


def test_a_file_is_loaded_by_its_first_column(qtbot: QtBot, screen: Balances, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes('\ufeffUsername;Balance\r\nanna;1,50\r\n"bob";2\r\n;3\r\n\'@external;4\r\n'.encode())
    dialog = screen.input.ask_file()
    dialog.selectFile(str(path))
    dialog.accept()
    qtbot.waitUntil(lambda: screen.input.names == ("anna", "bob", "@external"))
    assert screen.input.count.text() == "3 names"
    assert "names.csv" in screen.input.said.text()


def test_a_bad_file_is_refused_and_what_was_typed_stays(
    qtbot: QtBot, screen: Balances, tmp_path: Path
) -> None:
    paste(screen, "anna")
    empty, archive = tmp_path / "empty.csv", tmp_path / "book.xlsx"
    empty.touch()
    archive.write_bytes(b"PK\x03\x04" + bytes(100))
    for path, words in (
        (empty, "the file is empty"),
        (archive, "a spreadsheet"),
        (tmp_path / "no", "no such"),
    ):
        screen.input.load(path)
        wait_said(qtbot, screen, words)
        assert screen.input.said.property("tone") == "error"
    assert screen.input.names == ("anna",)


def wait_said(qtbot: QtBot, screen: Balances, words: str) -> None:
    qtbot.waitUntil(lambda: words in screen.input.said.text())


def test_too_many_names_are_refused_before_anything_is_asked(
    qtbot: QtBot, screen: Balances, statements: Statements, tmp_path: Path
) -> None:
    names = [f"name{number}" for number in range(NAME_LIMIT + 1)]
    path = tmp_path / "many.csv"
    path.write_text("account\n" + "\n".join(names[:-1]))
    assert len(names_in_file(path)) == NAME_LIMIT
    path.write_text("\n".join(names))
    with pytest.raises(FileRefusedError, match="more than 100,000 names"):
        names_in_file(path)
    with statements.counted() as sent:
        screen.input.set_names(names)
        QTest.keyClick(screen.input.editor, Qt.Key.Key_Return, CONTROL)
    assert sent == []
    assert not screen.input.look_up_button.isEnabled()
    assert screen.input.count.text() == "100,001; at most 100,000"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, b;c\td\r\ne\n\n", ("a", "b", "c", "d", "e")),
        ("username\na", ("a",)),
        ("ACCOUNT,a", ("a",)),
        ("username", ("username",)),
        ("users\na", ("users", "a")),
        ("Anna.B\n anna.b ", ("anna.b", "anna.b")),
        ('"anna"', ("anna",)),
        ("an\0na", ("an\ufffdna",)),
        ("\ud800", ("?",)),
        ("  \n ,; ", ()),
    ],
)
def test_names_are_read_from_text(text: str, names: tuple[str, ...]) -> None:
    assert names_in_text(text) == names


def test_an_empty_screen_says_what_to_do_and_asks_nothing(screen: Balances, statements: Statements) -> None:
    with statements.counted() as sent:
        QTest.keyClick(screen.input.editor, Qt.Key.Key_Return, CONTROL)
        screen.refresh()
    assert sent == []
    assert "Paste usernames" in screen.table.words
    assert not screen.input.look_up_button.isEnabled()
    assert screen.input.look_up_button.toolTip() == "paste names first"


def test_a_refresh_asks_again_for_what_is_shown_not_for_what_is_typed(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    first, second = list(customers)[:2]
    paste(screen, first)
    look_up(qtbot, screen)
    before = screen.found
    paste(screen, f"\n{second}")
    screen.refresh()
    qtbot.waitUntil(lambda: screen.found is not before)
    assert [row.name for row in screen.model.rows] == [first]
    assert screen.input.names == (first, second)
    assert before is not None
    assert screen.found is not None
    assert screen.found.moment > before.moment


def test_a_subject_joins_what_is_typed(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]]
) -> None:
    first, second = list(customers)[:2]
    paste(screen, first)
    screen.follow(OpenBalance(second))
    qtbot.waitUntil(lambda: screen.found is not None)
    assert [row.name for row in screen.model.rows] == [first, second]


def test_a_failure_is_said_and_the_figures_stay(
    qtbot: QtBot, screen: Balances, customers: dict[str, tuple[int, int, int]], theme: Theme, store: QSettings
) -> None:
    nowhere = Database(
        "postgresql+psycopg://nobody@127.0.0.1:1/none", Recorder(2_000), Settings.model_construct()
    )
    context = replace(make_context(theme, store, screen.context.worker), database=nowhere)
    lost = Balances(context)
    qtbot.addWidget(lost)
    lost.look_up(("anna",))
    qtbot.waitUntil(lambda: lost.table.list_state is State.ERROR)
    assert lost.table.words.startswith("Could not load. The database at")
    paste(screen, next(iter(customers)))
    look_up(qtbot, screen)
    lost._show(screen.found)  # type: ignore[arg-type]  # looked up just above
    with qtbot.waitSignal(context.notices.posted) as posted:
        lost.look_up(("anna",))
    assert posted.args is not None
    assert text_of(posted.args[0]).startswith("Not looked up: The database at")
    assert len(lost.model.rows) == 1
    assert lost.table.words == ""
    nowhere.close()


@pytest.fixture
def customer_with_everything(
    ledger_url: str, as_role: Callable[[str], str], open_accounts: Callable[..., None]
) -> None:
    """Open an account with a hold, a lot of which 0.30 is expired, and an overdraft."""
    open_accounts({"joanna": 2_050})
    with connected(as_role("t_operator")) as operator, connected(ledger_url) as owner:
        done(grant(operator, "joanna", 80, 1))
        done(reserve(operator, "joanna", 50, "h-1"))
        let_time_pass(owner, 2)
        done(write(operator, "set_overdraft_limit", "joanna", CURRENCY, 500, REASON))


@pytest.mark.usefixtures("customer_with_everything")
def test_what_is_expired_and_overdrafts_stand_in_the_caption_of_available(
    qtbot: QtBot, context_of: Contexts
) -> None:
    screen = Balances(context_of("t_operator"))
    qtbot.addWidget(screen)
    screen.follow(OpenBalance("joanna"))
    qtbot.waitUntil(lambda: screen.found is not None)
    words = [one.text() for one in screen.figures["available"].findChildren(QLabel)]
    assert "25.50 CR" in words
    assert "balance \N{MINUS SIGN} on hold \N{MINUS SIGN} 0.30 expired + 5.00 overdraft" in words


def test_a_row_leads_to_its_account_by_enter(
    qtbot: QtBot, screen: Balances, customers: dict[str, object]
) -> None:
    routes: list[object] = []
    screen.context.navigator.wanted.connect(routes.append)
    known = next(iter(customers))
    paste(screen, f"{known}\nnobody.here\n@external\n")
    look_up(qtbot, screen)
    for place in range(3):
        screen.table.select_place(place)
        QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert routes == [OpenAccount(known, "CR")]
    titles = [one.text().split("\t")[0] for one in screen.table.row_menu(1, 0).actions()]
    assert titles[0] == "Account of nobody.here  (no such account)"
