"""The paged model: a window over a list of any length, moved by its ends."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

from console.errors import DatabaseUnreachableError
from console.postgres.page import Direction, Page
from tests.ui.parts import COLUMNS, MadeUp, make_row, make_rows
from ui.kit.table.paged_model import PagedModel, State

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.worker import Worker

PAGE = 50


class Listing:
    """A keyset list of `total` rows as the database would page it, counting its loads."""

    def __init__(self, total: int, *, page: int = PAGE) -> None:
        self.total = total
        self.page = page
        self.loads: list[tuple[Direction, int | None]] = []
        self.failing = False

    def __call__(
        self, direction: Direction, cursor: MadeUp | None, _cancellation: Cancellation
    ) -> Page[MadeUp]:
        """Return the page beside the cursor."""
        place = None if cursor is None else make_row(0).id - cursor.id
        self.loads.append((direction, place))
        if self.failing:
            raise DatabaseUnreachableError("test:5432", "connection refused")
        if direction is Direction.AFTER:
            first = 0 if place is None else place + 1
        else:
            first = max(0, (self.total if place is None else place) - self.page)
        end = min(self.total, first + self.page)
        if direction is Direction.BEFORE and place is not None:
            end = place
        return Page(make_rows(end - first, first), more_before=first > 0, more_after=end < self.total)


@pytest.fixture
def model(formats: Formats, worker: Worker) -> PagedModel[MadeUp]:
    return PagedModel(COLUMNS, formats, worker, rows_in_memory=PAGE * 3)


def wait_ready(qtbot: QtBot, model: PagedModel[Any]) -> None:
    qtbot.waitUntil(lambda: model.state in {State.READY, State.EMPTY, State.ERROR})


def fetch(qtbot: QtBot, model: PagedModel[Any]) -> None:
    model.fetchMore(QModelIndex())
    wait_ready(qtbot, model)


def numbers(model: PagedModel[MadeUp]) -> list[int]:
    return [make_row(0).id - row.id for row in model.rows]


def test_it_is_a_sound_model_through_all_its_moves(
    qtbot: QtBot, qtmodeltester: ModelTester, model: PagedModel[MadeUp]
) -> None:
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt leaves it out
    model.show(Listing(PAGE * 6))
    wait_ready(qtbot, model)
    for _ in range(4):
        fetch(qtbot, model)
    model.fetch_before()
    wait_ready(qtbot, model)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt leaves it out


def test_it_pages_down_to_the_end_and_no_further(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    listing = Listing(PAGE * 2 + 7)
    model.show(listing)
    assert model.state is State.LOADING
    wait_ready(qtbot, model)
    assert numbers(model) == list(range(PAGE))
    while model.canFetchMore(QModelIndex()):
        fetch(qtbot, model)
    assert numbers(model) == list(range(PAGE * 2 + 7))
    assert listing.loads == [
        (Direction.AFTER, None),
        (Direction.AFTER, PAGE - 1),
        (Direction.AFTER, 2 * PAGE - 1),
    ]


def test_it_drops_the_far_side_and_finds_it_again(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    shifts: list[int] = []
    model.shifted.connect(shifts.append)
    model.show(Listing(PAGE * 6))
    wait_ready(qtbot, model)
    for _ in range(4):
        fetch(qtbot, model)
    assert numbers(model) == list(range(PAGE * 2, PAGE * 5))
    assert model.more_before
    assert shifts == [-PAGE, -PAGE]
    model.fetch_before()
    wait_ready(qtbot, model)
    assert numbers(model) == list(range(PAGE, PAGE * 4))
    assert model.more_after
    assert shifts[-1] == PAGE


def test_the_last_page_can_be_asked_for(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    model.show(Listing(PAGE * 4))
    wait_ready(qtbot, model)
    model.show_last()
    wait_ready(qtbot, model)
    assert numbers(model) == list(range(PAGE * 3, PAGE * 4))
    assert model.more_before
    assert not model.more_after


def test_an_empty_list_says_so(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    model.show(Listing(0))
    qtbot.waitUntil(lambda: model.state is State.EMPTY)
    assert model.rowCount() == 0


def test_an_error_keeps_the_rows_and_waits_for_the_operator(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    listing = Listing(PAGE * 3)
    model.show(listing)
    wait_ready(qtbot, model)
    listing.failing = True
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.state is State.ERROR)
    assert "connection refused" in model.problem
    assert model.rowCount() == PAGE
    assert not model.canFetchMore(QModelIndex())
    listing.failing = False
    model.retry()
    wait_ready(qtbot, model)
    assert model.rowCount() == PAGE * 2


def test_another_list_drops_the_load_under_way(qtbot: QtBot, model: PagedModel[MadeUp]) -> None:
    entered, release = threading.Event(), threading.Event()

    def slow(_direction: Direction, _cursor: MadeUp | None, _c: Cancellation) -> Page[MadeUp]:
        entered.set()
        assert release.wait(5)
        return Page(make_rows(3, 900), more_before=False, more_after=False)

    model.show(slow)
    assert entered.wait(5)
    model.show(Listing(5))
    release.set()
    qtbot.waitUntil(lambda: model.rowCount() == 5)
    assert numbers(model) == [0, 1, 2, 3, 4]


def test_the_operators_cancel_is_said(qtbot: QtBot, model: PagedModel[MadeUp], worker: Worker) -> None:
    entered, release = threading.Event(), threading.Event()

    def slow(_direction: Direction, _cursor: MadeUp | None, cancellation: Cancellation) -> Page[MadeUp]:
        cancellation.attach(release.set)
        entered.set()
        assert release.wait(5)
        cancellation.detach()
        cancellation.check()
        return Page((), more_before=False, more_after=False)

    model.show(slow)
    assert entered.wait(5)
    worker.cancel(model)
    qtbot.waitUntil(lambda: model.state is State.ERROR)
    assert model.problem.startswith("Cancelled")


def test_amounts_of_any_size_are_shown_and_spoken_exactly(
    qtbot: QtBot, formats: Formats, worker: Worker
) -> None:
    large = make_row(0)
    amounts = (2**31, 2**53 + 1, 2**63 - 1, -(2**63))
    rows = tuple(
        MadeUp(
            n,
            large.posted_at,
            "transfer",
            "a",
            "b",
            amount,
            None,
            None,
            "",
        )
        for n, amount in enumerate(amounts)
    )
    model = PagedModel(COLUMNS, formats, worker)
    model.show(lambda _d, _r, _c: Page(rows, more_before=False, more_after=False))
    wait_ready(qtbot, model)
    at = [column.key for column in COLUMNS].index("amount")
    shown = [model.data(model.index(row, at)) for row in range(4)]
    minus = "\N{MINUS SIGN}"
    assert shown == [
        "21,474,836.48",
        "90,071,992,547,409.93",
        "92,233,720,368,547,758.07",
        f"{minus}92,233,720,368,547,758.08",
    ]
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(1, at), role) == "90071992547409.93 CR"
    assert model.data(model.index(3, at), role) == "minus 92233720368547758.08 CR"
    assert model.row_at(1).amount == 2**53 + 1
    assert model.data(model.index(0, at + 1)) == ""


def test_what_is_forgotten_is_loaded_again_from_the_first_page(
    qtbot: QtBot, model: PagedModel[MadeUp]
) -> None:
    listing = Listing(PAGE * 2)
    model.show(listing)
    wait_ready(qtbot, model)
    model.forget()
    assert (model.rows, model.more_before, model.more_after) == ((), False, False)
    assert not model.canFetchMore(QModelIndex())
    model.show_first()
    wait_ready(qtbot, model)
    assert numbers(model) == list(range(PAGE))
