"""The panel beside the list: one hold, several at once, and what a capture would use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from console.ledger.holds.commands import extend
from console.ledger.holds.page import View
from console.monitor.budgets import budget
from tests.models.writes import done, release
from tests.ui.screens.holds.hands import choose, open_view, previewed, references
from ui.routes import OpenAccount, OpenTransaction

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.holds.conftest import Desks
    from ui.routes import Route
    from ui.screens.holds.screen import HoldsDesk

MINUS = "\N{MINUS SIGN}"


def amounts(desk: HoldsDesk) -> list[str]:
    """Return the rows of credits, each up to its end and from what is used on."""
    return [
        " | ".join((row.split(", ")[0], row.split(", used ")[1])) for row in desk.panel.capture.credits.rows
    ]


def type_amount(desk: HoldsDesk, text: str) -> None:
    desk.panel.focus_first()
    QTest.keyClicks(desk.panel.capture.amount, text)


def test_the_credits_that_a_capture_would_use_are_named(
    qtbot: QtBot, desk: HoldsDesk, statements: Statements
) -> None:
    with statements.counted() as sent:
        choose(desk, "old")
        previewed(qtbot, desk)
    part = desk.panel.capture
    assert amounts(desk) == [
        f"promo 0412 | {MINUS}120.00, left 0.00",
        f"Winter sale | {MINUS}292.50, left 57.50",
    ]
    assert part.words.startswith("Next to expire then: Winter sale, 57.50 at ")
    assert part.words.endswith("Available after: 1,048.50 CR, unchanged.")
    previews = [text for text in sent if "burn_preview" in text]
    assert len(previews) == budget("reservation.capture-preview") == 1


def test_less_is_a_capture_of_a_part(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "old")
    type_amount(desk, "130")
    previewed(qtbot, desk)
    part = desk.panel.capture
    assert part.found is not None
    assert (part.taking, part.found.taking) == (13_000, 13_000)
    assert amounts(desk) == [
        f"promo 0412 | {MINUS}120.00, left 0.00",
        f"Winter sale | {MINUS}10.00, left 340.00",
    ]
    assert part.words.endswith("Available after: 1,331.00 CR, now 1,048.50.")
    assert desk.panel.subject.taking == 13_000


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("412.51", "only 412.50 CR is held"),
        ("0", "a capture takes more than nothing"),
        ("4,0", "This is not an amount"),
    ],
)
def test_what_cannot_be_captured_is_said_at_once_and_asked_of_nobody(
    qtbot: QtBot, desk: HoldsDesk, typed: str, words: str
) -> None:
    choose(desk, "old")
    previewed(qtbot, desk)
    type_amount(desk, typed)
    part = desk.panel.capture
    assert part.hint.startswith(words)
    assert part.found is None
    assert part.credits.isHidden()


def test_only_where_the_keyboard_stays_it_is_asked(
    qtbot: QtBot, desk: HoldsDesk, statements: Statements
) -> None:
    with statements.counted() as sent:
        for name in references(desk) * 3:
            choose(desk, name)
        previewed(qtbot, desk)
    assert len([text for text in sent if "burn_preview" in text]) == 1


def test_an_amount_typed_stays_when_the_list_is_read_anew(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "old")
    type_amount(desk, "100")
    previewed(qtbot, desk)
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.refresh()
    assert desk.panel.capture.amount.text() == "100"
    choose(desk, "two")
    assert desk.panel.capture.amount.text() == "9.00"


def test_it_says_who_holds_it_for_whom_and_until_when(desk: HoldsDesk) -> None:
    choose(desk, "old")
    assert desk.panel.facts == "old, held 34 h ago by t_operator \N{MIDDLE DOT} no end"
    choose(desk, "one")
    assert desk.panel.facts == "one, held 1 min ago by t_operator \N{MIDDLE DOT} ends in 5 h"
    assert desk.panel.after == "A later capture by t_operator would then be refused."
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    desk.panel.account_button.click()
    assert went == [OpenAccount("greta.l", "CR")]


def test_with_one_past_its_end_nothing_can_be_done(desk: HoldsDesk) -> None:
    choose(desk, "late")
    assert [made.isEnabled() for made in desk.panel.act_buttons] == [False] * 3
    assert desk.panel.after == "Its time is over, the automatic jobs end it."


@pytest.mark.parametrize(
    ("login", "offered"),
    [
        ("t_operator", ["Release…", "Capture…", "Extend…"]),
        ("t_support", ["Release…", "Ask for a capture…", "Extend…"]),
        ("t_viewer", ["Release… needs role support or operator"]),
    ],
)
def test_each_role_is_offered_what_it_may_do(
    context_of: Contexts, show: Desks, holds: None, login: str, offered: list[str]
) -> None:
    desk = show(context_of(login))
    choose(desk, "old")
    found = [made.accessibleName() for made in desk.panel.act_buttons]
    if login == "t_viewer":
        assert [made.isEnabled() for made in desk.panel.act_buttons] == [False] * 3
        assert desk.panel.after == "Needs role support or operator."
    else:
        assert found == offered
        assert all(made.isEnabled() for made in desk.panel.act_buttons)


def test_several_are_summed_and_named(desk: HoldsDesk) -> None:
    desk.table.selectAll()
    assert len(desk.panel.rows) == 4
    assert desk.panel.facts.splitlines() == [
        "old, noor.a, 412.50 CR", "late, greta.l, 7.00 CR", "one, greta.l, 8.00 CR", "two, noor.a, 9.00 CR",
    ]  # fmt: skip
    assert desk.panel.after == "Of late, its time is over, the automatic jobs end it."
    assert desk.panel.capture.isHidden()


def test_an_ended_hold_says_by_whom_when_and_leads_to_its_capture(qtbot: QtBot, desk: HoldsDesk) -> None:
    open_view(qtbot, desk, View.ENDED)
    choose(desk, "taken")
    words = desk.panel.ended.words.splitlines()
    assert words[0].startswith("Captured by t_operator at 20")
    assert words[1:] == ["2.50 CR captured.", "7.50 CR went back to the account."]
    assert [made.isHidden() for made in desk.panel.act_buttons] == [True] * 3
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    desk.panel.ended.transaction_button.click()
    (route,) = went
    assert isinstance(route, OpenTransaction)
    choose(desk, "gone")
    assert "Reason: " in desk.panel.ended.words
    assert desk.panel.ended.transaction_button.isHidden()


def test_one_that_ended_meanwhile_says_so(qtbot: QtBot, desk: HoldsDesk, operator: Connection) -> None:
    done(release(operator, "two"))
    choose(desk, "two")
    qtbot.waitUntil(lambda: desk.panel.capture.words.startswith("It has ended meanwhile"))
    assert desk.panel.capture.credits.isHidden()


def test_how_its_end_was_moved_is_told(qtbot: QtBot, desk: HoldsDesk, operator_ledger: Ledger) -> None:
    extend(operator_ledger, "two", expires_at=None, reason="they wait for a part", ticket="SUP-1")
    choose(desk, "two")
    qtbot.waitUntil(lambda: bool(desk.panel.history.words))
    assert desk.panel.history.words.endswith(" to no end: they wait for a part (SUP-1)")
    choose(desk, "one")
    assert desk.panel.history.words == ""
