"""The worker: one outcome a run, on the GUI thread, or none."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from console.errors import CancelledError, ConsoleError, TimedOutError
from ui.kit.worker import Worker

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation


class Statement:
    """Stands for a statement: it runs until it is cancelled on the server or allowed to end."""

    def __init__(self, result: str = "result") -> None:
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.release = threading.Event()
        self.result = result

    def __call__(self, cancellation: Cancellation) -> str:
        """Wait as psycopg would, and be ended by cancel() as by cancel_safe()."""
        cancellation.attach(self._stop)
        self.started.set()
        try:
            assert self.release.wait(5)
            if self.stopped.is_set():
                raise CancelledError
            return self.result
        finally:
            cancellation.detach()

    def _stop(self) -> None:
        self.stopped.set()
        self.release.set()


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


def test_work_runs_off_the_gui_thread_and_its_result_arrives_on_it(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    seen: list[tuple[int, int]] = []

    def work(_cancellation: Cancellation) -> int:
        return threading.get_ident()

    worker.run(work, done=lambda there: seen.append((there, threading.get_ident())), owner=owner)
    assert not seen
    qtbot.waitUntil(lambda: bool(seen))
    there, here = seen[0]
    assert here == threading.get_ident()
    assert there != here


def _same(value: int, _cancellation: Cancellation) -> int:
    return value


def test_an_amount_beyond_32_and_53_bits_arrives_exactly(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    seen: list[int] = []
    for amount in (2**31, 2**53 + 1, 2**63 - 1, 2**70):
        worker.run(partial(_same, amount), done=seen.append, owner=owner)
    qtbot.waitUntil(lambda: len(seen) == 4)
    assert sorted(seen) == [2**31, 2**53 + 1, 2**63 - 1, 2**70]


def test_a_new_run_cancels_the_one_before_and_only_the_new_result_arrives(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    first, second = Statement("first"), Statement("second")
    seen: list[str] = []
    worker.run(first, done=seen.append, owner=owner, replaces="page")
    assert first.started.wait(5)
    worker.run(second, done=seen.append, owner=owner, replaces="page")
    assert first.stopped.wait(5)
    second.release.set()
    qtbot.waitUntil(lambda: worker.active == 0)
    assert seen == ["second"]
    assert not second.stopped.is_set()


def test_a_result_that_was_ready_before_the_cancel_is_dropped(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    ready = threading.Event()
    seen: list[str] = []

    def work(_cancellation: Cancellation) -> str:
        ready.set()
        return "late"

    worker.run(work, done=seen.append, owner=owner, replaces="page")
    assert ready.wait(5)  # the outcome is queued or about to be; the GUI thread has not looked yet
    worker.run(lambda _c: "new", done=seen.append, owner=owner, replaces="page")
    qtbot.waitUntil(lambda: worker.active == 0)
    assert seen == ["new"]


def test_a_cancel_after_the_work_has_ended_is_a_success(qtbot: QtBot, worker: Worker, owner: QObject) -> None:
    seen: list[str] = []
    cancellation = worker.run(
        lambda _c: "done", done=seen.append, cancelled=lambda: seen.append("cancelled"), owner=owner
    )
    assert worker._pool.waitForDone(5_000)
    worker.cancel(owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert seen == ["done"]
    assert cancellation.cancelled


def test_a_failure_that_no_cancel_made_is_told_as_it_is(qtbot: QtBot, worker: Worker, owner: QObject) -> None:
    seen: list[str] = []

    def fail(_cancellation: Cancellation) -> None:
        raise TimedOutError("too long")

    worker.run(
        fail,
        done=lambda _nothing: seen.append("done"),
        failed=lambda error: seen.append(str(error)),
        cancelled=lambda: seen.append("cancelled"),
        owner=owner,
    )
    assert worker._pool.waitForDone(5_000)
    worker.cancel(owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert seen == ["too long"]


def test_what_is_dropped_is_cancelled_and_tells_nobody(qtbot: QtBot, worker: Worker, owner: QObject) -> None:
    statement = Statement()
    seen: list[str] = []
    worker.run(statement, done=seen.append, cancelled=lambda: seen.append("cancelled"), owner=owner)
    assert statement.started.wait(5)
    worker.drop(owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert statement.stopped.is_set()
    worker.run(lambda _c: "ended before", done=seen.append, owner=owner)
    assert worker._pool.waitForDone(5_000)
    worker.drop(owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert seen == []


def test_runs_of_other_slots_and_owners_are_left_alone(qtbot: QtBot, worker: Worker, owner: QObject) -> None:
    other = QObject()
    seen: list[str] = []
    worker.run(lambda _c: "page", done=seen.append, owner=owner, replaces="page")
    worker.run(lambda _c: "count", done=seen.append, owner=owner, replaces="count")
    worker.run(lambda _c: "other", done=seen.append, owner=other, replaces="page")
    worker.run(lambda _c: "free", done=seen.append, owner=owner)
    qtbot.waitUntil(lambda: len(seen) == 4)


def test_cancelling_blocks_a_pool_thread_and_not_this_one(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    attached, entered, answered = threading.Event(), threading.Event(), threading.Event()
    cancelled: list[bool] = []

    def work(cancellation: Cancellation) -> None:
        def slow_round_trip() -> None:
            entered.set()
            assert answered.wait(5)

        cancellation.attach(slow_round_trip)
        attached.set()
        assert entered.wait(5)
        cancellation.detach()
        raise CancelledError

    worker.run(work, done=lambda _r: None, cancelled=lambda: cancelled.append(True), owner=owner)
    assert attached.wait(5)
    worker.cancel(owner)
    assert entered.wait(5)  # cancel() has returned here although its round trip has no answer yet
    assert not answered.is_set()
    answered.set()
    qtbot.waitUntil(lambda: worker.active == 0)
    assert cancelled == [True]


def test_cancelling_an_owner_cancels_what_is_inside_it(qtbot: QtBot, worker: Worker) -> None:
    screen, elsewhere = QWidget(), QWidget()
    qtbot.addWidget(screen)
    qtbot.addWidget(elsewhere)
    table = QWidget(screen)
    inside, outside = Statement(), Statement("outside")
    ended: list[str] = []
    worker.run(inside, done=ended.append, cancelled=lambda: ended.append("cancelled"), owner=table)
    worker.run(outside, done=ended.append, owner=elsewhere)
    assert inside.started.wait(5)
    assert outside.started.wait(5)
    assert worker.cancel(screen) == 1
    qtbot.waitUntil(lambda: ended == ["cancelled"])
    outside.release.set()
    qtbot.waitUntil(lambda: ended == ["cancelled", "outside"])


def test_a_dead_owner_gets_nothing_and_its_statement_is_cancelled(qtbot: QtBot, worker: Worker) -> None:
    owner, statement = QWidget(), Statement()
    seen: list[str] = []
    worker.run(statement, done=seen.append, owner=owner)
    assert statement.started.wait(5)
    delete(owner)
    assert statement.stopped.wait(5)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert not seen


def test_errors_go_to_their_place_or_to_the_notices(
    qtbot: QtBot, worker: Worker, owner: QObject, failures: list[ConsoleError]
) -> None:
    own: list[ConsoleError] = []
    error = TimedOutError("The statement took longer than 15 s.")

    def fail(_cancellation: Cancellation) -> None:
        raise error

    worker.run(fail, done=lambda _r: None, failed=own.append, owner=owner)
    qtbot.waitUntil(lambda: own == [error])
    assert not failures
    worker.run(fail, done=lambda _r: None, owner=owner)
    qtbot.waitUntil(lambda: failures == [error])


def test_a_cancelled_error_is_silent(
    qtbot: QtBot, worker: Worker, owner: QObject, failures: list[ConsoleError]
) -> None:
    def fail(_cancellation: Cancellation) -> None:
        raise CancelledError

    done: list[object] = []
    worker.run(fail, done=done.append, owner=owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    assert not failures
    assert not done


def test_a_bug_is_raised_on_the_gui_thread(qtbot: QtBot, worker: Worker, owner: QObject) -> None:
    def fail(_cancellation: Cancellation) -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        worker.run(fail, done=lambda _r: None, owner=owner)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError


@pytest.mark.alone
def test_progress_is_thinned_and_the_last_value_comes_before_the_result(
    qtbot: QtBot, worker: Worker, owner: QObject
) -> None:
    seen: list[tuple[str, float]] = []
    span_s = 0.4

    def work(_cancellation: Cancellation, report: object) -> str:
        assert callable(report)
        until, count = time.monotonic() + span_s, 0
        while time.monotonic() < until:
            count += 1
            report(count)
        report(-1)
        return "done"

    worker.run_reporting(
        work,
        progress=lambda value: seen.append((str(value), time.monotonic())),
        done=lambda value: seen.append((value, time.monotonic())),
        owner=owner,
    )
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][0] == "done")
    assert [what for what, _ in seen[-2:]] == ["-1", "done"]
    assert 2 <= len(seen) - 1 <= span_s * 20 + 2


def test_shutdown_cancels_waits_and_refuses_new_work(qtbot: QtBot, owner: QObject) -> None:
    worker = Worker(lambda _error: None)
    statement = Statement()
    seen: list[str] = []
    worker.run(statement, done=seen.append, owner=owner)
    assert statement.started.wait(5)
    assert worker.shutdown(5_000)
    assert statement.stopped.is_set()
    worker.run(statement, done=seen.append, owner=owner)
    qtbot.wait(20)
    assert not seen


@pytest.mark.alone
def test_shutdown_does_not_wait_for_ever(qtbot: QtBot, owner: QObject) -> None:
    worker = Worker(lambda _error: None)
    stuck, entered = threading.Event(), threading.Event()

    def deaf(_cancellation: Cancellation) -> bool:
        entered.set()
        return stuck.wait(5)

    worker.run(deaf, done=lambda _r: None, owner=owner)
    assert entered.wait(5)
    started = time.monotonic()
    assert not worker.shutdown(50)
    assert time.monotonic() - started < 2
    stuck.set()
    assert worker.shutdown(5_000)
