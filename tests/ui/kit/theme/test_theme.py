"""Themes: contrast that can be read, and a change that everything follows."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QImage, QPalette
from PySide6.QtWidgets import QLabel

import resources
import ui
from ui.kit.theme.fonts import load_fonts, text_font
from ui.kit.theme.icons import Glyph, Icons
from ui.kit.theme.theme import Mode, Theme, mode_of
from ui.kit.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens, Tone, tone_of
from ui.kit.widgets.basics import Chip, button

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda one: one.name)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    shown = QColor(colour)
    parts: list[float] = [part / 255 for part in (shown.red(), shown.green(), shown.blue())]
    red, green, blue = (p / 12.92 if p <= 0.03928 else math.pow((p + 0.055) / 1.055, 2.4) for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours_of(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@THEMES
def test_all_that_must_be_read_has_contrast(tokens: Tokens) -> None:
    grounds = (tokens.page, tokens.surface, tokens.head, tokens.field, tokens.selection)
    for ground in grounds:
        for ink in (tokens.text, tokens.muted, tokens.credit, tokens.error):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    for tone in Tone:
        assert contrast(tokens.ink(tone), tokens.ground(tone)) >= 4.5, tone
    for ground in (*grounds, tokens.neutral_pale, tokens.hover, tokens.pressed):
        assert contrast(tokens.faint, ground) >= 3, ground  # what is disabled is read too
    for ground in (tokens.accent, tokens.accent_hover):
        assert contrast(tokens.accent_text, ground) >= 4.5


def test_high_contrast_is_high() -> None:
    assert contrast(HIGH_CONTRAST.text, HIGH_CONTRAST.page) >= 7
    assert contrast(HIGH_CONTRAST.muted, HIGH_CONTRAST.selection) >= 7


def test_no_colour_stands_outside_the_tokens() -> None:
    colour = re.compile(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(|QColor\(\s*[\d\"']|Qt\.GlobalColor\.(?!transparent)")
    sources = [one for one in Path(ui.__file__).parent.rglob("*.py") if one.name != "tokens.py"]
    sources.append(Path(resources.__file__).parent / "style" / "console.qss")
    assert len(sources) > 100
    for source in sources:
        for number, text in enumerate(source.read_text("utf-8").splitlines(), start=1):
            assert not colour.search(text.split("/*")[0]), f"{source.name}:{number}: {text.strip()}"


def test_a_change_restyles_what_is_on_screen(qtbot: QtBot, theme: Theme, icons: Icons) -> None:
    plain, chip = button("Open"), Chip("capture", Tone.WARNING)
    icons.dress(plain, Glyph.REFRESH)
    for widget in (plain, chip):
        qtbot.addWidget(widget)
        theme.dress(widget)
        widget.show()
    before = plain.icon().pixmap(QSize(32, 32)).toImage()
    assert {LIGHT.surface.lower(), LIGHT.border.lower()} <= colours_of(plain)
    assert LIGHT.warning_pale.lower() in colours_of(chip)
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(Mode.DARK)
    assert {DARK.surface.lower(), DARK.border.lower()} <= colours_of(plain)
    assert DARK.warning_pale.lower() in colours_of(chip)
    after = plain.icon().pixmap(QSize(32, 32)).toImage()
    assert strongest(before) == QColor(LIGHT.muted)
    assert strongest(after) == QColor(DARK.muted)


def test_what_nobody_sees_changes_when_it_is_shown(qtbot: QtBot, theme: Theme) -> None:
    """A switch costs what is on screen, however many screens were opened before."""
    seen, unseen = button("Seen"), button("Unseen")
    for widget in (seen, unseen):
        qtbot.addWidget(widget)
        theme.dress(widget)
    seen.show()
    light = theme.sheet
    theme.set_mode(Mode.DARK)
    assert (seen.styleSheet(), unseen.styleSheet()) == (theme.sheet, light)
    unseen.show()
    assert unseen.styleSheet() == theme.sheet
    assert DARK.surface.lower() in colours_of(unseen)


def strongest(image: QImage) -> QColor:
    """Return the colour of the most opaque pixel."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    best = max(pixels, key=QColor.alpha)
    best.setAlpha(255)
    return best


def test_the_palette_follows_for_what_the_style_sheet_leaves_out(qapp: QApplication, theme: Theme) -> None:
    theme.set_mode(Mode.HIGH_CONTRAST)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(HIGH_CONTRAST.page)
    assert qapp.palette().color(QPalette.ColorRole.PlaceholderText) == QColor(HIGH_CONTRAST.muted)


def test_system_is_light_where_the_platform_does_not_say(theme: Theme) -> None:
    theme.set_mode(Mode.SYSTEM)
    assert theme.tokens is LIGHT


def test_the_theme_is_what_was_asked_for_or_left_or_stated() -> None:
    assert mode_of("contrast", "dark", "light") is Mode.HIGH_CONTRAST
    assert mode_of(None, "dark", "light") is Mode.DARK
    assert mode_of(None, "a colour of long ago", "light") is Mode.LIGHT
    assert mode_of(None, None, None) is Mode.SYSTEM


def test_inter_comes_with_the_program_and_has_tabular_figures(theme: Theme) -> None:
    assert load_fonts()
    assert QFontInfo(text_font()).family() == "Inter"
    assert QFontInfo(text_font()).pixelSize() == 13
    tabular, plain = QFontMetricsF(text_font(tabular=True)), QFontMetricsF(text_font())
    assert tabular.horizontalAdvance("1111.11") == tabular.horizontalAdvance("8888.88")
    assert plain.horizontalAdvance("1111.11") < plain.horizontalAdvance("8888.88")


def test_a_name_that_looks_like_markup_is_shown_as_it_is(qtbot: QtBot, theme: Theme) -> None:
    chip = Chip("<b>x</b>", Tone.NEUTRAL)
    plain = QLabel("<b>x</b>")
    for widget in (chip, plain):
        qtbot.addWidget(widget)
    assert chip.sizeHint().width() > plain.sizeHint().width()


def test_every_glyph_is_in_the_font(icons: Icons) -> None:
    for glyph in Glyph:
        drawn = strongest(icons.icon(glyph).pixmap(QSize(48, 48)).toImage())
        assert abs(drawn.red() - QColor(LIGHT.muted).red()) <= 2, glyph


def test_kinds_and_states_have_tones() -> None:
    assert tone_of("capture") is Tone.WARNING
    assert tone_of("Grant") is Tone.CREDIT
    assert tone_of("never heard of") is Tone.NEUTRAL
