"""The overview on the screen: figures, ways from them, its states, and that it follows what others do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from psycopg.types.json import Jsonb
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import UnavailableError
from console.ledger.audit.news import Topic
from console.ledger.books.overview.figures import Since
from console.postgres.database import Database
from models.transaction import TransactionKind
from tests.bookkeeping import Line, create_batch, transfer
from tests.models.jobs.lease import claimed, run
from tests.models.jobs.test_figures import put_back
from tests.models.writes import REASON, done, grant, let_time_pass, reserve, write
from ui.kit.table.paged_model import State
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.placing import RoomArea
from ui.routes import (
    OpenAccounts,
    OpenApprovals,
    OpenBatches,
    OpenExpiring,
    OpenHolds,
    OpenJobs,
    OpenPosted,
    OpenTransaction,
)
from ui.screens.overview.screen import OverviewScreen
from ui.screens.overview.tiles import Tiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.routes import Route

    Open = Callable[[Context], OverviewScreen]

TODAY: Final = datetime.now(UTC).date()
WEEK_AGO: Final = TODAY - timedelta(days=7)


@pytest.fixture
def opened(qtbot: QtBot) -> Open:
    """Return what shows the screen, once it has read or failed."""

    def show(context: Context) -> OverviewScreen:
        made = OverviewScreen(context)
        qtbot.addWidget(made)
        made.resize(1232, 900)
        made.show()
        qtbot.waitUntil(lambda: made.waiting.table.list_state is not State.LOADING)
        return made

    return show


@pytest.fixture
def lived(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Make some of everything, the deposits a week ago."""
    open_accounts({"alice": 100_000, "bob": 0})
    put_back(admin, 7)
    done(transfer(operator, "alice", "@external", 25_000))
    done(grant(operator, "bob", 4_000, 24 * 20))
    done(reserve(operator, "alice", 10_000, "late", 1))
    let_time_pass(admin, 2)
    create_batch(operator, [Line(1, "alice", "bob", 5, "b-1")])


def routes_of(context: Context) -> list[Route]:
    """Return the list of the ways that are taken from now on."""
    taken: list[Route] = []
    context.navigator.wanted.connect(taken.append)
    return taken


@pytest.mark.usefixtures("lived")
def test_every_figure_is_told_with_its_currency(context_of: Contexts, opened: Open) -> None:
    screen = opened(context_of("t_operator"))
    tiles = screen.tiles
    assert tiles.owed.accessibleName() == (
        f"What we owe customers: 790.00 CR, \N{MINUS SIGN}210.00, 21.0 % since last {WEEK_AGO:%A}"
    )
    assert tiles.paid.accessibleName() == (f"Paid out today: 250.00 CR, 1 payout; a usual {TODAY:%A} 0.00")
    assert tiles.on_hold.accessibleName() == "On hold: 100.00 CR, 1 overdue, oldest 1 h, 1 hold"
    assert tiles.expiring.accessibleName() == "Expires in 30 days: 40.00 CR, 0.00 in 7 days, 40.00 in 90"
    # The ledger began a week ago: there is no line before.
    assert tiles.line.values == (*[100_000.0] * 7, 79_000.0)
    assert [(row.what, row.amount) for row in screen.changes.rows] == [
        (f"Owed at the end of {WEEK_AGO.day} {WEEK_AGO:%b}", 100_000), ("Deposited", 0), ("Issued", 4_000),
        ("Captured", 0), ("Paid out", -25_000), ("Expired", 0), ("Owed now", 79_000),
    ]  # fmt: skip
    assert [(row.large.kind, row.large.amount) for row in screen.largest.rows] == [
        (TransactionKind.PAYOUT, 25_000), (TransactionKind.GRANT, 4_000),
    ]  # fmt: skip
    assert [(row.what, row.accounts) for row in screen.accounts.rows] == [("Active", 2), ("Trust level 0", 2)]
    assert [row.state.job.value for row in screen.jobs.rows] == [
        "sweep", "seal", "checkpoint", "figures", "verify",
    ]  # fmt: skip


@pytest.mark.usefixtures("lived")
def test_what_waits_is_told_with_its_number(context_of: Contexts, opened: Open, operator: Connection) -> None:
    done(write(operator, "follow_account", "bob", True))
    done(write(operator, "flag_account", "bob", "ask for a passport"))
    screen = opened(context_of("t_operator"))
    assert [(row.what, row.number, row.tone) for row in screen.waiting.rows] == [
        ("Approvals for you", 0, Tone.NEUTRAL), ("Your drafts", 1, Tone.WARNING),
        ("Holds overdue", 1, Tone.WARNING), ("Accounts you follow", 1, Tone.ACCENT),
        ("Payouts not recovered", 0, Tone.NEUTRAL), ("Unconfirmed acts", 0, Tone.NEUTRAL),
        ("Unexplained", None, Tone.WARNING),
    ]  # fmt: skip
    notes = {row.what: row.note for row in screen.waiting.rows}
    assert (notes["Accounts you follow"], notes["Unexplained"]) == ("bob", "never verified")
    assert notes["Holds overdue"] == "oldest 1 h"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            ("done", {"transactions": 12, "wrong": {}}),
            (0, Tone.CREDIT, "12 transactions: all of it adds up, 1 min ago"),
        ),
        (
            ("found", {"transactions": 12, "wrong": {"wallet.sum": 2}}),
            (2, Tone.ERROR, "NOT all of it adds up: wallet.sum (2), 1 min ago"),
        ),
        # Whoever holds the lease may report what they like.
        (("done", {"note": "by hand"}), (0, Tone.CREDIT, "all of it adds up, 1 min ago")),
        (("found", {"wrong": "much"}), (None, Tone.ERROR, "NOT all of it adds up, 1 min ago")),
        (("failed", {"message": "no"}), (None, Tone.ERROR, "verify failed 1 min ago")),
    ],
)
def test_what_verify_found_is_unexplained(
    said: tuple[str, dict[str, object]],
    expected: tuple[int | None, Tone, str],
    context_of: Contexts,
    opened: Open,
    operator: Connection,
) -> None:
    result, detail = said
    done(write(operator, "report_job", claimed(operator), "verify", result, Jsonb(detail)))
    row = opened(context_of("t_operator")).waiting.rows[-1]
    assert (row.number, row.tone, row.note) == expected


@pytest.mark.usefixtures("lived")
def test_every_figure_that_has_a_list_opens_it_by_keyboard(context_of: Contexts, opened: Open) -> None:
    context = context_of("t_operator")
    screen, taken = opened(context), routes_of(context)
    QTest.keyClick(screen.tiles.owed, Qt.Key.Key_Return)
    QTest.keyClick(screen.tiles.paid, Qt.Key.Key_Return)
    QTest.keyClick(screen.tiles.on_hold, Qt.Key.Key_Return)
    QTest.keyClick(screen.tiles.expiring, Qt.Key.Key_Return)
    assert taken == [
        OpenAccounts("CR"), OpenPosted(TODAY, TODAY, "CR", ("payout",)), OpenHolds(currency="CR"),
        OpenExpiring("CR", 30),
    ]  # fmt: skip
    ways: dict[str, list[Route]] = {}
    for name in ("waiting", "changes", "largest", "accounts", "jobs"):
        taken.clear()
        shown = getattr(screen, name)
        for place in range(len(shown.rows)):
            shown.table.select_place(place)
            QTest.keyClick(shown.table, Qt.Key.Key_Return)
        ways[name] = list(taken)
    assert ways["waiting"] == [
        *(OpenApprovals(), OpenBatches(), OpenHolds("overdue")),
        *(OpenAccounts(followed=True), OpenBatches(), OpenJobs()),
    ]
    first = WEEK_AGO + timedelta(days=1)
    assert ways["changes"] == [
        *(
            OpenPosted(first, TODAY, "CR", (kind,))
            for kind in ("deposit", "grant", "capture", "payout", "expiry")
        ),
        OpenAccounts("CR"),
    ]
    assert ways["largest"] == [OpenTransaction(row.large.id) for row in screen.largest.rows]
    assert ways["accounts"] == [OpenAccounts(status="active"), OpenAccounts(trust_level=0)]
    assert ways["jobs"] == [OpenJobs()] * 5
    # What has no list says so in the menu of its row.
    unconfirmed = screen.waiting.table.row_menu(5, 0).actions()[0]
    assert not unconfirmed.isEnabled()
    assert "no list of these" in unconfirmed.text()


@pytest.mark.usefixtures("lived")
def test_the_arrows_go_from_day_to_day_and_enter_opens_one(context_of: Contexts, opened: Open) -> None:
    context = context_of("t_operator")
    screen, taken = opened(context), routes_of(context)
    bars = screen.days.bars
    assert len(bars.days) == 28
    assert [one.is_over for one in bars.days[-2:]] == [True, False]
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    today = f"{TODAY.day} {TODAY:%b}"
    assert bars.words == f"Today, {today}, not over\nissued +40.00\npaid out \N{MINUS SIGN}250.00"
    for _ in range(7):
        QTest.keyClick(bars, Qt.Key.Key_Left)
    assert bars.words == f"{WEEK_AGO:%A} {WEEK_AGO.day} {WEEK_AGO:%b}\ndeposited +1,000.00"
    assert bars.accessibleDescription() == bars.words.replace("\n", ", ")
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert taken == [OpenPosted(WEEK_AGO, WEEK_AGO, "CR")]
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert bars.words.endswith("nothing")
    QTest.keyClick(bars, Qt.Key.Key_Escape)
    assert bars.words == ""
    assert not screen.days.keys["other"].isVisible()


@pytest.mark.usefixtures("lived")
def test_since_when_is_chosen_and_kept(context_of: Contexts, opened: Open) -> None:
    context = context_of("t_operator")
    screen = opened(context)
    asked = context.recorder.figures().overall.count
    screen.since.choose(Since.YESTERDAY.value)
    yesterday = TODAY - timedelta(days=1)
    assert screen.changes.rows[0].what == f"Owed at the end of {yesterday.day} {yesterday:%b}"
    assert screen.tiles.owed.accessibleName().endswith("since yesterday")
    # It was all read before.
    assert context.recorder.figures().overall.count == asked
    assert opened(context).since.chosen == Since.YESTERDAY.value


@pytest.mark.usefixtures("lived")
def test_the_currency_is_chosen_and_kept(
    context_of: Contexts, opened: Open, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    assert not opened(context_of("t_operator")).currency.isVisible()
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 900}, "EUR")
    context = context_of("t_operator")
    screen = opened(context)
    assert screen.currency.isVisible()
    assert screen.tiles.owed.accessibleName().startswith("What we owe customers: 790.00 CR")
    screen.currency.choose("EUR")
    assert screen.tiles.owed.accessibleName().startswith("What we owe customers: 9.00 EUR")
    assert [row.large.amount for row in screen.largest.rows] == [900]
    assert opened(context).currency.chosen == "EUR"


def test_an_empty_ledger_says_what_will_stand_there(context_of: Contexts, opened: Open) -> None:
    screen = opened(context_of("t_operator"))
    assert screen.tiles.owed.accessibleName().startswith("What we owe customers: 0.00 CR")
    assert screen.tiles.paid.accessibleName() == "Paid out today: 0.00 CR, 0 payouts"
    assert screen.days.words.text() == "Nothing came or went in 28 days. What is posted appears here."
    assert not screen.days.bars.isVisible()
    assert screen.largest.table.words.startswith("Nothing posted today")
    assert screen.accounts.table.words.startswith("No accounts yet")


def test_a_currency_that_came_after_the_sign_in_is_there(
    context_of: Contexts, opened: Open, admin: Connection, operator: Connection, qtbot: QtBot
) -> None:
    screen = opened(context_of("t_operator"))
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    done(write(operator, "open_account", "alice", "EUR", "", None, REASON))
    done(grant(operator, "alice", 5, 1, currency="EUR"))
    let_time_pass(admin, 2)
    run(operator, claimed(operator), "sweep")
    screen.renew()
    qtbot.waitUntil(screen.currency.isVisible)
    assert screen.jobs.rows[0].last.endswith("0 holds and 1 credit ended, 0.05 EUR expired")


def test_a_ledger_without_a_currency_says_what_to_do(
    context_of: Contexts, opened: Open, admin: Connection
) -> None:
    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        for table in ("wallets", "currencies"):
            admin.execute(f"DELETE FROM ledger.{table}".encode())
    screen = opened(context_of("t_operator"))
    assert screen.trouble.text() == "The ledger has no currency yet: ledgerctl currency add"
    assert screen.tiles.owed.accessibleName() == "What we owe customers: \N{EM DASH}, no currency yet"
    assert len(screen.jobs.rows) == 5


@pytest.mark.usefixtures("lived")
def test_while_the_days_are_counted_the_rest_is_there(
    context_of: Contexts, opened: Open, admin: Connection, qtbot: QtBot, operator: Connection
) -> None:
    admin.execute("UPDATE ledger.daily_mark SET zone = 'Asia/Kolkata'")
    screen = opened(context_of("t_operator"))
    assert screen.trouble.text().startswith("The daily figures are being counted, 0 of 3 transactions")
    assert not screen.again.isVisible()
    assert screen.tiles.owed.accessibleName().endswith("not known while the days are counted")
    assert screen.tiles.on_hold.accessibleName().startswith("On hold: 100.00 CR")
    assert screen.changes.table.words.startswith("Not known yet")
    assert screen.days.words.text() == "The days are being counted."
    run(operator, claimed(operator), "figures")
    screen.renew()
    qtbot.waitUntil(lambda: not screen.trouble.isVisible())
    assert screen.tiles.owed.accessibleName().startswith("What we owe customers: 790.00 CR")


@pytest.mark.usefixtures("lived")
def test_without_a_server_it_says_so_and_keeps_what_was_read(
    context_of: Contexts, opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    read: Callable[..., object] = Database.read

    def sometimes(*arguments: object, **options: object) -> object:
        if away:
            raise UnavailableError("The server does not answer; it is tried again in 5 s.")
        return read(*arguments, **options)

    context = context_of("t_operator")
    monkeypatch.setattr(Database, "read", sometimes)
    screen = opened(context)
    assert screen.trouble.text() == "Not read: The server does not answer; it is tried again in 5 s."
    assert screen.tiles.owed.accessibleName() == "What we owe customers: \N{EM DASH}, not read"
    assert screen.waiting.table.words.startswith("Could not load")
    away = False
    screen.again.click()
    qtbot.waitUntil(lambda: screen.tiles.owed.accessibleName().startswith("What we owe customers: 790.00"))
    assert not screen.trouble.isVisible()
    away = True
    screen.refresh()
    qtbot.waitUntil(screen.trouble.isVisible)
    assert screen.trouble.text().startswith("Not read again: The server does not answer")
    assert screen.tiles.owed.accessibleName().startswith("What we owe customers: 790.00")


@pytest.mark.usefixtures("lived")
def test_it_follows_what_others_do(
    context_of: Contexts, opened: Open, operator: Connection, qtbot: QtBot
) -> None:
    screen = opened(context_of("t_operator"))
    assert {Topic.POSTED, Topic.HOLDS, Topic.BATCHES, Topic.APPROVALS, Topic.JOBS} <= screen.topics
    done(transfer(operator, "@external", "bob", 100))
    done(write(operator, "set_account_status", "bob", "frozen", REASON))
    screen.renew()
    qtbot.waitUntil(lambda: screen.tiles.owed.accessibleName().startswith("What we owe customers: 791.00"))
    assert [row.what for row in screen.accounts.rows] == ["Active", "Frozen", "Trust level 0"]
    assert screen.renewal.running
    assert screen.renewal.interval_ms == 60_000


@pytest.mark.usefixtures("lived")
def test_news_that_come_while_it_reads_are_not_lost(
    context_of: Contexts, opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = opened(context_of("t_operator"))
    read: list[object] = []
    take: Callable[..., None] = screen._take

    def noted(seen: object) -> None:
        read.append(seen)
        take(seen)

    monkeypatch.setattr(screen, "_take", noted)
    screen._look()
    for _ in range(3):
        screen.renew()
    qtbot.waitUntil(lambda: len(read) == 2)
    qtbot.wait(50)
    assert len(read) == 2


@pytest.mark.parametrize(("width", "columns"), [(1_232, 3), (800, 2), (420, 1)])
@pytest.mark.usefixtures("lived")
def test_in_a_narrow_window_the_parts_flow_under_each_other(
    width: int, columns: int, context_of: Contexts, opened: Open, qtbot: QtBot
) -> None:
    screen = opened(context_of("t_operator"))
    screen.resize(width, 500)
    qtbot.wait(20)
    lists = (screen.waiting, screen.changes, screen.largest, screen.accounts, screen.jobs)
    assert len({one.table.x() for one in lists}) == columns
    for one in lists:
        assert one.table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("width", "rows"), [(1_232, 1), (640, 2), (340, 4)])
@pytest.mark.usefixtures("lived")
def test_no_figure_is_cut(width: int, rows: int, context_of: Contexts, qtbot: QtBot) -> None:
    context = context_of("t_operator")
    screen = OverviewScreen(context)
    area = RoomArea(screen)
    qtbot.addWidget(area)
    # The style sheet has a say in how high a button may be.
    context.theme.dress(area)
    area.resize(width, 400)
    area.show()
    qtbot.waitUntil(lambda: screen.waiting.table.list_state is State.READY)
    qtbot.wait(20)
    tiles = (screen.tiles.owed, screen.tiles.paid, screen.tiles.on_hold, screen.tiles.expiring)
    assert len({tile.y() for tile in tiles}) == rows
    for tile in tiles:
        assert tile.height() >= tile.face.sizeHint().height()
        assert tile.width() >= tile.face.minimumSize().width()


def test_a_figure_that_grows_takes_its_room_at_once(context_of: Contexts, qtbot: QtBot) -> None:
    tiles = Tiles(context_of("t_operator"))
    area = RoomArea(tiles)
    qtbot.addWidget(area)
    area.resize(1_000, 300)
    area.show()
    shown = (tiles.owed, tiles.paid, tiles.on_hold, tiles.expiring)
    for figure, rows in (("1.00", 1), ("4,388,123,456.78", 2), ("1.00", 1)):
        for tile in shown:
            tile.face.tell(figure, "CR", "a note")
        qtbot.wait(20)
        assert len({tile.y() for tile in shown}) == rows
        for tile in shown:
            assert tile.width() >= tile.face.minimumSize().width()
