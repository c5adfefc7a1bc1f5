"""A draft takes what an earlier batch did not get back, out of what it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import Line, create_batch, post_batch, transfer
from tests.cluster import connected
from tests.models.writes import REASON, done, write
from tests.ui.screens.batches.hands import loaded_page, press

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.screens.batches.screen import Batches


@pytest.fixture
def batches(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> tuple[int, int]:
    """Return a batch of which 50.00 are left, and a draft that pays the same account 60.00."""
    open_accounts({"bob": 0})
    with connected(as_role("t_operator")) as operator:
        short = create_batch(operator, [Line(1, "@external", "bob", 8_000, "p-1")])
        done(post_batch(operator, short))
        done(transfer(operator, "bob", "@revenue", 5_000))
        done(write(operator, "reverse_batch", short, "available", REASON))
        draft = create_batch(operator, [Line(1, "@external", "bob", 6_000, "q-1")])
    return short, draft


def test_a_draft_is_offered_what_is_left_and_takes_it_when_it_is_posted(
    qtbot: QtBot, screen: Batches, batches: tuple[int, int], ledger_url: str
) -> None:
    short, draft = batches
    page = loaded_page(qtbot, screen, draft)
    box = page.posting.offsets.boxes[short]
    qtbot.waitUntil(lambda: not page.work.busy)
    assert (box.text(), box.isChecked(), box.isVisible()) == (f"#{short}, 50.00 CR", False, True)
    before = page.state.content if page.state is not None else b""
    box.click()
    qtbot.waitUntil(lambda: not page.work.busy and page.state is not None and page.state.content != before)
    assert page.posting.offsets.boxes[short].isChecked()
    page.posting.typed_total.setText("60.00")
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.posted_card.fact("Took what was left of") == f"#{short}")
    with connected(ledger_url) as admin:
        assert admin.execute(
            "SELECT balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
            "WHERE u.username = 'bob'"
        ).fetchone() == (1_000,)


def test_others_are_told_why_they_cannot(
    qtbot: QtBot, screen_of: Callable[[str], Batches], batches: tuple[int, int]
) -> None:
    short, draft = batches
    page = loaded_page(qtbot, screen_of("t_operator2"), draft)
    box = page.posting.offsets.boxes[short]
    assert not box.isEnabled()
    assert box.accessibleDescription() == "only t_operator, who loaded it, chooses that"
