"""The theme that is shown: chosen by the operator or the platform, applied to the whole application."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ui.kit.theme.fonts import load_fonts, text_font
from ui.kit.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class Mode(StrEnum):
    """What the operator can choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "contrast"

    @property
    def word(self) -> str:
        """What it is called."""
        return "high contrast" if self is Mode.HIGH_CONTRAST else self.value


def mode_of(asked: object, kept: object, stated: object) -> Mode:
    """Return the mode to begin with: as asked for this once, as it was left, or as the settings have it."""
    modes = set(Mode)
    return next((Mode(str(one)) for one in (asked, kept, stated) if one in modes), Mode.SYSTEM)


_FIXED = {Mode.LIGHT: LIGHT, Mode.DARK: DARK, Mode.HIGH_CONTRAST: HIGH_CONTRAST}
_ARROW = ((0.15, 0.35), (0.5, 0.68), (0.85, 0.35))
_CHECK = ((0.2, 0.52), (0.42, 0.74), (0.8, 0.3))
_MARK_PX = 40  # four times its size on screen, so 200 % is sharp


THEME_KEY: Final = "window/theme"
"""Under which the window keeps what was chosen in it."""


class Theme(QObject):
    """Holds the tokens in force and restyles the application when they change."""

    changed = Signal()

    def __init__(self, application: QApplication, mode: Mode = Mode.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._mode = mode
        self._marks = QTemporaryDir()
        self._template = Template((files("resources") / "style" / "console.qss").read_text("utf-8"))
        self._sheet = ""
        load_fonts()
        application.setStyle("Fusion")
        application.setFont(text_font())
        self._tokens = self._wanted()
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._follow_platform)

    @property
    def mode(self) -> Mode:
        """What was chosen."""
        return self._mode

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return self._tokens

    @property
    def sheet(self) -> str:
        """The style sheet in force."""
        return self._sheet

    def dress(self, root: QWidget) -> None:
        """Give a window, or a part of one, the style sheet: now, and after a change as soon as it is seen.

        What lies inside, dialogs and menus too, wears it with the root.
        """
        _Dressed(self, root)

    def set_mode(self, mode: Mode) -> None:
        """Choose a theme; everything on screen follows at once."""
        self._mode = mode
        self._restyle()

    def colour(self, name: str) -> QColor:
        """Return a token by its name."""
        return QColor(self._tokens.colours()[name])

    def _wanted(self) -> Tokens:
        if self._mode is not Mode.SYSTEM:
            return _FIXED[self._mode]
        # Unknown (offscreen, some window managers) means light.
        scheme = self._application.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT

    def _follow_platform(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._restyle()

    def _restyle(self) -> None:
        wanted = self._wanted()
        if wanted is not self._tokens:
            self._tokens = wanted
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self._application.setPalette(palette_of(self._tokens))
        self._sheet = self._template.substitute(self._tokens.colours(), **self._draw_marks())

    def _draw_marks(self) -> dict[str, str]:
        """Draw the marks that a style sheet takes only as files, in the theme's colours."""
        tokens = self._tokens
        wanted = {"arrow_down": (_ARROW, tokens.muted), "check": (_CHECK, tokens.accent_text)}
        paths: dict[str, str] = {}
        for name, (points, colour) in wanted.items():
            path = self._marks.filePath(f"{name}-{tokens.name.replace(' ', '-')}.png")
            _drawn(points, colour).save(path)
            paths[name] = path
        return paths


class _Dressed(QObject):
    """Lives and dies with the widget that wears the sheet.

    A sheet of the whole application is matched anew with every widget there is, seen or not: with the six
    screens made a switch took 245 ms, with four times as many 900. So each screen wears the sheet for itself,
    and one that nobody sees changes when it is shown: 26 ms, and 32 with four times as many.
    """

    def __init__(self, theme: Theme, root: QWidget) -> None:
        super().__init__(root)
        self._theme = theme
        self._worn = ""
        root.installEventFilter(self)
        theme.changed.connect(self._follow)
        self._put_on(root)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget):
            self._put_on(watched)
        return False

    def _follow(self) -> None:
        root = self.parent()
        if isinstance(root, QWidget) and root.isVisible():
            self._put_on(root)

    def _put_on(self, root: QWidget) -> None:
        if self._worn != self._theme.sheet:
            self._worn = self._theme.sheet
            root.setStyleSheet(self._worn)


def palette_of(tokens: Tokens) -> QPalette:
    """Return the Qt palette of a theme, so that whatever the style sheet leaves out still fits."""
    role = QPalette.ColorRole
    shown = {
        role.Window: tokens.page,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.surface,
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.error,
        role.Light: tokens.surface,
        role.Midlight: tokens.border,
        role.Mid: tokens.border,
        role.Dark: tokens.border_strong,
        role.Shadow: tokens.border_strong,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
    }
    palette = QPalette()
    for key, colour in shown.items():
        palette.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(tokens.faint))
    return palette


def _drawn(points: tuple[tuple[float, float], ...], colour: str) -> QImage:
    image = QImage(_MARK_PX, _MARK_PX, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF([QPointF(x * _MARK_PX, y * _MARK_PX) for x, y in points]))
    painter.end()
    return image
