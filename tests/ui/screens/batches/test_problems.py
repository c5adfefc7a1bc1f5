"""The list of problems: an account that is shut is one row, an export has each line; lines are set aside."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from console.files.mappings.store import place_beside
from tests.bookkeeping import Line, create_batch
from tests.cluster import connected
from tests.ui.screens.batches.hands import PAYOUT, loaded_page, mapped, press
from ui.kit.table.paged_model import PagedModel
from ui.kit.widgets.reason import ReasonDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.ledger.batches.page import BatchLineRow
    from ui.kit.notices import Notice, Notices
    from ui.screens.batches.batch.page import BatchPage
    from ui.screens.batches.screen import Batches


def test_a_frozen_account_is_listed_once_and_exported_line_by_line(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, tmp_path: Path
) -> None:
    with connected(ledger_url) as connection:
        connection.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), %s, 'frozen', 'for a test')", [payees[1]]
        )
    file = tmp_path / "payout.csv"
    lines = PAYOUT.read_text("utf-8").splitlines()
    more = [lines[2].replace("-002", f"-x{number}") for number in range(3)]
    file.write_text("\n".join([*lines, *more, ""]), "utf-8")
    shutil.copy(place_beside(PAYOUT), place_beside(file))
    press(mapped(qtbot, screen, file).load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    assert screen.rejected.heading == "4 problems. Nothing was written."
    view = screen.rejected.view
    assert [(one.line, one.value, one.message) for one in view.model.rows] == [
        (3, payees[1], f"{payees[1]} is frozen: 4 lines, first line 3. Unfreeze it first.")
    ]
    assert view.chips["account.frozen"].value == "4"
    view.export(tmp_path / "problems.csv")
    qtbot.waitUntil((tmp_path / "problems.csv").exists)
    with (tmp_path / "problems.csv").open(encoding="utf-8") as read:
        assert [row["line"] for row in csv.DictReader(read)] == ["3", "42", "43", "44"]


WHY = "line 2 is asked about"


@pytest.fixture
def faulty(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> int:
    """Make a draft of three lines, of which the second names nobody."""
    open_accounts({"alice": 10_000, "bob": 0})
    with connected(as_role("t_operator")) as operator:
        lines = [
            Line(1, "alice", "bob", 1_000, "r-1"), Line(2, "alice", "nobody", 2_000, "r-2"),
            Line(3, "alice", "bob", 3_000, "r-3"),
        ]  # fmt: skip
        return create_batch(operator, lines)


def checked(qtbot: QtBot, page: BatchPage) -> None:
    qtbot.waitUntil(lambda: not page.work.busy and page._context.worker.active == 0)


def lines_of(page: BatchPage) -> PagedModel[BatchLineRow]:
    model = page.tabs.lines.model()
    assert isinstance(model, PagedModel)
    return model


def answer(page: BatchPage) -> None:
    dialog = next(one for one in page.findChildren(ReasonDialog) if one.isVisible())
    QTest.keyClicks(dialog.edit, WHY)
    dialog.deed_button.click()


def test_the_faulty_line_goes_and_the_rest_can_be_posted(
    qtbot: QtBot, screen: Batches, faulty: int, notices: Notices
) -> None:
    told: list[str] = []

    def note(notice: Notice) -> None:
        told.append(notice.text)

    notices.posted.connect(note)
    page = loaded_page(qtbot, screen, faulty)
    checked(qtbot, page)
    made = page.tabs.aside_button
    assert (made.isVisible(), made.text()) == (True, "Set 1 faulty line aside…")
    made.click()
    answer(page)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.lines == 2)
    checked(qtbot, page)
    assert not made.isVisible()
    assert page.state is not None
    assert page.state.problems == ()
    assert [row.line for row in lines_of(page).rows] == [1, 3]
    (words,) = [one for one in told if "Set aside" in one]
    assert "1 line, 20.00 CR. Left in batch" in words
    assert words.endswith("2 lines, 40.00 CR.")


def test_chosen_lines_are_set_aside_from_their_menu(qtbot: QtBot, screen: Batches, faulty: int) -> None:
    page = loaded_page(qtbot, screen, faulty)
    checked(qtbot, page)
    model = lines_of(page)
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    page.tabs.lines.select_place(2)
    (action,) = page.tabs._setting_aside(model.rows[2])
    assert action.title == "Set line 3 aside…"
    action.run()
    answer(page)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.lines == 2)


def test_others_are_told_why_they_cannot(
    qtbot: QtBot, screen_of: Callable[[str], Batches], faulty: int
) -> None:
    page = loaded_page(qtbot, screen_of("t_operator2"), faulty)
    checked(qtbot, page)
    assert not page.tabs.aside_button.isEnabled()
    assert "only t_operator, who loaded it" in page.tabs.aside_button.accessibleDescription()
