"""Commands: one registry behind the keys, the palette and the list of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.kit.commands import Command, Commands, fit
from ui.window.palette import Palette

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def commands(store: QSettings, refused: list[str], ran: list[str]) -> Commands:
    """Return a registry of three commands, one of them refused."""
    made = Commands(store, refused.append)
    made.add(
        Command("refresh", "Refresh", lambda: ran.append("refresh"), ("F5", "Ctrl+R"), "Window"),
        Command("go.holds", "Go to Holds", lambda: ran.append("holds"), group="Screen"),
        Command(
            "batch.approve",
            "Approve the batch",
            lambda: ran.append("approve"),
            ("Ctrl+Shift+A",),
            refusal=lambda: "maker cannot approve",
        ),
    )
    return made


def test_both_keys_of_a_command_run_it(qtbot: QtBot, commands: Commands, ran: list[str]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit(window)
    commands.install(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(field, Qt.Key.Key_F5)
    QTest.keyClick(field, Qt.Key.Key_R, CONTROL)
    assert ran == ["refresh", "refresh"]


def test_a_refused_command_says_why_and_does_not_run(
    commands: Commands, refused: list[str], ran: list[str]
) -> None:
    assert not commands.run("batch.approve")
    assert refused == ["Approve the batch: maker cannot approve"]
    assert not ran


def test_keys_can_be_changed_and_are_kept(
    qtbot: QtBot, commands: Commands, store: QSettings, ran: list[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    commands.install(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    commands.set_keys("go.holds", ("Ctrl+H",))
    QTest.keyClick(window, Qt.Key.Key_H, CONTROL)
    assert ran == ["holds"]
    again = Commands(store, lambda _text: None)
    again.add(Command("go.holds", "Go to Holds", lambda: None))
    assert again.keys_of("go.holds") == ("Ctrl+H",)
    holder = again.holder_of("Ctrl+H")
    assert holder is not None
    assert holder.id == "go.holds"
    commands.set_keys("go.holds", None)
    assert commands.keys_of("go.holds") == ()


def test_a_removed_command_loses_its_key(qtbot: QtBot, commands: Commands, ran: list[str]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    commands.install(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    commands.remove("refresh")
    QTest.keyClick(window, Qt.Key.Key_F5)
    assert not ran
    assert [match.title for match in commands.find("refresh")] == []


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("hold", "Go to Holds", "Go to threshold"),
        ("tra", "Transactions", "Open extracts"),
        ("light th", "Light theme", "Weather of lights"),
        ("to", "To one", "Go to one"),
    ],
)
def test_the_better_fit_is_ranked_higher(typed: str, better: str, worse: str) -> None:
    high, low = fit(typed, better), fit(typed, worse)
    assert high is not None
    assert low is None or high < low


def test_letters_scattered_over_a_title_are_no_match() -> None:
    assert fit("root", "Switch operator") is None
    assert fit("gh", "Go to Holds") is None
    assert fit("", "Go to Holds") == (False, 0)


def test_the_palette_filters_and_runs(qtbot: QtBot, commands: Commands, theme: Theme, ran: list[str]) -> None:
    window = QWidget()
    window.resize(900, 600)
    qtbot.addWidget(window)
    window.show()
    palette = Palette(commands, theme, window)
    palette.open_with()
    assert palette.matches.count() == 3
    QTest.keyClicks(palette.field, "hol")
    assert [palette.matches.item(row).text() for row in range(palette.matches.count())] == ["Go to Holds"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["holds"]
    assert not palette.isVisible()


def test_the_palette_goes_up_and_down_and_shows_a_refusal(
    qtbot: QtBot, commands: Commands, theme: Theme, ran: list[str], refused: list[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    palette = Palette(commands, theme, window)
    palette.open_with()
    for _ in range(5):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.matches.currentRow() == 2
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not ran
    assert refused == ["Approve the batch: maker cannot approve"]


def test_nothing_found_is_said_and_runs_nothing(
    qtbot: QtBot, commands: Commands, theme: Theme, ran: list[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    palette = Palette(commands, theme, window)
    palette.open_with("qqqq")
    assert palette.matches.item(0).text() == "Nothing found in commands"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not ran
    assert palette.isVisible()
    palette.hide()
