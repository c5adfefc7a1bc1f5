"""The console's figures, each over a picture of its last ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.kit.charts.sparkline import Sparkline
from ui.kit.formats import DOT, plain_tip
from ui.kit.widgets.basics import caption
from ui.kit.widgets.cards import KeyFigure

if TYPE_CHECKING:
    from ui.kit.theme.theme import Theme
    from ui.screens.health.courses import Course

_PICTURE_PX: Final = 44
_SPAN: Final = "10 min"


class PicturedFigure(KeyFigure):
    """A figure and how it went, from ten minutes ago at the left to now at the right."""

    def __init__(self, name: str, theme: Theme, *, of: str = "") -> None:
        """`of`: what the picture is of, where that is not the figure itself."""
        super().__init__(name)
        self._of = of or name
        self.picture = Sparkline(theme)
        self.picture.setFixedHeight(_PICTURE_PX)
        self.span = caption(_SPAN)
        self.body.addSpacing(4)
        self.body.addWidget(self.picture)
        self.body.addWidget(self.span)

    def show_course(self, course: Course) -> None:
        """Show how the figure went."""
        words = f"{self._of}, last 10 minutes: {course.words}"
        self.picture.set_values(course.values, spoken=words, scale=course.scale)
        self.picture.setToolTip(plain_tip(f"{words}\n{course.mark}" if course.mark else words))
        self.span.setText(f"{_SPAN}{DOT}{course.words}")
