"""Phosphor icons in the theme's colours, drawn from the font that QtAwesome carries."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import qtawesome
from PySide6.QtCore import QObject, QSize

from ui.kit.theme.tokens import Tokens, Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QAbstractButton

    from ui.kit.theme.theme import Theme


class Glyph(StrEnum):
    """The pictures the console uses, by what they stand for."""

    OVERVIEW = "house"
    TRANSACTIONS = "swap"
    ACCOUNTS = "users"
    BALANCES = "scales"
    CREDITS = "wallet"
    HOLDS = "hourglass"
    BATCHES = "stack"
    APPROVALS = "check-square"
    RECONCILE = "receipt"
    QUERIES = "activity"
    SERVER = "hard-drives"
    CONSOLE = "gauge"
    INTEGRITY = "shield-check"
    AUDIT = "fingerprint"
    OPERATORS = "identification-badge"
    RULES = "sliders-horizontal"
    REFRESH = "arrow-clockwise"
    BACK = "arrow-left"
    CLOSE = "x"
    COPY = "copy"
    EXPORT = "download-simple"
    PLAY = "play"
    WARNING = "warning"
    ERROR = "warning-circle"
    INFORMATION = "info"
    DONE = "check"


class Icons:
    """Gives each glyph in a tone, made once per theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._made: dict[tuple[str, str, str, str], QIcon] = {}

    def icon(self, glyph: Glyph, *, tone: Tone = Tone.NEUTRAL) -> QIcon:
        """Return a glyph in the theme in force; its checked state is in the accent."""
        tokens = self._theme.tokens
        return self._coloured(tokens, glyph, tokens.ink(tone))

    def dress(
        self, button: QAbstractButton, glyph: Glyph, *, tone: Tone = Tone.NEUTRAL, size: int = 16
    ) -> None:
        """Put a glyph on a button and keep it in the theme's colours."""
        button.setIconSize(QSize(size, size))
        _Dresser(self, button, glyph, tone, self._theme)

    def _coloured(self, tokens: Tokens, glyph: Glyph, ink: str) -> QIcon:
        key = (tokens.name, glyph.value, ink, tokens.accent)
        if key not in self._made:
            self._made[key] = qtawesome.icon(
                f"ph.{glyph.value}",
                color=ink,
                color_active=ink,
                color_disabled=tokens.faint,
                color_on=tokens.accent,
                color_on_active=tokens.accent,
            )
        return self._made[key]


class _Dresser(QObject):
    """Lives and dies with the button whose icon it renews."""

    def __init__(self, icons: Icons, button: QAbstractButton, glyph: Glyph, tone: Tone, theme: Theme) -> None:
        super().__init__(button)
        self._icons = icons
        self._button = button
        self._glyph = glyph
        self._tone = tone
        theme.changed.connect(self._renew)
        self._renew()

    def _renew(self) -> None:
        self._button.setIcon(self._icons.icon(self._glyph, tone=self._tone))
