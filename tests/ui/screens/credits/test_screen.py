"""The credits desk: what it shows, and how one goes from the calendar to credits and on from there."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.credits.filter import CreditView
from tests.cluster import connected
from tests.models.writes import capture, done, reserve, write
from tests.ui.screens.credits.conftest import LATER, SOON, day_in, ends_in, press, read
from tests.ui.several import fill_in_four_currencies
from ui.kit.charts.calendar.days import Span
from ui.kit.table.paged_model import State
from ui.routes import OpenExpiring, OpenTransaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection
    from pytestqt.qtbot import QtBot

    from tests.ui.conftest import Contexts
    from tests.ui.screens.credits.conftest import Desks
    from ui.context import Context
    from ui.routes import Route
    from ui.screens.credits.screen import Credits

pytestmark = pytest.mark.sql


def listed(desk: Credits) -> list[tuple[str, int, str]]:
    """Return whose credits are listed, what is left of each, and of which source they are."""
    return [(row.username, row.remaining, row.source) for row in desk.model.rows]


def test_figures_say_what_is_open_and_what_expires(desk: Credits) -> None:
    tiles = desk.figures
    assert tiles.open.accessibleName() == "Open credit: 558.00 CR, 320.00 without an end"
    assert "6 credits of 3 accounts" in tiles.open.toolTip()
    names = {days: tile.accessibleName() for days, tile in tiles.within.items()}
    assert names == {
        7: "Expires in 7 days: 78.00 CR, 3 accounts",
        30: "Expires in 30 days: 78.00 CR, 3 accounts",
        90: "Expires in 90 days: 238.00 CR, one day holds 67 %",
    }
    assert "too little has ended to say" in tiles.unused.accessibleName()
    assert desk.head.words.startswith("558.00 CR · 6 credits of 3 accounts · goodwill 59 %, winter sale 29 %")


def test_a_day_of_the_calendar_leads_to_its_credits(desk: Credits, context: Context, qtbot: QtBot) -> None:
    assert desk.calendar.days.hasFocus()
    assert desk.calendar.days.words == ""
    press(*[Qt.Key.Key_Down] * SOON)
    assert desk.calendar.days.words.splitlines()[1:] == [
        "78.00 CR · 4 credits", "promo 90 %, goodwill 10 %",
    ]  # fmt: skip
    press(Qt.Key.Key_Return)
    read(qtbot, desk)
    assert listed(desk) == [
        ("noor.a", 1_000, "promo"), ("greta.l", 2_000, "promo"), ("farid.h", 4_000, "promo"),
        ("noor.a", 800, "goodwill"),
    ]  # fmt: skip
    assert desk.table.hasFocus()
    assert desk.calendar.days.chosen_day == day_in(SOON, context)
    assert desk.head.words == "78.00 CR · 4 credits of 3 accounts · promo 90 %, goodwill 10 %"
    assert str(day_in(SOON, context).year) in desk.head.title


def test_the_source_of_the_calendar_is_the_list_s_too(desk: Credits, qtbot: QtBot) -> None:
    desk.calendar.source.choose("promo")
    qtbot.waitUntil(lambda: len(desk.model.rows) == 3)
    assert {source for _name, _left, source in listed(desk)} == {"promo"}
    assert desk.calendar.days.words_of(day_in(SOON, desk.context)).endswith("promo 100 %")
    assert not desk.calendar.days.has(day_in(LATER, desk.context))


@pytest.mark.parametrize(("days", "count"), [(7, 4), (90, 5), (None, 6)])
def test_a_figure_opens_the_list_behind_it(desk: Credits, qtbot: QtBot, days: int | None, count: int) -> None:
    tile = desk.figures.open if days is None else desk.figures.within[days]
    desk.filters.account.put("nobody")
    tile.setFocus()
    press(Qt.Key.Key_Return)
    read(qtbot, desk)
    assert len(desk.model.rows) == count


def test_filters_narrow_the_list_and_what_it_comes_to(desk: Credits, context: Context, qtbot: QtBot) -> None:
    for chip, value, count in (
        (desk.filters.account, "NOOR.A", 2), (desk.filters.expiry, "no expiry", 1),
        (desk.filters.left, (2_000, 4_000), 2), (desk.filters.source, "it's \"promo\"", 0),
        (desk.filters.granted, (day_in(1, context), day_in(2, context)), 0),
    ):  # fmt: skip
        chip.put(value)
        desk.filters.changed.emit()
        read(qtbot, desk)
        assert len(desk.model.rows) == count
        assert desk.head.words.startswith("nothing") is (count == 0)
        chip.reset()
    assert desk.table.words.startswith("No credit matches")


def test_what_a_credit_paid_for_stands_beside_it(
    desk: Credits, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    with connected(as_role("t_operator")) as ledger:
        done(reserve(ledger, "noor.a", 300, "order 1"))
        done(capture(ledger, "order 1"))
    desk.refresh()
    read(qtbot, desk)
    desk.table.setFocus()
    desk.table.select_place(0)
    press(Qt.Key.Key_Return)
    uses = desk.list.uses
    qtbot.waitUntil(lambda: uses.model.rowCount() == 2)
    assert uses.of.endswith("noor.a · promo")
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    qtbot.waitUntil(lambda: uses.table.currentIndex().isValid())
    press(Qt.Key.Key_Return)
    assert went == [OpenTransaction(uses.model.rows[0].transaction)]
    press(Qt.Key.Key_Escape)
    assert uses.isHidden()
    assert desk.table.hasFocus()


def test_a_place_that_was_left_is_shown_again(desk: Credits, context: Context, qtbot: QtBot) -> None:
    day = day_in(SOON, context)
    desk._choose_day(day)
    read(qtbot, desk)
    place = desk.place
    desk.filters.clear_all()
    desk.head.show_view(CreditView.EXPIRED)
    desk.show_again(place)
    read(qtbot, desk)
    assert (desk.head.view, desk.filters.day, len(desk.model.rows)) == (CreditView.OPEN, day, 4)


def test_another_screen_leads_to_what_expires_soon(desk: Credits, context: Context, qtbot: QtBot) -> None:
    desk.follow(OpenExpiring("CR", 30))
    read(qtbot, desk)
    assert desk.filters.until_days == (day_in(0, context), day_in(29, context))
    assert len(desk.model.rows) == 4


def test_an_empty_ledger_says_what_stands_here_one_day(
    context: Context, desk_of: Desks, qtbot: QtBot
) -> None:
    desk = desk_of(context)
    assert desk.calendar.words.startswith("Nothing expires within a year.")
    assert desk.table.words.startswith("No open credits")
    assert desk.figures.open.accessibleName() == "Open credit: 0.00 CR, 0.00 without an end"
    assert desk.acts.all_button.accessibleDescription() == "nothing matches"
    desk.head.views[CreditView.EXPIRED].click()
    read(qtbot, desk)
    assert desk.table.words.startswith("No expired credits")


def test_what_cannot_be_read_is_said_where_it_would_stand(
    desk: Credits, admin: Connection, context: Context, desk_of: Desks, qtbot: QtBot
) -> None:
    admin.execute("ALTER TABLE ledger.credit_lots RENAME TO elsewhere")
    other = desk_of(context)
    assert other.calendar.words.startswith("Not read: ")
    assert "not read" in other.figures.open.accessibleName()
    assert other.model.state is State.ERROR
    assert other.head.words.startswith("not added up: ")
    # What was read before stays.
    desk.refresh()
    read(qtbot, desk)
    assert desk.calendar.words == ""
    assert "558.00" in desk.figures.open.accessibleName()
    admin.execute("ALTER TABLE ledger.elsewhere RENAME TO credit_lots")


@pytest.fixture
def yen_too(ledger_url: str, open_accounts: Callable[..., None], context_of: Contexts) -> Context:
    """Return a context with four currencies, in which a customer can have yen."""
    fill_in_four_currencies(ledger_url)
    open_accounts({"noor.a": 0}, "JPY")
    return context_of("t_operator")


@pytest.mark.usefixtures("granted")
def test_each_currency_has_a_desk_of_its_own(
    yen_too: Context, operator: Connection, desk_of: Desks, qtbot: QtBot
) -> None:
    ends = ends_in(SOON, yen_too)
    done(write(operator, "grant_credit", "noor.a", "JPY", 1_234_567, "promo", ends))
    desk = desk_of(yen_too)
    desk.currency.choose("JPY")
    read(qtbot, desk)
    assert listed(desk) == [("noor.a", 1_234_567, "promo")]
    assert desk.figures.open.accessibleName() == "Open credit: 1,234,567 JPY, 0 without an end"
    assert desk.calendar.key.largest == "1.2 M a day"
    desk.currency.choose("CR")
    read(qtbot, desk)
    assert len(desk.model.rows) == 6


@pytest.mark.parametrize("width", [592, 816, 1_232])
def test_nothing_is_cut_where_the_window_is_narrow(
    granted: list[int], context: Context, desk_of: Desks, width: int
) -> None:
    desk = desk_of(context, width=width)
    for span in Span:
        desk.calendar.spans[span].click()
        assert desk.calendar.days.width() >= desk.calendar.days.minimumSizeHint().width()
        right = desk.calendar.mapTo(desk, desk.calendar.rect().topRight()).x()
        assert right < width
        for made in (*desk.calendar.spans.values(), desk.acts.void_button):
            assert made.mapTo(desk, made.rect().topRight()).x() < width


def test_all_that_match_are_exported_with_their_sum(desk: Credits, tmp_path: Path, qtbot: QtBot) -> None:
    desk.filters.source.put("promo")
    desk.filters.changed.emit()
    path = tmp_path / "credits.csv"
    said: list[str] = []
    desk.context.notices.posted.connect(lambda notice: said.append(notice.text))
    desk.export.run(path)
    qtbot.waitUntil(lambda: path.with_name("credits.csv.sha256").exists() and desk.export.isHidden())
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["username"] for row in rows] == ["noor.a", "greta.l", "farid.h"]
    assert [row["left"] for row in rows] == ["10.00", "20.00", "40.00"]
    assert "Control total of left 70.00 CR" in said[-1]


def test_letters_do_nothing_in_a_field(desk: Credits) -> None:
    desk.filters.account.open()
    editor = desk.filters.account.editor.widget
    QTest.keyClicks(editor, "axe")
    assert not desk.selection.everything
