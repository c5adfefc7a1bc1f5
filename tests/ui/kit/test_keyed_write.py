"""A write under one key until its outcome is known, and exactly one end each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from console.errors import (
    CancelledError,
    ConsoleError,
    OutcomeUnknownError,
    RefusedError,
    UnavailableError,
)
from ui.kit.keyed_write import KeyedWrite

if TYPE_CHECKING:
    from uuid import UUID

    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from ui.kit.worker import Worker

ACT = ("pay", 7)
LOST = OutcomeUnknownError("0")
REFUSED = RefusedError("funds.short", "Refused: the money does not reach.")
GONE = UnavailableError("The server is gone.")


class Ledger:
    """Answers in turn, and keeps the keys and reasons it was called with."""

    def __init__(self, *answers: str | ConsoleError) -> None:
        self.answers = list(answers)
        self.called: list[tuple[UUID, str]] = []

    def call(self, key: UUID, reason: str) -> str:
        """Take a call."""
        self.called.append((key, reason))
        answer = self.answers.pop(0)
        if isinstance(answer, ConsoleError):
            raise answer
        return answer


class Page(QObject):
    """A page that writes down how each of its writes ended."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.one = KeyedWrite(worker, self)
        self.ends: list[object] = []
        self.busy: list[str] = []
        self.one.busy_changed.connect(self.busy.append)

    def pay(self, ledger: Ledger, reason: str = "first") -> None:
        """Press the button."""
        self.one.write(
            ACT,
            "Paying",
            lambda key, _cancel: ledger.call(key, reason),
            lambda answer, late: self.ends.append((answer, late)),
            failed=self.ends.append,
            cancelled=lambda: self.ends.append("cancelled"),
        )


@pytest.fixture
def page(worker: Worker) -> Page:
    return Page(worker)


def settle(qtbot: QtBot, page: Page, ends: int) -> None:
    qtbot.waitUntil(lambda: len(page.ends) == ends)


def test_pressed_twice_it_is_one_write(qtbot: QtBot, page: Page) -> None:
    ledger = Ledger("paid", "paid")
    page.pay(ledger)
    page.pay(ledger)
    settle(qtbot, page, 1)
    assert page.ends == [("paid", False)]
    assert len(ledger.called) == 1
    assert page.busy == ["Paying", ""]
    assert not page.one.pending
    page.pay(ledger)
    settle(qtbot, page, 2)
    assert ledger.called[0][0] != ledger.called[1][0], "what has ended is followed by another operation"


def test_in_doubt_the_first_is_asked_for_again_with_all_it_said(qtbot: QtBot, page: Page) -> None:
    ledger = Ledger(LOST, GONE, "paid")
    page.pay(ledger, "first")
    settle(qtbot, page, 1)
    assert page.one.in_doubt(ACT)
    page.pay(ledger, "second")
    settle(qtbot, page, 2)
    assert page.one.in_doubt(ACT), "that the server is gone now says nothing of the first try"
    page.pay(ledger, "third")
    settle(qtbot, page, 3)
    assert page.ends == [LOST, GONE, ("paid", False)]
    assert {reason for _key, reason in ledger.called} == {"first"}
    assert len({key for key, _reason in ledger.called}) == 1
    assert page.busy == ["Paying", "", "Asking", "", "Asking", ""]
    assert not page.one.pending


@pytest.mark.parametrize("answer", [REFUSED, GONE])
def test_an_answer_ends_the_write(qtbot: QtBot, page: Page, answer: ConsoleError) -> None:
    ledger = Ledger(answer, "paid")
    page.pay(ledger)
    settle(qtbot, page, 1)
    assert not page.one.pending
    page.pay(ledger)
    settle(qtbot, page, 2)
    assert page.ends == [answer, ("paid", False)]
    assert ledger.called[0][0] != ledger.called[1][0]


def test_a_refusal_ends_the_doubt_too(qtbot: QtBot, page: Page) -> None:
    page.pay(ledger := Ledger(LOST, REFUSED))
    settle(qtbot, page, 1)
    page.pay(ledger)
    settle(qtbot, page, 2)
    assert not page.one.in_doubt(ACT)


def test_what_was_learned_elsewhere_is_forgotten(qtbot: QtBot, page: Page) -> None:
    page.pay(ledger := Ledger(LOST, "paid"))
    settle(qtbot, page, 1)
    page.one.forget(ACT)
    assert not page.one.pending
    page.pay(ledger)
    settle(qtbot, page, 2)
    assert ledger.called[0][0] != ledger.called[1][0]


def test_a_cancel_that_comes_too_late_is_told(qtbot: QtBot, page: Page, worker: Worker) -> None:
    page.pay(Ledger("paid"))
    assert worker._pool.waitForDone(5_000)
    page.one.cancel()
    settle(qtbot, page, 1)
    assert page.ends == [("paid", True)]
    assert not page.one.pending


@pytest.mark.parametrize("doubtful", [False, True])
def test_a_cancel_in_time_ends_a_write_but_no_doubt(qtbot: QtBot, page: Page, *, doubtful: bool) -> None:
    if doubtful:
        page.pay(Ledger(LOST, CancelledError()))
        settle(qtbot, page, 1)
    started = threading.Event()

    def call(_key: UUID, cancellation: Cancellation) -> str:
        started.set()
        while not cancellation.cancelled:
            started.wait(0.001)
        raise CancelledError

    ends: list[object] = []
    page.one.write(
        ACT,
        "Paying",
        call,
        lambda answer, _late: ends.append(answer),
        failed=ends.append,
        cancelled=lambda: ends.append("cancelled"),
    )
    page.one.cancel()
    qtbot.waitUntil(lambda: bool(ends))
    assert page.one.in_doubt(ACT) is doubtful
    assert ends == ["cancelled"]
