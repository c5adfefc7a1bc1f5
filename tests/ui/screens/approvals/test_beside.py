"""A batch beside the last of its kind, on the page where a checker decides on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.approvals.commands import submit_batch
from console.ledger.approvals.comparison import BARS, Comparison, OddAmount
from console.ledger.batches.commands import validate
from console.money import Currency
from tests.bookkeeping import Line, create_batch, post_batch
from tests.models.writes import done
from tests.ui.screens.approvals.hands import choose, numbers
from ui.kit.theme.tokens import Tone
from ui.screens.approvals.request.beside import chips, heading, steps

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from ui.kit.formats import Formats
    from ui.screens.approvals.screen import ApprovalsDesk

CR = Currency("CR", 2)


@pytest.fixture
def payout(operator: Connection, maker: Ledger, people: None) -> int:
    """Submit a payout after two like it, in which bob gets much more than usual."""
    for month in (1, 2):
        lines = [
            Line(1, "@external", "bob", 440, f"m{month}-1"),
            Line(2, "@external", "carol", 100, f"m{month}-2"),
        ]
        done(post_batch(operator, create_batch(operator, lines)))
    batch = create_batch(
        operator, [Line(1, "@external", "bob", 9_900, "now-1"), Line(2, "@external", "carol", 110, "now-2")]
    )
    content = validate(maker, batch).summary.content_hash
    return submit_batch(maker, batch, content, reason="payout of November").request


def test_a_checker_sees_what_is_odd_within_two_statements(
    qtbot: QtBot, desk: ApprovalsDesk, payout: int, three: list[int], statements: Statements
) -> None:
    desk.refresh()
    qtbot.waitUntil(lambda: payout in numbers(desk))
    with statements.counted() as sent:
        choose(qtbot, desk, payout)
    assert len(sent) == 2
    part = desk.request.beside
    assert part.isVisible()
    assert part.words.splitlines() == [
        "Amounts beside the last 2 batches of its kind",
        "bob 99.00 is 22 times the usual",
        "2 payees new in 30 days",
        "no payee twice",
    ]
    assert sum(step.odd for step in part.bars.steps) == 1
    choose(qtbot, desk, three[0])
    assert not part.isVisible()


def comparison(**changes: object) -> Comparison:
    values: dict[str, object] = {
        "earlier": 6, "least": 100, "most": 100 * 2**BARS, "here": (1, *(0,) * (BARS - 1)),
        "there": (2.0, *(0.0,) * (BARS - 1)), "odd": (), "repeated": 0, "same": 0, "new": 0, "file_seen": 0,
    }  # fmt: skip
    return Comparison(**(values | changes))  # type: ignore[arg-type]  # each is of its field


def test_what_was_looked_for_and_not_found_is_said_too(formats: Formats) -> None:
    assert chips(comparison(), CR, formats) == [
        ("no amount is ten times the usual", Tone.CREDIT),
        ("no payee twice", Tone.CREDIT),
        ("file not seen before", Tone.CREDIT),
    ]
    alone = comparison(earlier=0, file_seen=None)
    assert heading(alone, formats) == "Amounts; no batch of this kind was posted before"
    assert chips(alone, CR, formats) == [("no payee twice", Tone.CREDIT)]


def test_what_is_worst_comes_first(formats: Formats) -> None:
    odd = tuple(OddAmount(n, f"u{n}", 1_000 * n, 10) for n in range(5, 0, -1))
    found = comparison(odd=odd, repeated=3, same=1, new=1, file_seen=2)
    assert [words for words, _tone in chips(found, CR, formats)] == [
        "u5 50.00 is 500 times the usual",
        "u4 40.00 is 400 times the usual",
        "u3 30.00 is 300 times the usual",
        "2 more odd amounts",
        "its file was loaded 2 times more",
        "1 payee with an amount twice",
        "1 payee new in 30 days",
        "2 payees more than once",
    ]


def test_each_bar_says_what_it_counts(formats: Formats) -> None:
    made = steps(comparison(odd=(OddAmount(1, "u", 100, 1),)), CR, formats)
    assert len(made) == BARS
    assert made[0].words == "1.00 to 2.00\n1 line here\n2.0 usually\n1 odd"
    assert made[1].words == "2.00 to 4.00\n0 lines here\n0.0 usually"
