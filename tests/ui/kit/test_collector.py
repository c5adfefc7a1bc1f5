"""Widgets are destroyed on the GUI thread, whoever was the last to hold them."""

from __future__ import annotations

import gc
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QWidget

from ui.kit.worker import collect_due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.postgres.cancellation import Cancellation
    from ui.kit.worker import Worker

RUNS = 1_500


class Form(QWidget):
    """Writes down on which thread it went."""

    gone: list[int] = []  # noqa: RUF012 - of the class, for an instance that goes can be asked nothing

    def __init__(self, *, cyclic: bool) -> None:
        super().__init__()
        self._label = QLabel("amount", self)
        self._self = self if cyclic else None

    def __del__(self) -> None:
        Form.gone.append(threading.get_ident())


@pytest.fixture(autouse=True)
def hurried() -> Iterator[None]:
    """Let the threads take turns as often as they can."""
    before = sys.getswitchinterval()
    Form.gone.clear()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def work(_cancellation: Cancellation) -> list[list[int]]:
    return [[number] for number in range(1_000)]


def run_for_forms(worker: Worker, *, cyclic: bool) -> None:
    ended: list[object] = []
    until = time.monotonic() + 60
    for number in range(RUNS):
        worker.run(work, done=ended.append, owner=Form(cyclic=cyclic))
        while len(ended) <= number:
            assert time.monotonic() < until
            QCoreApplication.processEvents()


def test_an_owner_dropped_with_its_outcome_goes_on_the_gui_thread(worker: Worker) -> None:
    run_for_forms(worker, cyclic=False)
    assert set(Form.gone) == {threading.get_ident()}
    assert len(Form.gone) == RUNS


def test_what_refers_to_itself_goes_on_the_gui_thread(worker: Worker) -> None:
    run_for_forms(worker, cyclic=True)
    gc.collect()
    assert set(Form.gone) == {threading.get_ident()}
    assert len(Form.gone) == RUNS


def test_the_timer_collects_what_is_due_and_nothing_before(qapp: object) -> None:
    gc.collect()
    collect_due()
    Form(cyclic=True)
    collect_due()
    assert not Form.gone
    kept = [[number] for number in range(2 * gc.get_threshold()[0])]
    collect_due()
    assert len(Form.gone) == 1
    assert kept


def test_the_console_collects_by_itself(collector: object) -> None:
    assert not gc.isenabled()
