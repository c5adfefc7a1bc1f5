"""Counts in steps: what is usual behind what is here, what is odd in red, each step told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from ui.kit.charts.step_bars import Step, StepBars
from ui.kit.theme.tokens import LIGHT

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme

STEPS = (
    Step(10, 5.0, 0, "first"),
    Step(5, 10.0, 0, "second"),
    Step(0, 0.0, 0, "third"),
    Step(1, 0.0, 1, "fourth\n1 odd"),
)


def show(qtbot: QtBot, theme: Theme, steps: tuple[Step, ...] = STEPS) -> StepBars:
    made = StepBars(theme)
    qtbot.addWidget(made)
    made.resize(400, 140)
    made.set_steps(steps, ends=("1.00", "9,900.00"), spoken="amounts")
    made.show()
    return made


def height_of(made: StepBars, ink: str, at: int, *, beside: int = 0) -> int:
    """Count the pixels of a colour in the middle of a step's bar, or so many pixels beside it."""
    x = round(made._slot(at).center().x()) + beside
    image = made.grab().toImage()
    return sum(image.pixelColor(x, y).name() == QColor(ink).name() for y in range(image.height()))


def test_what_is_usual_stands_behind(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    here, usual = LIGHT.accent, LIGHT.border_strong
    assert abs(height_of(made, here, 0) - 2 * height_of(made, here, 1)) <= 3
    # Beside the narrow bar of what is here, the wide one of what is usual is seen.
    assert height_of(made, usual, 1, beside=35) > 0
    assert abs(height_of(made, usual, 1, beside=35) - 2 * height_of(made, usual, 0, beside=35)) <= 3
    assert height_of(made, here, 2) == 0
    assert height_of(made, LIGHT.error, 3) > 0
    assert height_of(made, here, 3) == 0


def test_a_small_count_is_seen(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, (Step(1_000_000, 0.0, 0, "many"), Step(1, 0.0, 0, "one")))
    assert height_of(made, LIGHT.accent, 1) >= 1


def test_each_step_is_told_by_mouse_and_keys(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    made.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(made, Qt.Key.Key_Home)
    assert made.words == "first"
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert made.words == "second"
    QTest.keyClick(made, Qt.Key.Key_End)
    assert (made.words, made.accessibleDescription()) == ("fourth\n1 odd", "fourth, 1 odd")
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert made.words == "fourth\n1 odd"
    QTest.keyClick(made, Qt.Key.Key_Escape)
    assert made.words == ""
    QTest.mouseMove(made, QPoint(250, 60))
    qtbot.waitUntil(lambda: made.words == "third")
    assert made.accessibleName() == "amounts"


def test_without_steps_nothing_is_drawn(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, ())
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert (made.words, made.steps) == ("", ())
