"""The window's type: Inter from the program's own files, in four sizes and with tabular figures."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase

TEXT_PX = 13
LABEL_PX = 12
CHIP_PX = 11
TITLE_PX = 20
FIGURE_PX = 26
LARGE_FIGURE_PX = 32

_FAMILIES = ("Inter", "SF Pro Text", "Segoe UI Variable", "Noto Sans")
_CODE_FAMILIES = ("JetBrains Mono", "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono")
_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
_TABULAR = QFont.Tag("tnum")


def load_fonts() -> bool:
    """Register Inter with Qt; False when a file is missing and the platform's font must do."""
    # A second copy of the same files confuses Qt's matching: text would come out in Medium.
    if _FAMILIES[0] in QFontDatabase.families():
        return True
    folder = files("resources") / "fonts"
    loaded = True
    for name in _FILES:
        source = folder / name
        # By bytes: a frozen program need not have the fonts as plain files.
        if not source.is_file() or QFontDatabase.addApplicationFontFromData(source.read_bytes()) < 0:
            loaded = False
    return loaded


def text_font(
    px: int = TEXT_PX, *, weight: QFont.Weight = QFont.Weight.Normal, tabular: bool = False
) -> QFont:
    """Return the window's font; `tabular` gives all figures one width, for columns."""
    font = QFont()
    font.setFamilies(list(_FAMILIES))
    font.setPixelSize(px)
    font.setWeight(weight)
    # Hinted advances are whole pixels and spread Inter apart; 13 px text is even without.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        font.setFeature(_TABULAR, 1)
    return font


def code_font(px: int = LABEL_PX) -> QFont:
    """Return the font of SQL: the platform's own, each character as wide as any other."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies([*_CODE_FAMILIES, *font.families()])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(px)
    return font


def label_font() -> QFont:
    """Return the font of labels and table heads."""
    return text_font(LABEL_PX)


def title_font() -> QFont:
    """Return the font of a screen's title."""
    font = text_font(TITLE_PX, weight=QFont.Weight.Bold)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.3)
    return font


def figure_font(px: int = FIGURE_PX) -> QFont:
    """Return the font of a key figure."""
    font = text_font(px, weight=QFont.Weight.Bold, tabular=True)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.4)
    return font


def chip_font() -> QFont:
    """Return the font of a chip."""
    return text_font(CHIP_PX, weight=QFont.Weight.Medium, tabular=True)
