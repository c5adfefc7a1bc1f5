"""The notices strip and the crash dialog."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from console.errors import TimedOutError
from ui.kit.notices import SHOWN_AT_MOST, Notices, NoticesStrip
from ui.start.crash import CrashDialog, CrashReporter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from ui.kit.theme.icons import Icons


@pytest.fixture
def strip(qtbot: QtBot, notices: Notices, icons: Icons) -> NoticesStrip:
    made = NoticesStrip(notices, icons)
    qtbot.addWidget(made)
    return made


def buttons(strip: NoticesStrip) -> list[QPushButton]:
    return [one for one in strip.findChildren(QPushButton) if one.isVisibleTo(strip)]


def test_the_newest_is_on_top_and_few_are_shown(notices: Notices, strip: NoticesStrip) -> None:
    assert strip.isHidden()
    for number in range(SHOWN_AT_MOST + 2):
        notices.warn(f"notice {number}")
    assert strip.texts == ["notice 4", "notice 3", "notice 2"]
    assert not strip.isHidden()


def test_the_same_again_is_one_notice_and_a_key_replaces(notices: Notices, strip: NoticesStrip) -> None:
    notices.fail("no connection")
    notices.fail("no connection")
    assert strip.texts == ["no connection"]
    notices.warn("data is 3 s old", key="age")
    notices.warn("data is 9 s old", key="age")
    assert strip.texts == ["data is 9 s old", "no connection"]
    notices.withdraw("age")
    assert strip.texts == ["no connection"]


def test_the_action_acts_once_and_closes(qtbot: QtBot, notices: Notices, strip: NoticesStrip) -> None:
    acted: list[str] = []
    notices.warn("The link is down.", action="Retry", act=lambda: acted.append("retry"))
    strip.show()
    next(one for one in buttons(strip) if one.text() == "Retry").click()
    assert acted == ["retry"]
    assert strip.texts == []
    assert strip.isHidden()


def test_it_can_be_closed(notices: Notices, strip: NoticesStrip) -> None:
    notices.show_error(TimedOutError("The statement took longer than 15 s."))
    assert strip.texts == ["The statement took longer than 15 s."]
    next(one for one in buttons(strip) if one.accessibleName().startswith("Close")).click()
    assert strip.texts == []


def test_information_goes_by_itself_and_a_warning_stays(
    qtbot: QtBot, notices: Notices, strip: NoticesStrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.kit.notices.INFORMATION_MS", 20)
    notices.warn("stays")
    notices.inform("goes")
    notices.inform("asks", action="Open", act=lambda: None)
    qtbot.waitUntil(lambda: strip.texts == ["asks", "stays"])


@pytest.fixture
def reporter(qapp: object) -> Iterator[CrashReporter]:
    made = CrashReporter()
    made.install()
    yield made
    made.remove()


def test_a_fault_in_a_slot_opens_one_dialog(qtbot: QtBot, reporter: CrashReporter) -> None:
    def fail() -> None:
        raise ZeroDivisionError("the first")

    with qtbot.captureExceptions():
        reporter.install()  # pytest-qt has just taken the hook for itself
        QTimer.singleShot(0, fail)
        qtbot.waitUntil(lambda: reporter.dialog is not None)
        dialog = reporter.dialog
        assert isinstance(dialog, CrashDialog)
        assert "ZeroDivisionError: the first" in dialog.text
        sys.excepthook(ValueError, ValueError("the second"), None)
        qtbot.waitUntil(lambda: "ValueError: the second" in dialog.text)
        assert reporter.dialog is dialog
    dialog.copy()
    assert "the first" in QGuiApplication.clipboard().text()
    dialog.accept()
    assert reporter.dialog is None


def test_a_fault_in_a_thread_is_shown_too(qtbot: QtBot, reporter: CrashReporter) -> None:
    def fail() -> None:
        raise LookupError("in a thread")

    reporter.install()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert reporter.dialog is not None
    assert "LookupError: in a thread" in reporter.dialog.text
    reporter.dialog.accept()
