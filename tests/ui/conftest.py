"""Widgets without a screen, and the parts that most tests need."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QSettings

from tests.ui.desks import Desks
from tests.ui.parts import make_formats
from ui.icons import Icons
from ui.notices import Notices
from ui.theme import Mode, Theme
from ui.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from console.errors import ConsoleError
    from ui.numbers import Formats

_HERE = os.path.dirname(__file__)  # noqa: PTH120 - compared with the path of each test, as text
# What the offscreen plugin says of things that only a real window system has.
_OFFSCREEN = (r"^This plugin does not support (raise\(\)|grabbing the keyboard|propagateSizeHints\(\))$",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen plugin's own words pass; every other Qt warning fails its test."""
    for item in items:
        if str(item.path).startswith(_HERE):
            item.add_marker(pytest.mark.qt_log_ignore(*_OFFSCREEN))


@pytest.fixture(scope="session")
def the_theme(qapp: QApplication) -> Theme:
    """Return the one theme of the one application."""
    return Theme(qapp, Mode.LIGHT)


@pytest.fixture
def theme(the_theme: Theme) -> Iterator[Theme]:
    """Give the theme in light, whatever a test before made of it."""
    the_theme.set_mode(Mode.LIGHT)
    yield the_theme
    the_theme.set_mode(Mode.LIGHT)


@pytest.fixture
def icons(theme: Theme) -> Icons:
    """Return icons in the theme."""
    return Icons(theme)


@pytest.fixture
def notices() -> Notices:
    """Return notices that nothing shows yet."""
    return Notices()


@pytest.fixture
def formats() -> Formats:
    """Return formats that are the same on every machine."""
    return make_formats()


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    """Return settings in a file of their own."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def failures() -> list[ConsoleError]:
    """Return the list of what the worker had nowhere else to show."""
    return []


@pytest.fixture
def worker(qapp: QApplication, failures: list[ConsoleError]) -> Iterator[Worker]:
    """Give a worker whose threads must all have ended after the test."""
    made = Worker(failures.append)
    yield made
    assert made.shutdown(5_000)


@pytest.fixture
def make_desk(theme: Theme, store: QSettings, tmp_path: Path) -> Iterator[Desks]:
    """Return what starts the console; everything it began has ended after the test."""
    made = Desks(theme, store, tmp_path)
    yield made
    made.end()
    # Now, on this thread: a pool thread of a later test must not be the one to collect windows.
    gc.collect()
