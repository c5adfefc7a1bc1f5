"""A list that others change: read anew where nobody has gone into it, and only said to be old elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.postgres.page import Direction, Page
from tests.ui.kit.table.test_paged_model import Listing, fetch, numbers, wait_ready
from tests.ui.parts import COLUMNS, MadeUp, make_row
from ui.kit.lists.renewed import Renewed
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.view import LedgerTable
from ui.kit.widgets.basics import TitleRow

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

PAGE = 50


class Shown:
    """A list on the screen."""

    def __init__(self, qtbot: QtBot, table: LedgerTable, model: PagedModel[MadeUp], listing: Listing) -> None:
        self.qtbot = qtbot
        self.table = table
        self.model = model
        self.listing = listing
        self.title = TitleRow("Made up")
        self.renewed = Renewed(table, model, self.title, key=lambda row: row.id)
        self.resets = 0
        model.modelReset.connect(self._count)
        qtbot.addWidget(self.title)
        self.title.show()

    def _count(self) -> None:
        self.resets += 1

    def renew(self) -> None:
        """Ask for the renewal, and wait for what comes of it."""
        loads = len(self.listing.loads)
        self.renewed.renew()
        self.qtbot.waitUntil(lambda: self.renewed.stale.isVisible() or len(self.listing.loads) > loads)
        self.qtbot.wait(50)


@pytest.fixture
def shown(qtbot: QtBot, formats: Formats, worker: Worker, theme: Theme, store: QSettings) -> Shown:
    model: PagedModel[MadeUp] = PagedModel(COLUMNS, formats, worker)
    table = LedgerTable("made-up", theme=theme, store=store, notice=lambda _words: None)
    table.setModel(model)
    table.resize(900, 300)
    qtbot.addWidget(table)
    table.show()
    listing = Listing(PAGE * 3)
    made = Shown(qtbot, table, model, listing)
    model.show(listing)
    wait_ready(qtbot, model)
    made.resets = 0
    return made


def test_what_is_the_same_stays_as_it_is(shown: Shown) -> None:
    shown.table.select_place(3)
    shown.renew()
    assert shown.resets == 0
    assert shown.table.current_row() == make_row(3)


@pytest.mark.parametrize("left", [2, 0])
def test_what_has_gone_from_its_end_goes(shown: Shown, left: int) -> None:
    shown.listing.total = 5
    shown.renew()
    shown.listing.total = left
    shown.renew()
    assert [shown.model.row_at(at) for at in range(shown.model.rowCount())] == [
        make_row(n) for n in range(left)
    ]


def test_what_is_new_comes_and_what_was_chosen_is_chosen(shown: Shown) -> None:
    shown.table.select_place(3)
    chosen = shown.table.current_row()
    shown.model.load_by(Without(shown.listing, 1))
    shown.renew()
    assert (shown.resets, numbers(shown.model)[:3]) == (1, [1, 2, 3])
    assert shown.table.current_row() == chosen
    assert not shown.renewed.stale.isVisible()


def test_a_row_that_is_gone_is_chosen_no_longer(shown: Shown) -> None:
    shown.table.select_place(0)
    shown.model.load_by(Without(shown.listing, 1))
    shown.renew()
    assert shown.table.current_row() is None


@pytest.mark.parametrize("way", ["scrolled", "several chosen"])
def test_nothing_is_taken_from_under_the_eye(shown: Shown, way: str) -> None:
    fetch(shown.qtbot, shown.model)
    if way == "scrolled":
        shown.table.verticalScrollBar().setValue(400)
    else:
        shown.table.selectAll()
    held = shown.model.rows
    shown.renew()
    assert shown.renewed.stale.isVisible()
    assert (shown.model.rows, shown.resets) == (held, 0)
    shown.renewed.stale.click()
    shown.qtbot.waitUntil(lambda: not shown.renewed.stale.isVisible())
    assert len(shown.model.rows) == PAGE


def test_an_answer_that_does_not_come_changes_nothing(shown: Shown) -> None:
    shown.listing.failing = True
    held = shown.model.rows
    shown.renew()
    assert shown.model.rows == held
    assert shown.model.problem == ""


class Without:
    """A listing whose first rows are gone."""

    def __init__(self, listing: Listing, rows: int) -> None:
        self._listing = listing
        self._rows = rows

    def __call__(
        self, direction: Direction, cursor: MadeUp | None, cancellation: Cancellation
    ) -> Page[MadeUp]:
        """Return the page that begins so many rows later."""
        del cursor
        page = self._listing(direction, make_row(self._rows - 1), cancellation)
        return Page(page.rows, more_before=False, more_after=page.more_after)
