"""What is done to many credits at once: at most ten keys to a dry run, and never to others than were seen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from console.ledger.credits.filter import CreditView
from tests.cluster import connected
from tests.models.writes import done, let_time_pass, sweep, write
from tests.ui.screens.credits.conftest import SOON, day_in, do, ends_in, form_of, press, read
from ui.acts.form import ActForm

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from psycopg import Connection
    from pytestqt.qtbot import QtBot

    from tests.ui.conftest import Contexts
    from tests.ui.screens.credits.conftest import Desks
    from ui.context import Context
    from ui.screens.credits.screen import Credits

pytestmark = pytest.mark.sql

ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


def choose(desk: Credits, *places: int) -> None:
    """Choose rows, and put the keyboard there."""
    desk.table.setFocus()
    desk.table.select_place(places[0])
    for place in places[1:]:
        desk.table.selectionModel().select(desk.model.index(place, 0), ROWS)


def choose_day(qtbot: QtBot, desk: Credits) -> None:
    """List the credits of the promotion's last day."""
    desk._choose_day(day_in(SOON, desk.context))
    read(qtbot, desk)


def ends_of(ledger_url: str, lots: list[int]) -> list[datetime | None]:
    """Return when credits end now, in the order of their numbers."""
    with connected(ledger_url) as connection:
        rows = connection.execute(
            "SELECT expires_at FROM ledger.credit_lots WHERE id = ANY (%s) ORDER BY id", [lots]
        ).fetchall()
    return [row[0] for row in rows]


def test_ten_keys_lead_to_the_dry_run_of_all_that_end_that_day(
    desk: Credits, granted: list[int], context: Context, ledger_url: str, qtbot: QtBot
) -> None:
    keys = [*[Qt.Key.Key_Down] * SOON, Qt.Key.Key_Return]
    press(*keys)
    read(qtbot, desk)
    press(Qt.Key.Key_A, Qt.Key.Key_X)
    form = form_of(qtbot, desk)
    # One more opens the desk, and a Sunday is at most six days away: 1 + 6 + 3.
    assert len(keys) - SOON + len(("A", "X")) == 3
    assert form.preview.rows[0] == "4 credits of 3 accounts · 78.00 CR"
    before, after = (day_in(days, context) for days in (SOON, SOON + 7))
    assert form.preview.rows[1].startswith(f"end of {before.day} ")
    assert f"→ end of {after.day} " in form.preview.rows[1]
    assert form.preview.rows[2] == "None of 4 credits is left out"
    assert form.deed_button.text() == "Extend 4 credits"
    # What is asked beforehand changes nothing.
    assert ends_of(ledger_url, granted[:4]) == [ends_in(SOON, context)] * 4
    do(qtbot, desk, form)
    assert ends_of(ledger_url, granted) == [
        *[ends_in(SOON + 7, context)] * 4, ends_in(40, context), None,
    ]  # fmt: skip
    assert desk.head.words == "nothing"
    assert desk.calendar.days.has(after)


def test_rows_that_are_chosen_are_counted_and_added_up(desk: Credits, qtbot: QtBot) -> None:
    assert desk.acts.extend_button.accessibleDescription() == "choose credits first"
    choose(desk, 0, 2)
    assert desk.head.chosen == "2 of 6 selected · 50.00 CR"
    press(Qt.Key.Key_X)
    assert form_of(qtbot, desk).preview.rows[0] == "2 credits of 2 accounts · 50.00 CR"


def test_all_that_match_are_more_than_the_rows_that_were_read(
    granted: list[int], context_of: Contexts, desk_of: Desks, qtbot: QtBot
) -> None:
    context = context_of("t_operator")
    desk = desk_of(context)
    desk.table.setFocus()
    press(Qt.Key.Key_A)
    assert desk.head.chosen == "All 6 that match are selected · 558.00 CR"
    selection = desk.selection.selection
    assert selection is not None
    assert (selection.lots, selection.count, selection.amount) == (None, 6, 55_800)
    assert len(desk.table.selected_rows()) == len(desk.model.rows)
    press(Qt.Key.Key_Down)
    assert not desk.selection.everything
    press(Qt.Key.Key_A)
    desk.filters.source.put("promo")
    desk.filters.changed.emit()
    read(qtbot, desk)
    assert desk.selection.selection is None
    press(Qt.Key.Key_A, Qt.Key.Key_Escape)
    assert desk.selection.selection is None


def test_nothing_is_done_to_more_than_were_seen(
    desk: Credits, context: Context, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    choose_day(qtbot, desk)
    press(Qt.Key.Key_A)
    with connected(as_role("t_operator")) as ledger:
        done(write(ledger, "grant_credit", "noor.a", "CR", 5, "promo", ends_in(SOON, context)))
    press(Qt.Key.Key_X)
    form = form_of(qtbot, desk)
    assert "5 credits of 78.05 CR now, and 4 were seen, of 78.00 CR" in form.preview.words
    assert form.reason == "the ledger would refuse it"


def test_what_ends_later_is_left_out_and_said(desk: Credits, qtbot: QtBot) -> None:
    choose(desk, 0, 4, 5)
    press(Qt.Key.Key_X)
    form = form_of(qtbot, desk)
    edit = form.blanks.edits["expires_at"]
    edit.day.set_day(day_in(SOON + 1, desk.context))  # type: ignore[attr-defined]  # an end's editor
    qtbot.waitUntil(lambda: form.foresight.found is not None)
    assert form.preview.rows[0] == "1 credit of 1 account · 10.00 CR"
    assert form.preview.rows[2] == "Left out: 2 that end later already · 480.00 CR"


def test_an_end_now_says_what_expires_at_once(
    desk: Credits, granted: list[int], admin: Connection, qtbot: QtBot
) -> None:
    choose(desk, 0, 1)
    press(Qt.Key.Key_E)
    form = form_of(qtbot, desk)
    assert form.preview.rows[:2] == ("2 credits of 2 accounts · 30.00 CR", "30.00 CR expires at once")
    do(qtbot, desk, form)
    closed = admin.execute(
        "SELECT count(*) FROM ledger.credit_lots WHERE id = ANY (%s) AND closed_at IS NOT NULL", [granted[:2]]
    ).fetchone()
    assert closed == (2,)


@pytest.mark.usefixtures("granted")
def test_expired_credits_are_listed_by_themselves_and_come_back(
    context: Context, admin: Connection, operator: Connection, desk_of: Desks, qtbot: QtBot
) -> None:
    let_time_pass(admin, 24 * (SOON + 1))
    done(sweep(operator))
    desk = desk_of(context)
    assert len(desk.model.rows) == 2
    desk.head.views[CreditView.EXPIRED].click()
    read(qtbot, desk)
    assert desk.head.words.startswith("78.00 CR · 4 credits of 3 accounts")
    assert desk.acts.extend_button.isHidden()
    desk.table.setFocus()
    press(Qt.Key.Key_A, Qt.Key.Key_R)
    form = form_of(qtbot, desk)
    assert form.preview.rows[0] == "4 credits of 3 accounts · 78.00 CR"
    do(qtbot, desk, form)
    assert desk.head.words == "nothing"
    desk.head.views[CreditView.OPEN].click()
    read(qtbot, desk)
    assert len(desk.model.rows) == 6


def test_one_credit_is_voided_by_the_reversal_of_its_grant(
    desk: Credits, granted: list[int], qtbot: QtBot
) -> None:
    choose(desk, 0, 1)
    assert desk.acts.void_button.accessibleDescription() == "choose one credit"
    choose(desk, 0)
    press(Qt.Key.Key_V)
    form = form_of(qtbot, desk)
    assert form.blanks.written["transaction"] == str(desk.model.rows[0].opened_by)
    assert form.blanks.written["amount"] == "10.00 CR"
    do(qtbot, desk, form)
    assert granted[0] not in [row.id for row in desk.model.rows]


def test_a_grant_goes_to_the_account_that_is_chosen(desk: Credits, qtbot: QtBot) -> None:
    choose(desk, 1)
    press(Qt.Key.Key_G)
    (form,) = desk.findChildren(ActForm)
    assert form.blanks.written["username"] == "greta.l"


def test_who_may_not_act_is_told_why(
    granted: list[int], context_of: Contexts, desk_of: Desks, qtbot: QtBot
) -> None:
    desk = desk_of(context_of("t_viewer"))
    choose(desk, 0)
    said: list[str] = []
    desk.context.notices.posted.connect(lambda notice: said.append(notice.text))
    for made in (desk.acts.extend_button, desk.acts.end_button, desk.grant_button, desk.list_button):
        assert not made.isEnabled()
        assert made.accessibleDescription() == "needs role operator"
    press(Qt.Key.Key_X)
    assert desk.findChildren(ActForm) == []
    assert said == ["Extend: needs role operator"]


def test_the_proposed_end_is_a_week_after_the_last_that_is_chosen(desk: Credits, qtbot: QtBot) -> None:
    choose(desk, 0, 4)
    press(Qt.Key.Key_X)
    form = form_of(qtbot, desk)
    last = desk.context.formats.today() + timedelta(days=47)
    assert form.blanks.edits["expires_at"].day.day() == last  # type: ignore[attr-defined]  # an end's editor
    QTest.keyClick(form, Qt.Key.Key_Escape)
    assert desk.head.chosen == "2 of 6 selected · 170.00 CR"
