"""The bar at the top: where one is, who one is, and the way to everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy
from typing_extensions import override

from ui.kit.commands import native
from ui.kit.theme.fonts import CHIP_PX, text_font
from ui.kit.theme.tokens import NAVIGATION_WIDTH, TOP_BAR_HEIGHT, Tone
from ui.kit.widgets.basics import Chip, label, restyle
from ui.kit.widgets.buttons import PairButton, PressButton
from ui.window.bars.writing import WritingMark

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction, QPaintEvent
    from PySide6.QtWidgets import QMenu

    from console.workspace.identity import Identity

_SEARCH_PX = 560
SEARCH_WORDS = "Find an account, a reference, an amount, a batch or an action"


class TopBar(QFrame):
    """Name, environment, profile, search and operator."""

    search_wanted = Signal()

    def __init__(self, identity: Identity, *, operator: str, role: str) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.setFixedHeight(TOP_BAR_HEIGHT - 1)
        name = label("Ledger Console", font=text_font(14, weight=QFont.Weight.DemiBold))
        name.setFixedWidth(NAVIGATION_WIDTH - 28)
        word = text_font(CHIP_PX, weight=QFont.Weight.DemiBold)
        word.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        tone = Tone.of_environment(production=identity.production, demo=identity.demo)
        chip = Chip(identity.environment.upper(), tone, font=word)
        restyle(chip, large=True)
        chip.setVisible(bool(identity.environment))
        self.profile = PressButton(identity.name)
        self.profile.setProperty("flat", True)
        self.profile.setAccessibleName(f"Ledger {identity.name}, {identity.environment}")
        self.writing = WritingMark(identity)
        self.search = SearchButton()
        self.search.clicked.connect(self.search_wanted)
        self._operator = PairButton(operator, role, strong_lead=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(14)
        layout.addWidget(name)
        layout.addWidget(chip)
        layout.addWidget(self.profile)
        layout.addWidget(self.writing)
        layout.addStretch(1)
        layout.addWidget(self.search, 8)
        layout.addStretch(1)
        layout.addWidget(self._operator)

    def offer_ledgers(self, menu: QMenu) -> None:
        """Open a menu from the ledger's name."""
        self.profile.setMenu(menu)

    def set_menu(self, menu: QMenu) -> None:
        """Open a menu from the operator's button."""
        self._operator.setMenu(menu)

    def add_to_menu(self, text: str, run: Callable[[], None]) -> QAction:
        """Put one more thing to do under the operator's name."""
        menu = self._operator.menu()
        menu.addSeparator()
        return menu.addAction(text, run)


class SearchButton(PressButton):
    """Looks like a search field and opens the palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("search", True)
        self.setFont(text_font())
        self.setAccessibleName(SEARCH_WORDS)
        self.setMaximumWidth(_SEARCH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._key_font = text_font(CHIP_PX)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_SEARCH_PX, 32)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 32)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        palette = QGuiApplication.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        keys = native("Ctrl+K").replace("+", " ")
        width = QFontMetricsF(self._key_font).horizontalAdvance(keys) + 12
        cap = QRectF(self.width() - width - 11, (self.height() - 18) / 2, width, 18)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.setFont(self._key_font)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)
        painter.setFont(self.font())
        area = QRectF(12, 0, cap.left() - 18, self.height())
        words = QFontMetricsF(self.font()).elidedText(
            self.accessibleName(), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
