"""The line without axes: what is drawn where, seen in its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor

from ui.kit.charts.sparkline import Scale, Sparkline
from ui.kit.theme.theme import Mode
from ui.kit.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme

WIDE, HIGH = 120, 40
_STRONG = 60


def shown(qtbot: QtBot, theme: Theme, values: Sequence[float | None], scale: Scale | None) -> QImage:
    made = Sparkline(theme)
    qtbot.addWidget(made)
    made.resize(WIDE, HIGH)
    made.set_values(values, spoken="a figure", scale=scale)
    return made.grab().toImage()


def grounds(image: QImage, tokens: Tokens = LIGHT) -> list[int]:
    """Return the columns of pixels in which something is drawn above the line at the bottom."""
    ground = QColor(tokens.accent_pale).name()
    return [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).name() == ground for y in range(image.height() - 1))
    ]


def top(image: QImage, x: int) -> int:
    """Return how far down the line is in a column of pixels: it alone is of a strong blue."""
    colours = [image.pixelColor(x, y) for y in range(image.height())]
    return next(y for y, one in enumerate(colours) if one.blue() - one.red() > _STRONG)


def test_what_is_not_known_is_not_drawn(qtbot: QtBot, theme: Theme) -> None:
    scale = Scale(0, 4)
    late = grounds(shown(qtbot, theme, [None] * 20 + [2.0] * 10, scale))
    assert late[0] == pytest.approx(WIDE * 20 / 29, abs=2)
    assert late[-1] >= WIDE - 2
    gap = grounds(shown(qtbot, theme, [2.0] * 10 + [None] * 10 + [2.0] * 10, scale))
    missing = sorted(set(range(gap[0], gap[-1])) - set(gap))
    assert len(missing) == pytest.approx(WIDE * 11 / 29, abs=3)
    assert grounds(shown(qtbot, theme, [None] * 30, scale)) == []


def test_a_value_stands_as_high_as_the_scale_says(qtbot: QtBot, theme: Theme) -> None:
    half = shown(qtbot, theme, [4.0] * 10, Scale(0, 8))
    assert top(half, WIDE // 2) == pytest.approx(HIGH / 2, abs=2)
    # Above the ceiling the picture grows, and nothing is cut off.
    grown = shown(qtbot, theme, [4.0] * 9 + [16.0], Scale(0, 8))
    assert top(grown, WIDE // 2) == pytest.approx(HIGH * 3 / 4, abs=3)
    assert top(grown, WIDE - 1) < HIGH / 4


def test_above_a_fixed_ceiling_nothing_is_higher_and_the_others_stay(qtbot: QtBot, theme: Theme) -> None:
    fixed = shown(qtbot, theme, [4.0] * 9 + [400.0], Scale(0, 8, is_fixed=True))
    assert top(fixed, WIDE // 2) == pytest.approx(HIGH / 2, abs=2)
    assert 0 <= top(fixed, WIDE - 1) < HIGH / 4


def test_a_peak_of_one_in_many_is_drawn(qtbot: QtBot, theme: Theme) -> None:
    values = [0.0] * 600
    values[301] = 8.0
    image = shown(qtbot, theme, values, Scale(0, 8))
    assert min(top(image, x) for x in range(WIDE // 2 - 5, WIDE // 2 + 5)) < HIGH / 3


def test_the_mark_goes_across_also_where_nothing_is_known(qtbot: QtBot, theme: Theme) -> None:
    values = [None] * 29 + [1.0]
    plain, marked = (shown(qtbot, theme, values, Scale(0, 8, mark)) for mark in (None, 4.0))
    differs = [
        (x, y) for x in range(WIDE // 2) for y in range(HIGH) if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    assert {y for _x, y in differs} <= {HIGH // 2 - 1, HIGH // 2}
    assert len({x for x, _y in differs}) > WIDE / 8


@pytest.mark.parametrize(
    ("mode", "tokens"), [(Mode.LIGHT, LIGHT), (Mode.DARK, DARK), (Mode.HIGH_CONTRAST, HIGH_CONTRAST)]
)
def test_it_wears_the_theme(qtbot: QtBot, theme: Theme, mode: Mode, tokens: Tokens) -> None:
    theme.set_mode(mode)
    assert grounds(shown(qtbot, theme, [2.0] * 10, Scale(0, 4)), tokens)
