"""What the window asks of a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.theme.tokens import GAP, PAGE_MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.audit.news import Topic
    from ui.context import Context
    from ui.kit.theme.icons import Glyph
    from ui.routes import Route


class Screen(QWidget):
    """One screen; put its parts into `page`, and answer what the window asks.

    leaving: the operator is about to open another place inside the screen; the window notes this one. Of ways
    that the window itself leads, by `follow`, `show_again` and `show_start`, nothing is told.
    topics: of what happens elsewhere, what is shown here; `renew` follows.
    renamed: another subject is shown.
    """

    topics: ClassVar[frozenset[Topic]] = frozenset()
    leaving = Signal()
    renamed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.page = QVBoxLayout(self)
        self.page.setContentsMargins(PAGE_MARGIN, 16, PAGE_MARGIN, 16)
        self.page.setSpacing(GAP)

    @property
    def subject(self) -> str:
        """What the place shown is about, for the window's title; empty where the screen's name says it."""
        return ""

    def refresh(self) -> None:
        """Load again what is shown."""

    def renew(self) -> None:
        """Show what others have changed, without taking anything from under the operator's hands."""

    def focus_filter(self) -> None:
        """Put the keyboard where the list is filtered."""

    @property
    def place(self) -> Route | None:
        """What is shown now, as `show_again` takes it; None for the screen's start, or as it was left."""
        return None

    def show_again(self, place: Route | None) -> None:
        """Show a place that was left, as far as it is still there."""
        if place is None:
            self.show_start()
        else:
            self.follow(place)

    def show_start(self) -> None:
        """Leave whatever was opened inside the screen, as it does when its own name is chosen again."""

    def follow(self, route: Route) -> None:
        """Show the place that a route names; only this screen's own routes come here."""


@dataclass(frozen=True, slots=True)
class ScreenEntry:
    """One screen as the window knows it; an empty group stands above the first heading.

    technical: it is about the database itself, which whoever answers customers sees only when they ask.
    """

    id: str
    title: str
    group: str
    glyph: Glyph
    factory: Callable[[Context], QWidget]
    technical: bool = False
