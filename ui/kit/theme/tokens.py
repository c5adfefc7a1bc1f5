"""Every colour and measure the window uses, once per theme."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Tone(StrEnum):
    """What a chip, a figure or a mark means; the theme gives the colour."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    CREDIT = "credit"
    ERROR = "error"
    WARNING = "warning"
    PRODUCTION = "production"

    @classmethod
    def of_environment(cls, *, production: bool, demo: bool) -> Tone:
        """Return the tone of a ledger's word: the real thing's is never another's."""
        if production:
            return cls.PRODUCTION
        return cls.WARNING if demo else cls.CREDIT


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme's colours as #RRGGBB; text holds 4.5:1 on each of its grounds, faint 3:1.

    `series` tells the screens apart in a graph, at 3:1 on the surface; none is near the error's red.
    """

    name: str
    dark: bool
    page: str
    surface: str
    head: str
    field: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_pale: str
    neutral_pale: str
    credit: str
    credit_pale: str
    error: str
    error_pale: str
    warning: str
    warning_pale: str
    selection: str
    production: str
    production_text: str
    scroll: str
    series: tuple[str, ...]

    def ink(self, tone: Tone) -> str:
        """Return the text colour of a tone."""
        return {
            Tone.NEUTRAL: self.muted,
            Tone.ACCENT: self.accent,
            Tone.CREDIT: self.credit,
            Tone.ERROR: self.error,
            Tone.WARNING: self.warning,
            Tone.PRODUCTION: self.production_text,
        }[tone]

    def ground(self, tone: Tone) -> str:
        """Return the pale ground that carries a tone's text."""
        return {
            Tone.NEUTRAL: self.neutral_pale,
            Tone.ACCENT: self.accent_pale,
            Tone.CREDIT: self.credit_pale,
            Tone.ERROR: self.error_pale,
            Tone.WARNING: self.warning_pale,
            Tone.PRODUCTION: self.production,
        }[tone]

    def colours(self) -> dict[str, str]:
        """Return every colour by its name, for the style sheet."""
        left_out = {"name", "dark", "series"}
        found = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name not in left_out}
        return found | {"violet": self.series[3]}


LIGHT = Tokens(
    name="light",
    dark=False,
    page="#F6F7F9",
    surface="#FFFFFF",
    head="#FAFBFC",
    field="#F6F7F9",
    hover="#F6F7F9",
    pressed="#EDEFF3",
    border="#E4E7EC",
    border_strong="#D0D5DD",
    text="#1A1F29",
    muted="#626C80",
    faint="#7F899C",
    accent="#2F5BEA",
    accent_hover="#274ECB",
    accent_text="#FFFFFF",
    accent_pale="#EBF0FF",
    neutral_pale="#F2F4F7",
    credit="#0B7A4B",
    credit_pale="#E8F6EF",
    error="#B3261E",
    error_pale="#FDECEA",
    warning="#A65608",
    warning_pale="#FEF3E2",
    selection="#EEF3FF",
    production="#B3261E",
    production_text="#FFFFFF",
    scroll="#C9CFD8",
    series=("#5573E0", "#0D8A86", "#B0670C", "#8A4FD3", "#3C892D", "#C0458D", "#7A6A4F", "#5B6F86"),
)

DARK = Tokens(
    name="dark",
    dark=True,
    page="#0E1116",
    surface="#151920",
    head="#191E26",
    field="#0E1116",
    hover="#1B212A",
    pressed="#222934",
    border="#272D38",
    border_strong="#39414E",
    text="#E7EAF0",
    muted="#98A2B3",
    faint="#6E788E",
    accent="#86A3FF",
    accent_hover="#9DB4FF",
    accent_text="#0E1116",
    accent_pale="#1D2745",
    neutral_pale="#0E1116",
    credit="#4CC38A",
    credit_pale="#12291F",
    error="#FF8A80",
    error_pale="#351A1A",
    warning="#F5B454",
    warning_pale="#33260F",
    selection="#1B2338",
    production="#B3261E",
    production_text="#FFFFFF",
    scroll="#39414E",
    series=("#7C93E6", "#3FBFB5", "#E0A04A", "#B48CF2", "#7CC465", "#E884BE", "#C9B48A", "#9DB0C4"),
)

HIGH_CONTRAST = Tokens(
    name="high contrast",
    dark=True,
    page="#000000",
    surface="#000000",
    head="#101010",
    field="#000000",
    hover="#1F1F1F",
    pressed="#303030",
    border="#9A9A9A",
    border_strong="#FFFFFF",
    text="#FFFFFF",
    muted="#E2E2E2",
    faint="#BDBDBD",
    accent="#8FD3FF",
    accent_hover="#C2E7FF",
    accent_text="#000000",
    accent_pale="#00304D",
    neutral_pale="#242424",
    credit="#6BFFB0",
    credit_pale="#00331B",
    error="#FFA39B",
    error_pale="#470600",
    warning="#FFD23F",
    warning_pale="#3A2C00",
    selection="#003A5C",
    production="#B3261E",
    production_text="#FFFFFF",
    scroll="#BDBDBD",
    series=("#8FD3FF", "#5CF2E3", "#FFC070", "#D5B4FF", "#A8F08A", "#FFA8DC", "#FFE9B0", "#DDE6F0"),
)

_TONES = {
    Tone.ACCENT: ("payout", "submitted", "approved", "adjustment", "waiting for approval", "running"),
    Tone.CREDIT: (
        "grant",
        "deposit",
        "transfer in",
        "active",
        "posted",
        "captured",
        "ok",
        "equal",
        "matches",
    ),
    Tone.ERROR: ("rejected", "refused", "reversal", "reversed", "failed", "frozen", "error", "n+1"),
    Tone.WARNING: ("capture", "expiry", "reserved", "changed", "expiring", "hold", "warning"),
}
_TONE_OF_WORD = {word: tone for tone, words in _TONES.items() for word in words}


def tone_of(word: str) -> Tone:
    """Return the tone of a kind or state by its word, neutral when it has none of its own."""
    return _TONE_OF_WORD.get(word.lower(), Tone.NEUTRAL)


ROW_HEIGHT = 29
COMPACT_HEIGHT = 26
HEAD_HEIGHT = 32
CELL_PADDING = 11
NAVIGATION_WIDTH = 208
TOP_BAR_HEIGHT = 52
STATUS_BAR_HEIGHT = 28
CARD_RADIUS = 9
PAGE_MARGIN = 22
GAP = 14
